"""The shared store: documents in refs of a git remote; it refuses to know what the documents say.

It works in a bare repository of its own in the system's temporary folder, which lives as long as the backend: the
user's repository, its index, branches, hooks and shallow history are neither used nor changed. A put is one push that
names the commit which it replaces (git-scm.com/docs/git-push, --force-with-lease); git compares on the server, under
the ref's lock. Each commit has no parent, so neither side gathers history.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.errors import StoreError, StoreUnreachable, VersionMoved
from reconciler.store.backend import Stored
from reconciler.store.git_documents import (
    FORMAT_FILE,
    STORE_FORMAT,
    another_format,
    damaged,
    dump_document,
    folder_of,
    key_of,
    parse_document,
    place_of,
)
from reconciler.store.git_program import COMMAND_TIMEOUT_SECONDS, GitFailed, GitProgram, without_credentials
from reconciler.store.git_remote import STORE, find_remote

if TYPE_CHECKING:
    from collections.abc import Mapping

LEASE_TTL_SECONDS = 600.0
"""Of a store whose put takes seconds: long enough that a run renews rarely, short enough to wait for a dead one."""
INTENTS_PER_PUT = 20
DEFAULT_REF_PREFIX = "refs/reconciler"
_BUSY_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 1.0
_PROBE = "+probe"


@dataclass(frozen=True, slots=True)
class _Folder:
    """A ref as it was seen: its commit, and the ids of its files by name; no commit where there is no ref."""

    commit: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Repository:
    """The store's own repository, and git run in it."""

    path: Path
    git: GitProgram


class GitBackend:
    """Documents in the refs under `ref_prefix` of the remote that `remote` names: a remote of the repository around
    `root`, an address, or a path. The refs are made by the first puts, the remote itself is not.

    With `is_read_only`, `put` raises StoreError. Every git command ends within `timeout_seconds`, and a put that loses
    the ref to others again and again ends with a StoreError after a minute. Raises StoreDenied when git is refused,
    StoreUnreachable when nobody answers.
    """

    is_shared = True
    lease_ttl_seconds = LEASE_TTL_SECONDS
    intents_per_put = INTENTS_PER_PUT

    def __init__(
        self,
        root: Path,
        remote: str,
        ref_prefix: str = DEFAULT_REF_PREFIX,
        *,
        is_read_only: bool = False,
        timeout_seconds: float = COMMAND_TIMEOUT_SECONDS,
    ) -> None:
        self._root = root
        self._remote = remote
        self._ref_prefix = ref_prefix
        self._is_read_only = is_read_only
        self._timeout_seconds = timeout_seconds
        self._turn = threading.Lock()
        self._repository: _Repository | None = None
        self._removal: weakref.finalize[[str], GitBackend] | None = None
        self._seen: dict[str, _Folder] = {}

    def get(self, key: str) -> Stored | None:
        """See Backend.get."""
        ref, name = place_of(key)
        file = self._look(ref).files.get(name)
        if file is None:
            return None
        return Stored(parse_document(key, self._read(file), self.describe()), file)

    def put(self, key: str, body: bytes, *, if_version: str | None) -> str:
        """See Backend.put."""
        if self._is_read_only:
            raise StoreError(
                "the store is open for reading only",
                detail=f'Something tried to write "{key}". This is a bug in reconciler.',
            )
        ref, name = place_of(key)
        version = self._write(dump_document(key, secrets.token_hex(16), body))
        give_up_at = time.monotonic() + _BUSY_SECONDS
        pause_seconds = 0.01
        # What this run saw last is most often still so, and the push proves it: that saves asking before each put.
        folder = self._seen.get(ref)
        is_fresh = folder is None
        if folder is None:
            folder = self._look(ref)
        while True:
            found = folder.files.get(name)
            if found == version:
                # A push whose answer was lost had arrived.
                return version
            if found != if_version:
                if is_fresh:
                    raise self._moved(key)
                folder, is_fresh = self._look(ref), True
                continue
            replacing = self._commit(folder, name, version, key)
            refusal = self._push(ref, replacing.commit, folder.commit)
            if refusal is None:
                self._seen[ref] = replacing
                return version
            was = folder.commit
            folder, is_fresh = self._look(ref), True
            if folder.commit == was:
                if not _is_contention(refusal):
                    raise self._refused(refusal)
                # Somebody holds the ref's lock on the server, and has not moved the ref yet.
                time.sleep(pause_seconds * (0.5 + secrets.randbelow(1000) / 1000))
                pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
            if time.monotonic() > give_up_at:
                raise StoreError(
                    "the git store is busy",
                    detail=f"Others kept writing to {self.describe()} for {_BUSY_SECONDS:g} s.",
                    fix="Run again when they have ended.",
                )

    def list(self, prefix: str) -> tuple[str, ...]:
        """See Backend.list."""
        keys: list[str] = []
        for ref in self._commits("*"):
            folder = folder_of(ref)
            if folder is not None and (folder.startswith(prefix) or prefix.startswith(folder)):
                keys += (key_of(folder, name) for name in self._look(ref).files)
        return tuple(sorted(key for key in keys if key.startswith(prefix)))

    def obstacle(self) -> str:
        """See Backend.obstacle. Asks the remote for a push that changes nothing; raises StoreError when it refuses."""
        commit = self._commit(_Folder(), "probe", self._write(b""), "a push that is never sent").commit
        target = f"{commit}:{self._ref_prefix}/{_PROBE}"
        self._git("push", "--quiet", "--dry-run", "--no-verify", STORE, target)
        return ""

    def describe(self) -> str:
        """See Backend.describe."""
        return f'the git store "{without_credentials(self._remote)}" ({self._ref_prefix}/*)'

    def close(self) -> None:
        """See Backend.close."""
        with self._turn:
            if self._removal is not None:
                self._removal()
            self._repository, self._removal = None, None
            self._seen.clear()

    def _look(self, ref: str) -> _Folder:
        """The ref as it is on the remote at this moment, with its commit and files here."""
        commit = self._commits(ref).get(ref)
        if commit is None:
            folder = _Folder()
        else:
            known = self._seen.get(ref)
            if known is not None and known.commit == commit:
                return known
            folder = self._fetch(ref)
        self._seen[ref] = folder
        return folder

    def _commits(self, pattern: str) -> dict[str, str]:
        """The refs of the store that match, with their commits; the names are without the prefix."""
        prefix = f"{self._ref_prefix}/"
        asked = ("ls-remote", "--quiet", "--refs", STORE, prefix + pattern)
        listed = self._git(*asked).decode("utf-8", "replace")
        if not listed:
            self._require_git(*asked)
        found: dict[str, str] = {}
        for line in listed.splitlines():
            commit, _, name = line.partition("\t")
            if not name.startswith(prefix):
                continue
            if not commit.strip("0"):
                # That is how git lists a ref whose file is cut short: it is there, so it is not absent.
                raise damaged(f"the ref {name} points at nothing", self.describe())
            found[name.removeprefix(prefix)] = commit
        return found

    def _require_git(self, *asked: str) -> None:
        """What is not there must be said by git: to a page that asks for a password nothing is there."""
        try:
            is_git = self._opened().git.is_answered_by_git(*asked)
        except GitFailed as failed:
            raise failed.as_error(self.describe()) from None
        if not is_git:
            raise StoreUnreachable(
                "what answers at the store's address is not git",
                detail=f"{self.describe()}: it may be a page that asks for a password, or a proxy.",
                fix="Check store.remote in reconciler.yaml, and what stands between here and there.",
            )

    def _fetch(self, ref: str) -> _Folder:
        mark = f"refs/seen/{secrets.token_hex(8)}"
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--refmap=")
        self._git("fetch", *options, STORE, f"+{self._ref_prefix}/{ref}:{mark}")
        try:
            commit = self._opened().git.run("rev-parse", f"{mark}^{{commit}}").decode().strip()
            listed = self._opened().git.run("ls-tree", "-z", "--full-tree", commit).decode("utf-8", "replace")
        except GitFailed as failed:
            raise damaged(f"{self._ref_prefix}/{ref} is no commit with files", self.describe()) from failed
        files: dict[str, str] = {}
        for line in filter(None, listed.split("\0")):
            attributes, _, name = line.partition("\t")
            files[name] = attributes.split()[2]
        self._require_ours(ref, files)
        return _Folder(commit, files)

    def _require_ours(self, ref: str, files: dict[str, str]) -> None:
        """Take the format's own file out of `files`; raises StoreCorrupt where it is missing or another one."""
        marker = files.pop(FORMAT_FILE, None)
        if marker is None:
            raise damaged(f"{self._ref_prefix}/{ref} was not written by reconciler", self.describe())
        written_as = self._read(marker).decode("utf-8", "replace").strip()
        if written_as != STORE_FORMAT:
            raise another_format(written_as, STORE_FORMAT, self.describe())

    def _read(self, file: str) -> bytes:
        try:
            return self._opened().git.run("cat-file", "blob", file)
        except GitFailed as failed:
            raise damaged(f"the file {file} cannot be read", self.describe()) from failed

    def _write(self, data: bytes) -> str:
        return self._git("hash-object", "-w", "--stdin", stdin=data).decode().strip()

    def _commit(self, folder: _Folder, name: str, file: str, key: str) -> _Folder:
        """A commit of the folder's files with this one in its place, here and nowhere else yet."""
        files = {**folder.files, name: file}
        marker = self._write(f"{STORE_FORMAT}\n".encode())
        lines = "".join(f"100644 blob {each}\t{at}\0" for at, each in {**files, FORMAT_FILE: marker}.items())
        tree = self._git("mktree", "-z", stdin=lines.encode()).decode().strip()
        commit = self._git("commit-tree", tree, "-m", f"Put {key}").decode().strip()
        return _Folder(commit, files)

    def _push(self, ref: str, commit: str, replaced: str) -> GitFailed | StoreUnreachable | None:
        """Let the ref be `commit` if it is `replaced` (empty: absent); or why that is not known to have happened."""
        target = f"{self._ref_prefix}/{ref}"
        options = ("--porcelain", "--no-verify", "--no-signed", f"--force-with-lease={target}:{replaced}")
        try:
            self._opened().git.run("push", *options, STORE, f"{commit}:{target}")
        except (GitFailed, StoreUnreachable) as failed:
            return failed
        return None

    def _refused(self, refusal: GitFailed | StoreUnreachable) -> StoreError:
        if isinstance(refusal, StoreUnreachable):
            return refusal
        reason = _reason(refusal)
        if not reason:
            return refusal.as_error(self.describe())
        return StoreError(
            "the git store refuses the push",
            detail=f"{self.describe()} answers: {reason}.",
            fix=f"Let whoever runs this replace refs under {self._ref_prefix}/, also with commits that do not follow "
            "the former ones.",
        )

    def _git(self, command: str, *arguments: str, stdin: bytes = b"") -> bytes:
        try:
            return self._opened().git.run(command, *arguments, stdin=stdin)
        except GitFailed as failed:
            raise failed.as_error(self.describe()) from None

    def _opened(self) -> _Repository:
        with self._turn:
            if self._repository is None:
                remote = find_remote(self._root, self._remote, self._timeout_seconds)
                try:
                    path = tempfile.mkdtemp(prefix="reconciler-git-")
                except OSError as error:
                    raise StoreError(
                        "there is no room for the git store's own repository",
                        detail=f'The folder "{tempfile.gettempdir()}": {error.strerror}.',
                        fix="Make room there, or name another folder in TMPDIR.",
                    ) from None
                self._removal = weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)
                git = GitProgram(
                    remote.directory,
                    settings=remote.settings,
                    repository=Path(path),
                    hidden=remote.hidden,
                    timeout_seconds=self._timeout_seconds,
                )
                try:
                    git.run("init", "--quiet", "--bare", "--template=", "--initial-branch=none")
                except GitFailed as failed:
                    raise failed.as_error(self.describe()) from None
                self._repository = _Repository(Path(path), git)
            return self._repository

    def _moved(self, key: str) -> VersionMoved:
        return VersionMoved(
            "the store moved",
            detail=f'Another run wrote "{key}" in {self.describe()} since it was read.',
            fix="Plan again.",
        )


def _reason(refusal: GitFailed) -> str:
    """Why the remote refused the ref, in its words: `! <from>:<to> TAB [rejected] (<reason>)` of push --porcelain."""
    for line in refusal.out.decode("utf-8", "replace").splitlines():
        if line.startswith("!\t"):
            return line.rpartition("\t")[2]
    return ""


def _is_contention(refusal: GitFailed | StoreUnreachable) -> bool:
    reason = _reason(refusal).lower() if isinstance(refusal, GitFailed) else ""
    return any(word in reason for word in ("stale", "lock", "already exists", "old value", "failed to update ref"))
