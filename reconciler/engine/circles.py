"""Opens circles of drafted steps with link steps, and lets waiting spread along what is left.

It refuses to know how dependencies came about.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core.graph import cycles, in_order
from reconciler.core.plan import Change
from reconciler.engine.dependencies import implied_creates, providers
from reconciler.engine.drafting import Draft, draft_link, references_in
from reconciler.engine.late_members import leave_out_waiting
from reconciler.engine.situation import Situation


def open_circles(draft: Draft, situation: Situation) -> None:
    """Takes one linkable field after another out of a create until no circle is left."""
    for _ in range(sum(len(step.changes) for step in draft.steps.values()) + 1):
        circles = cycles(draft.edges())
        if not circles:
            return
        if not any(_open(draft, situation, circle) for circle in circles):
            for circle in circles:
                for each in circle:
                    draft.block(each, f"it is part of the circle {' -> '.join(circle)}, which nothing can open.")
                draft.needs[circle[0]].discard(circle[1 % len(circle)])
    if cycles(draft.edges()):
        raise AssertionError("a circle of steps stayed closed. This is a bug in reconciler.")


def _open(draft: Draft, situation: Situation, circle: Sequence[str]) -> bool:
    for index, each in enumerate(circle):
        step, needed = draft.steps[each], circle[(index + 1) % len(circle)]
        part = situation.part(step.address, step.part)
        if step.action != "create" or part is None:
            continue
        pointing = [change for change in step.changes if needed in _needed_by(draft, situation, [change])]
        fields = [part.field(change.path) for change in pointing if not change.address]
        implied = set(implied_creates(draft, situation, step, part))
        if needed in implied or not pointing or any(f is None or not f.is_linkable or not f.on_update for f in fields):
            continue
        link = draft_link(draft, situation.resources[step.address], part, pointing, step.id)
        moved = _needed_by(draft, situation, pointing)
        kept = tuple(change for change in step.changes if change not in pointing)
        draft.needs[link] |= moved
        draft.change(step.id, changes=kept, exposed_until=link)
        draft.needs[step.id] -= moved - _needed_by(draft, situation, kept) - implied
        return True
    return False


def _needed_by(draft: Draft, situation: Situation, changes: Sequence[Change]) -> set[str]:
    return {
        need
        for change in changes
        for reference in references_in(change.after)
        for need in providers(draft, situation, reference)
    }


def spread_waiting(draft: Draft, situation: Situation) -> None:
    """What needs a waiting step waits for the same; what needs a blocked step is skipped with it at apply.

    An order does not wait for its members: it is brought about for those that are there.
    """
    for each in in_order(list(draft.steps), draft.edges()):
        if draft.steps[each].action == "manual":
            continue
        for need in sorted(draft.needs[each]):
            needed = draft.steps.get(need)
            if needed is None or each not in draft.steps:
                continue
            if not (needed.is_waiting and leave_out_waiting(draft, situation, each, needed)):
                for manual in needed.waits_for:
                    draft.wait(each, manual)
