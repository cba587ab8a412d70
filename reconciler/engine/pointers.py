"""Blocks the removal of what other live objects would still point to once the plan has run, and names those objects.

It refuses to clear a pointer that no manifest asks to clear: what a manifest does not state is not ours. Only listings that
were read count, and pointers are compared as the kinds describe them, never by bare ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.part import Field, Part
from reconciler.core.plan import Change
from reconciler.core.resource import Json
from reconciler.engine.binding_lines import title_of
from reconciler.engine.drafting import Draft, references_in, step_id
from reconciler.engine.entry_parts import child_named, parts_of_entry
from reconciler.engine.live import Live, observe
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind, manifest_kinds

Target = tuple[str, str]
"""The address and part of something that a step removes."""


def block_pointed_at(draft: Draft, situation: Situation) -> None:
    """Block each removal of what is still pointed at afterwards; let removals and re-pointings that help come before it."""
    gone = _gone(draft, situation)
    if not gone:
        return
    leaving = {address for address, _ in gone if _is_leaving(situation, address)}
    described = _described(situation)
    for holder in _holders(situation, described):
        if holder.owner in gone or (holder.owner and holder.owner[0] in leaving):
            _let_go_first(draft, gone, holder)
        else:
            _block_if_kept(draft, situation, gone, holder)
    for step in list(draft.steps.values()):
        for change in step.changes:
            for target in _targets(change.after, gone) - _targets(change.before, gone):
                if (change.address or step.address) not in leaving and change.op != "release":
                    where = f"{change.address or step.address} would point to it in {change.path}"
                    _block(draft, situation, target, gone[target], f"{where}. Point it elsewhere in its manifest.")


@dataclass(frozen=True, slots=True)
class _Holder:
    """A live object, which kind describes it, whose it is, and of its pointers each field with its canonical value."""

    kind: str
    collection: str
    live: Live
    owner: Target | None
    pointers: tuple[tuple[Field, Json], ...]


def _is_leaving(situation: Situation, address: str) -> bool:
    resource = situation.resources.get(address)
    return resource is None or resource.removed is not None


def _gone(draft: Draft, situation: Situation) -> dict[Target, str]:
    """Everything that delete steps remove, with the step: its own part, and what lives inside that."""
    gone: dict[Target, str] = {}
    for step in draft.steps.values():
        if step.action != "delete":
            continue
        gone[step.address, step.part] = step.id
        entry = situation.entries.get(step.address)
        for part in parts_of_entry(step.address, entry) if entry is not None and not step.is_of_child else ():
            outer = part.parent if part.is_child else part.inside
            if (part.is_child or part.inside) and outer == step.part:
                gone.setdefault((step.address, part.name), step.id)
    return gone


def _described(situation: Situation) -> dict[str, list[tuple[str, Part]]]:
    """By collection, the parts as which objects of it can be described, with their kinds."""
    read = {collection for collection, _ in situation.snapshot.listings}
    found: dict[str, list[tuple[str, Part]]] = {}
    for name in manifest_kinds():
        kind = find_kind(name)
        parts = [part for form in kind.forms for part in kind.parts(form) if part.is_object]
        parts += [Part("", children.collection, children.fields) for children in kind.children]
        for part in parts:
            if part.collection.name in read:
                found.setdefault(part.collection.name, []).append((name, part))
    return found


def _holders(situation: Situation, described: Mapping[str, Sequence[tuple[str, Part]]]) -> Iterator[_Holder]:
    """Every live object that points to something a manifest or the memory has, once for each kind that owns it."""
    for collection, shapes in described.items():
        for live in situation.snapshot.objects(collection):
            owners = {kind: owner for kind, part in shapes if (owner := _owner(situation, kind, part, live))}
            possible = dict.fromkeys(kind for kind, part in shapes if _is_of(part, live))
            for kind in owners or list(possible)[:1]:
                pointers = tuple(_pointers(situation, shapes, kind, owners.get(kind), live))
                if pointers:
                    yield _Holder(kind, collection, live, owners.get(kind), pointers)


def _is_of(part: Part, live: Live) -> bool:
    return part.admits(live) and (part.recognises is None or part.recognises(live))


def _owner(situation: Situation, kind: str, part: Part, live: Live) -> Target | None:
    """The address and part of a kind that a live object is; of settings every kind has a section of its own."""
    live_id = str(live["id"])
    if part.collection.is_settings:
        matches = (
            (address, part.name)
            for address in situation.resources
            if address.startswith(f"{kind}/") and situation.matching.identity(address, part.name).live_id == live_id
        )
        return next(matches, None)
    owner = situation.names.owner(part.collection.name, live_id)
    return owner if owner is not None and owner[0].startswith(f"{kind}/") else None


def _pointers(
    situation: Situation, shapes: Sequence[tuple[str, Part]], kind: str, owner: Target | None, live: Live
) -> Iterator[tuple[Field, Json]]:
    child = child_named(kind, owner[1]) if owner is not None else None
    parts = [child] if child is not None else [part for name, part in shapes if name == kind and _is_of(part, live)]
    fields = {each.path: each for part in parts for each in part.fields if not each.is_secret}
    for each in fields.values():
        value = observe(each, live, situation.names)
        if any("ref" in reference for reference in references_in(value)):
            yield each, value


def _targets(value: Json, gone: Mapping[Target, str]) -> set[Target]:
    """What of the removed a value points to."""
    named = ((str(each.get("ref")), str(each.get("part"))) for each in references_in(value))
    return {each for each in named if each in gone}


def _let_go_first(draft: Draft, gone: Mapping[Target, str], holder: _Holder) -> None:
    """What is removed itself goes before what it points to, unless that has to go before it."""
    own = gone.get(holder.owner or ("", ""))
    for target in {target for _, value in holder.pointers for target in _targets(value, gone)}:
        other = gone[target]
        if own is not None and other != own and other not in draft.all_needs(own):
            draft.needs[other].add(own)


def _block_if_kept(draft: Draft, situation: Situation, gone: Mapping[Target, str], holder: _Holder) -> None:
    kept: dict[Target, list[Field]] = {}
    for each, value in holder.pointers:
        for target in sorted(_targets(value, gone)):
            if holder.owner is not None and holder.owner[0] == target[0]:
                continue
            step, after = _after(draft, situation, holder, each, value)
            if target in _targets(after, gone):
                kept.setdefault(target, []).append(each)
            elif step:
                draft.needs[gone[target]].add(step)
    for target, fields in kept.items():
        told = [each for each in fields if not _goes_with(situation, target, holder, each)]
        if told:
            _block(draft, situation, target, gone[target], _reason(situation, holder, told))


def _after(draft: Draft, situation: Situation, holder: _Holder, each: Field, value: Json) -> tuple[str, Json]:
    """The step that changes a field, and the field's value once the plan has run."""
    for step in draft.steps.values():
        for change in step.changes:
            address = change.address or step.address
            if holder.owner is None or address != holder.owner[0] or change.path != each.path or change.op == "release":
                continue
            return step.id, _added_to(each, value, change)
    return "", value


def _added_to(each: Field, value: Json, change: Change) -> Json:
    """The value after a change: of a list in which others have items too, only our own go."""
    if not each.is_additive or not isinstance(value, list):
        return change.after
    own, wanted = change.before or [], change.after or []
    return [item for item in value if item not in own or item in wanted] + [
        item for item in wanted if item not in value
    ]


def _goes_with(situation: Situation, target: Target, holder: _Holder, each: Field) -> bool:
    """Whether the pointer is that of a member, which the service removes with its container: a matter of its own."""
    entry = situation.entries.get(target[0])
    parts = parts_of_entry(target[0], entry) if entry is not None else ()
    return any((holder.collection, each.api) in part.takes for part in parts if part.name == target[1])


def _reason(situation: Situation, holder: _Holder, fields: Sequence[Field]) -> str:
    paths = " and ".join(each.path for each in fields)
    called = f'"{title}" ({holder.live["id"]})' if (title := title_of(holder.live)) else f"({holder.live['id']})"
    label = find_kind(holder.kind).title.lower()
    if holder.owner is None:
        return (
            f"the {label} {called} still points to it in {paths}, and no manifest manages that {label}. Point it elsewhere in "
            "the account, or manage it here, and plan again."
        )
    address = holder.owner[0]
    resource = situation.resources.get(address)
    says = f"{address} still points to it: {paths} of the {label} {called}"
    if resource is None or resource.lifecycle.watch_only:
        return f"{says}, which is not written here. Point it elsewhere in the account, and plan again."
    if all(resource.stated(each.path)[0] for each in fields):
        return f"{says}, as its manifest says. Point it elsewhere there."
    return (
        f"{says}, which its manifest does not state. State it there and point it elsewhere, or change it in the account, "
        "and plan again."
    )


def _block(draft: Draft, situation: Situation, target: Target, removal: str, reason: str) -> None:
    """Block every step of a removal; of an item that leaves its list, that one step."""
    address = target[0]
    if not _is_leaving(situation, address):
        draft.block(removal, reason)
        return
    for step in list(draft.steps.values()):
        if step.address == address and step.id != step_id("forget", address):
            draft.block(step.id, reason)
