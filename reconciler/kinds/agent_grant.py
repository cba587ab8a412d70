"""What agents are given so that they can answer: access to chat, a role, groups, skills, a capacity rule.

A grant only adds. An agent, group or skill that leaves a list is no longer looked at, and keeps what it has; taking
something away has to be asked for with `absent` or `membership: exclusive`, and approved. Agents are never created,
since each takes a paid seat, and neither the owner nor an administrator is ever changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from reconciler.core.assignment import Watch
from reconciler.core.kind import Kind, Problem
from reconciler.core.neighbours import Neighbours
from reconciler.core.part import Part
from reconciler.core.resource import Json, Resource
from reconciler.kinds._agent_skills import BODY_MEMBER, SKILL_SET, AgentSkills
from reconciler.kinds._agent_watches import RULE, AgentsThere, CapacityRuleGiven, ChatRole
from reconciler.kinds._collections import AGENT_SKILLS, GROUP_MEMBERSHIPS, USERS
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._given import EMAIL, gather_grants
from reconciler.kinds._grants import GROUP_SET, ROLE, Memberships, Revocations, Roles
from reconciler.kinds._model import UNSTATED, AnyReference, ManifestModel
from reconciler.kinds._people import person_key, stated_people
from reconciler.kinds._skills import AnySkill

Email = Annotated[str, StringConstraints(pattern=EMAIL)]


class AgentGrant(ManifestModel):
    """What the agents of one team are given."""

    kind: Literal["agent_grant"]
    agents: list[Email] = Field(description="Their e-mail addresses; case does not count.")
    chat_role: Literal["agent", "admin"] = Field(
        default=UNSTATED, description="Their role in chat, which a person sets; costs one read for each agent."
    )
    custom_role: Annotated[AnyReference, Managed("custom_role_id", ROLE, part="role")] = Field(
        default=UNSTATED, description="The role that says what they may see and do."
    )
    groups: Annotated[
        Annotated[list[AnyReference], Field(max_length=100)], Managed("group_id", GROUP_SET, part="memberships")
    ] = Field(default=UNSTATED, description="The groups that they are added to.")
    skills: Annotated[
        Annotated[list[AnySkill], Field(max_length=100)], Managed(BODY_MEMBER, SKILL_SET, part="skills")
    ] = Field(default=UNSTATED, description="The skills that they get besides those that they have.")
    capacity_rule: Annotated[AnyReference, Managed("", RULE, part="noted")] = Field(
        default=UNSTATED, description="How much work they get at a time, which a person sets."
    )
    absent: list[Email] = Field(
        default=UNSTATED, description="Who is taken out of these groups; needs an approval for each person and group."
    )
    membership: Literal["additive", "exclusive"] = Field(
        default=UNSTATED,
        description="With exclusive, whoever is in one of the groups and in no grant of it is taken out, with approval.",
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    parts = []
    if "custom_role" in document:
        parts.append(Part("role", USERS, fields_of(AgentGrant, "role"), creates=False, assignment=Roles()))
    if "groups" in document:
        fields = fields_of(AgentGrant, "memberships")
        parts.append(Part("memberships", GROUP_MEMBERSHIPS, fields, creates=False, assignment=Memberships()))
    if "skills" in document:
        fields = fields_of(AgentGrant, "skills")
        parts.append(Part("skills", AGENT_SKILLS, fields, creates=False, assignment=AgentSkills()))
    if "absent" in document or "membership" in document:
        parts.append(Part("revocations", GROUP_MEMBERSHIPS, (), creates=False, assignment=Revocations()))
    return tuple(parts)


def _watches(document: Mapping[str, Json]) -> tuple[Watch, ...]:
    return (
        AgentsThere(),
        *([ChatRole()] if "chat_role" in document else ()),
        *([CapacityRuleGiven()] if "capacity_rule" in document else ()),
    )


def _consistent(document: Mapping[str, Json]) -> Iterator[Problem]:
    agents, absent = stated_people(document, "agents"), stated_people(document, "absent")
    for key in sorted(agents.keys() & absent.keys()):
        yield Problem(
            "agent_grant/granted-and-absent",
            ("absent", absent[key]),
            f"{key} is in agents and in absent",
            "The same groups would be given and taken away.",
            "Take the address out of one of the lists.",
        )
    for index, email in enumerate(document.get("agents") or ()):
        if agents[person_key(email)] != index:
            yield Problem(
                "agent_grant/agent-twice",
                ("agents", index),
                f"{email} is in the list already",
                fix="Remove one of the lines.",
                severity="warning",
            )
    for member in ("absent", "membership"):
        if document.get(member) not in (None, [], "additive") and not document.get("groups"):
            yield Problem(
                "agent_grant/nothing-to-take-away",
                (member,),
                f"{member} needs groups",
                "It takes people out of the groups of this grant, and there are none.",
                "State groups, or remove it.",
            )


def _one_role(grant: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    agents = stated_people(grant.document, "agents") if "custom_role" in grant.document else {}
    for other in neighbours.of_kind(grant.kind) if agents else ():
        role = other.document.get("custom_role")
        if other.address >= grant.address or role in (None, grant.document["custom_role"]):
            continue
        for key in sorted(agents.keys() & stated_people(other.document, "agents").keys()):
            yield Problem(
                "agent_grant/two-roles",
                ("agents", agents[key]),
                f"{key} is given another custom role by {other.address}",
                "An agent has exactly one.",
                "State the same role in both grants, or take the address out of one.",
            )


def _not_given_and_taken(grant: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    absent = stated_people(grant.document, "absent")
    groups = grant.document.get("groups") or []
    for other in neighbours.of_kind(grant.kind) if absent else ():
        if other.address == grant.address or all(each not in groups for each in other.document.get("groups") or []):
            continue
        for key in sorted(absent.keys() & stated_people(other.document, "agents").keys()):
            yield Problem(
                "agent_grant/given-and-taken",
                ("absent", absent[key]),
                f"{key} is taken out of a group that {other.address} gives",
                "Each apply would undo the other grant.",
                "Take the address out of one of the lists.",
            )


KIND = Kind(
    name="agent_grant",
    area="agent grants",
    title="Agent grant",
    model=AgentGrant,
    parts=_parts,
    on_remove="keep",
    rules=(_consistent,),
    noted=fields_of(AgentGrant, "noted"),
    relations=(_one_role, _not_given_and_taken),
    watches=_watches,
    gathers=gather_grants,
    gathered_from=(USERS, GROUP_MEMBERSHIPS),
    by_person={"chat_role": "observed", "capacity_rule": "observed or attested"},
    limits=(
        "A job takes 100 memberships or users; more agents are several steps.",
        "Leaving a group unassigns all working tickets of the agent in that group; how many these are is not read.",
        "Owner and administrators are never changed: what a grant gives them is a warning.",
        "The service replaces all skills of an agent at once: they are read, added to and written whole, one agent at a "
        f"time. The body's member {BODY_MEMBER} is UNCONFIRMED; a refusal stops that step alone.",
        "Several grants may name one agent: what they give adds up.",
    ),
    cannot=(
        "Create an agent: each takes a paid seat.",
        "Set the chat role: the service only shows it.",
        "Give a capacity rule: that is UNCONFIRMED, and the service shows only some of a rule's agents.",
    ),
    sources=(
        "developer.zendesk.com/api-reference/ticketing/groups/group_memberships, "
        "developer.zendesk.com/api-reference/ticketing/users/users and "
        "developer.zendesk.com/api-reference/ticketing/ticket-management/job_statuses",
    ),
    example="""\
kind: agent_grant
name: equipe-japon
agents: [aiko@maison-lune.example, ren@maison-lune.example]
chat_role: agent
custom_role: conseiller
groups: [equipe-japon]
skills: [langue/japonais]
""",
)
