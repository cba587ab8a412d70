"""Keeps what is known of the account fresh during a run: no write goes out on an old reading.

It refuses to write. Where something moved since the reading that a step rests on, the step is in conflict.
"""

from __future__ import annotations

from collections.abc import Container

from reconciler.core.codec import MISSING, Unresolved
from reconciler.core.part import Part
from reconciler.core.plan import Step
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Request
from reconciler.engine.additions import own_items
from reconciler.engine.arranging import keeps_order
from reconciler.engine.comparing import stated_value
from reconciler.engine.live import Listing, Live, observe
from reconciler.engine.run import Run


class Conflict(Exception):
    """The object moved between the last reading and the write."""


class Gone(Conflict):
    """The object was removed between the last reading and the write."""


class Readings:
    """The snapshot of a run, and when each object and collection of it was read."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.names = run.planned.matching.names
        self.snapshot = self.names.snapshot
        self.read_at: dict[tuple[str, str], float] = {}

    def parent(self, resource: Resource, part: Part) -> str:
        """The live id of what a part's object lives in; Unresolved when that is not there, or not certain."""
        if not part.collection.parent:
            return ""
        if part.parent.endswith("/"):
            kind = part.parent.rstrip("/")
            owned = [each for each in self.run.planned.resources.values() if each.kind == kind and not each.removed]
            own = self.run.planned.matching.identity(resource.address, part.name).parent
            if own:
                return own
            for each in owned:
                if self.names.id_of(each.address, ""):
                    return self.names.id_of(each.address, "")
            objects = self.snapshot.objects(part.collection.parent)
            if len(objects) == 1:
                return str(objects[0]["id"])
            raise Unresolved({"kind": kind}, [str(each["id"]) for each in objects])
        return self.names.live_id({"ref": resource.address, "part": part.parent})

    def keep(self, collection: str, parent: str, live: Live) -> None:
        """An object as it was read or answered just now."""
        self.snapshot.replace(collection, parent, live)
        self.read_at[collection, str(live["id"])] = self.run.clock.monotonic()

    def _read_time(self, collection: str, parent: str, live_id: str) -> float:
        own = self.read_at.get((collection, live_id or parent), float("-inf"))
        return max(own, self.snapshot.read_at(collection, parent))

    def fresh(self, step: Step, part: Part, parent: str, live_id: str) -> Live:
        """The object as read no longer ago than the freshness limit; Conflict when it moved meanwhile."""
        age = self.run.clock.monotonic() - self._read_time(part.collection.name, parent, live_id)
        if age > self.run.freshness_seconds:
            return self._read_anew(step, part, parent, live_id)
        found = self.snapshot.find(part.collection.name, live_id)
        return found[1] if found else self._read_anew(step, part, parent, live_id)

    def _read_anew(self, step: Step, part: Part, parent: str, live_id: str) -> Live:
        live = self.run.reader.read_object(part.collection, parent, live_id)
        if live is None:
            raise Gone("the object was removed a moment ago")
        self._refuse_moved(step, part, live)
        self.snapshot.replace(part.collection.name, parent, live)
        self.read_at[part.collection.name, live_id] = self.run.clock.monotonic()
        return live

    def _refuse_moved(self, step: Step, part: Part, live: Live) -> None:
        known = self.snapshot.find(part.collection.name, str(live.get("id")))
        changed = {change.path for change in step.changes if not change.address}
        for change in step.changes:
            each = part.field(change.path)
            if each is None or change.address or change.op in ("release", "write_secret"):
                continue
            if step.action == "link" and change.before is None and each.inert is MISSING:
                continue
            seen = own_items(each, observe(each, live, self.names), change.after, change.before)
            if seen is not MISSING and seen not in (change.before, change.after, each.inert):
                raise Conflict(f"{change.path} was changed in the account a moment ago")
        groups = {each.together for each in part.fields if each.path in changed and each.together}
        everything = step.action in ("delete", "deactivate")
        for each in part.fields:
            is_sent_along = each.together in groups and each.path not in changed
            if known is not None and (everything or is_sent_along):
                before, now = observe(each, known[1], self.names), observe(each, live, self.names)
                if before != now:
                    raise Conflict(f"{each.path} was changed in the account a moment ago")

    def freshen_listing(self, resource: Resource, part: Part, parent: str) -> None:
        """Before a create, and before it is tried again after a wait: nobody else has made the object meanwhile."""
        key = (part.collection.name, parent)
        if self.run.clock.monotonic() - self._read_time(*key, "") > self.run.freshness_seconds:
            known = {str(each["id"]) for each in self.snapshot.objects(*key)}
            self.run.reader.list_again(self.snapshot, *key)
            self.read_at[key] = self.run.clock.monotonic()
            self._refuse_arrivals(resource, part, parent, known)

    def _refuse_arrivals(self, resource: Resource, part: Part, parent: str, known: set[str]) -> None:
        arrived = self.arrivals(resource, part, parent, known)
        if arrived:
            raise Conflict(f"somebody created {arrived[0]['id']} a moment ago, which could be it: plan again")

    def is_stale(self, collection: str, parent: str) -> bool:
        """Whether a listing was read longer ago than the freshness limit."""
        return self.run.clock.monotonic() - self._read_time(collection, parent, "") > self.run.freshness_seconds

    def list_again(self, collection: str, parent: str) -> None:
        """Read a listing anew."""
        self.run.reader.list_again(self.snapshot, collection, parent)
        self.read_at[collection, parent] = self.run.clock.monotonic()

    def keep_listing(self, collection: str, parent: str, listing: Listing) -> None:
        """A whole listing as an answer told it."""
        self.snapshot.listings[collection, parent] = listing
        self.read_at[collection, parent] = listing.read_at

    def arrivals(self, resource: Resource, part: Part, parent: str, known: Container[str]) -> list[Live]:
        """Live objects that are not among the known ids and have the resource's key, or need none."""
        keys = {
            each.path: each.codec.desired(value, self.names)
            for each in part.key_fields()
            for is_stated, value in (stated_value(resource, each),)
            if is_stated
        }
        return [
            live
            for live in self.snapshot.objects(part.collection.name, parent)
            if str(live["id"]) not in known
            and part.admits(live)
            and all(observe(each, live, self.names) == keys[each.path] for each in part.fields if each.path in keys)
        ]

    def freshen_arrangement(self, step: Step, resource: Resource, part: Part, own_id: str, wanted: Json) -> None:
        """Before an order is written: nobody else has changed it meanwhile."""
        arrangement = part.arrangement
        if arrangement is None:
            return
        for name in arrangement.collections:
            if self.run.clock.monotonic() - self._read_time(name, "", "") > self.run.freshness_seconds:
                expected = arrangement.observe(resource, own_id, wanted, self.names)
                self.run.reader.list_again(self.snapshot, name)
                self.read_at[name, ""] = self.run.clock.monotonic()
                seen = arrangement.observe(resource, own_id, wanted, self.names)
                if seen not in (expected, wanted) and not keeps_order(seen, expected):
                    raise Conflict("the order was changed in the account a moment ago")

    def keep_left(self, request: Request) -> None:
        """What a request moved stands in the snapshot where it was moved to: the next arrangement is reckoned from there."""
        for name, live_id, members in request.leaves:
            found = self.snapshot.find(name, live_id)
            if found is not None:
                self.snapshot.replace(name, found[0], {**found[1], **members})
