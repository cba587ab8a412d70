"""What a remembered resource consists of where no manifest says it.

It refuses to know what is live.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.part import Part
from reconciler.core.state import Entry
from reconciler.kinds._registry import find_kind


def parts_of_entry(address: str, entry: Entry) -> Iterable[Part]:
    """The parts of a remembered resource that has no manifest any more, from its kind and remembered type."""
    kind, name = address.split("/", 1)
    key = dict(entry.key or {})
    document = {"kind": kind, "name": name, **({"type": key["type"]} if "type" in key else {})}
    own = tuple(part for part in find_kind(kind).parts(document) if part.is_object)
    return (*own, *(child for each in entry.live if (child := child_named(kind, each)) is not None))


def child_named(kind: str, part: str) -> Part | None:
    """The child of that part name, or None when the part is none."""
    return next((found for each in find_kind(kind).children if (found := each.part_named(part)) is not None), None)
