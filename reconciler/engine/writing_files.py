"""Writes edited files, all of them or none; it refuses to know what the edits are for."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from reconciler.core.edits import FileChange
from reconciler.core.errors import StoreError, UsageError
from reconciler.store.files import write_whole


def write_files(root: Path, changes: Sequence[FileChange]) -> None:
    """Make every change below `root`; a reader of any file sees it whole, before or after.

    Raises UsageError when a file is not what it was when it was read, or would lie outside of the project, and
    StoreError when one cannot be written. Either way the files are then as they were.
    """
    for change in changes:
        _require_unchanged(root, change)
    done: list[FileChange] = []
    try:
        for change in changes:
            _require_unchanged(root, change)
            done.append(change)
            _put(root / change.file, change.after)
    except (OSError, StoreError, UsageError) as error:
        for change in reversed(done):
            with suppress(OSError, StoreError):
                _put(root / change.file, change.before)
        if isinstance(error, OSError):
            raise StoreError(
                "a file cannot be written",
                detail=f"{error.strerror or type(error).__name__}. The files are as they were.",
                fix="Check that the folder is writable and that the disk has room.",
            ) from None
        raise


def _require_unchanged(root: Path, change: FileChange) -> None:
    path = root / change.file
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            f"{change.file} would be written outside of the project", detail="A folder on its way is a link."
        )
    try:
        now = path.read_bytes() if path.exists() or path.is_symlink() else None
    except OSError:
        now = b""
    if now != change.before or path.is_symlink():
        raise UsageError(
            f"{change.file} was changed while this command ran",
            detail="Nothing was written.",
            fix="Run it again: it starts from the file as it is now.",
        )


def _put(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
    write_whole(path, data, mode)
