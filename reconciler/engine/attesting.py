"""Drafts the steps that a person vouches for in `attestations.yaml`, since no API shows whether they are done."""

from __future__ import annotations

from reconciler.core.plan import Step, digest_of
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind


def attested_steps(draft: Draft, situation: Situation) -> None:
    """A manual step for everything that is stated and that nobody has vouched for as it is stated now.

    Such a step holds nothing back and changes nothing; it waits where what it is about waits for a person.
    """
    for resource in situation.resources.values():
        attests = find_kind(resource.kind).attests
        if attests is None or resource.removed or resource.lifecycle.watch_only:
            continue
        for each in attests(resource):
            manual = step_id("manual", resource.address, each.slug)
            digest = digest_of(each.content)
            known = situation.inputs.attested.get(manual)
            if known == digest:
                continue
            draft.add(
                Step(
                    manual,
                    "manual",
                    resource.address,
                    reason="what is stated changed since somebody vouched for it"
                    if known
                    else "no API shows whether it is done",
                    manual={**each.manual.as_json(), "attest": attest_command(situation, manual), "digest": digest},
                )
            )


def attest_command(situation: Situation, manual: str) -> str:
    """What a person types when the step is done."""
    return f"reconciler attest -e {situation.inputs.environment.name} {manual}"
