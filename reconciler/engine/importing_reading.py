"""Reads everything that manifests of some kinds could describe; it refuses to know what becomes of it.

Unlike a plan, which reads what its manifests need, this reads whole kinds: their collections, what lies inside their
objects, and, where asked for, the kinds that they refer to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reconciler.core.kind import Kind
from reconciler.core.part import Part
from reconciler.core.service import Collection
from reconciler.engine.live import Snapshot
from reconciler.engine.reader import Reader
from reconciler.kinds._collections import BY_NAME
from reconciler.kinds._registry import find_kind


def read_kinds(reader: Reader, snapshot: Snapshot, kinds: Sequence[str]) -> None:
    """Add to the snapshot all that manifests of these kinds could describe, each collection once."""
    parts = [part for name in kinds for part in all_parts(find_kind(name))]
    outer = [part for part in parts if not part.inside]
    inner = [children.collection for name in kinds for children in find_kind(name).children]
    gathered = [collection for name in kinds for collection in find_kind(name).gathered_from]
    needed = _with_parents(
        [*(part.collection for part in outer), *inner, *gathered, *_mirrored(parts), *_arranged(parts)]
    )
    while True:
        missing = [
            (collection, parent)
            for collection in needed
            for parent in _parents(snapshot, collection)
            if (collection.name, parent) not in snapshot.listings
        ]
        if not missing:
            break
        reader.list_whole(snapshot, missing)
    inside = dict.fromkeys(
        (part.collection, str(live["id"]))
        for part, holder in _inner(kinds)
        for live in snapshot.objects(holder.collection.name)
        if holder.admits(live) and (part.collection.name, str(live["id"])) not in snapshot.listings
    )
    reader.list_whole(snapshot, list(inside))
    _read_mirrors(reader, snapshot, parts)


def read_lookups(reader: Reader, snapshot: Snapshot, kinds: Iterable[str]) -> bool:
    """Add the collections in which objects of these kinds are looked up; whether there were any to read."""
    lookups = [lookup.collection for name in kinds if (lookup := find_kind(name).lookup) is not None]
    missing = [
        (collection, parent)
        for collection in _with_parents(lookups)
        for parent in _parents(snapshot, collection)
        if (collection.name, parent) not in snapshot.listings
    ]
    reader.list_whole(snapshot, missing)
    return bool(missing)


def why_unreadable(snapshot: Snapshot, kind: str) -> str:
    """Why a kind, or a part of it, could not be read; an empty text where it could."""
    described = find_kind(kind)
    collections = [
        *(part.collection.name for part in all_parts(described)),
        *(children.collection.name for children in described.children),
        *(collection.name for collection in described.gathered_from),
    ]
    reasons = (snapshot.unreadable(name) for name in dict.fromkeys(collections) if not BY_NAME[name].is_optional)
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


def is_shown(kind: str) -> bool:
    """Whether an API shows anything of a kind."""
    described = find_kind(kind)
    return described.gathers is not None or any(all_parts(described))


def all_parts(kind: Kind) -> Iterator[Part]:
    """The parts of every form that an object of the kind can have."""
    for form in kind.forms:
        yield from kind.parts(form)


def _inner(kinds: Iterable[str]) -> Iterator[tuple[Part, Part]]:
    for name in kinds:
        kind = find_kind(name)
        for form in kind.forms:
            parts = {part.name: part for part in kind.parts(form)}
            yield from ((part, parts[part.inside]) for part in parts.values() if part.inside)


def _with_parents(collections: Iterable[Collection]) -> list[Collection]:
    found: dict[str, Collection] = {}

    def need(collection: Collection) -> None:
        if collection.parent:
            need(BY_NAME[collection.parent])
        found.setdefault(collection.name, collection)

    for collection in collections:
        need(collection)
    return list(found.values())


def _parents(snapshot: Snapshot, collection: Collection) -> list[str]:
    """The parents' ids with which a collection is listed; one that stands in its parents' objects has no listing."""
    if not collection.parent:
        return [""]
    if collection.embedded:
        return []
    return [str(each["id"]) for each in snapshot.objects(collection.parent)]


def _mirrored(parts: Sequence[Part]) -> Iterator[Collection]:
    for part in parts:
        for field in part.fields:
            lookup = find_kind(field.reads).lookup if field.reads else None
            if lookup is not None:
                yield lookup.collection


def _arranged(parts: Sequence[Part]) -> Iterator[Collection]:
    for part in parts:
        yield from (BY_NAME[name] for name in (part.arrangement.collections if part.arrangement else ()))


def _read_mirrors(reader: Reader, snapshot: Snapshot, parts: Sequence[Part]) -> None:
    """Read single objects whose listing left out a member that shows what cannot be read otherwise."""
    read: set[tuple[str, str]] = set()
    for part in parts:
        mirrors = [field.api for field in part.fields if field.writes and field.reads]
        for live in snapshot.objects(part.collection.name) if mirrors and part.collection.has_item_read else ():
            key = (part.collection.name, str(live["id"]))
            if key in read or not part.admits(live) or all(each in live for each in mirrors):
                continue
            read.add(key)
            whole = reader.read_object(part.collection, "", key[1])
            if whole is not None:
                snapshot.replace(part.collection.name, "", whole)
