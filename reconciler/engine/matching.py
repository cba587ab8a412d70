"""Says which live object each part of each resource is; a pure function over a snapshot, the memory and bindings.

It refuses to know what will be done about it. An object is found by the memory, by `bindings.yaml`, by its natural
key or title, as the only one of its sort, or as the half of an interrupted create; where that is not certain the
part stays undecided, with the lines that decide it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.core.part import Part
from reconciler.core.policy import Binding
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.binding_lines import binding_key, ways_out
from reconciler.engine.children import bind_leaving, find_child
from reconciler.engine.claims import Claims
from reconciler.engine.composite import find_inside, find_through
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.identity import Identity, Matching
from reconciler.engine.live import Live, Snapshot
from reconciler.engine.recognising import find_recognised
from reconciler.engine.titles import find_by_title
from reconciler.kinds._registry import find_kind


def match(
    resources: Sequence[Resource],
    entries: Mapping[str, Entry],
    bindings: Mapping[str, Binding],
    snapshot: Snapshot,
) -> Matching:
    """The identity of every part of every resource."""
    return _Matcher(resources, entries, bindings, snapshot).match()


class _Matcher:
    def __init__(
        self,
        resources: Sequence[Resource],
        entries: Mapping[str, Entry],
        bindings: Mapping[str, Binding],
        snapshot: Snapshot,
    ) -> None:
        self.resources = [each for each in resources if not each.removed]
        self.entries, self.bindings = entries, bindings
        self.claims = Claims(snapshot, frozenset(each.address for each in self.resources))

    def match(self) -> Matching:
        parts = [
            (resource, part)
            for resource in self.resources
            for part in find_kind(resource.kind).parts(resource.document)
            if part.is_object
        ]
        self._claim_what_is_removed()
        for resource, part in parts:
            if not part.aspect:
                self._from_memory(resource, part)
        self._refuse_shared_keys(parts)
        for resource, part in parts:
            is_named = not find_kind(resource.kind).matches_by_title and part.recognises is None
            if is_named and part.is_found_by_itself:
                self._by_key(resource, part)
        for resource, part in parts:
            if part.found_through[0]:
                find_through(self.claims, resource, part)
        for resource, part in parts:
            if part.inside:
                find_inside(self.claims, resource, part)
        titled = [pair for pair in parts if find_kind(pair[0].kind).matches_by_title]
        find_by_title(self.claims, [pair for pair in titled if self.claims.is_open(*pair)])
        for resource, part in parts:
            find_recognised(self.claims, resource, part)
        for resource, part in parts:
            if part.is_child:
                find_child(self.claims, resource, part)
        bind_leaving(self.claims, self.resources, self.entries)
        self._refuse_double_claims()
        for resource, part in parts:
            if part.aspect:
                own = self.claims.matching.identity(resource.address, part.lives_as)
                self.claims.conclude(resource, part, own)
        return self.claims.matching

    def _claim_what_is_removed(self) -> None:
        """What is ours stays ours until it is removed: nobody else adopts it, and references to it keep its address."""
        present = {each.address for each in self.resources}
        for address, entry in self.entries.items():
            if address in present or entry.retired:
                continue
            for part in parts_of_entry(address, entry):
                live_id = entry.live.get(part.name, "")
                if live_id and self.claims.snapshot.find(part.collection.name, live_id):
                    owned = part.claimed_by(address.split("/")[0])
                    self.claims.claimants.setdefault((owned, live_id), []).append((address, part.name))
                    self.claims.names.bind(address, part.name, part.collection.name, live_id)

    def _refuse_shared_keys(self, parts: Sequence[tuple[Resource, Part]]) -> None:
        """Two manifests that state one natural key are one object; a second one is neither adopted nor created."""
        sharing: dict[tuple[str, str, str, Json], list[tuple[Resource, Part]]] = {}
        for resource, part in parts:
            if find_kind(resource.kind).matches_by_title or not part.is_found_by_itself:
                continue
            stated = self.claims.stated_keys(resource, part)
            if stated or part.is_singleton:
                path, value = next(iter(stated.items()), ("", ""))
                sharing.setdefault((part.claimed_by(resource.kind), part.type_value, path, value), []).append(
                    (resource, part)
                )
        for claimants in sharing.values():
            names = " and ".join(resource.address for resource, _ in claimants)
            for resource, part in claimants if len(claimants) > 1 else ():
                if self.claims.is_open(resource, part):
                    self.claims.conclude(
                        resource,
                        part,
                        Identity(undecided=f"{names} are found by the same key. Remove one of the manifests."),
                    )

    def _from_memory(self, resource: Resource, part: Part) -> None:
        key = binding_key(resource.address, part.name)
        binding = self.bindings.get(key, Binding())
        entry = self.entries.get(resource.address)
        remembered = entry.live.get(part.name, "") if entry else ""
        unreadable = self.claims.snapshot.unreadable(part.collection.name)
        if unreadable:
            self.claims.conclude(resource, part, Identity(unknown=unreadable, was=remembered))
            return
        if remembered and binding.live_id and remembered != binding.live_id:
            self.claims.conclude(
                resource,
                part,
                Identity(
                    undecided=f"the memory says {key} is {remembered}, bindings.yaml says {binding.live_id}. "
                    "Correct the line in bindings.yaml, or remove it."
                ),
            )
            return
        for live_id, by in ((remembered, "state"), (binding.live_id, "bindings")):
            if not live_id:
                continue
            found = self.claims.snapshot.find(part.collection.name, live_id)
            if found and not part.admits(found[1]):
                source = "the memory" if by == "state" else "bindings.yaml"
                self.claims.conclude(
                    resource,
                    part,
                    Identity(
                        undecided=f"{source} says {key} is {live_id}, which is of type "
                        f'"{found[1].get(part.type_member)}". The type of an object never changes: give the manifest '
                        "another name, and remove the old one with a tombstone."
                    ),
                )
                return
            if found:
                self.claims.found(resource, part, live_id, by)
                return
            if by == "state" and entry and entry.retired:
                continue
            if by == "bindings":
                self.claims.conclude(
                    resource,
                    part,
                    Identity(
                        undecided=f"bindings.yaml says {key} is {live_id}, which does not exist. Correct the line."
                    ),
                )
                return
            self.claims.conclude(resource, part, Identity(was=live_id))

    def _by_key(self, resource: Resource, part: Part) -> None:
        if not self.claims.is_open(resource, part):
            return
        was = self.claims.was(resource, part)
        if part.is_singleton:
            matches = self.claims.unclaimed(part)
        else:
            stated = self.claims.stated_keys(resource, part)
            if not stated:
                self._keyless(resource, part, self.claims.unclaimed(part), was)
                return
            matches = self.claims.with_key(part, *next(iter(stated.items())))
        if len(matches) == 1:
            self.claims.found(resource, part, str(matches[0]["id"]), "singleton" if part.is_singleton else "key", was)
        elif len(matches) > 1:
            self.claims.conclude(resource, part, Identity(undecided=ways_out(resource, part, matches), was=was))
        else:
            self.claims.conclude(resource, part, Identity(was=was))

    def _keyless(self, resource: Resource, part: Part, candidates: Sequence[Live], was: str) -> None:
        binding = self.bindings.get(resource.address, Binding())
        if not part.creates and len(candidates) == 1:
            self.claims.found(resource, part, str(candidates[0]["id"]), "only one", was)
            return
        open_candidates = [each for each in candidates if str(each["id"]) not in binding.none_of]
        if not open_candidates:
            self.claims.conclude(resource, part, Identity(was=was))
            return
        self.claims.conclude(resource, part, Identity(undecided=ways_out(resource, part, open_candidates), was=was))

    def _refuse_double_claims(self) -> None:
        for (_, live_id), claimants in self.claims.claimants.items():
            if len(claimants) > 1:
                names = " and ".join(address for address, _ in claimants)
                for address, part in claimants:
                    self.claims.matching.identities[address, part] = Identity(
                        undecided=f"{names} both are the live object {live_id}. Remove one of the manifests, or bind "
                        "each to its own object in bindings.yaml."
                    )
