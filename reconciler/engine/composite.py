"""Finds the parts that live in or lead through another part of their resource, whole or half made.

It refuses to know how that other part was found.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.codec import MISSING
from reconciler.core.part import Part
from reconciler.core.resource import Resource
from reconciler.engine.binding_lines import ways_out
from reconciler.engine.claims import Claims
from reconciler.engine.identity import Identity
from reconciler.engine.live import Live, observe
from reconciler.kinds._registry import find_kind


def find_through(claims: Claims, resource: Resource, part: Part) -> None:
    """Find the part that another one of its resource points to, or the half that an interrupted create left."""
    if not claims.is_open(resource, part):
        return
    was = claims.was(resource, part)
    other_name, member = part.found_through
    other = claims.matching.identity(resource.address, other_name)
    parts = {each.name: each for each in find_kind(resource.kind).parts(resource.document)}
    if other.unknown or other.undecided:
        claims.conclude(resource, part, other)
        return
    if other.live_id:
        found = claims.snapshot.find(parts[other_name].collection.name, other.live_id)
        live_id = str(found[1].get(member) or "") if found else ""
        if live_id and claims.snapshot.find(part.collection.name, live_id):
            claims.found(resource, part, live_id, other_name, was)
            return
    halves = _halves(claims, resource, part, parts)
    if len(halves) == 1:
        claims.found(resource, part, str(halves[0]["id"]), "half of an interrupted create", was)
    elif halves:
        claims.conclude(resource, part, Identity(undecided=ways_out(resource, part, halves), was=was))
    else:
        claims.conclude(resource, part, Identity(was=was))


def find_inside(claims: Claims, resource: Resource, part: Part) -> None:
    """Find the part that lives in another one of its resource, which holds one object of that sort."""
    if not claims.is_open(resource, part):
        return
    outer = claims.matching.identity(resource.address, part.inside)
    if outer.unknown or outer.undecided:
        claims.conclude(resource, part, outer)
        return
    objects = claims.snapshot.objects(part.collection.name, outer.live_id) if outer.live_id else []
    if len(objects) == 1:
        claims.found(resource, part, str(objects[0]["id"]), part.inside, claims.was(resource, part))
    elif objects:
        claims.conclude(resource, part, Identity(undecided=ways_out(resource, part, objects)))
    else:
        claims.conclude(resource, part, Identity(was=claims.was(resource, part), parent=outer.live_id))


def _halves(claims: Claims, resource: Resource, part: Part, parts: Mapping[str, Part]) -> list[Live]:
    """Unclaimed objects in no entry that look exactly as our create would have left them."""
    entry = parts[part.found_through[0]]
    taken = {str(each.get(part.found_through[1])) for each in claims.snapshot.objects(entry.collection.name)}
    inner = next((each for each in parts.values() if each.inside == part.name), None)
    result = []
    for live in claims.unclaimed(part):
        if str(live["id"]) in taken or any(live.get(member) != value for member, value in part.constants):
            continue
        if inner is None or _looks_inert(claims, resource, inner, str(live["id"])):
            result.append(live)
    return result


def _looks_inert(claims: Claims, resource: Resource, inner: Part, parent: str) -> bool:
    objects = claims.snapshot.objects(inner.collection.name, parent)
    if len(objects) != 1:
        return False
    for each in inner.fields:
        is_stated, value = resource.stated(each.path)
        if not is_stated or each.is_secret:
            continue
        wanted = each.inert if each.inert is not MISSING else each.codec.desired(value, claims.names)
        if observe(each, objects[0], claims.names) not in (wanted, MISSING):
            return False
    return True
