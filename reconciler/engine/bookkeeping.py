"""What the memory becomes after a step; pure functions from entries to entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from reconciler.core.plan import Change, Step
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.comparing import natural_key, rotation_by_hand, secret_use
from reconciler.engine.planner import Planned
from reconciler.kinds._registry import find_kind


def bound(entry: Entry | None, resource: Resource, part: str, live_id: str, *, created: bool) -> Entry:
    """The entry with a part bound to a live object; what was applied to another object is forgotten."""
    entry = entry or Entry(live={}, created=created)
    applied = dict(entry.applied)
    if entry.live.get(part) != live_id:
        applied.pop(part, None)
    return replace(
        entry,
        live={**entry.live, part: live_id},
        key=natural_key(resource),
        applied=applied,
        protect=resource.lifecycle.protect,
        on_remove=resource.lifecycle.on_remove,
        retired=None,
    )


def granted(entry: Entry | None, resource: Resource) -> Entry:
    """The entry of a resource that gives something to objects which are not its own."""
    return replace(
        entry or Entry(live={}),
        key=natural_key(resource),
        protect=resource.lifecycle.protect,
        on_remove=resource.lifecycle.on_remove,
        retired=None,
    )


def adopted(entry: Entry, resource: Resource, part: str, observed: Mapping[str, Json]) -> Entry:
    """The entry with live's stated fields as last applied, and the stated generations as written."""
    generations = dict(entry.generations)
    for each in _fields(resource, part):
        is_stated, value = resource.stated(each.path)
        if each.is_secret and is_stated:
            generations.setdefault(each.path, secret_use(value).generation)
    return replace(
        entry,
        applied={**entry.applied, part: {**entry.applied.get(part, {}), **observed}},
        generations=generations,
    )


def written(entry: Entry, part: str, changes: Iterable[Change]) -> Entry:
    """The entry after the changes of one part were written or released."""
    applied = dict(entry.applied.get(part, {}))
    generations = dict(entry.generations)
    for change in changes:
        if change.op == "write_secret":
            generations[change.path] = int(change.after["generation"])
        elif change.op == "release":
            applied.pop(change.path, None)
        else:
            applied[change.path] = change.after
    everything = {**entry.applied, part: applied}
    return replace(
        entry,
        applied={name: fields for name, fields in everything.items() if fields},
        generations=generations,
        retired=None,
    )


def without_part(entry: Entry, part: str) -> Entry:
    """The entry without one part: its live id and what was applied to it."""
    return replace(
        entry,
        live={name: live_id for name, live_id in entry.live.items() if name != part},
        applied={name: fields for name, fields in entry.applied.items() if name != part},
    )


def by_owner(step: Step) -> dict[tuple[str, str], list[Change]]:
    """The changes of a step by the address and part that they belong to."""
    owners: dict[tuple[str, str], list[Change]] = {}
    for change in step.changes:
        owner = (change.address, change.part) if change.address else (step.address, step.part)
        owners.setdefault(owner, []).append(change)
    return owners


def in_step(
    planned: Planned, entries: Mapping[str, Entry], attested: Mapping[str, str], left_out: Collection[str] = ()
) -> dict[str, Entry]:
    """The entries that change although no step does: fields that are newly stated and hold, observed ones that are no
    longer stated, lifecycle, generations that a person vouched for. What only gives to others has an entry from its
    first apply on, but for `left_out`."""
    changed: dict[str, Entry] = {}
    for address, entry in {**_giving(planned, left_out), **entries}.items():
        resource = planned.resources.get(address)
        if resource is None or resource.removed:
            continue
        if entry.retired and not any(
            planned.matching.identity(address, part).live_id == entry.live[part] for part in entry.live
        ):
            continue
        applied = {part: dict(fields) for part, fields in entry.applied.items()}
        parts = find_kind(resource.kind).parts(resource.document)
        homes = {each.name: each.lives_as for each in parts}
        bodiless = {each.name for each in parts if not each.is_object}
        for (owner, part), observed in planned.observed.items():
            desired = planned.desired.get((owner, part), {})
            home = homes.get(part, part)
            is_ours = home in entry.live or part in bodiless
            if (
                owner == address
                and is_ours
                and planned.matching.identity(address, part).live_id in ("", entry.live.get(home))
            ):
                for path, value in desired.items():
                    if path in observed and observed[path] == value:
                        applied.setdefault(part, {})[path] = value
        for part, path in _no_longer_observed(resource):
            applied.get(part, {}).pop(path, None)
        generations = dict(entry.generations)
        for path, generation in _vouched_generations(resource, entry, attested):
            generations[path] = generation
        updated = replace(
            entry,
            applied=applied,
            generations=generations,
            key=natural_key(resource),
            protect=resource.lifecycle.protect,
            on_remove=resource.lifecycle.on_remove,
            retired=None,
        )
        if updated != entry:
            changed[address] = updated
    return changed


def _giving(planned: Planned, left_out: Collection[str]) -> dict[str, Entry]:
    """New entries for resources without a live object of their own, of which something holds already."""
    own = {address for address, _ in planned.matching.identities}
    return {
        address: Entry(live={})
        for (address, part), desired in planned.desired.items()
        if address not in own and address not in left_out
        if any(planned.observed.get((address, part), {}).get(path) == value for path, value in desired.items())
    }


def _no_longer_observed(resource: Resource) -> Iterable[tuple[str, str]]:
    """Part and path of observed fields that are not stated: forgetting them is no step, since nothing was ever written."""
    for part in find_kind(resource.kind).parts(resource.document):
        for each in part.fields:
            if each.by_person is not None and not resource.stated(each.path)[0]:
                yield part.name, each.path


def _vouched_generations(resource: Resource, entry: Entry, attested: Mapping[str, str]) -> Iterable[tuple[str, int]]:
    """Generations of secrets that only a person can put in place: taken as they are when first stated, later vouched for."""
    for part in find_kind(resource.kind).parts(resource.document):
        for each in part.fields:
            is_stated, value = resource.stated(each.path)
            if each.rotates == "by_hand" and is_stated:
                manual, _, digest = rotation_by_hand(resource, each)
                if each.path not in entry.generations or attested.get(manual) == digest:
                    yield each.path, secret_use(value).generation


def _fields(resource: Resource, part: str):  # type: ignore[no-untyped-def]
    for each in find_kind(resource.kind).parts(resource.document):
        if each.name == part:
            yield from each.fields
