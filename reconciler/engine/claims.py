"""Who claims which live object while identities are looked for, and what is still free.

It refuses to know why one is claimed.
"""

from __future__ import annotations

from collections.abc import Container

from reconciler.core.codec import MISSING
from reconciler.core.part import Part
from reconciler.core.resource import Json, Resource
from reconciler.engine.identity import Identity, Matching
from reconciler.engine.live import AccountNames, Live, Snapshot, observe


class Claims:
    """The identities found so far, and by collection and live id the parts that claim it."""

    def __init__(self, snapshot: Snapshot, addresses: Container[str] = ()) -> None:
        self.snapshot = snapshot
        self.matching = Matching(AccountNames(snapshot, addresses))
        self.names = self.matching.names
        self.claimants: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.by_key: dict[tuple[str, str, str], dict[Json, list[Live]]] = {}

    def is_open(self, resource: Resource, part: Part) -> bool:
        """Whether nothing is known about a part yet but that what it was is gone."""
        known = self.matching.identities.get((resource.address, part.name))
        return known is None or bool(known.was and not (known.live_id or known.undecided or known.unknown))

    def found(self, resource: Resource, part: Part, live_id: str, by: str, was: str = "") -> None:
        """A part is this live object, which nobody else adopts from now on."""
        found = self.snapshot.find(part.collection.name, live_id)
        parent = found[0] if found else ""
        self.matching.identities[resource.address, part.name] = Identity(live_id, parent, by, was)
        self.claimants.setdefault((part.claimed_by(resource.kind), live_id), []).append((resource.address, part.name))
        self.names.bind(resource.address, part.name, part.collection.name, live_id)

    def conclude(self, resource: Resource, part: Part, identity: Identity) -> None:
        """What is known about a part that claims nothing."""
        self.matching.identities[resource.address, part.name] = identity

    def was(self, resource: Resource, part: Part) -> str:
        """The live id that the memory holds for a part whose object is gone."""
        return self.matching.identity(resource.address, part.name).was

    def is_claimed(self, part: Part, live_id: str) -> bool:
        """Whether a live object of a part's collection is somebody's already."""
        return (part.collection.name, live_id) in self.claimants

    def unclaimed(self, part: Part) -> list[Live]:
        """The live objects that a part could be and that nobody claims."""
        return [
            each
            for each in self.snapshot.objects(part.collection.name)
            if part.admits(each) and (part.collection.name, str(each["id"])) not in self.claimants
        ]

    def stated_keys(self, resource: Resource, part: Part) -> dict[str, Json]:
        """The key that counts: the first one that the manifest states."""
        for each in part.key_fields():
            is_stated, value = resource.stated(each.path)
            if is_stated:
                return {each.path: each.codec.desired(value, self.names)}
            if each.default is not MISSING:
                return {each.path: each.default}
        return {}

    def with_key(self, part: Part, path: str, value: Json) -> list[Live]:
        """The unclaimed objects with that key; every object's key is observed once, not once for each manifest."""
        index = (part.collection.name, part.type_value, path)
        if index not in self.by_key:
            key = next(each for each in part.fields if each.path == path)
            known: dict[Json, list[Live]] = {}
            for live in self.snapshot.objects(part.collection.name):
                if part.admits(live):
                    known.setdefault(observe(key, live, self.names), []).append(live)
            self.by_key[index] = known
        return [
            each
            for each in self.by_key[index].get(value, ())
            if (part.collection.name, str(each["id"])) not in self.claimants
        ]
