"""Skills that agents are given, besides those that they have; it refuses to take any away.

The service replaces all skills of an agent with each write, so a write holds what the agent has and what is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.core.assignment import Assigned, Item
from reconciler.core.codec import Names
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Request
from reconciler.kinds._grants import assigned_to_agents, id_of
from reconciler.kinds._people import Named, named
from reconciler.kinds._skills import SkillSet

SKILL_SET = SkillSet()

BODY_MEMBER = "attribute_value_ids"
"""The member of the body that holds the skills. UNCONFIRMED: neither the vendor's contract nor its page
(developer.zendesk.com/api-reference/ticketing/ticket-management/skill_based_routing) shows the body of this write."""


@dataclass(frozen=True, slots=True)
class AgentSkills:
    """Skills that agents are given."""

    collections: tuple[str, ...] = ("users",)
    largest_batch: int = 0
    is_remembered: bool = True

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """The skills of each agent."""
        return (
            ("agent_skills", each.live_id)
            for each in named(resource, "agents", names)
            if each.live_id and not each.is_left_alone
        )

    def observe(self, resource: Resource, resources: Sequence[Resource], names: Names) -> Assigned:
        """Of each agent, the stated skills that they have."""
        skills = SKILL_SET.desired(resource.document["skills"], names)
        blocked = [
            f"the skills of {each.key} cannot be read: {why}"
            for each in named(resource, "agents", names)
            if each.live_id and (why := names.unreadable("agent_skills", each.live_id))
        ]
        if blocked or not skills:
            return Assigned(blocked=tuple(blocked))

        def held(user: Named) -> list[Json]:
            ids = _held_ids(user.live_id, names)
            return [each for each in skills if id_of(each, names) in ids]

        def lacking(user: Named, before: Json) -> list[Item]:
            return [{"user": user.live_id, "skill": each} for each in skills if each not in before]

        return assigned_to_agents(resource, names, "skills", skills, held, lacking)

    def request(self, items: Sequence[Item], names: Names) -> Request:
        """All skills that one agent has from then on."""
        user = str(items[0]["user"])
        added = [names.live_id(each["skill"]) for each in items]
        return Request(
            "support",
            "POST",
            f"/routing/agents/{user}/instance_values",
            {BODY_MEMBER: list(dict.fromkeys([*_held_ids(user, names), *added]))},
            is_repeatable=True,
            touches=(("agent_skills", user),),
        )


def _held_ids(user: str, names: Names) -> list[str]:
    return [str(each["id"]) for each in names.objects("agent_skills", user)]
