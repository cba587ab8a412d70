"""How single values are written in manifests, in plans and on the wire.

Each codec is a pure pair of translations around one canonical form; none knows which field it serves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.core.codec import Names
from reconciler.core.diagnostic import Path
from reconciler.core.resource import Json, Reference, by_id, external, ref
from reconciler.kinds._registry import find_kind


@dataclass(frozen=True, slots=True)
class Plain:
    """The value as it is."""

    def desired(self, value: Json, names: Names) -> Json:
        """The value itself."""
        return value

    def live(self, value: Json, names: Names) -> Json:
        """The value itself."""
        return value

    def encode(self, value: Json, names: Names) -> Json:
        """The value itself."""
        return value

    def manifest(self, value: Json, names: Names) -> Json:
        """The value itself."""
        return value

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """None."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Emptyable(Plain):
    """Text for which the service answers null or "" alike; canonical is null."""

    def desired(self, value: Json, names: Names) -> Json:
        """Null for the empty text."""
        return value or None

    def live(self, value: Json, names: Names) -> Json:
        """Null for the empty text."""
        return value or None


@dataclass(frozen=True, slots=True)
class EmptyText(Emptyable):
    """The same where the contract takes no null: nothing is sent as the empty text."""

    def encode(self, value: Json, names: Names) -> Json:
        """The empty text for null."""
        return value or ""


@dataclass(frozen=True, slots=True)
class Boolean(Plain):
    """A truth value that the service may answer as text."""

    def live(self, value: Json, names: Names) -> Json:
        """`"true"` and `"false"` as truth values."""
        return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class WholeNumber(Plain):
    """A whole number that the service may answer as text."""

    def live(self, value: Json, names: Names) -> Json:
        """`"6"` as 6."""
        return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value) else value


@dataclass(frozen=True, slots=True)
class NumberAsText(Plain):
    """Digits, text in manifests and plans, that the contract types as a number."""

    def live(self, value: Json, names: Names) -> Json:
        """Text, whatever the reply used."""
        return None if value is None else str(int(value)) if isinstance(value, float) else str(value)

    def encode(self, value: Json, names: Names) -> Json:
        """A number."""
        return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class PhoneNumber(Plain):
    """E.164 with its `+`, which the service leaves out (Conversations API reference, WhatsApp's example)."""

    def live(self, value: Json, names: Names) -> Json:
        """With a leading `+`."""
        return f"+{str(value).lstrip('+')}" if value else None

    def encode(self, value: Json, names: Names) -> Json:
        """Without it."""
        return None if value is None else str(value).lstrip("+")


@dataclass(frozen=True, slots=True)
class Colour(Plain):
    """Hex digits without `#`, compared without regard to case."""

    def desired(self, value: Json, names: Names) -> Json:
        """Lower case."""
        return value.lower()

    def live(self, value: Json, names: Names) -> Json:
        """Lower case."""
        return value.lower() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Record(Plain):
    """Mappings with the manifest's spelling of keys; `keys` maps it to the service's."""

    keys: Mapping[str, str]

    def live(self, value: Json, names: Names) -> Json:
        """A list of mappings with our keys; keys unknown to manifests are left out."""
        if not isinstance(value, list):
            return value
        return [{ours: item[theirs] for ours, theirs in self.keys.items() if theirs in item} for item in value]

    def encode(self, value: Json, names: Names) -> Json:
        """A list of mappings with the service's keys."""
        return [{self.keys[ours]: inner for ours, inner in item.items()} for item in value]


def canonical_reference(value: Json, kind: str, part: str, names: Names) -> dict[str, str]:
    """A manifest's reference (name, external or id) in its best canonical form."""
    if isinstance(value, str):
        return names.canonical(ref(f"{kind}/{value}", part))
    if "external" in value:
        return names.canonical(external(kind, value["external"]))
    return names.reference(kind, part, str(value["id"])) if value.get("id") else by_id("")


def stated_reference(value: Mapping[str, Json]) -> Json:
    """A canonical reference as a manifest states it: a bare name, `{external}` or `{id}`."""
    if "ref" in value:
        return str(value["ref"]).partition("/")[2]
    return {key: value[key] for key in ("external", "id") if key in value}


def _unmanaged(value: Mapping[str, Json], kind: str, names: Names) -> Json:
    """A managed reference as one to a live object of a kind that does not manage it."""
    live_id, lookup = names.live_id(value), find_kind(kind).lookup
    objects = names.objects(lookup.collection.name) if lookup else ()
    keys = [str(each.get(lookup.member)) for each in objects if str(each["id"]) == live_id] if lookup else []
    shared = [each for each in objects if lookup and keys == [str(each.get(lookup.member))]]
    return {"external": keys[0]} if len(shared) == 1 else {"id": live_id}


@dataclass(frozen=True, slots=True)
class Pointer:
    """A reference to one part of another resource; null where the field allows it."""

    kind: str
    part: str = ""
    types: tuple[str, ...] = ()
    is_linkable: bool = True

    def desired(self, value: Json, names: Names) -> Json:
        """The canonical reference."""
        return None if value is None else canonical_reference(value, self.kind, self.part, names)

    def live(self, value: Json, names: Names) -> Json:
        """The canonical reference to a live id."""
        return None if value in (None, "") else names.reference(self.kind, self.part, str(value))

    def encode(self, value: Json, names: Names) -> Json:
        """The live id, as text."""
        return None if value is None else names.live_id(value)

    def manifest(self, value: Json, names: Names) -> Json:
        """A name, external or id; what a manifest of another kind manages is external here."""
        if value is None:
            return None
        is_own = "ref" not in value or str(value["ref"]).partition("/")[0] == self.kind
        return stated_reference(value) if is_own else _unmanaged(value, self.kind, names)

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The one reference."""
        if value is not None:
            yield Reference(path, self.kind, self.part, value, self.types, self.is_linkable)


@dataclass(frozen=True, slots=True)
class PointerList:
    """A sequence of references of one kind."""

    pointer: Pointer

    def desired(self, value: Json, names: Names) -> Json:
        """Canonical references in order; null stays null."""
        return None if value is None else [self.pointer.desired(item, names) for item in value]

    def live(self, value: Json, names: Names) -> Json:
        """Canonical references in order."""
        return None if value is None else [self.pointer.live(item, names) for item in value]

    def encode(self, value: Json, names: Names) -> Json:
        """Live ids in order."""
        return None if value is None else [self.pointer.encode(item, names) for item in value]

    def manifest(self, value: Json, names: Names) -> Json:
        """Names, externals or ids in order."""
        return None if value is None else [self.pointer.manifest(item, names) for item in value]

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """Each of them, with its index in the path."""
        for index, item in enumerate(value or ()):
            yield from self.pointer.references(item, (*path, index))


@dataclass(frozen=True, slots=True)
class PointerSet:
    """References of one kind whose order means nothing; the API has their ids as numbers.

    `member` names the member of a live item that holds the id, where items are objects.
    """

    pointer: Pointer
    member: str = ""

    def desired(self, value: Json, names: Names) -> Json:
        """Canonical references, each once, in the order of their text; null stays null."""
        return None if value is None else _as_set([self.pointer.desired(item, names) for item in value])

    def live(self, value: Json, names: Names) -> Json:
        """Canonical references, each once, in the order of their text; null is none at all."""
        ids = [item[self.member] if self.member else item for item in value or ()]
        return _as_set([self.pointer.live(item, names) for item in ids])

    def encode(self, value: Json, names: Names) -> Json:
        """Live ids, as numbers where they are numbers."""
        return None if value is None else [_number(self.pointer.encode(item, names)) for item in value]

    def manifest(self, value: Json, names: Names) -> Json:
        """Names, externals or ids, in the canonical order."""
        return None if value is None else [self.pointer.manifest(item, names) for item in value]

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """Each of them, with its index in the path."""
        for index, item in enumerate(value or ()):
            yield from self.pointer.references(item, (*path, index))


def _as_set(references: list[Json]) -> list[Json]:
    return [dict(pairs) for pairs in sorted({tuple(sorted(each.items())) for each in references})]


def _number(live_id: Json) -> Json:
    return int(live_id) if str(live_id).isdigit() else live_id
