"""Says which live objects together are one manifest, and which are none; pure functions over a snapshot.

It refuses to know names, documents and files.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.assignment import Gathered
from reconciler.core.codec import MISSING
from reconciler.core.kind import Kind
from reconciler.core.part import Children, Part
from reconciler.core.resource import Json, Resource
from reconciler.engine.binding_lines import title_of
from reconciler.engine.identity import Matching
from reconciler.engine.importing_reading import all_parts
from reconciler.engine.live import AccountNames, Live, Snapshot, observe
from reconciler.kinds._registry import find_kind, manifest_kinds

Claim = tuple[str, str]
"""A collection, or a kind's section of settings, and a live id."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of what was found: its live object, inside which parent."""

    part: Part
    parent: str
    live: Live

    @property
    def live_id(self) -> str:
        """The live object's id."""
        return str(self.live["id"])


@dataclass(frozen=True, slots=True)
class Brood:
    """The live objects that are the items of one list of a manifest, in the order of their listing."""

    children: Children
    objects: tuple[Live, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What one manifest can describe. `anchor` is the part that the others are found from; `surplus` are objects that
    belong to it and have no place in a manifest, in words for people."""

    kind: str
    form: Mapping[str, Json]
    anchor: str
    pieces: Mapping[str, Piece]
    surplus: tuple[str, ...] = ()
    broods: tuple[Brood, ...] = ()
    gathered: Gathered | None = None

    @property
    def type(self) -> str:
        """The discriminating type, or an empty text."""
        return str(self.form.get("type", ""))

    @property
    def are_settings(self) -> bool:
        """Whether it is sections of the account's settings."""
        return bool(self.pieces) and all(piece.part.collection.is_settings for piece in self.pieces.values())

    @property
    def live_id(self) -> str:
        """The id of the object that the others are found from; of what is gathered, whom it is about."""
        return " ".join(self.gathered.holders) if self.gathered else self.pieces[self.anchor].live_id

    @property
    def live_ids(self) -> tuple[str, ...]:
        """The ids of all its objects, that one first."""
        pieces = (piece.live_id for piece in self.pieces.values())
        items = (str(live["id"]) for brood in self.broods for live in brood.objects)
        return tuple(dict.fromkeys((self.live_id, *pieces, *items)))

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from everything else that was found."""
        return self.kind, self.live_id

    @property
    def title(self) -> str:
        """What people call it, or an empty text."""
        return self.gathered.title if self.gathered else title_of(self.pieces[self.anchor].live)


@dataclass(frozen=True, slots=True)
class Stray:
    """A live object that no manifest of any kind could describe."""

    collection: str
    live_id: str
    title: str
    type: str


@dataclass(slots=True)
class Discovery:
    """All that was found, in the order of the listings."""

    found: list[Found] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)


def gather(kind: Kind, names: AccountNames, resources: Sequence[Resource]) -> tuple[list[Found], tuple[str, ...]]:
    """What live objects have and no manifest of a kind gives them, and what could not be gathered."""
    if kind.gathers is None:
        return [], ()
    grants = kind.gathers(names, [each for each in resources if each.kind == kind.name and not each.removed])
    return [Found(kind.name, {}, "", {}, gathered=each) for each in grants.gathered], grants.notes


def claims_of(resources: Sequence[Resource], matching: Matching) -> dict[Claim, str]:
    """The live objects that manifests describe already, with their addresses."""
    claims: dict[Claim, str] = {}
    for resource in resources:
        for part in find_kind(resource.kind).parts(resource.document) if not resource.removed else ():
            live_id = matching.identity(resource.address, part.name).live_id
            if live_id:
                claims[part.claimed_by(resource.kind), live_id] = resource.address
    return claims


def discover(snapshot: Snapshot, kinds: Sequence[str], taken: Collection[Claim]) -> Discovery:
    """What manifests of these kinds could describe, without what is taken by manifests that there are already."""
    result = Discovery()
    claimed: set[Claim] = set()
    # A rule that is recognised as somebody's is no rule of its own any more.
    for name in sorted(kinds, key=lambda each: not _recognises(find_kind(each))):
        for found in _discover_kind(snapshot, find_kind(name), claimed, taken):
            claimed.update(_claims(found))
            result.found.append(found)
    result.strays.extend(_strays(snapshot, kinds, claimed, taken))
    return result


def _recognises(kind: Kind) -> bool:
    return any(part.recognises is not None for part in all_parts(kind))


def _claims(found: Found) -> Iterator[Claim]:
    for piece in found.pieces.values():
        yield piece.part.claimed_by(found.kind), piece.live_id
    for brood in found.broods:
        yield from ((brood.children.collection.name, str(live["id"])) for live in brood.objects)


def _discover_kind(
    snapshot: Snapshot, kind: Kind, claimed: Container[Claim], taken: Container[Claim]
) -> Iterator[Found]:
    seen: set[Claim] = set()
    for form in kind.forms:
        parts = kind.parts(form)
        anchors = [part for part in parts if _stands_alone(part)]
        if anchors and all(part.collection.is_settings for part in anchors):
            settings = {
                part.name: Piece(part, "", live)
                for part in anchors
                for live in snapshot.objects(part.collection.name)
                if _is_as_stated(snapshot, form, part, live)
                and (part.claimed_by(kind.name), str(live["id"])) not in taken
            }
            if settings:
                yield Found(kind.name, form, next(iter(settings)), settings)
            continue
        if anchors and all(part.recognises is not None for part in anchors):
            pieces = {
                part.name: Piece(part, "", recognised[0])
                for part in anchors
                if len(recognised := _recognised(snapshot, kind, part, claimed, taken)) == 1
            }
            if pieces:
                yield Found(kind.name, form, next(iter(pieces)), pieces)
            continue
        for anchor in anchors[:1]:
            for live in snapshot.objects(anchor.collection.name):
                claim = (anchor.claimed_by(kind.name), str(live["id"]))
                if claim in claimed or claim in taken or claim in seen:
                    continue
                found = _take_shape(snapshot, kind, form, parts, anchor, live)
                if found is not None:
                    seen.add(claim)
                    yield found


def _recognised(
    snapshot: Snapshot, kind: Kind, part: Part, claimed: Container[Claim], taken: Container[Claim]
) -> list[Live]:
    """The free objects that do what the part does; several cannot be told apart and stay what they are."""
    return [
        live
        for live in snapshot.objects(part.collection.name)
        if part.recognises is not None
        and part.recognises(live)
        and (part.claimed_by(kind.name), str(live["id"])) not in claimed
        and (part.claimed_by(kind.name), str(live["id"])) not in taken
    ]


def _stands_alone(part: Part) -> bool:
    return part.is_object and part.is_found_by_itself


def _take_shape(
    snapshot: Snapshot, kind: Kind, form: Mapping[str, Json], parts: Sequence[Part], anchor: Part, live: Live
) -> Found | None:
    """The manifest that a live object has in a form, or None where it is of another form."""
    if not anchor.admits(live) or not _has_keys(snapshot, form, anchor, live):
        return None
    place = snapshot.find(anchor.collection.name, str(live["id"]))
    pieces = {anchor.name: Piece(anchor, place[0] if place else "", live)}
    surplus: list[str] = []
    for part in parts:
        if part.found_through[0]:
            other, member = part.found_through
            pointed = str(pieces[other].live.get(member) or "") if other in pieces else ""
            found = snapshot.find(part.collection.name, pointed) if pointed else None
            if found is None or not part.admits(found[1]):
                return None
            pieces[part.name] = Piece(part, *found)
    for part in parts:
        if part.inside in pieces and part.inside:
            inside = snapshot.objects(part.collection.name, pieces[part.inside].live_id)
            if inside:
                pieces[part.name] = Piece(part, pieces[part.inside].live_id, inside[0])
            surplus += [f"{part.name} {each['id']}" for each in inside[1:]]
    return Found(kind.name, form, anchor.name, pieces, tuple(surplus), tuple(_broods(snapshot, kind, pieces)))


def _broods(snapshot: Snapshot, kind: Kind, pieces: Mapping[str, Piece]) -> Iterator[Brood]:
    for children in kind.children:
        if children.parent in pieces:
            inside = snapshot.objects(children.collection.name, pieces[children.parent].live_id)
            yield Brood(children, tuple(inside))


def _is_as_stated(snapshot: Snapshot, form: Mapping[str, Json], part: Part, live: Live) -> bool:
    """Whether the object has what the form states of its fields."""
    names = AccountNames(snapshot)
    return all(
        observe(each, live, names) == form[each.path]
        for each in part.fields
        if form.get(each.path) not in (None, "", {}, [])
    )


def _has_keys(snapshot: Snapshot, form: Mapping[str, Json], anchor: Part, live: Live) -> bool:
    """Whether the object has a value for every key that the form finds it by."""
    names = AccountNames(snapshot)
    return all(
        observe(key, live, names) not in (MISSING, None, "")
        for key in anchor.key_fields()
        if key.path in form and not form[key.path]
    )


def _strays(
    snapshot: Snapshot, kinds: Sequence[str], claimed: Collection[Claim], taken: Collection[Claim]
) -> Iterator[Stray]:
    """The objects that nothing claims, of collections all of whose kinds were looked at."""
    users: dict[str, set[str]] = {}
    for name in manifest_kinds():
        for part in all_parts(find_kind(name)):
            if part.is_object and not part.inside and not part.aspect and not part.collection.is_settings:
                users.setdefault(part.collection.name, set()).add(name)
    # One object may stand in the listings of two APIs.
    known = {live_id for _, live_id in claimed} | {live_id for _, live_id in taken}
    for collection, names in users.items():
        for live in snapshot.objects(collection) if names <= set(kinds) else ():
            live_id = str(live["id"])
            if live_id not in known:
                known.add(live_id)
                yield Stray(collection, live_id, title_of(live), str(live.get("type", "")))
