"""Says what the tombstones are that only `bindings.yaml` binds: a tombstone states neither a type nor any part.

It refuses to know what the memory holds; what that has is not looked up here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.codec import MISSING
from reconciler.core.part import Part
from reconciler.core.policy import Binding
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Collection
from reconciler.core.state import Entry
from reconciler.engine.live import AccountNames, Snapshot, observe
from reconciler.kinds._collections import BY_NAME
from reconciler.kinds._registry import find_kind


def bound_tombstones(
    resources: Sequence[Resource], bindings: Mapping[str, Binding], snapshot: Snapshot
) -> dict[str, Entry]:
    """What the lines say that tombstones stand for, by address, with the type and key that the live object has.

    One line is enough: parts that another one leads to, or that live in it, are found through that. A tombstone whose
    lines name nothing live is left out.
    """
    found: dict[str, Entry] = {}
    for resource, lines in _bound(resources, bindings):
        entries = (_entry(resource, form, lines, snapshot) for form in find_kind(resource.kind).forms)
        entry = next((each for each in entries if each is not None), None)
        if entry is not None:
            found[resource.address] = entry
    return found


def collections_of_bound(resources: Sequence[Resource], bindings: Mapping[str, Binding]) -> list[Collection]:
    """The collections that have to be read to say so, and those of what goes with it."""
    parts = [
        part
        for resource, lines in _bound(resources, bindings)
        for form in find_kind(resource.kind).forms
        for part in _parts(resource, form)
        if part.name in lines or part.found_through[0] in lines
    ]
    return [
        collection for part in parts for collection in (part.collection, *(BY_NAME[name] for name, _ in part.takes))
    ]


def _bound(
    resources: Sequence[Resource], bindings: Mapping[str, Binding]
) -> Iterator[tuple[Resource, Mapping[str, str]]]:
    """The tombstones that have lines, with the live id of each part that a line names."""
    for resource in resources if bindings else ():
        lines = {
            key.partition("#")[2]: line.live_id
            for key, line in bindings.items()
            if line.live_id and key.partition("#")[0] == resource.address
        }
        if resource.removed and lines:
            yield resource, lines


def _parts(resource: Resource, form: Mapping[str, Json]) -> list[Part]:
    parts = find_kind(resource.kind).parts({**form, "kind": resource.kind, "name": resource.name})
    return [part for part in parts if part.is_object and not part.aspect]


def _entry(resource: Resource, form: Mapping[str, Json], lines: Mapping[str, str], snapshot: Snapshot) -> Entry | None:
    """The tombstone as an object of one form, or None where what is live has another."""
    live = dict(lines)
    parts = _parts(resource, form)
    for part in parts:
        through, member = part.found_through
        outer = next((each for each in parts if each.name == through), None)
        if outer is not None and through in live and part.name not in live:
            led = snapshot.find(outer.collection.name, live[through])
            live[part.name] = str(led[1].get(member) or "") if led else ""
    for part in parts:
        inside = snapshot.objects(part.collection.name, live[part.inside]) if live.get(part.inside) else []
        if part.inside and len(inside) == 1:
            live.setdefault(part.name, str(inside[0]["id"]))
    known = {part.name: part for part in parts}
    key: dict[str, Json] = {"type": form["type"]} if "type" in form else {}
    names = AccountNames(snapshot)
    for name, live_id in live.items():
        found = snapshot.find(known[name].collection.name, live_id) if name in known else None
        if found is None or not known[name].admits(found[1]):
            return None
        seen = {each.path: observe(each, found[1], names) for each in known[name].key_fields()}
        key |= {path: value for path, value in seen.items() if value not in (MISSING, None, "")}
    return Entry(key=key or None, live=live)
