"""What a run's outcomes add up to, in words that are true; it refuses to know any medium."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.plan import Plan, Step
from reconciler.core.report import Outcome, Report
from reconciler.core.text import visible
from reconciler.render.plan_words import counted, why_by_hand

# What people still have to do stands last, where it is read last and found first.
WORST_FIRST = (
    "unknown",
    "failed",
    "conflict",
    "diverged",
    "no outcome",
    "skipped",
    "unplanned",
    "applied",
    "already",
    "waiting",
    "manual",
)

HEADINGS: Mapping[str, str] = {
    "unknown": "Unknown: the request left and its answer was lost",
    "failed": "Failed",
    "conflict": "Conflict: the object moved between the plan and the write",
    "diverged": "Diverged: written, but read back different",
    "no outcome": "In the plan, but not in this report",
    "skipped": "Skipped: not tried",
    "unplanned": "Plan again: needed now, but not in this plan, so not done",
    "waiting": "Waiting for a person",
    "manual": "Manual steps",
    "applied": "Applied",
    "already": "Already so: nothing had to be sent",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One step with how it ended; `result` is an outcome's, or `no outcome` for a step that the report lacks."""

    result: str
    outcome: Outcome


def rows(report: Report, plan: Plan | None) -> list[Row]:
    """Every step of report and plan, worst first, otherwise in the order in which they ran; what a person cannot do yet
    is last of what people do."""
    found = [Row(outcome.result, outcome) for outcome in report.outcomes]
    named = {outcome.step for outcome in report.outcomes}
    for step in plan.steps if plan else ():
        if step.id not in named:
            found.append(Row("no outcome", Outcome(step.id, step.action, step.address, step.part, "skipped")))
    return sorted(found, key=lambda row: (WORST_FIRST.index(row.result), _is_for_later(row.outcome, plan)))


def summary(found: list[Row]) -> str:
    """`1 failed, 2 skipped, 3 applied`: counts of all results, worst first."""
    counts = Counter(row.result for row in found)
    return ", ".join(f"{counts[result]} {result}" for result in WORST_FIRST if counts[result]) or "no steps"


def requests(report: Report) -> str:
    """The requests of the run as they were counted, by name."""
    counts = [
        f"{number} {visible(name.removesuffix('s') if number == 1 else name)}"
        for name, number in report.requests.items()
        if number
    ]
    return "requests: " + ", ".join(counts) if counts else "no requests"


def end_state(report: Report, found: list[Row]) -> str:
    """One sentence about how the account was left; the worst thing that is true decides it."""
    counts = Counter(row.result for row in found)
    wrote = any(
        row.result in ("applied", "diverged") and row.outcome.action not in ("adopt", "move", "forget") for row in found
    )
    left_over = counts["failed"] + counts["conflict"] + counts["skipped"] + counts["no outcome"]
    so_far = "What is listed as applied was written" if wrote else "Nothing is known to have been written"
    if counts["unknown"]:
        lost = counted(counts["unknown"], "step")
        sentence = f"How the account was left is not fully known: the answer to {lost} was lost."
    elif report.was_interrupted:
        sentence = f"The run was interrupted. {so_far}, the rest was not."
    elif left_over:
        part = "The account is partly as planned" if wrote else "The account was not changed"
        sentence = f"{part}: {counted(left_over, 'step')} of this plan did not happen."
    elif report.failure:
        sentence = f"{so_far}, but the run did not come to its end."
    elif counts["diverged"]:
        sentence = f"Everything was written, but {counted(counts['diverged'], 'step')} read back different."
    elif counts["waiting"] or counts["manual"]:
        left = [counted(counts["manual"], "manual step")] if counts["manual"] else []
        left += [counted(counts["waiting"], "waiting step")] if counts["waiting"] else []
        sentence = f"Everything that needs no person is done; left for people: {' and '.join(left)}."
    elif found and counts["unplanned"] == len(found):
        sentence = "Nothing of this plan was left to do."
    else:
        sentence = "Everything in this plan is done and verified."
    if counts["unplanned"]:
        sentence += f" {counted(counts['unplanned'], 'step is', 'steps are')} not in this plan: plan again."
    return sentence


def why_by_hand_of(outcome: Outcome, plan: Plan | None) -> str:
    """What the outcome of a manual step says, or else the plan about its reason and what it waits for."""
    step = _step_of(outcome, plan)
    return outcome.detail or (why_by_hand(step) if step is not None else "")


def _is_for_later(outcome: Outcome, plan: Plan | None) -> bool:
    """Whether it is what a person cannot do yet."""
    step = _step_of(outcome, plan) if outcome.result == "manual" else None
    return step is not None and step.is_waiting


def _step_of(outcome: Outcome, plan: Plan | None) -> Step | None:
    return next((step for step in plan.steps if step.id == outcome.step), None) if plan is not None else None


def manual_of(outcome: Outcome, plan: Plan | None) -> Mapping[str, object] | None:
    """A person's instructions, from the outcome or else from the plan's step."""
    step = _step_of(outcome, plan)
    return outcome.manual if outcome.manual is not None or step is None else step.manual
