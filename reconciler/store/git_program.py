"""Runs the installed git: without prompts, hooks, translations or a user's name; it refuses to know what is stored.

What git says is shown without the credentials that stand in addresses and headers.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from reconciler.core.errors import StoreDenied, StoreError, StoreUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

COMMAND_TIMEOUT_SECONDS = 60.0
OLDEST_VERSION = (2, 31)
"""The first git that takes settings from GIT_CONFIG_COUNT (git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT)."""

_SETTINGS = (
    ("advice.pushUpdateRejected", "false"),
    ("color.ui", "false"),
    ("core.hooksPath", os.devnull),
    ("credential.interactive", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("push.followTags", "false"),
    ("push.gpgSign", "false"),
    ("push.recurseSubmodules", "no"),
)
_DROPPED_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INDEX_VERSION",
        "GIT_NAMESPACE",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
        "LANGUAGE",
    }
)
"""They describe the repository that somebody else works in, for example when a hook runs us."""

_DENIED = re.compile(
    r"authentication failed|could not read (username|password)|permission denied|access denied|permission to .* denied"
    r"|returned error: 40[13]|host key verification failed|write access .* not granted|not allowed to push|unauthorized"
    r"|forbidden|invalid (username|credentials)|http basic: ",
    re.IGNORECASE,
)
_UNREACHABLE = re.compile(
    r"could not resolve|failed to connect|couldn't connect|connection (refused|reset|timed out|closed)|timed out"
    r"|network is unreachable|no route to host|returned error: 5\d\d|early eof|unexpected disconnect|hung up"
    r"|empty reply|ssl_error_syscall|operation too slow|temporary failure in name resolution",
    re.IGNORECASE,
)
_FULL = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_REFUSED = re.compile(r"aborted by hook|hook declined|remote rejected", re.IGNORECASE)
_NO_REPOSITORY = re.compile(r"does not appear to be a git repository|repository .*not found|no such file or", re.I)
_DUBIOUS = re.compile(r"dubious ownership", re.IGNORECASE)
_IN_AN_ADDRESS = re.compile(r"""(?<=://)[^/@\s'"]+(?=@)|(?<=\?)[^\s'"]+""")
_PACKET = re.compile(r"packet: +\S+< ")
_NOISE = re.compile(r"^(hint:|please make sure|and the repository exists|error: failed to push some refs|\s*$)", re.I)
_LONGEST_WORDS = 500


class GitFailed(Exception):
    """A git command that ended with another code than 0; `words` is what it said, without credentials."""

    def __init__(self, command: str, code: int, out: bytes, words: str) -> None:
        super().__init__(f"git {command} ended {code}")
        self.command = command
        self.code = code
        self.out = out
        self.words = words

    def as_error(self, where: str) -> StoreError:
        """What a person can do about it; `where` is the store, for messages."""
        words = "; ".join(line.strip() for line in self.words.splitlines() if not _NOISE.match(line))[:_LONGEST_WORDS]
        detail = f"{where}: git {self.command} ended {self.code}" + (f" and said: {words}" if words else ".")
        if _FULL.search(self.words):
            return StoreError("the disk is full", detail=detail, fix="Make room, then run again.")
        if _DENIED.search(self.words):
            return StoreDenied(
                "the git store refuses our credentials",
                detail=detail,
                fix="Give whoever runs this the right to read and to push the refs of the store; no one is asked for a "
                "password here. In a pipeline that is a token with write access to the repository's contents.",
            )
        if _REFUSED.search(self.words):
            return StoreError(
                "the git store refuses the push", detail=detail, fix="Ask whoever keeps the repository why it does."
            )
        if _UNREACHABLE.search(self.words):
            return StoreUnreachable(
                "the git store cannot be reached",
                detail=detail,
                fix="Check the network and the address, and run again.",
            )
        if _DUBIOUS.search(self.words):
            return StoreError(
                "git does not trust a repository of another owner",
                detail=detail,
                fix="Add it to safe.directory: git config --global --add safe.directory PATH",
            )
        if _NO_REPOSITORY.search(self.words):
            return StoreError(
                "there is no git repository at the store's address",
                detail=detail,
                fix="Correct store.remote in reconciler.yaml, or make the repository; it may be empty.",
            )
        return StoreError("the git store failed", detail=detail, fix="Try the same with git itself, and run again.")


class GitProgram:
    """The installed git, run in `directory` with `settings` on top of the user's own.

    `hidden` are texts that never appear in what it says. Safe to use from several threads.
    """

    def __init__(
        self,
        directory: Path,
        *,
        settings: Iterable[tuple[str, str]] = (),
        repository: Path | None = None,
        hidden: Iterable[str] = (),
        timeout_seconds: float = COMMAND_TIMEOUT_SECONDS,
    ) -> None:
        self._directory = directory
        self._hidden = tuple(sorted(filter(None, hidden), key=len, reverse=True))
        self._timeout_seconds = timeout_seconds
        self._environ = _environ(os.environ, (*_SETTINGS, *settings), repository)

    def run(self, command: str, *arguments: str, stdin: bytes = b"") -> bytes:
        """What `git command arguments` prints. Raises GitFailed when it ends otherwise than well, StoreError when it
        cannot run or does not end in time."""
        return self._run(command, arguments, stdin, self._environ)[0]

    def is_answered_by_git(self, command: str, *arguments: str) -> bool:
        """Whether the other side of a command speaks git's protocol, and is not just some page of a web server.

        Git reads any page as the list of refs of a server that holds plain files (git-scm.com/docs/http-protocol, dumb
        clients). Raises as `run` does.
        """
        words = self._run(command, arguments, b"", {**self._environ, "GIT_TRACE_PACKET": "2"})[1]
        return _PACKET.search(words) is not None

    def _run(
        self, command: str, arguments: Sequence[str], stdin: bytes, environ: Mapping[str, str]
    ) -> tuple[bytes, str]:
        out, words, code = self._ended(["git", command, *arguments], command, stdin, environ)
        if code:
            raise GitFailed(command, code, out, words)
        return out, words

    def require_version(self) -> None:
        """Raises StoreError for a git that does not know what is asked of it."""
        said = self.run("version").decode("ascii", "replace")
        found = re.search(r"(\d+)\.(\d+)", said)
        if found is None or (int(found[1]), int(found[2])) < OLDEST_VERSION:
            oldest = ".".join(map(str, OLDEST_VERSION))
            raise StoreError(
                "git is too old for the git store",
                detail=f'It says "{said.strip()}"; the store needs {oldest} or newer.',
                fix="Install a newer git.",
            )

    def _ended(
        self, words: Sequence[str], command: str, stdin: bytes, environ: Mapping[str, str]
    ) -> tuple[bytes, str, int]:
        try:
            process = subprocess.Popen(
                words,
                cwd=self._directory,
                env=dict(environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Away from the terminal: nothing can ask there, and an interrupt does not end a push half way.
                start_new_session=True,
            )
        except FileNotFoundError:
            raise StoreError(
                "git is not installed",
                detail="The store in reconciler.yaml is of type git, and there is no program git on the path.",
                fix="Install git, or name another store.",
            ) from None
        except OSError as error:
            raise StoreError("git cannot be run", detail=f"{error.strerror or type(error).__name__}.") from None
        with process:
            try:
                out, said = process.communicate(stdin, timeout=self._timeout_seconds)
            except subprocess.TimeoutExpired:
                _kill(process)
                raise StoreUnreachable(
                    "the git store does not answer",
                    detail=f"git {command} did not end within {self._timeout_seconds:g} s.",
                    fix="Check the network, then run again: what was acknowledged before is kept.",
                ) from None
            except BaseException:
                _kill(process)
                raise
        return out, self._shown(said), process.returncode

    def _shown(self, said: bytes) -> str:
        text = without_credentials(said.decode("utf-8", "replace"))
        for secret in self._hidden:
            text = text.replace(secret, "***")
        return text


def without_credentials(text: str) -> str:
    """A text as it may be shown: what addresses in it hold before an @ or after a ? is often a token."""
    return _IN_AN_ADDRESS.sub("***", text)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _environ(
    inherited: Mapping[str, str], settings: Sequence[tuple[str, str]], repository: Path | None
) -> dict[str, str]:
    environ = {
        name: value
        for name, value in inherited.items()
        if name not in _DROPPED_VARIABLES and not name.startswith("GIT_TRACE")
    }
    given = environ.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isascii() and given.isdigit() else 0
    for index, (name, value) in enumerate(settings, start=first):
        environ[f"GIT_CONFIG_KEY_{index}"] = name
        environ[f"GIT_CONFIG_VALUE_{index}"] = value
    environ["GIT_CONFIG_COUNT"] = str(first + len(settings))
    for role in ("AUTHOR", "COMMITTER"):
        environ[f"GIT_{role}_NAME"] = "reconciler"
        environ[f"GIT_{role}_EMAIL"] = "reconciler@localhost"
    environ["GIT_TERMINAL_PROMPT"] = "0"
    environ["GCM_INTERACTIVE"] = "never"
    # A file of the repository names the store, so it must not be able to name a program (gitremote-helpers(7), ext::).
    environ.setdefault("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh")
    environ["LC_ALL"] = "C"
    if repository is not None:
        environ["GIT_DIR"] = str(repository)
    return environ
