"""A ticket trigger: sends each channel's conversations to its team, tags them, raises their priority.

The service replaces conditions and actions together, so the ones a manifest does not state are sent along from
the read just before the write (developer.zendesk.com/api-reference/ticketing/business-rules/triggers).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Lookup, Problem
from reconciler.core.part import Part
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Boolean, Emptyable, Pointer
from reconciler.kinds._collections import TRIGGERS
from reconciler.kinds._conditions import Actions, Conditions, Rules
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, ManifestModel, Shape, Text
from reconciler.kinds._placeholders import known_placeholders


class TriggerConditions(Shape):
    """When the trigger fires: all of `all`, and one of `any` where there are some."""

    all: Annotated[Conditions, Managed("conditions.all", Rules(), together="rule")] = Field(
        default=UNSTATED, description="Conditions that must all hold."
    )
    any: Annotated[Conditions, Managed("conditions.any", Rules(), together="rule")] = Field(
        default=UNSTATED, description="Conditions of which one must hold."
    )


class Trigger(ManifestModel):
    """A ticket trigger."""

    kind: Literal["trigger"]
    title: Annotated[Text, Managed("raw_title", writes="title", is_key=True)] = Field(
        description="The title that admins see."
    )
    description: Annotated[str | None, Managed("description", Emptyable())] = Field(
        default=UNSTATED, description="What it is for."
    )
    active: Annotated[bool, Managed("active", Boolean(), default=True)] = Field(
        default=UNSTATED, description="Whether it fires; true where it is not stated."
    )
    category: Annotated[AnyReference, Managed("category_id", Pointer("trigger_category", is_linkable=False))] = Field(
        description="The category it stands in."
    )
    conditions: TriggerConditions = Field(description="When it fires.")
    actions: Annotated[Actions, Managed("actions", Rules(), together="rule")] = Field(
        min_length=1, description="What it does."
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", TRIGGERS, fields_of(Trigger)),)


def _some_condition(document: Mapping[str, Json]) -> Iterator[Problem]:
    conditions = document["conditions"]
    if not conditions.get("all") and not conditions.get("any"):
        yield Problem(
            "trigger/no-condition",
            ("conditions",),
            "a trigger needs at least one condition",
            "Without one it would fire on every update of every ticket, and the service refuses it.",
            "Add a condition under all or any.",
        )


KIND = Kind(
    name="trigger",
    area="routing",
    title="Trigger",
    model=Trigger,
    parts=_parts,
    lookup=Lookup("", TRIGGERS, "title", "trigger"),
    on_remove="deactivate",
    deactivates=("active", False),
    relations=(known_placeholders,),
    rules=(_some_condition,),
    matches_by_title=True,
    limits=(
        "Titles are not unique: where several live triggers share one, they are paired by their stated fields.",
        "A new trigger goes last in its category; the category's order list places it.",
    ),
    cannot=("Send a text to a social channel: no trigger action does (UNCONFIRMED for reply_public).",),
    sources=("developer.zendesk.com/api-reference/ticketing/business-rules/triggers",),
    example="""\
kind: trigger
name: line-vers-japon
title: "Messagerie : LINE vers l'équipe Japon"
category: messagerie
conditions:
  all:
    - {field: update_type, operator: is, value: Create}
    - {field: via_id, operator: is, value: line}
actions:
  - {field: group_id, value: equipe-japon}
  - {field: current_tags, value: [line, japon]}
""",
)
