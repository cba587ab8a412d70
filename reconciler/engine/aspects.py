"""Drafts the steps for another side of a resource's own object, which has a path of its own to be written at.

It refuses to know how the object itself is found, made or taken over.
"""

from __future__ import annotations

from reconciler.core.part import Part
from reconciler.core.resource import Resource
from reconciler.engine.absent import create_changes
from reconciler.engine.drafting import Draft, draft_link, step_id
from reconciler.engine.present import draft_present
from reconciler.engine.situation import Situation


def draft_aspect(draft: Draft, situation: Situation, resource: Resource, part: Part) -> None:
    """Draft the update of an aspect whose object is there, or its link after the object's create."""
    identity = situation.matching.identity(resource.address, part.name)
    if identity.undecided or identity.unknown:
        return
    if identity.live_id:
        draft_present(draft, situation, resource, part, identity)
        return
    create = step_id("create", resource.address, part.lives_as)
    _, later = create_changes(draft, situation, resource, part, "vanished" if identity.was else "intended")
    if later and create in draft.steps:
        draft_link(draft, resource, part, later, create)
