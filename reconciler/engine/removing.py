"""Drafts what happens to objects whose manifest is gone or a tombstone; only what the memory owns is ever removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.codec import MISSING
from reconciler.core.part import Part
from reconciler.core.plan import Cause, Change, Step, digest_of
from reconciler.core.resource import TEXT_REFERENCE, Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.binding_lines import title_of
from reconciler.engine.comparing import cause_at
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.identity import Matching
from reconciler.engine.live import Live, Snapshot, observe, observe_part
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment


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
    wanted: list[tuple[str, Entry, str, Cause, str]] = []
    for resource in resources.values():
        if not resource.removed:
            continue
        entry = entries.get(resource.address)
        if entry is not None:
            wanted.append((resource.address, entry, resource.removed, cause_at(resource, "removed", "intended"), ""))
        elif memory == "none":
            draft.warnings.append(_why_not_removed(resource, environment))
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
        wanted.append((address, entry, "delete" if wish == "block" else wish, Cause("intended"), blocked))
    pointing: dict[str, list[str]] = {}
    for step in draft.steps.values():
        for change in step.changes:
            for address in _addresses_in(change.before):
                pointing.setdefault(address, []).append(step.id)
    # What takes others with it comes last: by then the steps that remove those others are known.
    for address, entry, wish, cause, blocked in sorted(
        wanted, key=lambda each: any(part.takes for part in parts_of_entry(each[0], each[1]))
    ):
        _remove(draft, address, entry, wish, cause, matching, snapshot, blocked, pointing.get(address, ()))
    _remove_pointers_first(draft, entries)


def _why_not_removed(resource: Resource, environment: LoadedEnvironment) -> str:
    """Why a tombstone does nothing where nothing is remembered."""
    lines = (line.live_id for key, line in environment.bindings.items() if key.partition("#")[0] == resource.address)
    bound = next(filter(None, lines), "")
    if bound:
        return (
            f"{resource.address} is to be removed and is {bound} in bindings.yaml, which is not in the account, or no "
            f"{resource.kind}. Correct the line, or remove the tombstone and the line."
        )
    return (
        f"{resource.address} is to be removed, but nothing remembers which live object it is. Say it in "
        f'bindings.yaml: {resource.address}: {{id: "…"}}'
    )


def _remove_pointers_first(draft: Draft, entries: Mapping[str, Entry]) -> None:
    """Let what points at another removed object go before it; of two that point at each other, one lets go first."""
    removals = {key: step for key, step in draft.steps.items() if step.action == "delete"}
    for each, step in sorted(removals.items()):
        seen = draft.observed.get((step.address, step.part), {})
        pointed_at = set(_parts_in(seen))
        for other in [key for key, removal in removals.items() if (removal.address, removal.part) in pointed_at]:
            if removals[other].address == step.address:
                continue
            if other not in draft.all_needs(each):
                draft.needs[other].add(each)
                continue
            target = (removals[other].address, removals[other].part)
            cleared = {path: value for path, value in seen.items() if target in _parts_in(value)}
            letting_go = _let_go(draft, step, cleared, entries[step.address])
            draft.needs[other].add(letting_go)
            draft.needs[each].add(letting_go)


def _let_go(draft: Draft, removal: Step, cleared: Mapping[str, Json], entry: Entry) -> str:
    """The step that clears the pointers of an object which is removed later; returns its id."""
    update = step_id("update", removal.address, removal.part)
    part = next(each for each in parts_of_entry(removal.address, entry) if each.name == removal.part)
    changes = tuple(
        Change(each.path, "clear", cleared[each.path], None, Cause("intended"))
        for each in part.fields
        if each.path in cleared and each.on_update
    )
    draft.add(
        Step(
            update,
            "update",
            removal.address,
            removal.part,
            removal.live_id,
            observed={"digest": digest_of([change.before for change in changes])},
            binding="state",
            changes=changes,
            reason="it lets go of what points back at it, so that both can be removed",
            blocked=removal.blocked,
        )
    )
    return update


def _remove(
    draft: Draft,
    address: str,
    entry: Entry,
    wish: str,
    cause: Cause,
    matching: Matching,
    snapshot: Snapshot,
    blocked: str,
    pointing: Sequence[str],
) -> None:
    if entry.retired:
        return
    if not entry.live:
        _forget_given(draft, address, wish, blocked)
        return
    kind = find_kind(address.split("/")[0])
    parts = [part for part in parts_of_entry(address, entry) if entry.live.get(part.name)]
    unreadable = next((why for part in parts if (why := snapshot.unreadable(part.collection.name))), "")
    live = [(part, snapshot.find(part.collection.name, entry.live[part.name])) for part in parts]
    reasons = [blocked] if blocked else []
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
    elif wish == "keep" and not blocked:
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
    if wish == "delete":
        reasons.extend(why for part in parts if (why := part.why_permanent()))
    reasons.extend(
        identity.undecided for part in parts if (identity := matching.identity(address, part.name)).undecided
    )
    earlier = _made_inert(draft, address, live, reasons, matching)
    for part, found in reversed(live):
        if part.inside or part.is_child or (found is None and not unreadable):
            continue
        action = "deactivate" if wish == "deactivate" else "delete"
        seen = observe_part(part, found[1], matching.names) if found else {}
        draft.observed[address, part.name] = seen
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
        taken = _taken(part, entry.live[part.name], snapshot) if action == "delete" else []
        step = Step(
            step_id(action, address, part.name),
            action,
            address,
            part.name,
            entry.live[part.name],
            observed={"digest": digest_of(seen)} if found else {},
            binding="state",
            changes=changes,
            reason=f"its manifest is a tombstone ({cause.file}:{cause.line})" if cause.file else "its manifest is gone",
            risk="deletes_data" if action == "delete" else "",
            reversible=action == "deactivate",
            takes=tuple(
                f"{collection} {each['id']}" + (f" ({title})" if (title := title_of(each)) else "")
                for collection, each in taken
            ),
            blocked=(*reasons, *_unplanned_takings(draft, address, taken, matching)),
        )
        draft.add(step, *earlier, *pointing, *_leaving(draft, taken, matching))
        earlier.append(step.id)


def _forget_given(draft: Draft, address: str, wish: str, blocked: str) -> None:
    """The step for what has no live object of its own: what it gave to others stays with them."""
    reasons = [blocked] if blocked else []
    if wish != "keep":
        reasons.append(
            "what it gave is never taken away by removing it: that is asked for by name, in a manifest. Use removed: keep."
        )
    draft.add(
        Step(
            step_id("forget", address),
            "forget",
            address,
            reason="no longer managed; what it gave stays",
            blocked=tuple(reasons),
        )
    )


def _made_inert(
    draft: Draft,
    address: str,
    live: Sequence[tuple[Part, tuple[str, Live] | None]],
    reasons: Sequence[str],
    matching: Matching,
) -> list[str]:
    """The steps that make parts inert again before anything is deleted: the way of a creation, backwards."""
    steps: list[str] = []
    repointing = [
        other.id for other in draft.steps.values() if other.action in ("update", "link") and other.address != address
    ]
    for part, found in live:
        changes = tuple(
            Change(each.path, "set", seen, each.inert, Cause("intended"))
            for each in part.fields
            if found and each.inert is not MISSING
            if (seen := observe(each, found[1], matching.names)) not in (each.inert, MISSING)
        )
        if found and changes:
            draft.add(
                Step(
                    step_id("update", address, part.name),
                    "update",
                    address,
                    part.name,
                    str(found[1]["id"]),
                    observed={"digest": digest_of([change.before for change in changes])},
                    binding="state",
                    changes=changes,
                    reason="it stops listening before it is removed",
                    blocked=tuple(reasons),
                ),
                *repointing,
            )
            steps.append(step_id("update", address, part.name))
    return steps


def _taken(part: Part, live_id: str, snapshot: Snapshot) -> list[tuple[str, Live]]:
    """The live objects that the service removes together with one."""
    return [
        (collection, each)
        for collection, member in part.takes
        for each in snapshot.objects(collection, "" if member else live_id)
        if not member or str(each.get(member)) == live_id
    ]


def _unplanned_takings(
    draft: Draft, address: str, taken: Sequence[tuple[str, Live]], matching: Matching
) -> Iterator[str]:
    for collection, each in taken:
        owner = matching.names.owner(collection, str(each["id"]))
        if owner is not None and owner[0] == address:
            continue
        if owner is None or not _leaving_step(draft, owner):
            yield (
                f"the service would remove {title_of(each)} ({each['id']}, {collection}) with it, which no step of this plan "
                "asks for. Move it elsewhere or remove it first."
            )


def _leaving(draft: Draft, taken: Sequence[tuple[str, Live]], matching: Matching) -> Iterator[str]:
    """The steps that come first because they take members out of what is removed."""
    for collection, each in taken:
        owner = matching.names.owner(collection, str(each["id"]))
        leaving = _leaving_step(draft, owner) if owner else ""
        if leaving:
            yield leaving


def _leaving_step(draft: Draft, owner: tuple[str, str]) -> str:
    """The step that removes an object or points it elsewhere, if there is one."""
    removal, update = step_id("delete", *owner), step_id("update", *owner)
    if removal in draft.steps:
        return removal
    moves = update in draft.steps and any(change.path == "category" for change in draft.steps[update].changes)
    return update if moves else ""


def _parts_in(value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield from ((found[1], "") for found in TEXT_REFERENCE.finditer(value))
    elif isinstance(value, Mapping):
        if "ref" in value:
            yield str(value["ref"]), str(value.get("part", ""))
        for inner in value.values():
            yield from _parts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _parts_in(inner)


def _addresses_in(value: Json) -> Iterator[str]:
    return (address for address, _ in _parts_in(value))
