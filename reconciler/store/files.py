"""Files that are whole or absent; it refuses to know what is in them."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from reconciler.core.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put `data` at `path`, atomically and durably, with exactly `mode`; the directory must exist.

    A reader sees the former file or the new one. A symbolic link at `path` is replaced, never followed.
    Raises StoreError, and then leaves `path` as it was and no temporary file behind.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        try:
            _write_new(temporary, data, mode)
            os.replace(temporary, path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_directory(path.parent)
    except OSError as error:
        raise StoreError(
            "a file cannot be written",
            detail=f'Writing "{path}" failed: {error.strerror or type(error).__name__}.',
            fix="Check that the directory exists, that it is writable, and that the disk has room.",
        ) from None


def sync_directory(directory: Path) -> None:
    """Make a rename or a link in `directory` survive a power cut. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_new(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(data)
        file.flush()
        os.fsync(descriptor)
