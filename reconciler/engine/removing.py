"""Drafts what happens to objects whose manifest is gone or a tombstone; only what the memory owns is ever removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.kind import MISSING, Kind, Part
from reconciler.core.plan import Cause, Change, Step, digest_of
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.comparing import cause_at
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.live import Live, Snapshot, observe, observe_part
from reconciler.engine.matching import Matching, parts_of_entry, probable_rename
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment


def bound_tombstones(environment: LoadedEnvironment) -> dict[str, Entry]:
    """What a tombstone removes without a memory: the live objects that `bindings.yaml` names for its address."""
    found: dict[str, Entry] = {}
    for resource in environment.resources:
        if not resource.removed:
            continue
        live = {
            key.removeprefix(resource.address).removeprefix("#"): binding.live_id
            for key, binding in environment.bindings.items()
            if binding.live_id and key.split("#")[0] == resource.address
        }
        if live:
            found[resource.address] = Entry(live=live)
    return found


def removal_steps(
    draft: Draft,
    environment: LoadedEnvironment,
    resources: Mapping[str, Resource],
    matching: Matching,
    entries: dict[str, Entry],
    snapshot: Snapshot,
    memory: str,
) -> None:
    """Add the steps for tombstones and for remembered addresses without a manifest."""
    for resource in resources.values():
        if not resource.removed:
            continue
        entry = entries.get(resource.address)
        if entry is None:
            if memory == "none":
                draft.warnings.append(
                    f"{resource.address} is to be removed, but nothing remembers which live object it is. Say it in "
                    f'bindings.yaml: {resource.address}: {{id: "…"}}'
                )
            continue
        cause = cause_at(resource, "removed", "intended")
        _remove(draft, resource.address, entry, resource.removed, cause, matching, snapshot, "")
    for address, entry in entries.items():
        if address in resources or entry.retired:
            continue
        wish = entry.on_remove or find_kind(address.split("/")[0]).on_remove
        blocked = ""
        if environment.policy.removal == "tombstone":
            blocked = (
                "its manifest is gone, and policy.removal is tombstone: absence alone removes nothing. Put the manifest back, or "
                f"say what happens: {{kind: {address.split('/')[0]}, name: {address.split('/')[1]}, removed: delete}} (or deactivate, keep)."
            )
        elif wish == "block":
            blocked = (
                "its manifest is gone, and objects of this kind are not removed by absence. Put the manifest back, or say what "
                f"happens: {{kind: {address.split('/')[0]}, name: {address.split('/')[1]}, removed: delete}} (or deactivate, keep)."
            )
        _remove(
            draft, address, entry, "delete" if wish == "block" else wish, Cause("intended"), matching, snapshot, blocked
        )


def _remove(
    draft: Draft,
    address: str,
    entry: Entry,
    wish: str,
    cause: Cause,
    matching: Matching,
    snapshot: Snapshot,
    blocked: str,
) -> None:
    if entry.retired:
        return
    kind = find_kind(address.split("/")[0])
    parts = [part for part in parts_of_entry(address, entry) if entry.live.get(part.name)]
    unreadable = next((why for part in parts if (why := snapshot.unreadable(part.collection.name))), "")
    live = [(part, snapshot.find(part.collection.name, entry.live[part.name])) for part in parts]
    reasons = [blocked] if blocked else []
    if address in matching.renames:
        reasons = [probable_rename(address, matching.renames[address])]
    if unreadable:
        reasons.append(f"its collection could not be read, so nothing is known about it: {unreadable}")
    elif not any(found for _, found in live):
        draft.add(
            Step(
                step_id("forget", address),
                "forget",
                address,
                reason="its manifest is gone, and so is the live object",
            )
        )
        return
    elif wish == "keep" and not reasons:
        draft.add(
            Step(
                step_id("forget", address),
                "forget",
                address,
                live_id=entry.live.get(parts[0].name, "") if parts else "",
                reason="no longer managed; the live object stays",
            )
        )
        return
    if entry.protect:
        reasons.append(
            "it is protected. Set lifecycle: {protect: false} in its manifest and apply that first, in a plan of its own."
        )
    if wish == "deactivate" and kind.deactivates is None:
        reasons.append(f"a {kind.name} cannot be deactivated. Use removed: delete or keep.")
    reasons.extend(_pointers_left(draft, kind, entry, matching, snapshot))
    repointing = [
        other.id
        for other in draft.steps.values()
        if other.action in ("update", "link", "create") and other.address != address
    ]
    earlier: list[str] = []
    for part, found in live if wish != "deactivate" else ():
        harmless = _harmless_step(address, part, found, cause, matching, tuple(reasons))
        if harmless is not None:
            draft.add(harmless, *repointing)
            earlier.append(harmless.id)
    for part, found in reversed(live):
        if part.inside or (found is None and not unreadable):
            continue
        action = "deactivate" if wish == "deactivate" else "delete"
        observed = digest_of(observe_part(part, found[1], matching.names)) if found else ""
        changes: tuple[Change, ...] = ()
        if action == "deactivate" and kind.deactivates is not None:
            path, value = kind.deactivates
            if found and found[1].get(path) == value:
                draft.add(
                    Step(
                        step_id("forget", address),
                        "forget",
                        address,
                        live_id=entry.live[part.name],
                        reason="it is inactive already",
                    )
                )
                return
            changes = (Change(path, "set", not value, value, cause),)
        takes, before_it = (
            _taken_along(draft, kind, entry.live[part.name], matching, snapshot) if action == "delete" else ((), ())
        )
        step = Step(
            step_id(action, address, part.name),
            action,
            address,
            part.name,
            entry.live[part.name],
            observed={"digest": observed} if observed else {},
            binding="state",
            changes=changes,
            reason="its manifest is gone" if not cause.file else "its manifest is a tombstone",
            risk="deletes_data" if action == "delete" else "",
            reversible=action == "deactivate",
            takes=takes,
            blocked=(*reasons, *_refusal(takes)),
        )
        draft.add(step, *earlier, *repointing, *before_it)
        earlier.append(step.id)


def _harmless_step(
    address: str, part: Part, found: tuple[str, Live] | None, cause: Cause, matching: Matching, blocked: tuple[str, ...]
) -> Step | None:
    """What was made harmless until everything stood is made harmless again before anything of it goes."""
    changes = []
    for each in part.fields if found else ():
        seen = observe(each, found[1], matching.names) if found and each.inert is not MISSING else MISSING
        if seen is not MISSING and seen != each.inert:
            changes.append(Change(each.path, "set", seen, each.inert, cause))
    if found is None or not changes:
        return None
    return Step(
        step_id("update", address, part.name),
        "update",
        address,
        part.name,
        str(found[1]["id"]),
        observed={"digest": digest_of(observe_part(part, found[1], matching.names))},
        binding="state",
        changes=tuple(changes),
        reason="harmless again before it is removed",
        blocked=blocked,
    )


def _taken_along(
    draft: Draft, kind: Kind, live_id: str, matching: Matching, snapshot: Snapshot
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the service would delete with an object, and the steps of this plan that take the rest out of it before."""
    takes: list[str] = []
    before_it: list[str] = []
    for collection, member in kind.holds:
        for each in snapshot.objects(collection.name):
            if str(each.get(member)) != live_id:
                continue
            owner = matching.names.owner(collection.name, str(each["id"]))
            leaving = [step_id("delete", owner[0])] if owner else []
            moving = draft.steps.get(step_id("update", owner[0])) if owner else None
            if moving is not None and any(_points_to(change.before, live_id, matching) for change in moving.changes):
                leaving.append(moving.id)
            steps = [step for step in leaving if step in draft.steps]
            if steps:
                before_it.extend(steps)
            else:
                title = str(each.get("title") or each.get("name") or each["id"])
                takes.append(f"{collection.item} {title}")
    return tuple(takes), tuple(before_it)


def _pointers_left(draft: Draft, kind: Kind, entry: Entry, matching: Matching, snapshot: Snapshot) -> Iterator[str]:
    """What points to an object and would still point to it when it goes: no step of the plan changes that."""
    for part, collection, member in kind.pointed_from:
        live_id = entry.live.get(part, "")
        for each in snapshot.objects(collection.name) if live_id else ():
            pointer = str(each["id"])
            if str(each.get(member)) != live_id or pointer == live_id:
                continue
            owner = matching.names.owner(collection.name, pointer)
            steps = [step for step in draft.steps.values() if owner and (step.address, step.part) == owner]
            if any(
                _points_to(change.before, live_id, matching)
                for step in steps
                for change in step.changes
                if change.op != "release"
            ):
                continue
            shown = owner[0] if owner else f'the live {collection.item} "{each.get("name") or pointer}"'
            yield f"{shown} still points to it ({member}). Point it elsewhere first; the service refuses to remove it otherwise."


def _points_to(value: Json, live_id: str, matching: Matching) -> bool:
    try:
        return isinstance(value, Mapping) and matching.names.live_id(value) == live_id
    except (LookupError, KeyError):
        return False


def _refusal(takes: Sequence[str]) -> tuple[str, ...]:
    if not takes:
        return ()
    shown = ", ".join(takes[:5]) + (f" and {len(takes) - 5} more" if len(takes) > 5 else "")
    return (
        f"the service would delete with it: {shown}. Move them elsewhere, or remove each in a step of its own, and plan again.",
    )
