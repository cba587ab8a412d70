"""Drafts what happens to children that no list states: what is ours and leaves a list is deleted, never anything else.

It refuses to know about resources that go as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.codec import MISSING
from reconciler.core.part import Children, Part
from reconciler.core.plan import Step, digest_of
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.binding_lines import title_of
from reconciler.engine.children import leaving_parts
from reconciler.engine.drafting import Draft, references_in, step_id
from reconciler.engine.live import Live, observe, observe_part
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind


def draft_leaving(draft: Draft, situation: Situation, resource: Resource) -> None:
    """Draft the removal of children that left their list, and warn of live ones that were never in it."""
    entry = situation.entries.get(resource.address)
    if entry is not None and not resource.lifecycle.watch_only:
        for children, part in leaving_parts(resource, entry):
            _draft_leaving(draft, situation, resource, entry, children, part)
    for children in find_kind(resource.kind).children:
        _warn_of_strangers(draft, situation, resource, children)


def _draft_leaving(
    draft: Draft, situation: Situation, resource: Resource, entry: Entry, children: Children, part: Part
) -> None:
    live_id = entry.live[part.name]
    found = situation.snapshot.find(part.collection.name, live_id)
    owner = situation.names.owner(part.collection.name, live_id)
    unreadable = situation.snapshot.unreadable(part.collection.name)
    if not resource.stated(children.path)[0]:
        _forget(draft, resource, part, live_id, f"the manifest no longer states {children.path}; what is live stays")
    elif unreadable:
        reason = f"its collection could not be read, so nothing is known about it: {unreadable}"
        _delete(draft, situation, resource, part, live_id, {}, (reason,))
    elif found is None:
        _forget(draft, resource, part, "", f"it left {children.path}, and the live object is gone too")
    elif owner is not None and owner != (resource.address, part.name):
        _forget(draft, resource, part, "", f"its live object is {owner[0]}#{owner[1]} now")
    else:
        protected = (
            "the resource is protected. Set lifecycle: {protect: false} in its manifest and apply that first, in a plan "
            "of its own.",
        )
        seen = observe_part(part, found[1], situation.names)
        _delete(draft, situation, resource, part, live_id, seen, protected if entry.protect else ())


def _forget(draft: Draft, resource: Resource, part: Part, live_id: str, reason: str) -> None:
    forget = step_id("forget", resource.address, part.name)
    draft.add(Step(forget, "forget", resource.address, part.name, live_id, reason=reason))


def _delete(
    draft: Draft,
    situation: Situation,
    resource: Resource,
    part: Part,
    live_id: str,
    seen: Mapping[str, Json],
    blocked: tuple[str, ...],
) -> None:
    leaving = step_id("delete", resource.address, part.name)
    position = resource.position(part.stated_in)
    where = f" ({position.file}:{position.line})" if position else ""
    draft.observed[resource.address, part.name] = dict(seen)
    draft.add(
        Step(
            leaving,
            "delete",
            resource.address,
            part.name,
            live_id,
            observed={"digest": digest_of(seen)} if seen else {},
            binding="state",
            reason=f"it left {part.stated_in}{where}",
            risk="deletes_data",
            reversible=False,
            blocked=blocked,
        ),
        *_repointing(draft, (resource.address, part.name)),
    )
    _order_among_siblings(draft, situation, resource, part, seen, leaving)


def _order_among_siblings(
    draft: Draft, situation: Situation, resource: Resource, part: Part, seen: Mapping[str, Json], leaving: str
) -> None:
    """What stays is brought about before a child goes, unless a sibling takes the very key that becomes free."""
    freed = [seen.get(each.path) for each in part.key_fields()]
    for step in list(draft.steps.values()):
        sibling = situation.part(resource.address, step.part) if step.address == resource.address else None
        if sibling is None or sibling.stated_in != part.stated_in or step.action not in ("create", "update", "link"):
            continue
        desired = draft.desired.get((step.address, step.part), {})
        if [desired.get(each.path) for each in sibling.key_fields()] == freed:
            draft.needs[step.id].add(leaving)
        else:
            draft.needs[leaving].add(step.id)


def _repointing(draft: Draft, target: tuple[str, str]) -> Iterator[str]:
    """The steps that take references to the child away, and so come before it goes."""
    for step in draft.steps.values():
        for change in step.changes:
            if any((each.get("ref"), each.get("part")) == target for each in references_in(change.before)):
                yield step.id


def _warn_of_strangers(draft: Draft, situation: Situation, resource: Resource, children: Children) -> None:
    """Live children that nobody manages stay; whoever states the list should know that they are there."""
    identity = situation.matching.identity(resource.address, children.parent)
    if not identity.live_id or not resource.stated(children.path)[0]:
        return
    name = children.collection.name
    strangers = [
        each
        for each in situation.snapshot.objects(name, identity.live_id)
        if situation.names.owner(name, str(each["id"])) is None
    ]
    if strangers:
        called = ", ".join(f'"{_called(situation, children, each)}"' for each in strangers)
        draft.warnings.append(
            f"{resource.address}: the account has what {children.path} does not list, and it stays as it is: {called}. "
            f"Add it to {children.path} to manage it, or delete it in the account."
        )


def _called(situation: Situation, children: Children, live: Live) -> str:
    """What a child is known by: its keys, for people."""
    keys = [observe(each, live, situation.names) for each in children.fields if each.is_key]
    texts = [str(each.get("external") or each.get("id")) if isinstance(each, Mapping) else str(each) for each in keys]
    return " ".join(texts) if texts and MISSING not in keys else title_of(live) or str(live["id"])
