"""Reads what a plan needs of an account, and not one page more; it refuses to decide anything about it.

Collections are read side by side in rounds: those without a parent, then those inside them, then single objects
whose listing does not tell enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.core.assignment import Watch
from reconciler.core.errors import NotFound, ServiceError, ServiceUnavailable
from reconciler.core.part import Part
from reconciler.core.policy import Binding
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Collection
from reconciler.core.state import Entry
from reconciler.engine.bound_tombstones import bound_tombstones, collections_of_bound
from reconciler.engine.children import managed_children
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.live import AccountNames, Listing, Live, Snapshot
from reconciler.engine.matching import match
from reconciler.engine.qualified import inside_of_externals
from reconciler.kinds._collections import BY_NAME
from reconciler.kinds._conditions import VIA_FIELDS
from reconciler.kinds._registry import find_kind
from reconciler.manifest.references import references_of
from reconciler.zendesk.account import Account, ListRequest
from reconciler.zendesk.clock import Clock

_DEFINITIONS = ListRequest("support", "/triggers/definitions", "definitions", "object")


class Reader:
    """Reads one account; `clock` dates every reading."""

    def __init__(self, account: Account, app_id: str, clock: Clock) -> None:
        self._account = account
        self._app_id = app_id
        self._clock = clock

    def read(
        self, resources: Sequence[Resource], entries: Mapping[str, Entry], bindings: Mapping[str, Binding]
    ) -> Snapshot:
        """Everything that planning these resources needs; raises ServiceError when the service cannot be read."""
        snapshot = Snapshot()
        needed = needed_collections(resources, entries, [] if entries else collections_of_bound(resources, bindings))
        wants_definitions = any(_uses_via(resource) for resource in resources)
        roots = [each for each in needed if not each.parent]
        self._list(snapshot, [(each, "") for each in roots], with_definitions=wants_definitions)
        inner = [
            each
            for each in needed
            if each.parent and not BY_NAME[each.parent].parent and not (each.is_read_when_ours or each.embedded)
        ]
        self._list(snapshot, [(each, parent) for each in inner for parent in _ids(snapshot, each.parent)])
        if not entries:
            entries = bound_tombstones(resources, bindings, snapshot)
        self._list(snapshot, list(self._inside(snapshot, resources, entries, bindings)))
        self._list(snapshot, _for_each_holder(snapshot, resources))
        self._read_what_lists_leave_out(snapshot, resources, entries, bindings)
        return snapshot

    def list_whole(self, snapshot: Snapshot, wanted: Sequence[tuple[Collection, str]]) -> None:
        """Read whole collections, with their parents' ids, side by side into the snapshot; unreadable ones stay unreadable."""
        self._list(snapshot, wanted)

    def list_again(self, snapshot: Snapshot, collection: str, parent: str = "") -> None:
        """Read one collection anew into the snapshot; raises when it cannot be read."""
        self._list(snapshot, [(BY_NAME[collection], parent)])
        unreadable = snapshot.listings[collection, parent].unreadable
        if unreadable:
            raise ServiceUnavailable(unreadable)

    def read_object(self, collection: Collection, parent: str, live_id: str) -> Live | None:
        """One object as it is now, or None when the service says that it is not there."""
        if not collection.has_item_read:
            fresh = Snapshot()
            self.list_again(fresh, collection.name, parent)
            found = fresh.find(collection.name, live_id)
            return found[1] if found else None
        try:
            body = self._account.api(collection.api).get(collection.object_path(self.path(collection, parent), live_id))
        except NotFound:
            return None
        live = body.get(collection.item) if isinstance(body, dict) else None
        if not isinstance(live, dict):
            raise ServiceUnavailable(f'the answer to a read of {collection.name} has no "{collection.item}"')
        is_gone = bool(collection.deleted_flag) and live.get(collection.deleted_flag) is True
        return None if is_gone else collection.identified(live)

    def path(self, collection: Collection, parent: str = "") -> str:
        """The listing's path in this account."""
        return collection.path.replace("{app_id}", self._app_id).replace("{parent}", parent)

    def _request(self, collection: Collection, parent: str) -> ListRequest:
        return ListRequest(
            collection.api,
            self.path(collection, parent),
            collection.items,
            collection.paging,
            collection.query,
            is_optional=collection.is_optional,
        )

    def _list(
        self, snapshot: Snapshot, wanted: Sequence[tuple[Collection, str]], *, with_definitions: bool = False
    ) -> None:
        requests = {(each.name, parent): self._request(each, parent) for each, parent in wanted}
        listed = list(requests.values()) + ([_DEFINITIONS] if with_definitions else [])
        # Dated when the reading began: its first page is no younger than that.
        now = self._clock.monotonic()
        results = self._account.list_collections(listed)
        for key, request in requests.items():
            result = results[request]
            if isinstance(result, ServiceError):
                snapshot.listings[key] = Listing(unreadable=f"{result.summary}. {result.detail}".strip(), read_at=now)
            else:
                snapshot.listings[key] = Listing(tuple(map(BY_NAME[key[0]].identified, result)), read_at=now)
                _take_embedded(snapshot, key[0], now)
        if with_definitions:
            definitions = results[_DEFINITIONS]
            if not isinstance(definitions, ServiceError):
                snapshot.via_ids = _via_ids(definitions[0])

    def _inside(
        self,
        snapshot: Snapshot,
        resources: Sequence[Resource],
        entries: Mapping[str, Entry],
        bindings: Mapping[str, Binding],
    ) -> Iterable[tuple[Collection, str]]:
        """The collections inside single objects: those of the objects that are, or could be, a resource's part."""
        matching = match(resources, entries, bindings, snapshot)
        wanted: dict[tuple[str, str], tuple[Collection, str]] = {}
        for resource in resources:
            for part, outer in _inner_parts(resource):
                found = matching.identity(resource.address, outer.name)
                parents = [found.live_id] if found.live_id else _candidates(snapshot, outer)
                for parent in parents:
                    wanted[part.collection.name, parent] = (part.collection, parent)
            for children in managed_children(resource, entries.get(resource.address)) if not resource.removed else ():
                parent = matching.identity(resource.address, children.parent).live_id
                if parent:
                    wanted[children.collection.name, parent] = (children.collection, parent)
        for entry, parts in _removed(resources, entries):
            for part in parts:
                inner = [(part.collection, _remembered_parent(entry, part))]
                taken = [(BY_NAME[name], entry.live.get(part.name, "")) for name, member in part.takes if not member]
                for collection, parent in inner + taken:
                    if parent and snapshot.find(collection.parent, parent):
                        wanted[collection.name, parent] = (collection, parent)
        for collection, parent in inside_of_externals(resources, entries, snapshot):
            wanted[collection.name, parent] = (collection, parent)
        return [each for key, each in wanted.items() if key not in snapshot.listings]

    def _read_what_lists_leave_out(
        self,
        snapshot: Snapshot,
        resources: Sequence[Resource],
        entries: Mapping[str, Entry],
        bindings: Mapping[str, Binding],
    ) -> None:
        """Single reads: mirrors that a list reply left out, and objects of ours that a listing no longer shows."""
        matching = match(resources, entries, bindings, snapshot)
        for resource in resources:
            if resource.removed:
                continue
            for part in find_kind(resource.kind).parts(resource.document):
                identity = matching.identity(resource.address, part.name)
                if not part.is_object or part.aspect or not part.collection.has_item_read:
                    continue
                if snapshot.unreadable(part.collection.name):
                    continue
                if identity.was and not identity.live_id:
                    self._read_into(snapshot, part.collection, identity.parent, identity.was)
                elif identity.live_id and self._lacks_a_mirror(snapshot, resource, part, identity.live_id):
                    self._read_into(snapshot, part.collection, identity.parent, identity.live_id)
        for entry, parts in _removed(resources, entries):
            for part in parts:
                live_id = entry.live.get(part.name, "")
                is_readable = part.collection.has_item_read and not snapshot.unreadable(part.collection.name)
                if live_id and is_readable and not snapshot.find(part.collection.name, live_id):
                    self._read_into(snapshot, part.collection, _remembered_parent(entry, part), live_id)

    def _read_into(self, snapshot: Snapshot, collection: Collection, parent: str, live_id: str) -> None:
        if collection.parent and not parent:
            return
        live = self.read_object(collection, parent, live_id)
        if live is not None:
            snapshot.replace(collection.name, parent, live)

    def _lacks_a_mirror(self, snapshot: Snapshot, resource: Resource, part: Part, live_id: str) -> bool:
        found = snapshot.find(part.collection.name, live_id)
        return found is not None and any(
            each.writes and each.reads and resource.stated(each.path)[0] and each.api not in found[1]
            for each in part.fields
        )


def needed_collections(
    resources: Sequence[Resource], entries: Mapping[str, Entry], besides: Sequence[Collection] = ()
) -> list[Collection]:
    """The collections that planning touches and those given besides, parents before what is inside them."""
    found: dict[str, Collection] = {}

    def need(collection: Collection) -> None:
        if collection.parent:
            need(BY_NAME[collection.parent])
        found.setdefault(collection.name, collection)

    def need_removed(parts: Iterable[Part]) -> None:
        for part in parts:
            need(part.collection)
            for taken, _ in part.takes:
                need(BY_NAME[taken])

    for collection in besides:
        need(collection)
    addresses = set()
    for resource in resources:
        if resource.removed and resource.address not in entries:
            continue
        addresses.add(resource.address)
        if resource.removed:
            need_removed(parts_of_entry(resource.address, entries[resource.address]))
            continue
        for part in find_kind(resource.kind).parts(resource.document):
            if part.assignment is None:
                need(part.collection)
            for name in (*_arranged(part), *_assigned(part)):
                need(BY_NAME[name])
            if part.parent.endswith("/"):
                need(BY_NAME[part.collection.parent])
            for field in part.fields:
                lookup = find_kind(field.reads).lookup if field.reads and resource.stated(field.path)[0] else None
                if lookup is not None:
                    need(lookup.collection)
        for children in managed_children(resource, entries.get(resource.address)):
            need(children.collection)
        for watch in watches_of(resource):
            for name in watch.collections:
                need(BY_NAME[name])
        for reference in references_of(resource):
            lookup = find_kind(reference.kind).lookup
            if lookup is not None and "id" not in (reference.target if isinstance(reference.target, dict) else {}):
                need(lookup.collection)
    for address in addresses & entries.keys():
        # What was applied is compared with what is live, so what it refers to must have its name there too.
        for kind in _remembered_kinds(entries[address].applied):
            lookup = find_kind(kind).lookup
            if lookup is not None:
                need(lookup.collection)
    for address, entry in entries.items():
        if address not in addresses and not entry.retired:
            need_removed(parts_of_entry(address, entry))
    return list(found.values())


def _arranged(part: Part) -> tuple[str, ...]:
    return part.arrangement.collections if part.arrangement else ()


def _assigned(part: Part) -> tuple[str, ...]:
    return part.assignment.collections if part.assignment else ()


def watches_of(resource: Resource) -> tuple[Watch, ...]:
    """What a person does for a resource and a read verifies."""
    watches = find_kind(resource.kind).watches
    return watches(resource.document) if watches is not None and not resource.removed else ()


def _remembered_kinds(value: Json) -> set[str]:
    """The kinds that remembered values refer to."""
    if isinstance(value, Mapping):
        if "ref" in value:
            return {str(value["ref"]).partition("/")[0]}
        if "external" in value:
            return {str(value["kind"])}
        return set().union(*map(_remembered_kinds, value.values()))
    return set().union(*map(_remembered_kinds, value)) if isinstance(value, list | tuple) else set()


def _removed(resources: Sequence[Resource], entries: Mapping[str, Entry]) -> Iterable[tuple[Entry, Iterable[Part]]]:
    """What is ours and has no manifest any more, or a tombstone, with its parts."""
    present = {each.address for each in resources if not each.removed}
    return [
        (entry, parts_of_entry(address, entry))
        for address, entry in entries.items()
        if address not in present and not entry.retired
    ]


def _ids(snapshot: Snapshot, collection: str) -> list[str]:
    return [str(each["id"]) for each in snapshot.objects(collection)]


def _inner_parts(resource: Resource) -> Iterable[tuple[Part, Part]]:
    if resource.removed:
        return
    parts = {part.name: part for part in find_kind(resource.kind).parts(resource.document)}
    for part in parts.values():
        if part.inside:
            yield part, parts[part.inside]


def _remembered_parent(entry: Entry, part: Part) -> str:
    """The live id of what a remembered part lives in, where that is another part of its resource."""
    outer = part.parent if part.is_child else part.inside
    return entry.live.get(outer, "") if part.is_child or part.inside else ""


def _take_embedded(snapshot: Snapshot, name: str, now: float) -> None:
    """The listings that stand in the objects of a listing that was just read."""
    for inner in [each for each in BY_NAME.values() if each.embedded and each.parent == name]:
        for live in snapshot.objects(name):
            listed = live.get(inner.embedded)
            if isinstance(listed, list):
                snapshot.listings[inner.name, str(live["id"])] = Listing(tuple(listed), read_at=now)


def _for_each_holder(snapshot: Snapshot, resources: Sequence[Resource]) -> list[tuple[Collection, str]]:
    """The listings inside single objects that show who has what."""
    names = AccountNames(snapshot)
    wanted: dict[tuple[str, str], None] = {}
    for resource in resources:
        if resource.removed:
            continue
        for part in find_kind(resource.kind).parts(resource.document):
            if part.assignment is not None:
                wanted.update(dict.fromkeys(part.assignment.inside(resource, names)))
        for watch in watches_of(resource):
            wanted.update(dict.fromkeys(watch.inside(resource, names)))
    return [(BY_NAME[collection], parent) for collection, parent in wanted]


def _candidates(snapshot: Snapshot, outer: Part) -> list[str]:
    """Live objects that look like the half of an interrupted create, as far as the listing tells."""
    return [
        str(each["id"])
        for each in snapshot.objects(outer.collection.name)
        if all(each.get(member) == value for member, value in outer.constants)
    ]


def _uses_via(resource: Resource) -> bool:
    conditions = resource.document.get("conditions", {})
    return not resource.removed and any(
        condition.get("field") in VIA_FIELDS
        for group in ("all", "any")
        for condition in (conditions.get(group, ()) if isinstance(conditions, Mapping) else ())
    )


def _via_ids(definitions: Mapping[str, object]) -> frozenset[str]:
    """The channel values that the account's definitions list for via_id."""
    found: set[str] = set()
    for group in ("conditions_all", "conditions_any"):
        listed = definitions.get(group)
        for condition in listed if isinstance(listed, list) else ():
            if condition.get("subject") == "via_id":
                found.update(str(each.get("value")) for each in condition.get("values", ()))
    return frozenset(found)
