"""A category of triggers, its place among the categories, and the order of the triggers in it.

Order is the category's own step: it comes after its triggers exist, and activates the new ones in the same
request, so that a trigger never fires in the wrong place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.codec import MISSING, Names
from reconciler.core.diagnostic import Path
from reconciler.core.kind import Kind, Lookup, Problem
from reconciler.core.part import Arriving, Part
from reconciler.core.resource import Json, Reference, Resource, ref
from reconciler.core.service import Request
from reconciler.kinds._arrangements import arrange, listed_twice, reference_key
from reconciler.kinds._codecs import Plain, Pointer, PointerList
from reconciler.kinds._collections import TRIGGER_CATEGORIES, TRIGGERS
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, ManifestModel, Shape, Text

_CATEGORY = Pointer("trigger_category", is_linkable=False)


@dataclass(frozen=True, slots=True)
class Place(Plain):
    """`first`, `last`, or `{after: category}`."""

    def desired(self, value: Json, names: Names) -> Json:
        """The same with a canonical reference."""
        return value if isinstance(value, str) else {"after": _CATEGORY.desired(value["after"], names)}

    def manifest(self, value: Json, names: Names) -> Json:
        """The same with a reference as a manifest states it."""
        return value if isinstance(value, str) else {"after": _CATEGORY.manifest(value["after"], names)}

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The category it stands behind."""
        if isinstance(value, Mapping):
            yield from _CATEGORY.references(value["after"], (*path, "after"))


class After(Shape):
    """Behind another category."""

    after: AnyReference = Field(description="The category that it stands behind.")


class TriggerCategory(ManifestModel):
    """A category of triggers."""

    kind: Literal["trigger_category"]
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that admins see.")
    place: Annotated[Literal["first", "last"] | After, Managed("place", Place(), part="place")] = Field(
        default=UNSTATED, description="Where it stands among the categories."
    )
    order: Annotated[list[AnyReference], Managed("order", PointerList(Pointer("trigger")), part="order")] = Field(
        default=UNSTATED, description="The order of its triggers; the ones that are not listed keep their places."
    )


def _by_position(objects: Sequence[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    return sorted(objects, key=lambda each: (each.get("position") or 0, int(each["id"])))


@dataclass(frozen=True, slots=True)
class CategoryPlace:
    """The place of a category among the account's categories."""

    path: str = "place"
    collections: tuple[str, ...] = ("trigger_categories",)
    container: tuple[str, str] = ("", "")

    def counts(self, live: Mapping[str, Json]) -> bool:
        """Every category has a place."""
        return True

    def observe(self, resource: Resource, own_id: str, desired: Json, names: Names) -> Json:
        """`first`, `last` or `{after}` as the account has it, in the manifest's terms where they hold."""
        ids = [str(each["id"]) for each in _by_position(names.objects("trigger_categories"))]
        if own_id not in ids:
            return None
        index = ids.index(own_id)
        if desired == "last" and index == len(ids) - 1:
            return "last"
        if index == 0:
            return "first"
        return {"after": names.reference("trigger_category", "", ids[index - 1])}

    def present(self, own_id: str, names: Names) -> Json:
        """Left out: every category has a place, and few places are meant."""
        return MISSING

    def sequence(self, resource: Resource, own_id: str, desired: Json, names: Names, arriving: Arriving) -> list[str]:
        """The titles of all categories as they will stand."""
        titles = {str(each["id"]): str(each["name"]) for each in names.objects("trigger_categories")}
        anchor = self._anchor(desired, names)
        own = own_id or "new"
        titles.setdefault(own, str(resource.document["title"]))
        others = [each for each in self._ids(names) if each != own]
        if isinstance(desired, Mapping) and anchor not in others:
            target = desired["after"].get("ref", "")
            others.append(target)
            titles[target] = arriving.get(target, target)
            anchor = target
        return [titles[each] for each in self._placed(others, own, desired, anchor)]

    def request(
        self, resource: Resource, own_id: str, desired: Json, names: Names, activated: Sequence[str]
    ) -> Request | None:
        """A job that gives every category whose number changes its position, counted from 1."""
        anchor = names.live_id(desired["after"]) if isinstance(desired, Mapping) else ""
        others = [each for each in self._ids(names) if each != own_id]
        now = {str(each["id"]): each.get("position") for each in names.objects("trigger_categories")}
        placed = self._placed(others, own_id, desired, anchor)
        items = [
            {"id": each, "position": number} for number, each in enumerate(placed, start=1) if now.get(each) != number
        ]
        return _job("trigger_categories", items)

    def _ids(self, names: Names) -> list[str]:
        return [str(each["id"]) for each in _by_position(names.objects("trigger_categories"))]

    def _anchor(self, desired: Json, names: Names) -> str:
        if not isinstance(desired, Mapping):
            return ""
        try:
            return names.live_id(desired["after"])
        except LookupError:
            return ""

    def _placed(self, others: list[str], own: str, desired: Json, anchor: str) -> list[str]:
        if desired == "first":
            return [own, *others]
        if desired == "last":
            return [*others, own]
        index = others.index(anchor) + 1
        return [*others[:index], own, *others[index:]]


@dataclass(frozen=True, slots=True)
class TriggerOrder:
    """The order of a category's active triggers."""

    path: str = "order"
    collections: tuple[str, ...] = ("triggers",)
    container: tuple[str, str] = ("category", "category_id")

    def counts(self, live: Mapping[str, Json]) -> bool:
        """Only active triggers have a place."""
        return bool(live.get("active"))

    def observe(self, resource: Resource, own_id: str, desired: Json, names: Names) -> Json:
        """The listed triggers that are active, in the order in which they stand now."""
        return [each for each in self._references(own_id, names) if each in desired]

    def present(self, own_id: str, names: Names) -> Json:
        """All active triggers of the category in their order; MISSING where fewer than two have none."""
        listed = self._references(own_id, names)
        return listed if len(listed) > 1 else MISSING

    def sequence(self, resource: Resource, own_id: str, desired: Json, names: Names, arriving: Arriving) -> list[str]:
        """The titles of all active triggers of the category as they will stand."""
        titles = {
            reference_key(names.reference("trigger", "", str(each["id"]))): str(each.get("title"))
            for each in names.objects("triggers")
        }
        current = [reference_key(each) for each in self._references(own_id, names)]
        wanted = [reference_key(each) for each in desired]
        return [titles.get(each) or arriving.get(each, each) for each in arrange(current, wanted)]

    def request(
        self, resource: Resource, own_id: str, desired: Json, names: Names, activated: Sequence[str]
    ) -> Request | None:
        """A job that numbers the category's active triggers from 1 and activates the new ones."""
        current = [str(each["id"]) for each in self._active(own_id, names)]
        wanted = [names.live_id(each) for each in desired]
        items = []
        for number, live_id in enumerate(arrange(current, wanted), start=1):
            item: dict[str, Json] = {"id": live_id, "position": number, "category_id": own_id}
            if live_id in activated:
                item["active"] = True
            items.append(item)
        return _job("triggers", items)

    def _active(self, own_id: str, names: Names) -> list[Mapping[str, Json]]:
        return _by_position(
            [
                each
                for each in names.objects("triggers")
                if str(each.get("category_id")) == own_id and each.get("active")
            ]
        )

    def _references(self, own_id: str, names: Names) -> list[dict[str, str]]:
        return [names.reference("trigger", "", str(each["id"])) for each in self._active(own_id, names)]


def _job(collection: str, items: Sequence[Mapping[str, Json]]) -> Request | None:
    """The job that renumbers the items of a collection; none where there is nothing to renumber."""
    if not items:
        return None
    return Request(
        "support",
        "POST",
        "/trigger_categories/jobs",
        {"job": {"action": "patch", "items": {collection: list(items)}}},
        is_repeatable=True,
        touches=((collection, ""),),
        leaves=tuple(
            (collection, str(item["id"]), {key: value for key, value in item.items() if key != "id"}) for item in items
        ),
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    parts = [Part("", TRIGGER_CATEGORIES, fields_of(TriggerCategory), takes=(("triggers", "category_id"),))]
    if "place" in document:
        parts.append(
            Part(
                "place",
                TRIGGER_CATEGORIES,
                fields_of(TriggerCategory, "place"),
                creates=False,
                follows=("",),
                arrangement=CategoryPlace(),
            )
        )
    if "order" in document:
        parts.append(
            Part(
                "order",
                TRIGGERS,
                fields_of(TriggerCategory, "order"),
                creates=False,
                follows=("",),
                arrangement=TriggerOrder(),
            )
        )
    return tuple(parts)


def _each_once(document: Mapping[str, Json]) -> Iterator[Problem]:
    return listed_twice(document, "order", "trigger_category/listed-twice", "trigger")


def members(document: Mapping[str, Json]) -> list[dict[str, str]]:
    """The triggers that an order lists by name, as canonical references."""
    return [ref(f"trigger/{each}") for each in document.get("order", ()) if isinstance(each, str)]


KIND = Kind(
    name="trigger_category",
    area="routing",
    title="Trigger category",
    model=TriggerCategory,
    parts=_parts,
    lookup=Lookup("", TRIGGER_CATEGORIES, "name", "trigger category"),
    on_remove="keep",
    forms=({"order": []},),
    rules=(_each_once,),
    limits=(
        "The service refuses to delete a category with active triggers, and deletes its inactive ones with it.",
        "Positions may repeat between active and inactive triggers; only the relative order is compared.",
    ),
    sources=("developer.zendesk.com/api-reference/ticketing/business-rules/triggers",),
    example="""\
kind: trigger_category
name: messagerie
title: Messagerie sociale
place: {after: {external: "Notifications"}}
order: [whatsapp-vers-france, line-vers-japon]
""",
)
