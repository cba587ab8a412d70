"""Drafts the steps that put live objects in order; they come after their members, and activate the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.core.diff import NOTHING, cause_of_difference
from reconciler.core.kind import Part
from reconciler.core.plan import Cause, Change, Step, digest_of
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.comparing import cause_at
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.live import AccountNames
from reconciler.engine.matching import Matching
from reconciler.kinds._registry import find_kind


def arrange_steps(
    draft: Draft, resources: Mapping[str, Resource], matching: Matching, entries: Mapping[str, Entry]
) -> None:
    """Add a step for every arrangement that does not hold, and move activations of its members into it."""
    for resource in resources.values():
        if resource.removed:
            continue
        parts = find_kind(resource.kind).parts(resource.document)
        for part in parts:
            if part.arrangement is not None:
                _arrange(draft, resource, part, resources, matching, entries.get(resource.address))
        if resource.address in entries:
            _release(draft, resource.address, entries[resource.address], {part.name for part in parts})


def _release(draft: Draft, address: str, entry: Entry, stated: set[str]) -> None:
    """Arrangements that the manifest no longer states are nobody's any more; the objects stay where they are."""
    for name in sorted(entry.applied.keys() - entry.live.keys() - stated):
        draft.add(
            Step(
                step_id("update", address, name),
                "update",
                address,
                name,
                changes=tuple(
                    Change(path, "release", value, None, Cause("release"))
                    for path, value in entry.applied[name].items()
                ),
                reason="the manifest no longer states the order; the objects stay where they are",
            )
        )


def desired_arrangement(resource: Resource, part: Part, names: AccountNames) -> Json:
    """The arrangement that the manifest states, canonical."""
    each = part.fields[0]
    return each.codec.desired(resource.stated(each.path)[1], names)


def active_members(desired: Json, resources: Mapping[str, Resource], names: AccountNames) -> Json:
    """The listed objects that are meant to be active; anything but a list is returned as it is."""
    if not isinstance(desired, list):
        return desired
    return [each for each in desired if _is_meant_active(each, resources, names)]


def _is_meant_active(reference: Mapping[str, Json], resources: Mapping[str, Resource], names: AccountNames) -> bool:
    resource = resources.get(str(reference.get("ref", "")))
    if resource is not None:
        return bool(resource.document.get("active", True))
    live_id = str(reference.get("id", ""))
    if "external" in reference:
        try:
            live_id = names.live_id(reference)
        except LookupError:
            return False
    found = [each for each in names.objects("triggers") if str(each.get("id")) == live_id]
    return bool(found and found[0].get("active"))


def _arrange(
    draft: Draft,
    resource: Resource,
    part: Part,
    resources: Mapping[str, Resource],
    matching: Matching,
    entry: Entry | None,
) -> None:
    arrangement = part.arrangement
    identity = matching.identity(resource.address, "")
    if arrangement is None or identity.undecided or identity.unknown or resource.lifecycle.watch_only:
        return
    names = matching.names
    stated = desired_arrangement(resource, part, names)
    wanted = active_members(stated, resources, names)
    seen = arrangement.observe(resource, identity.live_id, wanted, names) if identity.live_id else None
    key = (resource.address, part.name)
    draft.desired[key] = {part.fields[0].path: stated}
    activations = _take_activations(draft, wanted)
    if seen == wanted and not activations:
        draft.observed[key] = {part.fields[0].path: stated}
        return
    draft.observed[key] = {part.fields[0].path: seen}
    known = entry.applied.get(part.name, {}).get(part.fields[0].path, NOTHING) if entry else NOTHING
    if isinstance(known, list) and isinstance(wanted, list):
        known = [each for each in known if each in wanted]
    is_new = not identity.live_id or seen == wanted
    kind = "intended" if is_new else cause_of_difference(wanted, seen, known, is_remembered=entry is not None)
    change = Change(part.fields[0].path, "set", seen, stated, cause_at(resource, part.fields[0].path, kind))
    needs = {create for create in draft.provided.values() if create == step_id("create", resource.address)}
    moved = {step for step in _moves_into(draft, wanted)}
    needs |= {step_id("update", address, part.name) for address in _anchors(stated)}
    arriving = {
        address: str(resources[address].document.get("title", address))
        for (address, _), create in draft.provided.items()
        if address in resources and create in draft.steps
    }
    draft.add(
        Step(
            step_id("update", resource.address, part.name),
            "update",
            resource.address,
            part.name,
            identity.live_id,
            observed={"digest": digest_of([part.name, seen])} if identity.live_id else {"after": next(iter(needs), "")},
            binding=identity.by,
            changes=(change, *activations),
            reason="brings the order about" + (" and activates the new ones in it" if activations else ""),
            sequence=tuple(arrangement.sequence(resource, identity.live_id, wanted, names, arriving)),
        ),
        *needs,
        *moved,
    )


def _anchors(stated: Json) -> set[str]:
    """The addresses behind which something is placed; they get their own place first."""
    values = stated.values() if isinstance(stated, Mapping) else ()
    return {str(each["ref"]) for each in values if isinstance(each, Mapping) and "ref" in each}


def _take_activations(draft: Draft, wanted: Json) -> list[Change]:
    """Moves `active: true` of the listed objects out of their own steps, so that they fire only in their place."""
    taken = []
    for each in wanted if isinstance(wanted, list) else ():
        address = str(each.get("ref", ""))
        for action in ("create", "update"):
            step = draft.steps.get(f"{action}:{address}") if address else None
            found = next((c for c in step.changes if c.path == "active" and c.after is True), None) if step else None
            if step is None or found is None:
                continue
            rest = tuple(change for change in step.changes if change is not found)
            taken.append(replace(found, address=address))
            if action == "create":
                draft.steps[step.id] = replace(
                    step, changes=rest, reason=f"{step.reason}; created inactive, the order step activates it"
                )
            elif rest:
                draft.steps[step.id] = replace(step, changes=rest)
            else:
                del draft.steps[step.id]
                del draft.needs[step.id]
    return taken


def _moves_into(draft: Draft, wanted: Json) -> list[str]:
    """The steps of the listed objects: creates, and updates that bring them into the container."""
    found = []
    for each in wanted if isinstance(wanted, list) else ():
        for action in ("create", "update"):
            step = draft.steps.get(f"{action}:{each.get('ref', '')}")
            if step is not None and (action == "create" or any(change.path == "category" for change in step.changes)):
                found.append(step.id)
    return found
