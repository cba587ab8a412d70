"""An omnichannel queue: holds the tickets that match its conditions until an agent of its groups has room.

It refuses to know the order of the queues: that is one list for the whole account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Lookup, Problem
from reconciler.core.neighbours import Neighbours
from reconciler.core.part import Part
from reconciler.core.resource import Json, Resource
from reconciler.kinds._codecs import EmptyText, Pointer, PointerSet, WholeNumber
from reconciler.kinds._collections import QUEUES
from reconciler.kinds._conditions import Conditions, Rules
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, ManifestModel, Shape, Text

GROUPS_SUFFIX_IN_REQUESTS = "_id"
"""The one switch for the form in which groups are written: `primary_groups_id: [ids]`, read as `primary_groups.groups`.

UNCONFIRMED by the vendor, whose contract has no request body for queues. It is what two configuration tools know
(Support API 2.0.0, omnichannel routing queues): one deploys this form, another sends objects under the name that is read.
"""

_MEMBERS = PointerSet(Pointer("group"), member="id")


class QueueConditions(Shape):
    """Which tickets it takes: all of `all`, and one of `any` where there are some."""

    all: Annotated[Conditions, Managed("definition.all", Rules(), together="definition")] = Field(
        default=UNSTATED, description="Conditions that must all hold."
    )
    any: Annotated[Conditions, Managed("definition.any", Rules(), together="definition")] = Field(
        default=UNSTATED, description="Conditions of which one must hold."
    )


class Queue(ManifestModel):
    """An omnichannel queue."""

    kind: Literal["queue"]
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that admins see.")
    description: Annotated[str | None, Managed("description", EmptyText())] = Field(
        default=UNSTATED, description="What it is for."
    )
    priority: Annotated[int, Managed("priority", WholeNumber())] = Field(
        default=UNSTATED, description="Across queues, the higher priority is served first."
    )
    conditions: QueueConditions = Field(description="Which tickets it takes.")
    primary_groups: Annotated[
        list[AnyReference],
        Managed("primary_groups.groups", _MEMBERS, writes=f"primary_groups{GROUPS_SUFFIX_IN_REQUESTS}"),
    ] = Field(default=UNSTATED, description="The groups whose agents get its tickets first.")
    secondary_groups: Annotated[
        list[AnyReference],
        Managed("secondary_groups.groups", _MEMBERS, writes=f"secondary_groups{GROUPS_SUFFIX_IN_REQUESTS}"),
    ] = Field(default=UNSTATED, description="The groups that help out when nobody of the primary ones has room.")


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", QUEUES, fields_of(Queue)),)


def _in_use(resource: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    for settings in neighbours.of_kind("routing_settings"):
        if settings.stated("omnichannel.enabled") == (True, False):
            yield Problem(
                "queue/idle",
                (),
                "no ticket reaches this queue while omnichannel routing is off",
                f"{settings.address} states omnichannel.enabled: false, and queues belong to omnichannel routing.",
                "Switch omnichannel routing on, or take the queue out.",
                severity="warning",
            )


KIND = Kind(
    name="queue",
    area="routing",
    title="Queue",
    model=Queue,
    parts=_parts,
    lookup=Lookup("", QUEUES, "name", "queue"),
    relations=(_in_use,),
    limits=(
        "Groups are written as primary_groups_id and secondary_groups_id. This form is UNCONFIRMED: the vendor's contract "
        "documents only how they are read. Where the service does not take it, the report says that it read back different.",
        "A ticket goes to the first queue whose conditions match, in the order of the account's queues.",
        "Without a plan that has queues they cannot be read, and their manifests are blocked.",
    ),
    cannot=(
        "Manage sub-queues: their schema is UNCONFIRMED.",
        "List the standard queue, which takes what no other queue does.",
    ),
    sources=("Support API 2.0.0, omnichannel routing queues", "the Support OpenAPI file, QueueObject"),
    example="""\
kind: queue
name: vip-whatsapp
title: VIP WhatsApp
priority: 1
conditions:
  all:
    - {field: via_id, operator: is, value: whatsapp}
    - {field: current_tags, operator: includes, value: [vip]}
primary_groups: [equipe-france]
""",
)
