"""Finds the children of a resource: the items of its lists that are live objects inside its own object.

It refuses to know how the object that they live in was found, and what is done about them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from reconciler.core.part import Children, Part
from reconciler.core.resource import Resource
from reconciler.core.state import Entry
from reconciler.engine.binding_lines import ways_out
from reconciler.engine.claims import Claims
from reconciler.engine.comparing import stated_value
from reconciler.engine.identity import Identity
from reconciler.engine.live import AccountNames, Live, observe
from reconciler.kinds._registry import find_kind


def find_child(claims: Claims, resource: Resource, part: Part) -> None:
    """Find a child by its keys among the free objects that live in its parent's object."""
    if not claims.is_open(resource, part):
        return
    outer = claims.matching.identity(resource.address, part.parent)
    if outer.unknown or outer.undecided:
        claims.conclude(resource, part, outer)
        return
    was = claims.was(resource, part)
    inside = claims.snapshot.objects(part.collection.name, outer.live_id) if outer.live_id else []
    matches = [
        each for each in with_keys(resource, part, inside, claims.names) if not claims.is_claimed(part, str(each["id"]))
    ]
    if len(matches) == 1:
        claims.found(resource, part, str(matches[0]["id"]), "key", was)
    elif matches:
        claims.conclude(resource, part, Identity(undecided=ways_out(resource, part, matches), was=was))
    else:
        claims.conclude(resource, part, Identity(was=was, parent=outer.live_id))


def with_keys(resource: Resource, part: Part, objects: Sequence[Live], names: AccountNames) -> list[Live]:
    """The objects that have every key that the manifest states for a part."""
    keys = [
        (each, each.codec.desired(value, names))
        for each in part.key_fields()
        for is_stated, value in (stated_value(resource, each),)
        if is_stated
    ]
    return [live for live in objects if all(observe(each, live, names) == wanted for each, wanted in keys)]


def managed_children(resource: Resource, entry: Entry | None) -> Iterator[Children]:
    """The lists of children that matter for a resource: stated ones, and those that the memory has something of."""
    for children in find_kind(resource.kind).children:
        is_stated, _ = resource.stated(children.path)
        if is_stated or (entry is not None and any(children.part_named(name) for name in entry.live)):
            yield children


def leaving_parts(resource: Resource, entry: Entry | None) -> Iterator[tuple[Children, Part]]:
    """The remembered children that no item states any more."""
    for children in find_kind(resource.kind).children if entry is not None else ():
        stated: Container[str] = {part.name for part in children.parts(resource.document)}
        for name in entry.live if entry is not None else ():
            part = children.part_named(name)
            if part is not None and name not in stated:
                yield children, part


def bind_leaving(claims: Claims, resources: Sequence[Resource], entries: Mapping[str, Entry]) -> None:
    """References to a child that leaves its list keep its address, unless another item has become it."""
    for resource in resources:
        entry = entries.get(resource.address)
        for _, part in leaving_parts(resource, entry):
            live_id = entry.live[part.name] if entry is not None else ""
            if claims.snapshot.find(part.collection.name, live_id) and not claims.is_claimed(part, live_id):
                claims.names.bind(resource.address, part.name, part.collection.name, live_id)
