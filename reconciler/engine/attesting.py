"""Drafts the steps that a person vouches for in `attestations.yaml`, since no API shows whether they are done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.core.kind import Attested
from reconciler.core.plan import Step, digest_of
from reconciler.core.resource import Json, Resource
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.live import AccountNames
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment

NOT_YET = "known once it is created"


def attested_steps(draft: Draft, situation: Situation) -> None:
    """A manual step for everything that is stated and that nobody has vouched for as it is stated now.

    Such a step changes nothing. One that comes before a creation holds that back; one that needs a live id comes after.
    """
    for resource in situation.resources.values():
        if resource.removed or resource.lifecycle.watch_only:
            continue
        for each in _attests(resource, situation):
            _draft(draft, situation, resource, each)


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


def _attests(resource: Resource, situation: Situation) -> Iterator[Attested]:
    kind = find_kind(resource.kind)
    if kind.attests is not None:
        yield from kind.attests(resource)
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


def _draft(draft: Draft, situation: Situation, resource: Resource, each: Attested) -> None:
    manual = step_id("manual", resource.address, each.slug)
    create = step_id("create", resource.address, each.holds_back or each.needs_live or "")
    live_id = ""
    if each.holds_back is not None and create not in draft.steps:
        return
    if each.needs_live is not None:
        live_id = situation.names.id_of(resource.address, each.needs_live)
        if not live_id:
            if create in draft.steps:
                draft.add(
                    Step(
                        manual,
                        "manual",
                        resource.address,
                        reason="it needs what the service makes with the object",
                        manual=_filled(each.manual.as_json(), situation.environment, NOT_YET),
                    ),
                    create,
                )
            return
    instructions = _instructions(each, manual, situation.environment, live_id)
    known = situation.inputs.attested.get(manual)
    if known == instructions["digest"]:
        return
    draft.add(
        Step(
            manual,
            "manual",
            resource.address,
            reason="what is stated changed since somebody vouched for it"
            if known
            else "no API shows whether it is done",
            manual=instructions,
        )
    )
    if each.holds_back is not None:
        draft.wait(create, manual)


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
