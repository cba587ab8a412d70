"""Who has what, of all that a step gives, as last read during a run; it refuses to read and to write."""

from __future__ import annotations

from reconciler.core.assignment import Given
from reconciler.core.part import Part
from reconciler.core.plan import Change, Step
from reconciler.core.resource import Json, Resource
from reconciler.engine.assigning import assigned
from reconciler.engine.readings import Readings
from reconciler.engine.run import Run
from reconciler.kinds._registry import find_kind

Place = tuple[str, str]
"""Address and path of one change."""


def givens_of(run: Run, readings: Readings, step: Step, part: Part) -> dict[Place, Given]:
    """What the resources of a step's changes give, as last read."""
    resources = run.planned.resources
    owners = dict.fromkeys([step.address, *(change.address for change in step.changes if change.address)])
    return {
        (address, given.path): given
        for address in owners
        for own in [_same_part(resources[address], part)]
        for given in (assigned(resources[address], own, resources, readings.names).given if own else ())
    }


def not_held(run: Run, readings: Readings, step: Step, part: Part) -> list[Change]:
    """The changes of a step that what was read last does not show."""
    givens = givens_of(run, readings, step, part)
    missing = []
    for change in step.changes:
        given = givens.get((change.address or step.address, change.path))
        is_gone = given is None and change.after != []
        if change.op != "release" and (is_gone or (given is not None and not _is_held(given.before, change.after))):
            missing.append(change)
    return missing


def _is_held(seen: Json, after: Json) -> bool:
    """Whether what was asked for is there; of a list that grows, others may have given more of it meanwhile."""
    return all(each in seen for each in after) if after and isinstance(after, list) else bool(seen == after)


def _same_part(resource: Resource, part: Part) -> Part | None:
    return next((each for each in find_kind(resource.kind).parts(resource.document) if each.name == part.name), None)
