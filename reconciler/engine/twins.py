"""Orders what the service admits only once: the object that goes makes room before its twin comes.

It refuses to know any single kind; each says by which fields two of its objects are twins.
"""

from __future__ import annotations

from reconciler.core.canonical import canonical_json
from reconciler.core.resource import Json
from reconciler.engine.drafting import Draft
from reconciler.kinds._registry import find_kind


def make_room_for_twins(draft: Draft) -> None:
    """Let every create and update need the removal of the live object whose twin it would be."""
    leaving: dict[tuple[str, str, bytes], list[str]] = {}
    for step in draft.steps.values():
        if step.action in ("delete", "deactivate"):
            key = _key(step.address, draft.observed.get((step.address, step.part), {}))
            if key is not None:
                leaving.setdefault((step.address.split("/")[0], step.part, key), []).append(step.id)
    if not leaving:
        return
    for step in list(draft.steps.values()):
        if step.action in ("create", "update"):
            key = _key(step.address, draft.desired.get((step.address, step.part), {}))
            if key is not None:
                draft.needs[step.id].update(leaving.get((step.address.split("/")[0], step.part, key), ()))


def _key(address: str, values: dict[str, Json]) -> bytes | None:
    twins = find_kind(address.split("/")[0]).twins
    if twins is None or not twins.fields:
        return None
    # What is not stated and what is empty are the same to the service.
    return canonical_json([values.get(field) or None for field in twins.fields])
