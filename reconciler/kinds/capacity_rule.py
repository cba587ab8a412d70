"""A capacity rule: how much work an agent gets at a time, found by its name and described here.

It refuses to know the numbers of a rule, and whom it applies to: the first are UNCONFIRMED, the second is stated where
agents get their rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Lookup
from reconciler.core.manual import ManualStep
from reconciler.core.part import Part
from reconciler.core.resource import Json, Resource
from reconciler.kinds._codecs import Emptyable
from reconciler.kinds._collections import CAPACITY_RULES
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel, Text

_PERMANENT = "nothing is known of how the service deletes a capacity rule. Use removed: keep."


class CapacityRule(ManifestModel):
    """A capacity rule."""

    kind: Literal["capacity_rule"]
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that admins see.")
    description: Annotated[str | None, Managed("description", Emptyable())] = Field(
        default=UNSTATED, description="What it is for."
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", CAPACITY_RULES, fields_of(CapacityRule), creates=False, permanent=_PERMANENT),)


def _manual(resource: Resource) -> ManualStep:
    values = [("Name", str(resource.document.get("title", resource.name)))]
    if resource.document.get("description"):
        values.append(("Description", str(resource.document["description"])))
    return ManualStep(
        title="create the capacity rule",
        admin_center="Admin Center > Objects and rules > Omnichannel routing > Capacity rules",
        values=tuple(values),
        looks_for="exactly one capacity rule of that name",
        article="https://developer.zendesk.com/api-reference/agent-availability/introduction",
        notes=("Its capacities for each channel are nobody's but Admin Center's.",),
    )


KIND = Kind(
    name="capacity_rule",
    area="routing",
    title="Capacity rule",
    model=CapacityRule,
    parts=_parts,
    lookup=Lookup("", CAPACITY_RULES, "name", "capacity rule"),
    manual=_manual,
    limits=(
        "A change is sent as a PUT without an envelope. Its form is UNCONFIRMED: where the service does not take it, the "
        "report says so.",
        "They are listed under data, or as nothing but a list; both forms are known from clients, neither from the vendor.",
        "Agents have one capacity rule each, and the default one where nobody gave them another.",
    ),
    cannot=(
        "Create or delete one: neither is confirmed by the vendor. A person creates it, and it is found by its name.",
        "Manage capacities: what is inside them is UNCONFIRMED, so they are neither read nor written.",
        "Say which agents it applies to: that is stated where agents get their rights.",
    ),
    sources=("developer.zendesk.com/api-reference/agent-availability/introduction",),
    example="""\
kind: capacity_rule
name: debutants
title: Débutants
description: Deux conversations à la fois, pour les deux premiers mois
""",
)
