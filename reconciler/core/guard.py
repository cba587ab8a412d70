"""The limits that stop a plan before anything is written; pure functions over steps and a policy.

It refuses to know kinds and accounts; what it adds to a step is a reason with its way out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.core.plan import Step, effects
from reconciler.core.policy import Approval, Policy
from reconciler.core.resource import Json

REMOVALS = frozenset({"delete", "deactivate"})
SHARE_COUNTS_FROM = 10
NEEDS_APPROVAL = frozenset({"irreversible", "deletes_data"})


def guard(
    steps: Sequence[Step],
    policy: Policy,
    approvals: Sequence[Approval],
    *,
    owned: Mapping[str, int],
    today: str,
) -> tuple[tuple[Step, ...], tuple[Mapping[str, Json], ...]]:
    """The steps with every guard's reasons added, and the approvals that were used.

    `owned` counts the objects per kind that the memory owns or this plan adopts, children of resources apart. An approval holds until its last
    day, for exactly the step and effect that it names.
    """
    used: list[Approval] = []
    valid = [each for each in approvals if each.until >= today]
    limited = _limit_reasons(steps, policy, owned)
    result = []
    for step in steps:
        reasons = list(step.blocked)
        if step.action in REMOVALS and step.is_change:
            reasons.extend(limited.get(step.address.split("/")[0], ()))
            reasons.extend(limited.get("*", ()))
        for effect, change in effects(step):
            if change is None:
                continue
            digest = effect.digest(change)
            granted = [each for each in valid if each.step == step.id and each.effect == digest]
            used.extend(granted)
            if granted:
                continue
            level, _, text = change.hazard.partition(": ")
            if level in NEEDS_APPROVAL:
                reasons.append(f"{change.path}: {text} {_way_out(step, digest)}")
            if change.cause.kind in ("drift", "conflict") and policy.drift == "block":
                reasons.append(
                    f"{change.path} was changed in the account since the last apply, and policy.drift is block. Write the "
                    f"live value into the manifest, or stop stating the field. {_way_out(step, digest)}"
                )
        result.append(replace(step, blocked=tuple(dict.fromkeys(reasons))))
    return tuple(result), tuple(each.as_json() for each in dict.fromkeys(used))


def _way_out(step: Step, digest: str) -> str:
    return (
        f"Approve it by an entry in approvals.yaml: {{step: {step.id}, effect: {digest}, by: …, reason: …, until: …}}"
    )


def _limit_reasons(steps: Sequence[Step], policy: Policy, owned: Mapping[str, int]) -> dict[str, list[str]]:
    # A child that goes alone is one object; a resource is one object, however many parts it has.
    removals = {
        step.id if step.is_of_child else step.address for step in steps if step.action in REMOVALS and step.is_change
    }
    reasons: dict[str, list[str]] = {}
    count, total = len(removals), sum(owned.values())
    if count > policy.max_deletes:
        reasons["*"] = [
            f"the plan deletes or deactivates {count} objects, more than policy.max_deletes ({policy.max_deletes}). "
            "Remove them in several plans, or raise the limit in environment.yaml."
        ]
    elif total >= SHARE_COUNTS_FROM and count > policy.max_delete_share * total:
        reasons["*"] = [
            f"the plan deletes or deactivates {count} of {total} objects, more than policy.max_delete_share "
            f"({policy.max_delete_share:g}). Remove them in several plans, or raise the limit in environment.yaml."
        ]
    for kind, number in Counter(each.split("/")[0] for each in removals).items():
        if number >= 2 and number == owned.get(kind, 0):
            reasons.setdefault(kind, []).append(
                f"the plan removes all {number} objects of kind {kind}. Remove them in several plans if that is meant."
            )
    return reasons
