"""Turns references between drafted steps into dependencies; what refers to a person's work waits for it.

It refuses to know values beyond the references in them, and leaves circles closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.part import Part
from reconciler.core.plan import Change, Step
from reconciler.core.resource import Json
from reconciler.engine.drafting import Draft, draft_link, references_in, step_id
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind


def find_dependencies(draft: Draft, situation: Situation) -> None:
    """Let every step need the steps that bring about what it refers to, or wait for the person who does."""
    for step in list(draft.steps.values()):
        move = step_id("move", step.address)
        if move in draft.steps and step.id != move:
            draft.needs[step.id].add(move)
        part = situation.part(step.address, step.part)
        if step.action in ("create", "link") and part is not None:
            for other in implied_creates(draft, situation, step, part):
                draft.needs[step.id].add(other)
            for name in part.follows + part.links_after:
                if (step.address, name) in draft.blocked_parts:
                    draft.block(step.id, f"{draft.blocked_parts[step.address, name]} is blocked itself.")
        for change in step.changes:
            for reference in references_in(change.after):
                _depend(draft, situation, step, change, reference)


def implied_creates(draft: Draft, situation: Situation, step: Step, part: Part) -> Iterator[str]:
    """Creates that a part needs without stating it: its parts before it, and the object that it lives in."""
    for name in part.follows + part.links_after:
        create = step_id("create", step.address, name)
        if create in draft.steps and create != step.id:
            yield create
    if part.parent.endswith("/") and not situation.snapshot.objects(part.collection.parent):
        makers = [
            create for (address, name), create in draft.provided.items() if address.startswith(part.parent) and not name
        ]
        if makers:
            yield makers[0]
        else:
            kind = part.parent.rstrip("/")
            draft.block(step.id, f"the account has no {kind} to put it into. Add a manifest of kind {kind}.")


def _depend(draft: Draft, situation: Situation, step: Step, change: Change, reference: Mapping[str, Json]) -> None:
    if "ref" not in reference:
        return
    key = (str(reference["ref"]), str(reference["part"]))
    if key[0] == step.address and key in draft.provided and draft.provided[key] == step.id:
        return
    if key in draft.waiting_parts:
        _wait_for_change(draft, situation, step, change, draft.waiting_parts[key])
    elif key in draft.blocked_parts:
        draft.block(step.id, f"{change.path} refers to {key[0]}, which is blocked itself.")
    else:
        draft.needs[step.id].update(providers(draft, situation, reference))


def providers(draft: Draft, situation: Situation, reference: Mapping[str, Json]) -> set[str]:
    """The steps after which a reference can be used: its target exists, and is no longer inert.

    Nothing may point to a bot before it listens, or conversations would reach somebody who does not answer.
    """
    address, name = str(reference.get("ref", "")), str(reference.get("part", ""))
    create = draft.provided.get((address, name))
    resource = situation.resources.get(address)
    if create is None or resource is None:
        return set()
    links = {
        step_id("link", address, part.name)
        for part in find_kind(resource.kind).parts(resource.document)
        if name in part.links_after
    }
    return {create} | (links & draft.steps.keys())


def _wait_for_change(draft: Draft, situation: Situation, step: Step, change: Change, manual: str) -> None:
    """Only what depends on a person waits: a linkable field waits in a link step, anything else with its step."""
    part = situation.part(step.address, step.part)
    each = part.field(change.path) if part is not None and not change.address else None
    others = [other for other in draft.steps[step.id].changes if other is not change]
    if part is None or each is None or not each.is_linkable or not others or step.action not in ("create", "update"):
        draft.wait(step.id, manual)
        return
    draft.change(step.id, changes=tuple(others))
    draft.wait(draft_link(draft, situation.resources[step.address], part, [change], step.id), manual)
