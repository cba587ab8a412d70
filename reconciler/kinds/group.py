"""A group of agents, which is also the department that messaging routes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Lookup
from reconciler.core.part import Hazard, Part
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Boolean, Emptyable
from reconciler.kinds._collections import GROUPS
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel, Text


class Group(ManifestModel):
    """A group of agents."""

    kind: Literal["group"]
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that agents see.")
    description: Annotated[str | None, Managed("description", Emptyable())] = Field(
        default=UNSTATED, description="What the group is for."
    )
    is_public: Annotated[
        bool,
        Managed(
            "is_public",
            Boolean(),
            unreachable=(True, "A private group can never be made public again."),
            hazard=Hazard("irreversible", "A private group can never be made public again.", values=(False,)),
        ),
    ] = Field(default=UNSTATED, description="Whether agents outside the group see its tickets.")


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", GROUPS, fields_of(Group)),)


KIND = Kind(
    name="group",
    area="agent grants",
    title="Group",
    model=Group,
    parts=_parts,
    lookup=Lookup("", GROUPS, "name", "group"),
    limits=("The default group cannot be changed or deleted by API.",),
    cannot=("Make a private group public.",),
    sources=("developer.zendesk.com/api-reference/ticketing/groups/groups",),
    example="""\
kind: group
name: equipe-japon
title: Équipe Japon
description: Conseillers qui répondent en japonais
""",
)
