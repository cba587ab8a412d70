"""Makes a plan from manifests, memory and a snapshot of the account; pure: values in, values out.

It refuses to know HTTP, stores and clocks. A plan is drafted resource by resource; then references between steps
become dependencies, circles are opened by link steps, what needs a person waits, and the guards have their say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.part import Part
from reconciler.core.plan import Plan, Step
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.absent import draft_absent
from reconciler.engine.arranging import arrange_steps
from reconciler.engine.aspects import draft_aspect
from reconciler.engine.assigning import assign_steps
from reconciler.engine.attesting import attested_steps, is_vouched_for
from reconciler.engine.bound_tombstones import bound_tombstones
from reconciler.engine.circles import open_circles, spread_waiting
from reconciler.engine.dependencies import find_dependencies
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.exclusive import block_exclusive
from reconciler.engine.externals import look_up_externals
from reconciler.engine.finishing import finished_plan
from reconciler.engine.identity import Identity, Matching
from reconciler.engine.leaving import draft_leaving
from reconciler.engine.matching import match
from reconciler.engine.observing import observed_steps
from reconciler.engine.pointers import block_pointed_at
from reconciler.engine.present import draft_present
from reconciler.engine.removing import removal_steps
from reconciler.engine.renames import block_renames, move_entries
from reconciler.engine.resemblance import Resemblances
from reconciler.engine.situation import Inputs, Situation
from reconciler.engine.twins import make_room_for_twins
from reconciler.engine.watching import watched_steps
from reconciler.kinds._registry import find_kind


@dataclass(slots=True)
class Planned:
    """A plan, and what was seen while it was made: by address and part, the canonical values that are stated."""

    plan: Plan
    matching: Matching
    resources: Mapping[str, Resource]
    entries: Mapping[str, Entry]
    observed: dict[tuple[str, str], dict[str, Json]]
    desired: dict[tuple[str, str], dict[str, Json]]


def make_plan(inputs: Inputs) -> Planned:
    """The plan that brings the account to what the manifests state."""
    environment = inputs.environment
    resources = {each.address: each for each in environment.resources}
    entries = dict(inputs.entries)
    if not inputs.entries:
        entries.update(bound_tombstones(environment.resources, environment.bindings, inputs.snapshot))
    draft = Draft()
    move_entries(draft, environment.resources, entries)
    matching = match(environment.resources, entries, environment.bindings, inputs.snapshot)
    situation = Situation(inputs, resources, entries, matching)
    resemblances = Resemblances(situation)
    for resource in environment.resources:
        if not resource.removed:
            _draft_resource(draft, situation, resemblances, resource)
    for resource in environment.resources:
        if not resource.removed:
            draft_leaving(draft, situation, resource)
    arrange_steps(draft, resources, matching, entries)
    assign_steps(draft, situation)
    watched_steps(draft, situation)
    removal_steps(draft, environment, resources, matching, entries, inputs.snapshot, inputs.memory)
    make_room_for_twins(draft)
    block_exclusive(draft, situation)
    attested_steps(draft, situation)
    block_renames(draft, situation)
    look_up_externals(draft, situation)
    find_dependencies(draft, situation)
    block_pointed_at(draft, situation)
    open_circles(draft, situation)
    spread_waiting(draft, situation)
    observed_steps(draft, situation)
    plan = finished_plan(draft, situation)
    return Planned(plan, matching, resources, entries, draft.observed, draft.desired)


def _draft_resource(draft: Draft, situation: Situation, resemblances: Resemblances, resource: Resource) -> None:
    parts = find_kind(resource.kind).parts(resource.document)
    for part in parts:
        if not part.is_object:
            continue
        if part.aspect:
            draft_aspect(draft, situation, resource, part)
            continue
        identity = situation.matching.identity(resource.address, part.name)
        if is_vouched_for(resource, part.name, situation):
            # What points to it has no live id to point to, and never will have one here.
            draft.blocked_parts[resource.address, part.name] = step_id("manual", resource.address, "connect")
        elif identity.undecided or identity.unknown:
            _draft_blocked(draft, situation, resource, part, identity)
        elif identity.live_id:
            draft_present(draft, situation, resource, part, identity)
        elif all(
            situation.matching.identity(resource.address, outer.name).live_id
            for outer in parts
            if part.is_made_inside(outer)
        ):
            draft_absent(draft, situation, resemblances, resource, part, identity)


def _draft_blocked(draft: Draft, situation: Situation, resource: Resource, part: Part, identity: Identity) -> None:
    action = "update" if resource.address in situation.entries else "adopt"
    reason = identity.undecided or f"its collection could not be read, so nothing is known about it: {identity.unknown}"
    draft.add(
        Step(
            step_id(action, resource.address, part.name),
            action,
            resource.address,
            part.name,
            blocked=(reason,),
            reason="which live object it is cannot be said" if identity.undecided else "the account cannot be read",
        )
    )
    draft.blocked_parts[resource.address, part.name] = step_id(action, resource.address, part.name)
