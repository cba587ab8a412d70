"""Edits of manifest files as data: what would be written where, and what is left alone; it refuses to write anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.core.resource import Json
from reconciler.core.standing import FieldDifference

Deed = Literal["add", "change", "rename", "remove", "restore"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after, as bytes; None where there is no such file. `file` counts from the project's root."""

    file: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Edit:
    """What happens to one address in which file; in `differences` left is what the file has, right what it gets."""

    address: str
    deed: Deed
    file: str
    differences: tuple[FieldDifference, ...] = ()
    note: str = ""

    def as_json(self) -> dict[str, Json]:
        """As plain values; empty members are left out."""
        members: dict[str, Json] = {
            "address": self.address,
            "deed": self.deed,
            "file": self.file,
            "fields": [each.as_json("before", "after") for each in self.differences],
            "note": self.note,
        }
        return {name: value for name, value in members.items() if value not in ("", [])}


@dataclass(frozen=True, slots=True)
class Left:
    """What stays as it is, and why."""

    address: str
    reason: str

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        return {"address": self.address, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Edits:
    """All edits of one command. `unfilled` are values that a person has to fill in before anything validates."""

    environment: str
    edits: tuple[Edit, ...] = ()
    left: tuple[Left, ...] = ()
    unfilled: tuple[str, ...] = ()
    changes: tuple[FileChange, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """As plain values, without the files' contents."""
        return {
            "environment": self.environment,
            "edits": [each.as_json() for each in self.edits],
            "left": [each.as_json() for each in self.left],
            "unfilled": list(self.unfilled),
            "files": [each.file for each in self.changes],
        }
