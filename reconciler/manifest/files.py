"""Finds and reads the files of an environment; it refuses to know what stands in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.core.diagnostic import Diagnostic, Position

SUFFIXES = (".yaml", ".yml")
LARGEST_FILE_BYTES = 5_000_000
BESIDE_MANIFESTS = frozenset({"environment.yaml", "bindings.yaml", "approvals.yaml", "attestations.yaml"})
"""The files of an environment's folder that are no manifests."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file's bytes; `name` is its path relative to the root, with forward slashes."""

    name: str
    data: bytes


def manifest_paths(directory: Path) -> Iterator[Path]:
    """Every YAML file below an environment's folder, sorted; links to folders are not followed."""
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(files):
            is_beside = Path(folder) == directory and name in BESIDE_MANIFESTS
            if name.endswith(SUFFIXES) and not name.startswith(".") and not is_beside:
                yield Path(folder) / name


def read_file(path: Path, root: Path) -> SourceFile | Diagnostic:
    """A regular file's bytes, or why it cannot be read; never waits, never follows a link."""
    name = display_name(path, root)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        why = "It is a link; manifests are regular files." if path.is_symlink() else f"{error.strerror}."
        return _unreadable(name, why)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return _unreadable(name, "It is not a regular file.")
        if status.st_size > LARGEST_FILE_BYTES:
            return _unreadable(name, f"It has {status.st_size} bytes; the limit is {LARGEST_FILE_BYTES}.")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return SourceFile(name, file.read(LARGEST_FILE_BYTES + 1))
    except OSError as error:
        return _unreadable(name, f"{error.strerror}.")
    finally:
        os.close(descriptor)


def display_name(path: Path, root: Path) -> str:
    """The path as messages and plans show it: relative to the root where it lies below it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


def _unreadable(name: str, why: str) -> Diagnostic:
    return Diagnostic(
        "file/unreadable",
        "the file cannot be read",
        Position(name),
        why=f"{why} A file that cannot be read never means that its objects are gone.",
        fix="Make it a regular file that you may read, or remove it.",
    )
