"""From the configuration to a store; it refuses to know what is kept there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.store.backend import Backend

DEFAULT_PATH = ".reconciler/state.sqlite3"
DEFAULT_REMOTE = "origin"
_CREDENTIALS = re.compile(r"https?://[^/]*@", re.IGNORECASE)
_REF_PREFIX = re.compile(r"refs(/[A-Za-z0-9_-]+)+")


def open_store(config: Mapping[str, Any], root: Path, *, is_read_only: bool = False) -> Backend:
    """The store that `reconciler.yaml` (`config`, the whole document) names under `store`; SQLite where it names none.

    Relative paths start at `root`. Nothing is created before the first put, and with `is_read_only` nothing at all.
    Raises UsageError for an unknown type or option, naming the known ones.
    """
    options = config.get("store", {"type": "sqlite"})
    if not isinstance(options, dict):
        raise UsageError("the store is not described", fix=_example())
    store_type = options.get("type")
    if not isinstance(store_type, str) or store_type not in _OPENERS:
        raise _unknown("store type", store_type, _OPENERS)
    return _OPENERS[store_type](options, root, is_read_only)


def _open_sqlite(options: Mapping[str, Any], root: Path, is_read_only: bool) -> Backend:
    from reconciler.store.sqlite import SqliteBackend

    for option in options:
        if option not in ("type", "path"):
            raise _unknown("option of the sqlite store", option, ("type", "path"))
    path = options.get("path", DEFAULT_PATH)
    if not isinstance(path, str) or not path or "\0" in path:
        raise UsageError("the path of the store is not text", fix=_example())
    return SqliteBackend(root / path, is_read_only=is_read_only)


def _open_git(options: Mapping[str, Any], root: Path, is_read_only: bool) -> Backend:
    from reconciler.store.git import DEFAULT_REF_PREFIX, GitBackend

    for option in options:
        if option not in ("type", "remote", "ref_prefix"):
            raise _unknown("option of the git store", option, ("type", "remote", "ref_prefix"))
    remote = options.get("remote", DEFAULT_REMOTE)
    if not isinstance(remote, str) or not remote or any(ord(each) < ord(" ") for each in remote):
        raise UsageError("the remote of the store is not text", fix=_example())
    if _CREDENTIALS.match(remote):
        raise UsageError(
            "the address of the store holds credentials",
            detail="reconciler.yaml is read by many people and stays in git for ever.",
            fix="Leave out what stands before the @ and let a credential helper of git provide it. If it was committed, "
            "replace it at its source: it is no longer secret.",
        )
    ref_prefix = options.get("ref_prefix", DEFAULT_REF_PREFIX)
    if not isinstance(ref_prefix, str) or not _REF_PREFIX.fullmatch(ref_prefix):
        raise UsageError(
            "the ref_prefix of the store is not the beginning of refs",
            fix=f"Write it as {DEFAULT_REF_PREFIX}: refs/ and segments of letters, digits, - and _.",
        )
    return GitBackend(root, remote, ref_prefix, is_read_only=is_read_only)


_OPENERS: dict[str, Callable[[Mapping[str, Any], Path, bool], Backend]] = {"sqlite": _open_sqlite, "git": _open_git}


def _unknown(what: str, word: object, known: Iterable[str]) -> UsageError:
    return UsageError(
        f'unknown {what} "{word}"' if word is not None else f"the {what} is missing",
        detail=f"reconciler.yaml may say: {', '.join(known)}.",
        fix=did_you_mean(str(word), known) or _example(),
    )


def _example() -> str:
    return (
        f"Write `store: {{type: sqlite, path: {DEFAULT_PATH}}}` or `store: {{type: git, remote: {DEFAULT_REMOTE}}}` in "
        "reconciler.yaml."
    )
