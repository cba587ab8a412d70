"""What an account held when it was read, and names for its ids; pure values once the reading is done."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from reconciler.core.codec import MISSING, Unresolved
from reconciler.core.kind import Lookup
from reconciler.core.part import Field, Part
from reconciler.core.resource import Json, by_id, external, ref
from reconciler.kinds._collections import BY_NAME
from reconciler.kinds._registry import find_kind

Live = Mapping[str, Json]
"""One object as the service answered it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A complete listing, or why there is none; `read_at` is the reader's monotonic clock in seconds."""

    objects: tuple[Live, ...] = ()
    unreadable: str = ""
    read_at: float = 0.0


@dataclass(slots=True)
class Snapshot:
    """Every listing of one reading, by collection name and parent id (empty for collections without a parent)."""

    listings: dict[tuple[str, str], Listing] = field(default_factory=dict)
    via_ids: frozenset[str] | None = None
    _places: dict[tuple[str, str], tuple[Listing, dict[str, int]]] = field(default_factory=dict)

    def objects(self, collection: str, parent: str = "") -> list[Live]:
        """Its live objects, softly deleted ones left out; without a parent, those of all parents together."""
        return [
            each
            for (name, owner), listing in self.listings.items()
            if name == collection and (not parent or owner == parent)
            for each in listing.objects
            if each.get("deleted") is not True
        ]

    def placed(self, collection: str) -> list[tuple[str, Live]]:
        """Its live objects with their parents' ids, softly deleted ones left out."""
        return [
            (owner, each)
            for (name, owner), listing in self.listings.items()
            if name == collection
            for each in listing.objects
            if each.get("deleted") is not True
        ]

    def find(self, collection: str, live_id: str) -> tuple[str, Live] | None:
        """The parent id and the object with that id."""
        for key in [key for key in self.listings if key[0] == collection]:
            place = self._places_of(key).get(live_id)
            if place is not None:
                found = self.listings[key].objects[place]
                if found.get("deleted") is not True:
                    return key[1], found
        return None

    def listings_of(self, collection: str) -> tuple[Listing, ...]:
        """Its listings, of all parents."""
        return tuple(listing for (name, _), listing in self.listings.items() if name == collection)

    def unreadable(self, collection: str) -> str:
        """Why a collection could not be read, or an empty string; nothing is known of what is inside an unreadable one."""
        reason = next((each.unreadable for each in self.listings_of(collection) if each.unreadable), "")
        parent = BY_NAME[collection].parent
        return reason or (self.unreadable(parent) if parent else "")

    def read_at(self, collection: str, parent: str = "") -> float:
        """When it was read."""
        listing = self.listings.get((collection, parent))
        return listing.read_at if listing else float("-inf")

    def replace(self, collection: str, parent: str, changed: Live) -> None:
        """Put a newer reading of one object in the place of the old one, or add it."""
        listing = self.listings.get((collection, parent), Listing())
        live_id = str(changed.get("id"))
        places = self._places_of((collection, parent)) if (collection, parent) in self.listings else {}
        place = places.setdefault(live_id, len(listing.objects))
        objects = (*listing.objects[:place], changed, *listing.objects[place + 1 :])
        newer = Listing(objects, listing.unreadable, listing.read_at)
        self.listings[collection, parent] = newer
        self._places[collection, parent] = (newer, places)

    def _places_of(self, key: tuple[str, str]) -> dict[str, int]:
        """Where each id stands in a listing; made once for each listing, however often it is asked."""
        listing = self.listings[key]
        known = self._places.get(key)
        if known is None or known[0] is not listing:
            places: dict[str, int] = {}
            for place, each in enumerate(listing.objects):
                places.setdefault(str(each.get("id")), place)
            known = self._places[key] = (listing, places)
        return known[1]


class AccountNames:
    """Live ids as names and back, from a snapshot and the ids that are bound to addresses.

    `addresses` are those of the manifests, whether their objects are live or not.
    """

    def __init__(self, snapshot: Snapshot, addresses: Container[str] = ()) -> None:
        self.snapshot = snapshot
        self.addresses = addresses
        self._ids: dict[tuple[str, str], str] = {}
        self._owners: dict[tuple[str, str], tuple[str, str]] = {}
        self._keys: dict[str, tuple[tuple[Listing, ...], dict[str, list[str]]]] = {}

    def bind(self, address: str, part: str, collection: str, live_id: str) -> None:
        """Say that a live object is this part of this address."""
        self._ids[address, part] = live_id
        self._owners[collection, live_id] = (address, part)

    def id_of(self, address: str, part: str) -> str:
        """The live id of a part, or an empty string."""
        return self._ids.get((address, part), "")

    def owner(self, collection: str, live_id: str) -> tuple[str, str] | None:
        """The address and part that a live object is bound to."""
        return self._owners.get((collection, live_id))

    def is_managed(self, address: str) -> bool:
        """Whether a manifest has that address."""
        return address in self.addresses or (address, "") in self._ids

    def objects(self, collection: str, parent: str = "") -> Sequence[Live]:
        """The live objects of a collection as last read."""
        return self.snapshot.objects(collection, parent)

    def unreadable(self, collection: str, parent: str = "") -> str:
        """Why a listing could not be read, or an empty string."""
        listing = self.snapshot.listings.get((collection, parent))
        return listing.unreadable if listing else ""

    def reference(self, kind: str, part: str, live_id: str) -> dict[str, str]:
        """The canonical reference to a live id: managed before external before bare id."""
        lookup = find_kind(kind).lookup
        if lookup is None:
            owner = next((value for (_, each), value in self._owners.items() if each == live_id), None)
            return ref(*owner) if owner else by_id(live_id)
        owner = self._owners.get((lookup.collection.name, live_id))
        if owner is not None:
            return ref(*owner)
        found = self.snapshot.find(lookup.collection.name, live_id)
        if found is None:
            return by_id(live_id)
        key = self._key(lookup, *found)
        return external(kind, key) if len(self._keyed(kind, key)) == 1 else by_id(live_id)

    def live_id(self, reference: Mapping[str, Json]) -> str:
        """The live id behind a canonical reference; raises Unresolved."""
        if "id" in reference:
            return str(reference["id"])
        if "ref" in reference:
            live_id = self._ids.get((reference["ref"], reference["part"]))
            if not live_id:
                raise Unresolved(reference)
            return live_id
        matches = self._keyed(str(reference["kind"]), str(reference["external"]))
        if len(matches) != 1:
            raise Unresolved(reference, matches)
        return matches[0]

    def canonical(self, reference: Mapping[str, Json]) -> dict[str, str]:
        """The same reference in its best form: an external object that a manifest manages becomes a ref."""
        if "external" not in reference:
            return dict(reference)
        kind, lookup = str(reference["kind"]), find_kind(str(reference["kind"])).lookup
        if lookup is None:
            return dict(reference)
        plain = external(kind, lookup.key(str(reference["external"])))
        try:
            live_id = self.live_id(plain)
        except Unresolved:
            return plain
        owner = self._owners.get((lookup.collection.name, live_id))
        return ref(*owner) if owner else plain

    def _keyed(self, kind: str, key: str) -> list[str]:
        lookup = find_kind(kind).lookup
        if lookup is None:
            return []
        listings = self.snapshot.listings_of(lookup.collection.name)
        known = self._keys.get(kind)
        if known is None or any(old is not new for old, new in zip_longest(known[0], listings)):
            ids: dict[str, list[str]] = {}
            for parent, each in self.snapshot.placed(lookup.collection.name):
                ids.setdefault(self._key(lookup, parent, each), []).append(str(each["id"]))
            known = self._keys[kind] = (listings, ids)
        return known[1].get(lookup.key(key), [])

    def _key(self, lookup: Lookup, parent: str, live: Live) -> str:
        """What an external reference calls a live object."""
        own = lookup.key(str(live.get(lookup.member)))
        outer = self.snapshot.find(lookup.collection.parent, parent) if lookup.is_qualified else None
        return f"{lookup.key(str(outer[1].get(lookup.member)))}/{own}" if outer else own


def observe(field: Field, live: Live, names: AccountNames) -> Json:
    """A field's canonical value in a live object; MISSING where the reply does not tell."""
    if not field.is_readable:
        return MISSING
    value: Any = live
    for key in field.api.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return field.codec.live(value, names)


def observe_part(part: Part, live: Live, names: AccountNames) -> dict[str, Json]:
    """Every readable field of a part that the reply tells."""
    observed = {field.path: observe(field, live, names) for field in part.fields if not field.is_secret}
    return {path: value for path, value in observed.items() if value is not MISSING}
