"""The order of the account's omnichannel queues; it refuses to know which tickets they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.codec import MISSING, Names
from reconciler.core.part import Arriving
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Request
from reconciler.kinds._arrangements import arrange, reference_key


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """One order for the whole account, written with the id of every queue that there is: the service answers 400 to a
    list that lacks one (Support OpenAPI file, the operation that orders queues)."""

    path: str = "queue_order"
    collections: tuple[str, ...] = ("queues",)
    container: tuple[str, str] = ("", "")

    def counts(self, live: Mapping[str, Json]) -> bool:
        """Every queue has a place."""
        return True

    def observe(self, resource: Resource, own_id: str, desired: Json, names: Names) -> Json:
        """The listed queues in the order in which they stand now."""
        return [each for each in self._references(names) if each in desired]

    def present(self, own_id: str, names: Names) -> Json:
        """All queues in their order; MISSING where fewer than two have none."""
        listed = self._references(names)
        return listed if len(listed) > 1 else MISSING

    def sequence(self, resource: Resource, own_id: str, desired: Json, names: Names, arriving: Arriving) -> list[str]:
        """The names of all queues as they will stand."""
        titles = {
            reference_key(names.reference("queue", "", str(each["id"]))): str(each.get("name"))
            for each in names.objects("queues")
        }
        current = [reference_key(each) for each in self._references(names)]
        wanted = [reference_key(each) for each in desired]
        return [titles.get(each) or arriving.get(each, each) for each in arrange(current, wanted)]

    def request(
        self, resource: Resource, own_id: str, desired: Json, names: Names, activated: Sequence[str]
    ) -> Request | None:
        """The list of every queue's id; none where they stand like that already."""
        current = self._ids(names)
        placed = arrange(current, [names.live_id(each) for each in desired])
        if placed == current:
            return None
        return Request(
            "support",
            "PATCH",
            "/queues/order",
            {"queue_ids": placed},
            is_repeatable=True,
            touches=(("queues", ""),),
            leaves=tuple(("queues", each, {"order": number}) for number, each in enumerate(placed, start=1)),
        )

    def _ids(self, names: Names) -> list[str]:
        """By their order; a queue whose reply has none was created just now and stands last."""
        queues = sorted(
            names.objects("queues"),
            key=lambda each: (each.get("order") is None, each.get("order") or 0, str(each["id"])),
        )
        return [str(each["id"]) for each in queues]

    def _references(self, names: Names) -> list[dict[str, str]]:
        return [names.reference("queue", "", each) for each in self._ids(names)]
