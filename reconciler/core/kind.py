"""The words a kind is described with: collections, fields, parts, requests.

A kind is data and pure functions over values; it refuses to know HTTP clients, state, and the order of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

from reconciler.core.diagnostic import Path
from reconciler.core.neighbours import Neighbours
from reconciler.core.resource import Json, Reference, Resource, SecretUse

if TYPE_CHECKING:
    from reconciler.core.assignment import Assignment, GatheredGrants, Watch

Api = Literal["support", "conversations", "chat"]
Paging = Literal["cursor", "conversations", "offset", "none", "bare", "object"]

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "MISSING", "__bool__": lambda self: False})()
"""A live value that was not in the reply: unknown, which is not the same as null."""


class Unresolved(LookupError):
    """A reference whose live id is not known: its target is not there (yet), or is there more than once."""

    def __init__(self, reference: Mapping[str, Json], matches: Sequence[str] = ()) -> None:
        super().__init__(f"{dict(reference)}: {len(matches)} matches")
        self.reference = dict(reference)
        self.matches = tuple(matches)


@dataclass(frozen=True, slots=True)
class Collection:
    """One listing of the service and how its objects are read and written.

    `path` may hold `{app_id}` and, when `parent` names another collection, `{parent}` (the parent's live id).
    `items` is the member of a list reply, `item` that of a single object's reply; `wraps_requests` says that
    request bodies carry `item` too. `query` is sent with every listing. `has_item_read` is false where the
    service has no GET for one object. `deleted_flag` names the member that marks a softly deleted object. `is_settings`
    says that there is exactly one object, read and written at `path` itself; it may have no id of its own.
    `is_read_when_ours` says that it is listed only inside parents that a manifest or the memory has something in.
    `embedded` names the member of its parent's object that holds all of its objects, so that no listing of its own is needed.
    `id_member` names the member that holds an object's id. `is_optional` says that not every account has the listing:
    where it is refused, a person connects what would be in it, and vouches for it. `audited_as` are the source types
    under which the account's audit log has changes of its objects.
    """

    name: str
    api: Api
    path: str
    items: str
    item: str
    paging: Paging
    update_verb: Literal["PATCH", "PUT"]
    wraps_requests: bool
    parent: str = ""
    query: tuple[tuple[str, str], ...] = ()
    has_item_read: bool = True
    deleted_flag: str = ""
    is_settings: bool = False
    is_read_when_ours: bool = False
    embedded: str = ""
    id_member: str = "id"
    is_optional: bool = False
    audited_as: tuple[str, ...] = ()

    def object_path(self, listing_path: str, live_id: str) -> str:
        """Where one object is read and written, given the path of its listing in an account."""
        return listing_path if self.is_settings else f"{listing_path}/{live_id}"

    def identified(self, live: Mapping[str, Json]) -> dict[str, Json]:
        """A live object with an id; settings that have none are known by the collection's name."""
        if self.id_member in live:
            return {"id": live[self.id_member], **live}
        return {"id": self.name, **live} if self.is_settings else dict(live)


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in a request body where a secret's value goes when the request leaves; it is never the value."""

    field: str
    use: SecretUse


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a value. `is_repeatable` is false where sending it twice would do it twice.

    `touches` are the collections (name, parent id) whose objects it changes beyond its own answer; they are
    listed again at the end to verify the outcome. `leaves` are live objects as it leaves them, where the answer does not
    show them: collection, live id, changed members. `is_job` says that the answer names a job, which does the work after
    it. `query` are the parameters behind the path.
    """

    api: Api
    method: str
    path: str
    body: Json
    is_repeatable: bool
    touches: tuple[tuple[str, str], ...] = ()
    leaves: tuple[tuple[str, str, Mapping[str, Json]], ...] = ()
    is_job: bool = False
    query: tuple[tuple[str, str], ...] = ()


class Names(Protocol):
    """Live ids as names and back, for one account at one moment."""

    def reference(self, kind: str, part: str, live_id: str) -> dict[str, str]:
        """The canonical reference to a live id: managed before external before bare id."""

    def live_id(self, reference: Mapping[str, Json]) -> str:
        """The live id behind a canonical reference; raises Unresolved."""

    def canonical(self, reference: Mapping[str, Json]) -> dict[str, str]:
        """The same reference in its best form: an external object that a manifest manages becomes a ref."""

    def objects(self, collection: str, parent: str = "") -> Sequence[Mapping[str, Json]]:
        """The live objects of a collection as last read."""

    def unreadable(self, collection: str, parent: str = "") -> str:
        """Why a listing could not be read, or an empty string."""

    def owner(self, collection: str, live_id: str) -> tuple[str, str] | None:
        """The address and part that a live object is bound to."""

    def is_managed(self, address: str) -> bool:
        """Whether a manifest has that address."""


class Codec(Protocol):
    """A field's three forms: as a manifest states it, canonical (compared, planned, stored), as the API has it.

    `manifest` undoes `desired`: `desired(manifest(x)) == x` for every canonical value that a manifest can state.
    """

    def desired(self, value: Json, names: Names) -> Json:
        """Manifest value to canonical value."""

    def live(self, value: Json, names: Names) -> Json:
        """Live value to canonical value; may answer MISSING when the reply does not tell."""

    def encode(self, value: Json, names: Names) -> Json:
        """Canonical value to API value; raises Unresolved."""

    def manifest(self, value: Json, names: Names) -> Json:
        """Canonical value to manifest value; MISSING where no manifest can state it."""

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The references a manifest value holds, with their paths."""


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
class ByPerson:
    """How a person sets an observed field: fields of a resource that share a `slug` make one manual step.

    The step's id ends in the slug. `when_unseen` says what happens where the reply leaves the field out: somebody is
    asked to vouch for it (`attest`), or the step says that it cannot be seen (`ask`).
    """

    slug: str
    title: str
    admin_center: str
    article: str = ""
    notes: tuple[str, ...] = ()
    when_unseen: Literal["ask", "attest"] = "ask"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A live value that calls for a person whatever the manifest states, such as a status that says `error`.

    `calls` maps each such value of `member` to what the person does; the manual step is done when `member` is none of
    them any more, and there is none where the reply leaves `member` out.
    """

    member: str
    calls: Mapping[str, ByPerson]


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


@dataclass(frozen=True, slots=True)
class ManualStep:
    """What only a person can do: where, with which values, and what the tool looks for afterwards."""

    title: str
    admin_center: str
    values: tuple[tuple[str, str], ...]
    looks_for: str
    article: str = ""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """As plain values, for the plan."""
        return {
            "title": self.title,
            "admin_center": self.admin_center,
            "values": [[name, value] for name, value in self.values],
            "looks_for": self.looks_for,
            "article": self.article,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Attested:
    """Something that only a person can say is done, since no API shows it.

    `slug` ends the step's id. `content` is what is vouched for, the values to enter or the items, not our prose: when
    it changes, the person is asked again. `needs` are canonical references to what must be there before it can be done.
    `is_done` is given where a read shows it after all: true and false need nobody's word, None is a read that does not
    tell; it may raise Unresolved. `holds_back` names the part whose creation waits for it; once that part is
    there nobody is asked. `needs_live` names the part that has to be there first: its live id and the app's stand in
    texts and content for `{live_id}` and `{app_id}`.
    """

    slug: str
    manual: ManualStep
    content: Json
    needs: tuple[Mapping[str, Json], ...] = ()
    is_done: Callable[[Names], bool | None] | None = None
    holds_back: str | None = None
    needs_live: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What a kind's own rule has found wrong with a document."""

    rule: str
    path: Path
    summary: str
    why: str = ""
    fix: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Twins:
    """What no two manifests of a kind may share, because the service refuses the second.

    `key` gives the plain value that is compared, or None where the document has no twin whatever it states; the
    texts are those of the error, which stands at `path`. `fields` are those whose live values make a twin of what is
    to be removed: it goes before the one that takes its place comes.
    """

    key: Callable[[Mapping[str, Json]], Json]
    rule: str
    path: Path
    summary: str
    why: str = ""
    fix: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a live object of the kind is found by its natural key: the part that holds it and the live member.

    `ignores_case` says that the service takes two spellings of a key for one, as with e-mail addresses; the canonical
    form is then in lower case. Where `is_qualified`, the key is the parent's value of that member, a slash, and its own.
    """

    part: str
    collection: Collection
    member: str
    label: str
    ignores_case: bool = False
    is_qualified: bool = False

    def key(self, text: str) -> str:
        """A key as a reference states it or the service answers it, in its canonical form."""
        return text.lower() if self.ignores_case else text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource: what its manifests look like and how they meet the service.

    `model` is the pydantic model (or discriminated union) of its manifests, None for kinds that are only
    looked up. `parts` gives the parts of one document, in the order in which they are created. `rules` judge a
    resolved document beyond its schema, `relations` judge it beside the other manifests, `twins` says what two of them
    cannot share. `watches` are what a person does and a read verifies. `manual` is the step that a person does where
    the tool cannot create. `attests` are the steps that a person vouches for, `attests_beside` those that follow from
    other manifests too. `noted` are fields
    that no part manages, such as what a person enters; their references are checked like any other. `exclusive` are
    the fields whose value only one environment can have (`type:path` of one type alone); of those, `contested` are the
    ones where the vendor does not say so, which an approval lets two environments share. `limits` and `cannot` are
    sentences for `explain`, `mode` is what it says where the parts do not tell who does the work, and `by_person` the
    mode of fields that no part has and that a person sets: `observed`, `attested`, or `observed or attested`.
    `children` are the lists whose items are parts; `parts` gives those of the items that the document states.
    `expand` writes the short forms of a valid document out, and makes mappings of its keyed lists. `forms` are beginnings
    of documents, one for each way in which a live object can be described; import takes the first whose parts are there
    and whose fields, where it states any, are live.
    `shorten` writes a document as short as a person would; `expand` makes the same of both. A kind without objects of its
    own `gathers` what others have and none of its manifests gives, from the collections `gathered_from`.
    """

    name: str
    area: str
    title: str
    model: Any
    parts: Callable[[Mapping[str, Json]], tuple[Part, ...]]
    lookup: Lookup | None = None
    on_remove: Literal["delete", "deactivate", "keep", "block"] = "block"
    deactivates: tuple[str, Json] | None = None
    rules: tuple[Callable[[Mapping[str, Json]], Iterator[Problem]], ...] = ()
    relations: tuple[Callable[[Resource, Neighbours], Iterator[Problem]], ...] = ()
    twins: Twins | None = None
    watches: Callable[[Mapping[str, Json]], tuple[Watch, ...]] | None = None
    manual: Callable[[Resource], ManualStep] | None = None
    attests: Callable[[Resource], tuple[Attested, ...]] | None = None
    attests_beside: Callable[[Resource, Neighbours], tuple[Attested, ...]] | None = None
    noted: tuple[Field, ...] = ()
    exclusive: tuple[str, ...] = ()
    forms: tuple[Mapping[str, Json], ...] = ({},)
    contested: tuple[str, ...] = ()
    matches_by_title: bool = False
    children: tuple[Children, ...] = ()
    expand: Callable[[Mapping[str, Json]], dict[str, Json]] | None = None
    gathers: Callable[[Names, Sequence[Resource]], GatheredGrants] | None = None
    gathered_from: tuple[Collection, ...] = ()
    shorten: Callable[[Mapping[str, Json]], dict[str, Json]] | None = None
    keeps_when_vanished: bool = False
    secret_requirements: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()
    mode: str = ""
    by_person: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    def asks(self, resource: Resource, neighbours: Neighbours) -> tuple[Attested, ...]:
        """Everything about a manifest that only a person can do and say."""
        alone = self.attests(resource) if self.attests else ()
        return alone + (self.attests_beside(resource, neighbours) if self.attests_beside else ())

    def exclusive_paths(self, type_name: str) -> Iterator[str]:
        """The fields of a type whose value only one environment can have."""
        for each in self.exclusive:
            of, _, path = each.rpartition(":")
            if of in ("", type_name):
                yield path
