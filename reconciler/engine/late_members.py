"""Leaves out of an order step what waits for a person, so that the others get their order now.

It refuses to know why a member waits; once it exists, a plan of its own places it.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.part import Part
from reconciler.core.plan import Step
from reconciler.core.resource import Json
from reconciler.engine.arranging import arriving_members, counting_members, is_there
from reconciler.engine.drafting import Draft
from reconciler.engine.situation import Situation


def leave_out_waiting(draft: Draft, situation: Situation, order: str, waiting: Step) -> bool:
    """Take a waiting member out of an order step that lists it; says whether it did.

    What is left may be in order already: then the order step goes.
    """
    step = draft.steps[order]
    part = situation.part(step.address, step.part)
    if part is None or part.arrangement is None or waiting.address == step.address:
        return False
    stated = step.changes[0].after
    if not isinstance(stated, list) or all(each.get("ref") != waiting.address for each in stated):
        return False
    draft.needs[order].discard(waiting.id)
    draft.change(order, changes=tuple(change for change in step.changes if change.address != waiting.address))
    _order_the_rest(draft, situation, order, part, stated)
    return True


def _order_the_rest(
    draft: Draft, situation: Situation, order: str, part: Part, stated: list[Mapping[str, Json]]
) -> None:
    step, names, arrangement = draft.steps[order], situation.names, part.arrangement
    if arrangement is None:
        return
    resource = situation.resources[step.address]
    arriving = {
        address: title
        for address, title in arriving_members(draft, situation.resources).items()
        if not any(draft.steps[each].is_waiting for (one, _), each in draft.provided.items() if one == address)
    }
    counted = counting_members(arrangement, stated, situation.resources, names)
    rest = [each for each in counted if str(each.get("ref", "")) in arriving or is_there(each, names)]
    is_in_order = step.live_id and arrangement.observe(resource, step.live_id, rest, names) == rest
    if is_in_order and len(step.changes) == 1:
        draft.observed[step.address, step.part] = {part.fields[0].path: stated}
        del draft.steps[order], draft.needs[order]
        return
    sequence = arrangement.sequence(resource, step.live_id, rest, names, arriving)
    draft.change(order, sequence=tuple(sequence))
