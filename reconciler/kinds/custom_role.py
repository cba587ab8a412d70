"""A custom role: what the agents who have it may see and do; an Enterprise plan has them.

Only the rights that a manifest states are compared and sent, so that rights which the service adds later stay as
they are (developer.zendesk.com/api-reference/ticketing/account-configuration/custom_roles).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Lookup, Problem, Twins
from reconciler.core.part import Hazard, Part
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Boolean, EmptyText
from reconciler.kinds._collections import CUSTOM_ROLES
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel, Shape, Text

RESERVED_NAMES = frozenset({"agent", "administrator", "admin", "billing admin", "light agent"})
"""Names of the system's own roles, in any case (developer.zendesk.com/api-reference/ticketing/account-configuration/custom_roles)."""

_IN_USE = Hazard("changes_work", "It changes what every agent with this role may do.", spares_new=True)


def _right(member: str) -> Managed:
    return Managed(f"configuration.{member}", hazard=_IN_USE)


def _flag(member: str) -> Managed:
    return Managed(f"configuration.{member}", Boolean(), hazard=_IN_USE)


class RoleConfiguration(Shape):
    """The documented rights that can be written; the others of the service are left alone."""

    ticket_access: Annotated[
        Literal["all", "assigned-only", "within-groups", "within-groups-and-public-groups", "within-organization"],
        _right("ticket_access"),
    ] = Field(default=UNSTATED, description="Which tickets they see.")
    ticket_comment_access: Annotated[Literal["public", "none"], _right("ticket_comment_access")] = Field(
        default=UNSTATED, description="Whether their comments can be public."
    )
    end_user_list_access: Annotated[Literal["full", "none"], _right("end_user_list_access")] = Field(
        default=UNSTATED, description="Whether they see lists of customers."
    )
    end_user_profile_access: Annotated[
        Literal["edit", "edit-within-org", "full", "readonly"], _right("end_user_profile_access")
    ] = Field(default=UNSTATED, description="What they do with customers' profiles.")
    explore_access: Annotated[Literal["edit", "full", "none", "readonly"], _right("explore_access")] = Field(
        default=UNSTATED, description="What they do in Explore."
    )
    forum_access: Annotated[Literal["edit-topics", "full", "readonly"], _right("forum_access")] = Field(
        default=UNSTATED, description="What they do in the help center."
    )
    macro_access: Annotated[Literal["full", "manage-group", "manage-personal", "readonly"], _right("macro_access")] = (
        Field(default=UNSTATED, description="What they do with macros.")
    )
    report_access: Annotated[Literal["full", "none", "readonly"], _right("report_access")] = Field(
        default=UNSTATED, description="What they do with reports."
    )
    user_view_access: Annotated[
        Literal["full", "manage-group", "manage-personal", "none", "readonly"], _right("user_view_access")
    ] = Field(default=UNSTATED, description="What they do with customer lists.")
    view_access: Annotated[
        Literal["full", "manage-group", "manage-personal", "playonly", "readonly"], _right("view_access")
    ] = Field(default=UNSTATED, description="What they do with views.")
    manage_team_members: Annotated[
        Literal["all-with-self-restriction", "readonly", "none"], _right("manage_team_members")
    ] = Field(default=UNSTATED, description="What they do with team members.")
    forum_access_restricted_content: Annotated[bool, _flag("forum_access_restricted_content")] = Field(
        default=UNSTATED, description="Whether they see restricted content of the help center."
    )
    manage_automations: Annotated[bool, _flag("manage_automations")] = Field(
        default=UNSTATED, description="Whether they manage automations."
    )
    manage_business_rules: Annotated[bool, _flag("manage_business_rules")] = Field(
        default=UNSTATED, description="Whether they manage business rules."
    )
    manage_contextual_workspaces: Annotated[bool, _flag("manage_contextual_workspaces")] = Field(
        default=UNSTATED, description="Whether they manage contextual workspaces."
    )
    manage_dynamic_content: Annotated[bool, _flag("manage_dynamic_content")] = Field(
        default=UNSTATED, description="Whether they manage dynamic content."
    )
    manage_extensions_and_channels: Annotated[bool, _flag("manage_extensions_and_channels")] = Field(
        default=UNSTATED, description="Whether they manage channels and extensions."
    )
    manage_facebook: Annotated[bool, _flag("manage_facebook")] = Field(
        default=UNSTATED, description="Whether they manage Facebook pages."
    )
    manage_group_memberships: Annotated[bool, _flag("manage_group_memberships")] = Field(
        default=UNSTATED, description="Whether they put agents into groups."
    )
    manage_groups: Annotated[bool, _flag("manage_groups")] = Field(
        default=UNSTATED, description="Whether they manage groups."
    )
    manage_organization_fields: Annotated[bool, _flag("manage_organization_fields")] = Field(
        default=UNSTATED, description="Whether they manage organization fields."
    )
    manage_skills: Annotated[bool, _flag("manage_skills")] = Field(
        default=UNSTATED, description="Whether they manage skills."
    )
    manage_ticket_fields: Annotated[bool, _flag("manage_ticket_fields")] = Field(
        default=UNSTATED, description="Whether they manage ticket fields."
    )
    manage_ticket_forms: Annotated[bool, _flag("manage_ticket_forms")] = Field(
        default=UNSTATED, description="Whether they manage ticket forms."
    )
    manage_triggers: Annotated[bool, _flag("manage_triggers")] = Field(
        default=UNSTATED, description="Whether they manage triggers."
    )
    manage_user_fields: Annotated[bool, _flag("manage_user_fields")] = Field(
        default=UNSTATED, description="Whether they manage user fields."
    )
    organization_editing: Annotated[bool, _flag("organization_editing")] = Field(
        default=UNSTATED, description="Whether they add and change organizations."
    )
    side_conversation_create: Annotated[bool, _flag("side_conversation_create")] = Field(
        default=UNSTATED, description="Whether they take part in side conversations."
    )
    ticket_deletion: Annotated[bool, _flag("ticket_deletion")] = Field(
        default=UNSTATED, description="Whether they delete tickets."
    )
    ticket_editing: Annotated[bool, _flag("ticket_editing")] = Field(
        default=UNSTATED, description="Whether they change a ticket's properties."
    )
    ticket_merge: Annotated[bool, _flag("ticket_merge")] = Field(
        default=UNSTATED, description="Whether they merge tickets."
    )
    ticket_tag_editing: Annotated[bool, _flag("ticket_tag_editing")] = Field(
        default=UNSTATED, description="Whether they change a ticket's tags."
    )
    twitter_search_access: Annotated[bool, _flag("twitter_search_access")] = Field(
        default=UNSTATED, description="Whether they search X."
    )
    view_deleted_tickets: Annotated[bool, _flag("view_deleted_tickets")] = Field(
        default=UNSTATED, description="Whether they see deleted tickets."
    )
    voice_access: Annotated[bool, _flag("voice_access")] = Field(
        default=UNSTATED, description="Whether they take and place calls."
    )
    voice_dashboard_access: Annotated[bool, _flag("voice_dashboard_access")] = Field(
        default=UNSTATED, description="Whether they see the dashboard of calls."
    )


class CustomRole(ManifestModel):
    """A custom role."""

    kind: Literal["custom_role"]
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that admins see.")
    description: Annotated[str | None, Managed("description", EmptyText())] = Field(
        default=UNSTATED, description="What it is for."
    )
    configuration: RoleConfiguration = Field(default=UNSTATED, description="What its agents may see and do.")


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", CUSTOM_ROLES, fields_of(CustomRole)),)


def _folded(document: Mapping[str, Json]) -> str:
    return " ".join(str(document["title"]).casefold().split())


def _free_name(document: Mapping[str, Json]) -> Iterator[Problem]:
    if _folded(document) in RESERVED_NAMES:
        yield Problem(
            "custom_role/reserved-name",
            ("title",),
            f'"{document["title"]}" is the name of a role of the system',
            f"Reserved, in any case: {', '.join(sorted(RESERVED_NAMES))}.",
            "Give the role another title.",
        )


KIND = Kind(
    name="custom_role",
    area="agent grants",
    title="Custom role",
    model=CustomRole,
    parts=_parts,
    lookup=Lookup("", CUSTOM_ROLES, "name", "custom role"),
    rules=(_free_name,),
    twins=Twins(
        _folded,
        "custom_role/same-title",
        ("title",),
        "two custom roles have the same title",
        "Names of roles are unique, whatever their case.",
        "Give one of them another title, or remove it.",
    ),
    limits=(
        "Custom roles need an Enterprise plan. Without it they cannot be read, and their manifests are blocked.",
        "The service refuses to delete a role that agents still have.",
        "chat_access, light_agent, group_access, assign_tickets_to_any_group, moderate_forums and "
        "organization_notes_editing are read-only, so a manifest cannot state them.",
    ),
    cannot=(
        "Let agents chat: the chat role is granted to each agent by a person.",
        "State rights that the vendor's documentation does not name yet.",
    ),
    sources=(
        "developer.zendesk.com/api-reference/ticketing/account-configuration/custom_roles",
        "the Support OpenAPI file, CustomRoleConfigurationObject",
    ),
    example="""\
kind: custom_role
name: conseiller
title: Conseiller messagerie
description: Répond aux clients, ne change aucun réglage
configuration:
  ticket_access: within-groups
  ticket_comment_access: public
  macro_access: manage-personal
  manage_triggers: false
""",
)
