"""Drafts the steps that put live objects in order; they come after their members, and activate the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.core.canonical import canonical_json
from reconciler.core.diff import NOTHING, cause_of_difference
from reconciler.core.graph import in_order
from reconciler.core.part import Arrangement, Part
from reconciler.core.plan import Cause, Change, Step, digest_of
from reconciler.core.resource import Json, Resource, ref
from reconciler.core.state import Entry
from reconciler.engine.comparing import cause_at
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.entry_parts import child_named
from reconciler.engine.identity import Matching
from reconciler.engine.live import AccountNames, Live
from reconciler.kinds._registry import find_kind


def arrange_steps(
    draft: Draft, resources: Mapping[str, Resource], matching: Matching, entries: Mapping[str, Entry]
) -> None:
    """Add a step for every arrangement that does not hold, and move activations of its members into it."""
    wanted = {
        step_id("update", resource.address, part.name): (resource, part)
        for resource in resources.values()
        if not resource.removed
        for part in find_kind(resource.kind).parts(resource.document)
        if part.arrangement is not None
    }
    stated = {each: desired_arrangement(*pair, matching.names) for each, pair in wanted.items()}
    needs = {each: {_anchor_step(stated[each], part.name)} for each, (_, part) in wanted.items()}
    rivals: dict[bytes, list[str]] = {}
    for each, (resource, part) in wanted.items():
        rivals.setdefault(canonical_json([part.name, part.collection.name, stated[each]]), []).append(resource.address)
    for each in in_order(list(wanted), needs):
        resource, part = wanted[each]
        _arrange(draft, resource, part, resources, matching, entries.get(resource.address))
        sharing = rivals[canonical_json([part.name, part.collection.name, stated[each]])]
        if len(sharing) > 1 and not isinstance(stated[each], list) and each in draft.steps:
            reason = f"{' and '.join(sharing)} claim the same {part.name}, so each plan would move the other one away."
            draft.change(each, blocked=(*draft.steps[each].blocked, reason))
    for resource in resources.values():
        entry = entries.get(resource.address)
        if entry is not None and not resource.removed and not entry.retired:
            _release(draft, resource, entry)


def _anchor_step(desired: Json, part: str) -> str:
    """The step that puts in place what `{after: …}` names, or an empty text."""
    return step_id("update", str(desired["after"].get("ref", "")), part) if isinstance(desired, Mapping) else ""


def _disturbing(draft: Draft, resource: Resource, part: Part, desired: Json) -> set[str]:
    """The steps after which a place that holds now holds no longer: its anchor moves, or somebody new comes last."""
    anchor = _anchor_step(desired, part.name)
    newcomers = (
        step.id
        for step in draft.steps.values()
        if desired == "last"
        and step.action == "create"
        and step.address.split("/")[0] == resource.kind
        and step.address != resource.address
    )
    return {anchor, *newcomers} & draft.steps.keys()


def _release(draft: Draft, resource: Resource, entry: Entry) -> None:
    """A part that the manifest no longer states, such as an order, is not managed any more; nothing moves."""
    stated = {part.name for part in find_kind(resource.kind).parts(resource.document)}
    for part in sorted(entry.applied.keys() - stated):
        if child_named(resource.kind, part) is not None:
            continue
        changes = tuple(
            Change(path, "release", value, None, Cause("release")) for path, value in entry.applied[part].items()
        )
        draft.add(
            Step(
                step_id("update", resource.address, part),
                "update",
                resource.address,
                part,
                entry.live.get("", ""),
                changes=changes,
                reason="the manifest no longer states it; what is live stays",
            )
        )


def desired_arrangement(resource: Resource, part: Part, names: AccountNames) -> Json:
    """The arrangement that the manifest states, canonical."""
    each = part.fields[0]
    return each.codec.desired(resource.stated(each.path)[1], names)


def keeps_order(now: Json, before: Json) -> bool:
    """Whether two lists have what both hold in the same order: members that came or went do not disturb it."""
    if not isinstance(now, list) or not isinstance(before, list) or not all(isinstance(each, dict) for each in now):
        return False
    known = {canonical_json(each) for each in before}
    kept = [each for each in map(canonical_json, now) if each in known]
    present = set(kept)
    return kept == [each for each in map(canonical_json, before) if each in present]


def counting_members(
    arrangement: Arrangement, desired: Json, resources: Mapping[str, Resource], names: AccountNames
) -> Json:
    """The listed objects that are meant to have a place; anything but a list is returned as it is."""
    if not isinstance(desired, list):
        return desired
    return [each for each in desired if _is_meant_to_count(arrangement, each, resources, names)]


def is_there(reference: Mapping[str, Json], names: AccountNames) -> bool:
    """Whether exactly one live object is meant by a reference."""
    try:
        return bool(names.live_id(reference))
    except LookupError:
        return False


def members_there(
    arrangement: Arrangement, desired: Json, resources: Mapping[str, Resource], names: AccountNames
) -> Json:
    """The counting members that are live: the others have no place yet. Anything but a list is returned as it is."""
    counting = counting_members(arrangement, desired, resources, names)
    return [each for each in counting if is_there(each, names)] if isinstance(counting, list) else counting


def arriving_members(draft: Draft, resources: Mapping[str, Resource]) -> dict[str, str]:
    """What the plan creates, by address, with its title."""
    return {
        address: str(resources[address].document.get("title", address))
        for (address, _), create in draft.provided.items()
        if address in resources and create in draft.steps
    }


def _is_meant_to_count(
    arrangement: Arrangement, reference: Mapping[str, Json], resources: Mapping[str, Resource], names: AccountNames
) -> bool:
    resource = resources.get(str(reference.get("ref", "")))
    if resource is not None:
        return bool(resource.document.get("active", True))
    found = _live_object(arrangement, reference, names)
    return found is not None and arrangement.counts(found)


def _is_unresolved(stated: Json, names: AccountNames) -> bool:
    """Whether the list names a live object that is not there, or is there more than once: the step says so."""
    externals = [each for each in stated if "external" in each] if isinstance(stated, list) else []
    return any(_live_id(each, names) is None for each in externals)


def _live_object(arrangement: Arrangement, reference: Mapping[str, Json], names: AccountNames) -> Live | None:
    live_id = _live_id(reference, names)
    found = names.snapshot.find(arrangement.collections[0], live_id) if live_id is not None else None
    return found[1] if found else None


def _live_id(reference: Mapping[str, Json], names: AccountNames) -> str | None:
    try:
        return names.live_id(reference)
    except LookupError:
        return None


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
    unreadable = next((why for each in arrangement.collections if (why := names.snapshot.unreadable(each))), "")
    if unreadable:
        _block_unreadable(draft, resource, part, identity.live_id, unreadable)
        return
    wanted = counting_members(arrangement, stated, resources, names)
    seen = arrangement.observe(resource, identity.live_id, wanted, names) if identity.live_id else None
    key = (resource.address, part.name)
    draft.desired[key] = {part.fields[0].path: stated}
    activations = _take_activations(draft, wanted)
    disturbing = _disturbing(draft, resource, part, wanted)
    if seen == wanted and not activations and not disturbing and not _is_unresolved(stated, names):
        draft.observed[key] = {part.fields[0].path: stated}
        return
    draft.observed[key] = {part.fields[0].path: seen}
    known = entry.applied.get(part.name, {}).get(part.fields[0].path, NOTHING) if entry else NOTHING
    if isinstance(known, list) and isinstance(wanted, list):
        # What is not there stands nowhere: that the list has it is no sign of somebody else's hand.
        known = [each for each in known if each in wanted and is_there(each, names)]
    is_new = not identity.live_id or seen == wanted
    kind = "intended" if is_new else cause_of_difference(wanted, seen, known, is_remembered=entry is not None)
    change = Change(part.fields[0].path, "set", seen, stated, cause_at(resource, part.fields[0].path, kind))
    foreign = [
        reason
        for each in (wanted if isinstance(wanted, list) else ())
        if (reason := _foreign(draft, resource, arrangement, identity.live_id, each, names))
    ]
    needs = {create for create in draft.provided.values() if create == step_id("create", resource.address)}
    moved = set(_moves_into(draft, arrangement, wanted))
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
            blocked=tuple(foreign),
            reason="brings the order about" + (" and activates the new ones in it" if activations else ""),
            sequence=tuple(
                arrangement.sequence(resource, identity.live_id, wanted, names, arriving_members(draft, resources))
            ),
        ),
        *needs,
        *moved,
        *disturbing,
    )


def _block_unreadable(draft: Draft, resource: Resource, part: Part, live_id: str, unreadable: str) -> None:
    draft.add(
        Step(
            step_id("update", resource.address, part.name),
            "update",
            resource.address,
            part.name,
            live_id,
            blocked=(f"what is to be ordered could not be read, so nothing is known about it: {unreadable}",),
            reason="the account cannot be read",
        )
    )


def _foreign(
    draft: Draft,
    resource: Resource,
    arrangement: Arrangement,
    own_id: str,
    reference: Mapping[str, Json],
    names: AccountNames,
) -> str:
    """Why an object cannot be ordered here: it stands, or is meant to stand, in another container."""
    path, member = arrangement.container
    if not path:
        return ""
    address = str(reference.get("ref", ""))
    container = draft.desired.get((address, ""), {}).get(path)
    if container is not None:
        is_own = container == names.canonical(ref(resource.address))
    else:
        found = _live_object(arrangement, reference, names)
        is_own = found is None or str(found.get(member)) == own_id
    if is_own:
        return ""
    shown = address or str(reference.get("external") or reference.get("id"))
    return f"{shown} does not stand in {resource.address}, so it has no place in its order. Take it out of the list."


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


def _moves_into(draft: Draft, arrangement: Arrangement, wanted: Json) -> list[str]:
    """The steps of the listed objects: creates, and updates that bring them into the container."""
    found = []
    container, _ = arrangement.container
    for each in wanted if isinstance(wanted, list) else ():
        for action in ("create", "update"):
            step = draft.steps.get(f"{action}:{each.get('ref', '')}")
            if step is not None and (action == "create" or any(change.path == container for change in step.changes)):
                found.append(step.id)
    return found
