"""Drafts the steps that a person vouches for in `attestations.yaml`, since no API shows whether they are done.

Where a read shows it after all, nobody has to vouch. It refuses to know what any step is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.core.codec import Unresolved
from reconciler.core.manual import Attested
from reconciler.core.neighbours import Neighbours
from reconciler.core.plan import Step, digest_of
from reconciler.core.resource import Json, Resource
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.externals import require_external
from reconciler.engine.live import AccountNames
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment

NOT_YET = "known once it is created"


def attested_steps(draft: Draft, situation: Situation) -> None:
    """A manual step for everything that is stated, that no read shows as done, and that nobody has vouched for as it is
    stated now.

    Such a step changes nothing. One that comes before a creation holds that back; one that needs a live id comes after.
    """
    neighbours = Neighbours(situation.resources.values())
    for resource in situation.resources.values():
        if resource.removed or resource.lifecycle.watch_only:
            continue
        for each in _asked(resource, neighbours, situation):
            manual = step_id("manual", resource.address, each.slug)
            if _draft_asked(draft, situation, resource, each, manual):
                _wait_for_needs(draft, situation, each, manual)


def _draft_asked(draft: Draft, situation: Situation, resource: Resource, each: Attested, manual: str) -> bool:
    """Whether the step is still to be done, and drafted."""
    create = step_id("create", resource.address, each.holds_back or each.needs_live or "")
    live_id = situation.names.id_of(resource.address, each.needs_live) if each.needs_live is not None else ""
    if each.holds_back is not None and create not in draft.steps:
        return False
    if each.needs_live is not None and not live_id:
        return _draft_for_later(draft, situation, resource, each, manual, create)
    instructions = _instructions(each, manual, situation.environment, live_id)
    is_done, known = _is_shown_done(each, situation), situation.inputs.attested.get(manual)
    if is_done or (is_done is None and known == instructions["digest"]):
        return False
    if is_done is None:
        reason = "what is stated changed since somebody vouched for it" if known else "no API shows whether it is done"
    else:
        reason = "the account shows that it is not done"
        del instructions["attest"], instructions["digest"]
    draft.add(Step(manual, "manual", resource.address, reason=reason, manual=instructions))
    if each.holds_back is not None:
        draft.wait(create, manual)
    return True


def _draft_for_later(
    draft: Draft, situation: Situation, resource: Resource, each: Attested, manual: str, create: str
) -> bool:
    """A step that can only be done once the object is there: shown where this plan makes it."""
    if create not in draft.steps:
        return False
    shown = _filled(each.manual.as_json(), situation.environment, NOT_YET)
    reason = "it needs what the service makes with the object"
    draft.add(Step(manual, "manual", resource.address, reason=reason, manual=shown), create)
    return True


def _is_shown_done(each: Attested, situation: Situation) -> bool | None:
    """What a read shows; false where what it is about is not there."""
    if each.is_done is None:
        return None
    try:
        return each.is_done(situation.names)
    except Unresolved:
        return False


def _wait_for_needs(draft: Draft, situation: Situation, each: Attested, manual: str) -> None:
    for reference in each.needs:
        waiting = draft.waiting_parts.get((str(reference.get("ref")), str(reference.get("part"))))
        if waiting:
            draft.wait(manual, waiting)
        elif "external" in reference:
            require_external(draft, situation, manual, reference)


def attest_command(situation: Situation, manual: str) -> str:
    """What a person types when the step is done."""
    return _command(situation.environment, manual)


def instructions_now(
    resource: Resource, manual: str, environment: LoadedEnvironment, names: AccountNames
) -> Mapping[str, Json] | None:
    """The instructions of a step that needs a live id, once that is known; None for every other step."""
    attests = find_kind(resource.kind).attests
    for each in attests(resource) if attests is not None else ():
        live_id = names.id_of(resource.address, each.needs_live) if each.needs_live is not None else ""
        if live_id and step_id("manual", resource.address, each.slug) == manual:
            return _instructions(each, manual, environment, live_id)
    return None


def _asked(resource: Resource, neighbours: Neighbours, situation: Situation) -> Iterator[Attested]:
    kind = find_kind(resource.kind)
    yield from kind.asks(resource, neighbours)
    for part in kind.parts(resource.document):
        if is_vouched_for(resource, part.name, situation) and kind.manual is not None:
            asked = kind.manual(resource)
            asked = replace(asked, looks_for="somebody's word in attestations.yaml")
            yield Attested("connect", asked, [list(pair) for pair in asked.values])


def is_vouched_for(resource: Resource, part: str, situation: Situation) -> bool:
    """Whether a person's word stands for a part: this account has no listing of such objects, and never had."""
    found = situation.part(resource.address, part)
    identity = situation.matching.identity(resource.address, part)
    is_refused = found is not None and found.collection.is_optional and bool(identity.unknown)
    return is_refused and resource.address not in situation.entries


def _instructions(each: Attested, manual: str, environment: LoadedEnvironment, live_id: str) -> dict[str, Json]:
    content = _filled(each.content, environment, live_id) if each.needs_live is not None else each.content
    asked = each.manual.as_json()
    asked = _filled(asked, environment, live_id) if each.needs_live is not None else asked
    return {**asked, "attest": _command(environment, manual), "digest": digest_of(content)}


def _filled(value: Json, environment: LoadedEnvironment, live_id: str) -> Any:
    if isinstance(value, str):
        if live_id == NOT_YET and "{live_id}" in value:
            return live_id
        return value.replace("{app_id}", environment.app_id).replace("{live_id}", live_id)
    if isinstance(value, Mapping):
        return {key: _filled(inner, environment, live_id) for key, inner in value.items()}
    return [_filled(inner, environment, live_id) for inner in value] if isinstance(value, list | tuple) else value


def _command(environment: LoadedEnvironment, manual: str) -> str:
    return f"reconciler attest -e {environment.name} {manual}"
