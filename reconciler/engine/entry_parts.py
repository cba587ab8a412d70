"""What a remembered resource, or a tombstone, consists of where no manifest says it.

It refuses to know what is live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.core.kind import Part
from reconciler.core.policy import Binding
from reconciler.core.resource import Resource
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


def bound_tombstones(
    resources: Sequence[Resource], entries: Mapping[str, Entry], bindings: Mapping[str, Binding]
) -> dict[str, Entry]:
    """What `bindings.yaml` says that tombstones stand for where the memory does not know.

    A kind whose parts follow from its type is left out: neither the tombstone nor the line says the type.
    """
    found: dict[str, Entry] = {}
    for resource in resources:
        if not resource.removed or resource.address in entries:
            continue
        lines = {
            key.partition("#")[2]: line for key, line in bindings.items() if key.partition("#")[0] == resource.address
        }
        entry = Entry(live={part: line.live_id for part, line in lines.items() if line.live_id})
        if not entry.live:
            continue
        try:
            parts_of_entry(resource.address, entry)
        except KeyError:
            continue
        found[resource.address] = entry
    return found
