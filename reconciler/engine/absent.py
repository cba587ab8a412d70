"""Drafts the steps for one part that is not there: creating it, or asking a person to connect it.

It refuses to know why the part was not found, and the order in which steps run.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.codec import MISSING
from reconciler.core.kind import Kind
from reconciler.core.part import Part
from reconciler.core.plan import Change, Step
from reconciler.core.resource import Resource
from reconciler.engine.comparing import cause_at, hazard_of, secret_change, secret_use, stated_value
from reconciler.engine.drafting import Draft, Observation, draft_link, risk_of, step_id
from reconciler.engine.identity import Identity
from reconciler.engine.observing import label_of, value_words
from reconciler.engine.resemblance import Resemblances
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind


def draft_absent(
    draft: Draft, situation: Situation, resemblances: Resemblances, resource: Resource, part: Part, identity: Identity
) -> None:
    """Draft what brings a part into being that was not found: its create, or what a person has to do."""
    kind = find_kind(resource.kind)
    if part.creates:
        _draft_create(draft, situation, resemblances, resource, part, identity)
    else:
        _draft_manual(draft, situation, resource, kind, part)


def _draft_create(
    draft: Draft, situation: Situation, resemblances: Resemblances, resource: Resource, part: Part, identity: Identity
) -> None:
    kind = find_kind(resource.kind)
    parts = {each.name: each for each in kind.parts(resource.document)}
    key = (resource.address, part.name)
    cause = "vanished" if identity.was else "intended"
    changes, deferred = create_changes(draft, situation, resource, part, cause)
    inner_deferred: dict[str, list[Change]] = {}
    for inner in parts.values():
        if inner.is_made_inside(part):
            inside, later = create_changes(draft, situation, resource, inner, cause)
            changes.extend(replace(change, address=resource.address, part=inner.name) for change in inside)
            inner_deferred[inner.name] = later
            draft.provided[resource.address, inner.name] = step_id("create", resource.address, part.name)
    blocked = []
    if identity.was and kind.keeps_when_vanished:
        blocked.append(
            f"the live object {identity.was} that was ours is gone, and a new one would not be the same channel: its id and "
            "webhook URL change. Remove the manifest, or forget the old one with state rm and plan again."
        )
    pointing = [other for other in parts.values() if part.name in dict(other.embeds).values()]
    for other in pointing:
        if situation.matching.identity(resource.address, other.name).live_id:
            blocked.append(
                f"its {other.name} is there without it, and would not lead to a new one. Delete the {other.name} in the "
                "account, and plan again."
            )
    if situation.inputs.memory == "none" or not situation.inputs.entries:
        blocked.extend(resemblances.reasons(resource, part))
    if resource.lifecycle.watch_only:
        draft.warnings.append(f"{resource.address} is watched only, and does not exist.")
        return
    create = step_id("create", resource.address, part.name)
    needs = [step_id("create", resource.address, other) for other in part.follows]
    draft.add(
        Step(
            create,
            "create",
            resource.address,
            part.name,
            observed={"absent": True},
            binding=identity.by,
            changes=tuple(changes),
            reason=_reason(part, identity),
            risk=risk_of(changes),
            blocked=tuple(blocked),
        ),
        *needs,
    )
    draft.provided[key] = create
    if deferred:
        draft_link(draft, resource, part, deferred, create)
    for name, later in inner_deferred.items():
        if later:
            draft_link(draft, resource, parts[name], later, create)


def _reason(part: Part, identity: Identity) -> str:
    reason = f"the object {identity.was} that was ours is gone" if identity.was else "it does not exist yet"
    if part.inside and part.made_secret:
        return f"{reason}; its {part.inside} is there without it, and the service makes a new {part.made_secret} for it"
    return reason


def create_changes(
    draft: Draft, situation: Situation, resource: Resource, part: Part, cause: str
) -> tuple[list[Change], list[Change]]:
    """What a creation sends, and what has to wait for a link step."""
    now: list[Change] = []
    later: list[Change] = []
    key = (resource.address, part.name)
    for each in part.fields:
        is_stated, value = stated_value(resource, each)
        if not is_stated:
            continue
        if each.is_secret:
            now.append(secret_change(resource, each, secret_use(value), cause))
            continue
        desired = each.codec.desired(value, situation.names)
        if each.by_person is not None:
            create = step_id("create", resource.address, part.inside or part.name)
            draft.observations.append(Observation(resource, part.name, each, desired, MISSING, cause, create=create))
            continue
        draft.desired.setdefault(key, {})[each.path] = desired
        is_sent = each.on_create and each.inert is MISSING
        if not each.on_create and not each.on_update:
            continue
        (now if is_sent else later).append(
            Change(
                each.path,
                "clear" if desired is None else "set",
                None,
                desired,
                cause_at(resource, each.path, cause),
                hazard=hazard_of(each, desired, is_new=True),
            )
        )
    return now, later


def _draft_manual(draft: Draft, situation: Situation, resource: Resource, kind: Kind, part: Part) -> None:
    manual = step_id("manual", resource.address, "connect")
    if kind.manual is None:
        raise AssertionError(
            f"{resource.address} cannot be created and has no manual step. This is a bug in reconciler."
        )
    asked = [
        (label_of(each.path), value_words(each.codec.desired(value, situation.names)))
        for each in part.fields
        for is_stated, value in (resource.stated(each.path),)
        if each.by_person is not None and is_stated and value is not None
    ]
    instructions = kind.manual(resource)
    instructions = replace(instructions, values=(*instructions.values, *asked))
    draft.add(
        Step(
            manual,
            "manual",
            resource.address,
            part.name,
            reason="only a person can create it",
            manual=instructions.as_json(),
        )
    )
    waiting = step_id("adopt", resource.address, part.name)
    draft.add(
        Step(
            waiting,
            "adopt",
            resource.address,
            part.name,
            observed={"absent": True},
            reason="taken over and brought to what the manifest states as soon as it exists",
            waits_for=(manual,),
        )
    )
    draft.waiting_parts[resource.address, part.name] = manual
