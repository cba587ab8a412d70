"""Finds the remote that `store.remote` names, with the settings that git reaches it by; it refuses to talk to it.

The store works in a repository of its own, so what the user's repository says about addresses, credentials and
transport is carried over; nothing else of it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import StoreError
from reconciler.store.git_program import GitFailed, GitProgram

STORE = "store"
"""What the remote is called in the store's own repository."""

_CARRIED = re.compile(r"(http|credential|url|ssh)\..+|core\.(sshcommand|gitproxy|askpass)", re.IGNORECASE)
_OF_THE_REMOTE = frozenset({"proxy", "proxyauthmethod", "uploadpack", "receivepack"})
_USER_INFORMATION = re.compile(r"https?://([^/@\s]+)@")
_PATH_LIKE = re.compile(r"(\.{1,2}|~[^/:]*)?/|[^:]*/|\.{1,2}$")


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote as settings of git; relative addresses start at `directory`, `hidden` must appear in no message."""

    settings: tuple[tuple[str, str], ...]
    directory: Path
    hidden: frozenset[str]


def find_remote(root: Path, named: str, timeout_seconds: float) -> Remote:
    """The remote of that name in the repository around `root`, else the repository at that address or path.

    Raises StoreError for a word that is neither, for a path inside `root`, and when git cannot be run.
    """
    git = GitProgram(root, timeout_seconds=timeout_seconds)
    git.require_version()
    found = _settings(git)
    hidden = _secrets_of([*found, ("", "", named)])
    carried = tuple((name, value) for scope, name, value in found if _is_local(scope) and _CARRIED.fullmatch(name))
    own = f"remote.{named}."
    of_remote = [(name.removeprefix(own), value) for _, name, value in found if name.startswith(own)]
    addresses = [value for name, value in of_remote if name == "url"]
    top = _top_of(git, root)
    if not addresses:
        remotes = sorted({name[7:-4] for _, name, _ in found if name.startswith("remote.") and name.endswith(".url")})
        return Remote((*carried, (f"remote.{STORE}.url", _address(root, top, named, remotes))), root, hidden)
    # A push goes to every address of a remote, a fetch to the first one: a store is in one place.
    pushed = [value for name, value in of_remote if name == "pushurl"][:1]
    settings = [
        (f"remote.{STORE}.url", addresses[0]),
        *((f"remote.{STORE}.pushurl", value) for value in pushed),
        *((f"remote.{STORE}.{name}", value) for name, value in of_remote if name in _OF_THE_REMOTE),
    ]
    return Remote((*carried, *settings), top, hidden)


def _settings(git: GitProgram) -> list[tuple[str, str, str]]:
    """Every setting that git sees from here: scope, name, value, the weaker ones first."""
    try:
        listed = git.run("config", "--list", "-z", "--show-scope", "--includes")
    except GitFailed as failed:
        raise failed.as_error("reading git's configuration") from None
    # Each is `scope NUL name LF value NUL`; a setting without a value has no LF.
    fields = listed.decode("utf-8", "surrogateescape").split("\0")
    pairs = zip(fields[::2], fields[1::2], strict=False)
    return [(scope, *_split(setting)) for scope, setting in pairs]


def _split(setting: str) -> tuple[str, str]:
    name, separator, value = setting.partition("\n")
    return name, value if separator else "true"


def _is_local(scope: str) -> bool:
    """Whether only the user's repository says it: git reads the rest by itself."""
    return scope in ("local", "worktree")


def _address(root: Path, top: Path, named: str, remotes: list[str]) -> str:
    is_path = _PATH_LIKE.match(named) is not None or named.startswith("file://")
    if not is_path and ":" in named:
        return named
    if not is_path:
        raise StoreError(
            f'there is no git remote "{named}"',
            detail=f"The remotes here are: {', '.join(remotes)}."
            if remotes
            else f'"{root}" is in no git repository with remotes, or in one that git does not trust.',
            fix=did_you_mean(named, remotes)
            or "Name a remote, an address or a path as store.remote in reconciler.yaml.",
        )
    path = (root / Path(named.removeprefix("file://")).expanduser()).resolve()
    if any(path.is_relative_to(each.resolve()) for each in (root, top)):
        # Its hooks would run with each put, and whoever may propose a change here could bring them along.
        raise StoreError(
            "the git store is inside the folder that it is the memory of",
            detail=f'store.remote is "{named}".',
            fix="Name a repository elsewhere, or a remote such as origin.",
        )
    return str(path)


def _top_of(git: GitProgram, root: Path) -> Path:
    """Where git starts from when a remote's address is a relative path."""
    try:
        return Path(git.run("rev-parse", "--show-toplevel").decode().removesuffix("\n"))
    except GitFailed:
        return root


def _secrets_of(found: list[tuple[str, str, str]]) -> frozenset[str]:
    """What stands in addresses and headers for a server's eyes only."""
    secrets: set[str] = set()
    for _, name, value in found:
        for userinfo in _USER_INFORMATION.findall(f"{name}\n{value}"):
            password = userinfo.partition(":")[2]
            secrets |= {userinfo, unquote(userinfo)} | ({password, unquote(password)} if password else set())
        if name.lower().endswith(".extraheader"):
            secrets |= {value, value.split()[-1]} if value.split() else set()
    return frozenset(secrets)
