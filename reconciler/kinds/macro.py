"""A macro: a reply or a change that agents apply to a ticket with one click, for all of them or for some groups.

Only shared macros are read and written; the personal ones of agents are nobody's business here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.codec import MISSING, Names
from reconciler.core.diagnostic import Path
from reconciler.core.kind import Kind, Lookup
from reconciler.core.part import Part
from reconciler.core.resource import Json, Reference
from reconciler.kinds._codecs import Boolean, Emptyable, Pointer, PointerSet
from reconciler.kinds._collections import MACROS
from reconciler.kinds._conditions import Actions, Rules
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, ManifestModel, Shape, Text
from reconciler.kinds._placeholders import known_placeholders

_GROUPS = PointerSet(Pointer("group"))


@dataclass(frozen=True, slots=True)
class Restriction:
    """Who may use it: null is everyone; groups are read from `ids`, or from `id` where there are no `ids`."""

    def desired(self, value: Json, names: Names) -> Json:
        """The same with canonical references."""
        return None if value is None else {"type": value["type"], "groups": _GROUPS.desired(value["groups"], names)}

    def live(self, value: Json, names: Names) -> Json:
        """Null, groups, or a user by id, which no manifest states and which therefore always differs."""
        if not value:
            return None
        if value.get("type") != "Group":
            return {"type": value.get("type"), "id": str(value.get("id"))}
        return {"type": "Group", "groups": _GROUPS.live(value.get("ids") or [value.get("id")], names)}

    def encode(self, value: Json, names: Names) -> Json:
        """The first group as `id`, all of them as `ids` (Support OpenAPI file, MacroInput.restriction)."""
        if value is None:
            return None
        ids = _GROUPS.encode(value["groups"], names)
        return {"type": value["type"], "id": ids[0], "ids": ids}

    def manifest(self, value: Json, names: Names) -> Json:
        """The same with references as manifests state them; MISSING for what is one person's."""
        if value is None:
            return None
        return {**value, "groups": _GROUPS.manifest(value["groups"], names)} if "groups" in value else MISSING

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """Its groups."""
        if isinstance(value, Mapping):
            yield from _GROUPS.references(value["groups"], (*path, "groups"))


class MacroRestriction(Shape):
    """Only members of these groups may use it."""

    type: Literal["Group"] = Field(description="Group; personal macros are not managed.")
    groups: list[AnyReference] = Field(min_length=1, description="The groups whose agents may use it.")


class Macro(ManifestModel):
    """A macro that agents share."""

    kind: Literal["macro"]
    title: Annotated[Text, Managed("title", is_key=True, together="macro")] = Field(
        description="The title that agents see."
    )
    description: Annotated[str | None, Managed("description", Emptyable(), together="macro")] = Field(
        default=UNSTATED, description="What it is for."
    )
    active: Annotated[bool, Managed("active", Boolean(), default=True, together="macro")] = Field(
        default=UNSTATED, description="Whether agents can use it; true where it is not stated."
    )
    actions: Annotated[Actions, Managed("actions", Rules(), together="macro")] = Field(
        min_length=1, description="What it does; comment_value is its reply."
    )
    restriction: Annotated[MacroRestriction | None, Managed("restriction", Restriction(), together="macro")] = Field(
        default=UNSTATED, description="The groups that may use it; null for everyone."
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    # The contract requires title and actions in every write, so all fields are sent together.
    return (Part("", MACROS, fields_of(Macro)),)


KIND = Kind(
    name="macro",
    area="responders",
    title="Macro",
    model=Macro,
    parts=_parts,
    relations=(known_placeholders,),
    lookup=Lookup("", MACROS, "title", "macro"),
    on_remove="deactivate",
    deactivates=("active", False),
    matches_by_title=True,
    limits=(
        "Titles are not unique: where several live macros share one, they are paired by their stated fields, the "
        "restriction included.",
        "comment_value is a text, or [channel, text] with the channels channel:all and channel:web; other channel values "
        "are UNCONFIRMED and passed on as they are.",
    ),
    cannot=(
        "Manage personal macros, attachments, and the order of macros.",
        "Promise that a title written as A::B becomes a category: this is UNCONFIRMED, and the title is sent as it is.",
    ),
    sources=(
        "developer.zendesk.com/api-reference/ticketing/business-rules/macros",
        "the Support OpenAPI file, MacroInput and MacroCommonObject",
    ),
    example="""\
kind: macro
name: retour-lance
title: "Boutique : retour lancé"
description: Confirme au client que son retour est enregistré
actions:
  - {field: comment_value, value: ["channel:all", Retour enregistré]}
  - {field: current_tags, value: [retour]}
  - {field: status, value: pending}
restriction: {type: Group, groups: [service-apres-vente]}
""",
)
