"""A skill attribute and its values: what agents are good at, such as a language, and which tickets need it.

It refuses to know which agents have a skill. Each value is a live object of its own inside the attribute, and is what
others refer to: `langue/japonais` is the value `japonais` of the manifest `langue`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Lookup, Problem
from reconciler.core.part import Children, Part
from reconciler.core.resource import Json
from reconciler.kinds._collections import SKILL_ATTRIBUTES, SKILL_VALUES
from reconciler.kinds._conditions import Conditions, Rules
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel, Name, Shape, Text

_SUBJECTS = Rules(called="subject")


class SkillConditions(Shape):
    """Which new tickets need the skill: all of `all`, and one of `any` where there are some."""

    all: Annotated[Conditions, Managed("conditions.all", _SUBJECTS, together="conditions")] = Field(
        default=UNSTATED, description="Conditions that must all hold."
    )
    any: Annotated[Conditions, Managed("conditions.any", _SUBJECTS, together="conditions")] = Field(
        default=UNSTATED, description="Conditions of which one must hold."
    )


class SkillValue(Shape):
    """One value of the attribute: a skill that agents have and tickets need."""

    name: Name = Field(description="A stable slug, by which others refer to it.")
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that admins see.")
    conditions: SkillConditions = Field(default=UNSTATED, description="Which new tickets get the skill by themselves.")


class Skill(ManifestModel):
    """A skill attribute."""

    kind: Literal["skill"]
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that admins see.")
    values: list[SkillValue] = Field(default=UNSTATED, description="Its values, the skills.")


_VALUES = Children("value", "values", SKILL_VALUES, fields_of(SkillValue), are_named=True)


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", SKILL_ATTRIBUTES, fields_of(Skill), takes=((SKILL_VALUES.name, ""),)), *_VALUES.parts(document))


def _expanded(document: Mapping[str, Json]) -> dict[str, Json]:
    if "values" not in document:
        return dict(document)
    return {**document, "values": {item["name"]: item for item in document["values"]}}


def _distinct_values(document: Mapping[str, Json]) -> Iterator[Problem]:
    for member, what in (("name", "slug"), ("title", "title")):
        seen: set[str] = set()
        for index, value in enumerate(document.get("values", ())):
            if value[member].casefold() in seen:
                yield Problem(
                    "skill/two-values-alike",
                    ("values", index, member),
                    f'two values have the {what} "{value[member]}"',
                    "The service takes a title once in an attribute, and references need one slug for each value.",
                    "Give one of them another, or remove it.",
                )
            seen.add(value[member].casefold())


KIND = Kind(
    name="skill",
    area="routing",
    title="Skill",
    model=Skill,
    parts=_parts,
    children=(_VALUES,),
    expand=_expanded,
    lookup=Lookup("value", SKILL_VALUES, "name", "skill", is_qualified=True),
    rules=(_distinct_values,),
    limits=(
        "Without a plan that has skills they cannot be read, and their manifests are blocked.",
        "A value that leaves the list is deleted when the memory says that it is ours; agents and tickets lose it.",
    ),
    cannot=("Say which agents have a skill: that is stated where agents get their rights.",),
    sources=(
        "the Support OpenAPI file, Skill Based Routing",
        "developer.zendesk.com/api-reference/ticketing/ticket-management/skill_based_routing",
    ),
    example="""\
kind: skill
name: langue
title: Langue
values:
  - {name: francais, title: Français}
  - name: japonais
    title: Japonais
    conditions:
      all:
        - {field: via_id, operator: is, value: line}
""",
)
