"""The limits that stop a plan before anything is written; pure functions over steps and a policy.

It refuses to know kinds and accounts; what it adds to a step is a reason with its way out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.core.plan import Step, effects
from reconciler.core.policy import Approval, Policy
from reconciler.core.resource import Json

REMOVALS = frozenset({"delete", "deactivate"})
SHARE_COUNTS_FROM = 10
PROTECTION = "lifecycle.protect"
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

    `owned` counts the objects per kind that the memory owns or this plan adopts, children of resources apart. An
    approval holds until its last day, for exactly the step and effect that it names, or for exactly the number that a
    limit was measured at.
    """
    used: list[Approval] = []
    valid = [each for each in approvals if each.until >= today]
    limited: dict[str, list[str]] = {}
    for passed in _passed_limits(steps, policy, owned):
        granted = [each for each in valid if (each.limit, each.measured) == (passed.limit, passed.measured)]
        used.extend(granted)
        if not granted:
            limited.setdefault(passed.kind, []).append(f"{passed.text} {_limit_way_out(passed)}")
    result = []
    is_alone = all(_only_clears_protection(step) for step in steps if step.is_change)
    for step in steps:
        reasons = list(step.blocked)
        if not is_alone and any(change.path == PROTECTION for change in step.changes):
            reasons.append(
                "clearing protection must be all that a plan changes, so that nobody overlooks it. Apply the other changes "
                "first (--skip-blocked), then plan again; or take them out of this review."
            )
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


def _only_clears_protection(step: Step) -> bool:
    return bool(step.changes) and all(change.path == PROTECTION for change in step.changes)


def _way_out(step: Step, digest: str) -> str:
    return f"Approve it by {approval_line(step.id, digest)}"


def approval_line(step_id: str, digest: str) -> str:
    """The entry of approvals.yaml that lets one effect of one step happen, for a person to complete."""
    return f"an entry in approvals.yaml: {{step: {step_id}, effect: {digest}, by: …, reason: …, until: …}}"


def approval_of(approvals: Sequence[Approval], step_id: str, digest: str, today: str) -> Approval | None:
    """The approval that lets this effect of this step happen today."""
    return next(
        (each for each in approvals if (each.step, each.effect) == (step_id, digest) and each.until >= today), None
    )


@dataclass(frozen=True, slots=True)
class _Passed:
    """A limit that a plan passes: the kind it is about (`*` for all), its name, the measured number, and the words."""

    kind: str
    limit: str
    measured: str
    text: str


def _limit_way_out(passed: _Passed) -> str:
    return (
        "Remove them in several plans, raise the limit in environment.yaml, or approve this number by an entry in "
        f'approvals.yaml: {{limit: "{passed.limit}", measured: "{passed.measured}", by: …, reason: …, until: …}}'
    )


def _passed_limits(steps: Sequence[Step], policy: Policy, owned: Mapping[str, int]) -> Iterator[_Passed]:
    # A child that goes alone is one object; a resource is one object, however many parts it has.
    removals = {
        step.id if step.is_of_child else step.address for step in steps if step.action in REMOVALS and step.is_change
    }
    count, total = len(removals), sum(owned.values())
    if count > policy.max_deletes:
        yield _Passed(
            "*",
            "max_deletes",
            str(count),
            f"the plan deletes or deactivates {count} objects, more than policy.max_deletes ({policy.max_deletes}).",
        )
    elif total >= SHARE_COUNTS_FROM and count > policy.max_delete_share * total:
        yield _Passed(
            "*",
            "max_delete_share",
            f"{count}/{total}",
            f"the plan deletes or deactivates {count} of {total} objects, more than policy.max_delete_share "
            f"({policy.max_delete_share:g}).",
        )
    for kind, number in Counter(address.split("/")[0] for address in removals).items():
        if number >= 2 and number == owned.get(kind, 0):
            yield _Passed(
                kind, f"all_of_kind:{kind}", str(number), f"the plan removes all {number} objects of kind {kind}."
            )
