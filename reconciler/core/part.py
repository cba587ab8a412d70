"""What a resource consists of: parts, their fields, children and orders.

It refuses to know HTTP clients, state, and the order of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

from reconciler.core.codec import MISSING, Codec, Names
from reconciler.core.manual import Alarm, ByPerson
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Collection, Request

if TYPE_CHECKING:
    from reconciler.core.assignment import Assignment


@dataclass(frozen=True, slots=True)
class Hazard:
    """A value whose writing deserves a second look. `level` decides whether an approval is needed.

    `spares_new` is true where only an object that exists already can do harm: nobody depends on a new one yet.
    """

    level: Literal["irreversible", "deletes_data", "changes_work", "changes_billing"]
    text: str
    values: tuple[Json, ...] | None = None
    spares_new: bool = False

    def applies_to(self, value: Json) -> bool:
        """Whether writing `value` is hazardous; without listed values every one is."""
        return self.values is None or value in self.values


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a part: managed, or observed where `by_person` says how a person sets it.

    `path` is its dotted place in the manifest, `api` its member of the live object. A field that cannot be sent
    on creation is set by the step that follows; one that cannot be updated is immutable. `rotates` marks a
    secret. `together` names a group of arrays that the API replaces together. `inert` is what the object is
    created with until its link step. `is_key` marks the natural key. `default` counts as stated. `writes` is the
    member of a request body where it differs from the one that is read. `reads` names a kind whose objects are needed
    to understand the live value. `unreachable` is a value that an existing object can never get, and why. `is_slice`
    says that `api` is one list that all fields of the `together` group share, each its own items of it. `is_additive`
    says that the stated items are added to a list: what else stands in it is nobody's business, and an item that is no
    longer stated is taken out only if it was added. `is_initial` says that it is told with the creation alone and never
    compared: what it becomes later is a field of another part. An observed field is compared like any other and never
    written: what differs is a manual step. `service_default` is the canonical value that the service gives where nothing
    is stated; import leaves it out.
    """

    path: str
    api: str
    codec: Codec
    on_create: bool = True
    on_update: bool = True
    is_readable: bool = True
    is_key: bool = False
    rotates: Literal["in_place", "by_hand"] | None = None
    together: str = ""
    inert: Json = MISSING
    hazard: Hazard | None = None
    default: Json = MISSING
    writes: str = ""
    reads: str = ""
    unreachable: tuple[Json, str] | None = None
    service_default: Json = MISSING
    is_slice: bool = False
    is_additive: bool = False
    is_initial: bool = False
    by_person: ByPerson | None = None

    @property
    def written(self) -> str:
        """The member of a request body, where it differs from the one that is read."""
        return self.writes or self.api

    @property
    def is_linkable(self) -> bool:
        """Whether a later step may write it; its codec knows references that the service needs at creation."""
        return bool(getattr(self.codec, "is_linkable", True))

    @property
    def is_secret(self) -> bool:
        """Whether its value is a secret: never read, never compared, never shown."""
        return self.rotates is not None


@dataclass(frozen=True, slots=True)
class Part:
    """One live object of a resource, or one thing about it that has a request of its own.

    `inside` names the part whose creation also creates this one, sent as the only item of the list
    `inside_member`. `found_through` names a part of the resource and the member of its live object that holds this
    part's live id. `constants` are members of the create body that are no fields, `embeds` members that hold the
    live id of another part. `parent` is the part of this resource, or
    `kind/` of another kind (its only instance), whose live id fills the collection's `{parent}`. A part that
    `creates` nothing is found, never made; `permanent` says why an object is never deleted either. `recognises` tells its
    object from others of the collection where no single member does; a known one stays it however it changes.
    `follows` lists parts of the same resource that must exist first;
    `links_after` those that must exist before its inert fields get their real values. `takes` names the objects
    that the service removes together with it: their collection, and the member that holds its live id (empty where
    they live inside it). `alarms` are live values that call for a person. `made_secret` is the member that holds a secret
    which the service made, and which a person needs elsewhere.

    A part with `stated_in` is a child: the item of that list of the manifest, living in the object of `parent`. It is
    made after that object, or together with it as an item of `inside_member`, and goes with it. A part with `aspect` is
    another side of the resource's own object (the part without a name): never created, and written below the object's
    path under that member.
    """

    name: str
    collection: Collection
    fields: tuple[Field, ...]
    creates: bool = True
    inside: str = ""
    inside_member: str = ""
    found_through: tuple[str, str] = ("", "")
    parent: str = ""
    follows: tuple[str, ...] = ()
    links_after: tuple[str, ...] = ()
    constants: tuple[tuple[str, Json], ...] = ()
    embeds: tuple[tuple[str, str], ...] = ()
    is_singleton: bool = False
    permanent: str = ""
    type_member: str = ""
    type_value: str = ""
    recognises: Callable[[Mapping[str, Json]], bool] | None = None
    arrangement: Arrangement | None = None
    assignment: Assignment | None = None
    takes: tuple[tuple[str, str], ...] = ()
    stated_in: str = ""
    aspect: str = ""
    alarms: tuple[Alarm, ...] = ()
    made_secret: str = ""

    @property
    def is_child(self) -> bool:
        """Whether an item of a list states it."""
        return bool(self.stated_in)

    @property
    def lives_as(self) -> str:
        """The part whose live id is this one's too: itself, but for an aspect."""
        return "" if self.aspect else self.name

    @property
    def is_found_by_itself(self) -> bool:
        """Whether it is found among all objects of its collection, and not through another part of the resource."""
        return not (self.inside or self.found_through[0] or self.is_child or self.aspect)

    def is_made_inside(self, outer: Part) -> bool:
        """Whether the creation of another part of the resource creates this one too."""
        return bool(self.inside_member) and (self.parent if self.is_child else self.inside) == outer.name

    @property
    def is_object(self) -> bool:
        """Whether a live object stands behind it; an arrangement and an assignment are about other objects."""
        return self.arrangement is None and self.assignment is None

    def why_permanent(self) -> str:
        """Why the object can never be deleted, or an empty string."""
        if self.collection.is_settings:
            return "settings are part of the account and cannot be deleted. Use removed: keep."
        return self.permanent

    def claimed_by(self, kind: str) -> str:
        """What a claim is on: a collection, or, of settings, the section of the one object that a kind owns."""
        return f"{self.collection.name}/{kind}" if self.collection.is_settings else self.collection.name

    def field(self, path: str) -> Field | None:
        """The field at a manifest path."""
        return next((each for each in self.fields if each.path == path), None)

    def key_fields(self) -> tuple[Field, ...]:
        """The fields that identify the object."""
        return tuple(each for each in self.fields if each.is_key)

    def admits(self, live: Mapping[str, Json]) -> bool:
        """Whether a live object of the collection is of this part's type."""
        return not self.type_member or live.get(self.type_member) == self.type_value


@dataclass(frozen=True, slots=True, eq=False)
class Children:
    """Items of a list of the manifest that are live objects of their own, inside the object of the part `parent`.

    `path` is the list, in the resource a mapping from each item's key to the item; `label` starts the names of the
    parts, `<label>/<key>`. The paths of `fields` are those within an item; all key fields together tell one child of an
    object from the others. `created_in` names the member of the parent's creation that makes them with it. `are_named`
    says that an item has a name of its own, a slug by which others refer to it.
    """

    label: str
    path: str
    collection: Collection
    fields: tuple[Field, ...]
    parent: str = ""
    created_in: str = ""
    are_named: bool = False

    def part(self, key: str) -> Part:
        """The part of the item with that key."""
        return _child_part(self, key)

    def part_named(self, name: str) -> Part | None:
        """The part of that name, or None when it is none of these."""
        label, slash, key = name.partition("/")
        return self.part(key) if slash and label == self.label else None

    def parts(self, document: Mapping[str, Json]) -> tuple[Part, ...]:
        """The parts of all items that a document states."""
        items = document.get(self.path)
        return tuple(map(self.part, items)) if isinstance(items, Mapping) else ()


@cache
def _child_part(children: Children, key: str) -> Part:
    return Part(
        f"{children.label}/{key}",
        children.collection,
        tuple(replace(each, path=f"{children.path}[{key}].{each.path}") for each in children.fields),
        parent=children.parent,
        follows=(children.parent,),
        inside_member=children.created_in,
        stated_in=children.path,
    )


class Arrangement(Protocol):
    """The order of live objects among their neighbours, as a part of its own without an object of its own."""

    @property
    def path(self) -> str:
        """The manifest field that states it."""

    @property
    def collections(self) -> tuple[str, ...]:
        """The collections whose objects it arranges."""

    @property
    def container(self) -> tuple[str, str]:
        """The manifest field and the live member of an arranged object that say in which container it stands; empty
        where the account has one order for all of them."""

    def counts(self, live: Mapping[str, Json]) -> bool:
        """Whether a live object has a place in the order at all."""

    def observe(self, resource: Resource, own_id: str, desired: Json, names: Names) -> Json:
        """The current arrangement in the form the manifest states it; equal to `desired` when it holds."""

    def present(self, own_id: str, names: Names) -> Json:
        """The whole arrangement as it is, canonical; MISSING where a manifest would better leave it out."""

    def sequence(self, resource: Resource, own_id: str, desired: Json, names: Names, arriving: Arriving) -> list[str]:
        """The whole resulting order, as titles for people."""

    def request(
        self, resource: Resource, own_id: str, desired: Json, names: Names, activated: Sequence[str]
    ) -> Request | None:
        """The one request that brings the arrangement about and activates the live ids in `activated`, if it needs one."""


Arriving = Mapping[str, str]
"""Objects that will exist when an arrangement is made: address to title."""
