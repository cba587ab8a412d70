"""Drafts the steps that a person vouches for in `attestations.yaml`, since no API shows whether they are done.

Where a read shows it after all, nobody has to vouch. It refuses to know what any step is about.
"""

from __future__ import annotations

from reconciler.core.kind import Attested, Unresolved
from reconciler.core.neighbours import Neighbours
from reconciler.core.plan import Step, digest_of
from reconciler.core.resource import Json, Resource
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.externals import require_external
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind


def attested_steps(draft: Draft, situation: Situation) -> None:
    """A manual step for everything that is stated, that no read shows as done, and that nobody has vouched for as it is
    stated now.

    Such a step holds nothing back and changes nothing; it waits where what it is about waits for a person.
    """
    neighbours = Neighbours(situation.resources.values())
    for resource in situation.resources.values():
        if resource.removed or resource.lifecycle.watch_only:
            continue
        for each in find_kind(resource.kind).asks(resource, neighbours):
            manual = step_id("manual", resource.address, each.slug)
            if _draft_asked(draft, situation, resource, each, manual):
                _wait_for_needs(draft, situation, each, manual)


def _draft_asked(draft: Draft, situation: Situation, resource: Resource, each: Attested, manual: str) -> bool:
    """Whether the step is still to be done, and drafted."""
    is_done, digest = _is_shown_done(each, situation), digest_of(each.content)
    known = situation.inputs.attested.get(manual)
    if is_done or (is_done is None and known == digest):
        return False
    if is_done is None:
        reason = "what is stated changed since somebody vouched for it" if known else "no API shows whether it is done"
        vouching: dict[str, Json] = {"attest": attest_command(situation, manual), "digest": digest}
    else:
        reason, vouching = "the account shows that it is not done", {}
    draft.add(
        Step(manual, "manual", resource.address, reason=reason, manual={**each.manual.as_json(), **vouching}),
    )
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
    return f"reconciler attest -e {situation.inputs.environment.name} {manual}"
