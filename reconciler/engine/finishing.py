"""Makes a plan of a finished draft: steps in order, guards and approvals, warnings.

It refuses to draft: no step comes, goes or changes its values here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.core.graph import in_order
from reconciler.core.guard import guard
from reconciler.core.plan import Plan, Step
from reconciler.engine.drafting import Draft
from reconciler.engine.entry_parts import child_named
from reconciler.engine.situation import Situation
from reconciler.engine.warning import plan_warnings
from reconciler.kinds._registry import find_kind


def finished_plan(draft: Draft, situation: Situation) -> Plan:
    """The plan of a draft to which nothing is added any more."""
    ordered = in_order(sorted(draft.steps, key=lambda each: _rank(draft.steps[each])), draft.edges())
    steps = [
        replace(
            draft.steps[each],
            depends_on=tuple(sorted(need for need in draft.needs[each] if need in draft.steps)),
        )
        for each in ordered
    ]
    guarded, approvals = guard(
        steps,
        situation.environment.policy,
        situation.environment.approvals,
        owned=_owned_counts(situation, steps),
        today=situation.inputs.today,
    )
    return Plan(
        environment=situation.environment.name,
        target={"subdomain": situation.environment.subdomain, "app_id": situation.environment.app_id},
        memory=situation.inputs.memory,
        digests=situation.environment.digests,
        steps=guarded,
        warnings=tuple(dict.fromkeys([*draft.warnings, *plan_warnings(situation.environment, situation.snapshot)])),
        approvals=(*(each.as_json() for each in draft.approvals), *approvals),
    )


def _rank(step: Step) -> tuple[int, bool, str, str]:
    """What people do comes last: first what the account itself needs, then the rest, at the end what waits."""
    if step.action != "manual":
        return (1 if step.action in ("delete", "deactivate") else 0, False, step.address, step.id)
    is_of_account = find_kind(step.address.split("/")[0]).area == "account"
    return (4 if step.is_waiting else 3, not is_of_account, step.address, step.id)


def _owned_counts(situation: Situation, steps: Sequence[Step]) -> dict[str, int]:
    """How many resources of each kind are ours once the steps ran, and children of them (`<kind>#`); the guard's shares
    are of these."""
    owned: dict[str, int] = {}
    for address, entry in situation.entries.items():
        if not entry.retired and entry.live:
            kind = address.split("/")[0]
            owned[kind] = owned.get(kind, 0) + 1
            children = sum(child_named(kind, part) is not None for part in entry.live)
            if children:
                owned[f"{kind}#"] = owned.get(f"{kind}#", 0) + children
    for address in {step.address for step in steps if step.action == "adopt" and step.is_change}:
        if address not in situation.entries:
            owned[address.split("/")[0]] = owned.get(address.split("/")[0], 0) + 1
    return owned
