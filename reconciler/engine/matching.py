"""Says which live object each part of each resource is; a pure function over a snapshot, the memory and bindings.

It refuses to know what will be done about it. An object is found by the memory, by `bindings.yaml`, by its natural
key or title, as the only one of its sort, or as the half of an interrupted create; where that is not certain the
part stays undecided, with the lines that decide it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.kind import MISSING, Part
from reconciler.core.policy import Binding
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.live import AccountNames, Live, Snapshot, observe
from reconciler.kinds._registry import find_kind


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known about one part: its live id, that it is absent, or why neither can be said.

    `by` says how it was found. `was` is the live id that the memory holds when that object is gone. `undecided` and
    `unknown` are reasons that block: several candidates, or a collection that could not be read.
    """

    live_id: str = ""
    parent: str = ""
    by: str = ""
    was: str = ""
    undecided: str = ""
    unknown: str = ""


@dataclass(slots=True)
class Matching:
    """The identities of all parts, and the names that follow from them."""

    names: AccountNames
    identities: dict[tuple[str, str], Identity] = field(default_factory=dict)

    def identity(self, address: str, part: str) -> Identity:
        """The identity of a part; an empty one is absent."""
        return self.identities.get((address, part), Identity())


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
        self.entries, self.bindings, self.snapshot = entries, bindings, snapshot
        self.matching = Matching(AccountNames(snapshot))
        self.names = self.matching.names
        self.claims: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.by_key: dict[tuple[str, str, str], dict[Json, list[Live]]] = {}

    def match(self) -> Matching:
        parts = [
            (resource, part)
            for resource in self.resources
            for part in find_kind(resource.kind).parts(resource.document)
            if part.arrangement is None
        ]
        self._claim_what_is_removed()
        for resource, part in parts:
            self._from_memory(resource, part)
        self._refuse_shared_keys(parts)
        for resource, part in parts:
            if not find_kind(resource.kind).matches_by_title and not part.found_through[0] and not part.inside:
                self._by_key(resource, part)
        for resource, part in parts:
            if part.found_through[0]:
                self._through(resource, part)
        for resource, part in parts:
            if part.inside:
                self._inside(resource, part)
        titled = [pair for pair in parts if find_kind(pair[0].kind).matches_by_title]
        self._by_title([pair for pair in titled if self._is_open(*pair)])
        self._refuse_double_claims()
        return self.matching

    def _claim_what_is_removed(self) -> None:
        """What is ours stays ours until it is removed: nobody else adopts it, and references to it keep its address."""
        present = {each.address for each in self.resources}
        for address, entry in self.entries.items():
            if address in present or entry.retired:
                continue
            for part in parts_of_entry(address, entry):
                live_id = entry.live.get(part.name, "")
                if live_id and self.snapshot.find(part.collection.name, live_id):
                    self.claims.setdefault((_owned(part, address.split("/")[0]), live_id), []).append(
                        (address, part.name)
                    )
                    self.names.bind(address, part.name, part.collection.name, live_id)

    def _refuse_shared_keys(self, parts: Sequence[tuple[Resource, Part]]) -> None:
        """Two manifests that state one natural key are one object; a second one is neither adopted nor created."""
        sharing: dict[tuple[str, str, str, Json], list[tuple[Resource, Part]]] = {}
        for resource, part in parts:
            if find_kind(resource.kind).matches_by_title or part.found_through[0] or part.inside:
                continue
            stated = self._stated_keys(resource, part)
            if stated or part.is_singleton:
                path, value = next(iter(stated.items()), ("", ""))
                sharing.setdefault((_owned(part, resource.kind), part.type_value, path, value), []).append(
                    (resource, part)
                )
        for claimants in sharing.values():
            names = " and ".join(resource.address for resource, _ in claimants)
            for resource, part in claimants if len(claimants) > 1 else ():
                if self._is_open(resource, part):
                    self._set(
                        resource,
                        part,
                        Identity(undecided=f"{names} are found by the same key. Remove one of the manifests."),
                    )

    def _is_open(self, resource: Resource, part: Part) -> bool:
        known = self.matching.identities.get((resource.address, part.name))
        return known is None or bool(known.was and not known.live_id and not known.undecided)

    def _found(self, resource: Resource, part: Part, live_id: str, by: str, was: str = "") -> None:
        found = self.snapshot.find(part.collection.name, live_id)
        parent = found[0] if found else ""
        self.matching.identities[resource.address, part.name] = Identity(live_id, parent, by, was)
        self.claims.setdefault((_owned(part, resource.kind), live_id), []).append((resource.address, part.name))
        self.names.bind(resource.address, part.name, part.collection.name, live_id)

    def _set(self, resource: Resource, part: Part, identity: Identity) -> None:
        self.matching.identities[resource.address, part.name] = identity

    def _was(self, resource: Resource, part: Part) -> str:
        return self.matching.identity(resource.address, part.name).was

    def _from_memory(self, resource: Resource, part: Part) -> None:
        key = f"{resource.address}#{part.name}" if part.name else resource.address
        binding = self.bindings.get(key, Binding())
        entry = self.entries.get(resource.address)
        remembered = entry.live.get(part.name, "") if entry else ""
        unreadable = self.snapshot.unreadable(part.collection.name)
        if unreadable:
            self._set(resource, part, Identity(unknown=unreadable, was=remembered))
            return
        if remembered and binding.live_id and remembered != binding.live_id:
            self._set(
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
            found = self.snapshot.find(part.collection.name, live_id)
            if found and not part.admits(found[1]):
                source = "the memory" if by == "state" else "bindings.yaml"
                self._set(
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
                self._found(resource, part, live_id, by)
                return
            if by == "state" and entry and entry.retired:
                continue
            if by == "bindings":
                self._set(
                    resource,
                    part,
                    Identity(
                        undecided=f"bindings.yaml says {key} is {live_id}, which does not exist. Correct the line."
                    ),
                )
                return
            self._set(resource, part, Identity(was=live_id))

    def _unclaimed(self, part: Part) -> list[Live]:
        return [
            each
            for each in self.snapshot.objects(part.collection.name)
            if part.admits(each) and (part.collection.name, str(each["id"])) not in self.claims
        ]

    def _by_key(self, resource: Resource, part: Part) -> None:
        if not self._is_open(resource, part):
            return
        was = self._was(resource, part)
        if part.is_singleton:
            matches = self._unclaimed(part)
        else:
            stated = self._stated_keys(resource, part)
            if not stated:
                self._keyless(resource, part, self._unclaimed(part), was)
                return
            matches = self._with_key(part, *next(iter(stated.items())))
        if len(matches) == 1:
            self._found(resource, part, str(matches[0]["id"]), "singleton" if part.is_singleton else "key", was)
        elif len(matches) > 1:
            self._set(resource, part, Identity(undecided=self._several(resource, part, matches), was=was))
        else:
            self._set(resource, part, Identity(was=was))

    def _stated_keys(self, resource: Resource, part: Part) -> dict[str, Json]:
        """The key that counts: the first one that the manifest states."""
        for each in part.key_fields():
            is_stated, value = resource.stated(each.path)
            if is_stated:
                return {each.path: each.codec.desired(value, self.names)}
            if each.default is not MISSING:
                return {each.path: each.default}
        return {}

    def _with_key(self, part: Part, path: str, value: Json) -> list[Live]:
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
            if (part.collection.name, str(each["id"])) not in self.claims
        ]

    def _keyless(self, resource: Resource, part: Part, candidates: Sequence[Live], was: str) -> None:
        binding = self.bindings.get(resource.address, Binding())
        if not part.creates and len(candidates) == 1:
            self._found(resource, part, str(candidates[0]["id"]), "only one", was)
            return
        open_candidates = [each for each in candidates if str(each["id"]) not in binding.none_of]
        if not open_candidates:
            self._set(resource, part, Identity(was=was))
            return
        self._set(resource, part, Identity(undecided=self._several(resource, part, open_candidates), was=was))

    def _several(self, resource: Resource, part: Part, matches: Sequence[Live]) -> str:
        key = f"{resource.address}#{part.name}" if part.name else resource.address
        shown = "; ".join(f'{each["id"]} ("{title_of(each)}")' for each in matches[:5])
        ids = ", ".join(f'"{each["id"]}"' for each in matches)
        first = matches[0]["id"]
        count = f"{len(matches)} live objects could be it" if len(matches) > 1 else "a live object could be it"
        way_out = f'Say which in bindings.yaml: {key}: {{id: "{first}"}}'
        if part.creates and not part.key_fields():
            way_out += f", or that it is none of them: {key}: {{none_of: [{ids}]}}"
        return f"{count}, and nothing readable tells: {shown}. {way_out}"

    def _through(self, resource: Resource, part: Part) -> None:
        if not self._is_open(resource, part):
            return
        was = self._was(resource, part)
        other_name, member = part.found_through
        other = self.matching.identity(resource.address, other_name)
        parts = {each.name: each for each in find_kind(resource.kind).parts(resource.document)}
        if other.unknown or other.undecided:
            self._set(resource, part, other)
            return
        if other.live_id:
            found = self.snapshot.find(parts[other_name].collection.name, other.live_id)
            live_id = str(found[1].get(member) or "") if found else ""
            if live_id and self.snapshot.find(part.collection.name, live_id):
                self._found(resource, part, live_id, other_name, was)
                return
        halves = self._halves(resource, part, parts)
        if len(halves) == 1:
            self._found(resource, part, str(halves[0]["id"]), "half of an interrupted create", was)
        elif halves:
            self._set(resource, part, Identity(undecided=self._several(resource, part, halves), was=was))
        else:
            self._set(resource, part, Identity(was=was))

    def _halves(self, resource: Resource, part: Part, parts: Mapping[str, Part]) -> list[Live]:
        """Unclaimed objects in no entry that look exactly as our create would have left them."""
        entry = parts[part.found_through[0]]
        taken = {str(each.get(part.found_through[1])) for each in self.snapshot.objects(entry.collection.name)}
        inner = next((each for each in parts.values() if each.inside == part.name), None)
        result = []
        for live in self._unclaimed(part):
            if str(live["id"]) in taken or any(live.get(member) != value for member, value in part.constants):
                continue
            if inner is None or self._looks_inert(resource, inner, str(live["id"])):
                result.append(live)
        return result

    def _looks_inert(self, resource: Resource, inner: Part, parent: str) -> bool:
        objects = self.snapshot.objects(inner.collection.name, parent)
        if len(objects) != 1:
            return False
        for each in inner.fields:
            is_stated, value = resource.stated(each.path)
            if not is_stated or each.is_secret:
                continue
            wanted = each.inert if each.inert is not MISSING else each.codec.desired(value, self.names)
            if observe(each, objects[0], self.names) not in (wanted, MISSING):
                return False
        return True

    def _inside(self, resource: Resource, part: Part) -> None:
        if not self._is_open(resource, part):
            return
        outer = self.matching.identity(resource.address, part.inside)
        if outer.unknown or outer.undecided:
            self._set(resource, part, outer)
            return
        objects = self.snapshot.objects(part.collection.name, outer.live_id) if outer.live_id else []
        if len(objects) == 1:
            self._found(resource, part, str(objects[0]["id"]), part.inside, self._was(resource, part))
        elif objects:
            self._set(resource, part, Identity(undecided=self._several(resource, part, objects)))
        else:
            self._set(resource, part, Identity(was=self._was(resource, part), parent=outer.live_id))

    def _by_title(self, open_parts: Sequence[tuple[Resource, Part]]) -> None:
        by_title: dict[tuple[str, Json], list[tuple[Resource, Part]]] = {}
        for resource, part in open_parts:
            title = next(iter(self._stated_keys(resource, part).values()))
            by_title.setdefault((part.collection.name, title), []).append((resource, part))
        for (_, title), sharing in by_title.items():
            part = sharing[0][1]
            matches = self._with_key(part, part.key_fields()[0].path, title)
            if len(sharing) == 1 and len(matches) == 1:
                self._found(*sharing[0], str(matches[0]["id"]), "title", self._was(*sharing[0]))
            elif not matches:
                for resource, each in sharing:
                    self._set(resource, each, Identity(was=self._was(resource, each)))
            else:
                self._pair(sharing, matches)

    def _pair(self, sharing: Sequence[tuple[Resource, Part]], matches: Sequence[Live]) -> None:
        """Pairs resources and live objects of one title by equality of all stated fields, where that is unique."""
        fitting = {
            resource.address: [each for each in matches if self._equals(resource, part, each)]
            for resource, part in sharing
        }
        for resource, part in sharing:
            mine = fitting[resource.address]
            rivals = [
                address
                for address, theirs in fitting.items()
                if address != resource.address and any(each in theirs for each in mine)
            ]
            if len(mine) == 1 and not rivals:
                self._found(resource, part, str(mine[0]["id"]), "title and fields", self._was(resource, part))
            else:
                self._set(resource, part, Identity(undecided=self._several(resource, part, mine or matches)))

    def _equals(self, resource: Resource, part: Part, live: Live) -> bool:
        for each in part.fields:
            is_stated, value = resource.stated(each.path)
            if is_stated and not each.is_secret and each.is_readable:
                seen = observe(each, live, self.names)
                if seen is not MISSING and seen != each.codec.desired(value, self.names):
                    return False
        return True

    def _refuse_double_claims(self) -> None:
        for (_, live_id), claimants in self.claims.items():
            if len(claimants) > 1:
                names = " and ".join(address for address, _ in claimants)
                for address, part in claimants:
                    self.matching.identities[address, part] = Identity(
                        undecided=f"{names} both are the live object {live_id}. Remove one of the manifests, or bind "
                        "each to its own object in bindings.yaml."
                    )


def _owned(part: Part, kind: str) -> str:
    """What a claim is on: a collection, or, of settings, the section that a kind owns of the one object."""
    return f"{part.collection.name}/{kind}" if part.collection.is_settings else part.collection.name


def title_of(live: Live) -> str:
    """The name of a live object for people, or an empty text."""
    for member in ("displayName", "title", "name"):
        if live.get(member):
            return str(live[member])
    return ""


def parts_of_entry(address: str, entry: Entry) -> Iterable[Part]:
    """The parts of a remembered resource that has no manifest any more, from its kind and remembered type."""
    kind, name = address.split("/", 1)
    key = dict(entry.key or {})
    document = {"kind": kind, "name": name, **({"type": key["type"]} if "type" in key else {})}
    return tuple(part for part in find_kind(kind).parts(document) if part.arrangement is None)


def bound_tombstones(
    resources: Sequence[Resource], entries: Mapping[str, Entry], bindings: Mapping[str, Binding]
) -> dict[str, Entry]:
    """What `bindings.yaml` says that tombstones stand for where the memory does not know (DESIGN §5, removal).

    A kind whose parts follow from its type is left out: neither the tombstone nor the line says the type.
    """
    found: dict[str, Entry] = {}
    for resource in resources:
        if not resource.removed or resource.address in entries:
            continue
        lines = {
            key.partition("#")[2]: line for key, line in bindings.items() if key.partition("#")[0] == resource.address
        }
        entry = Entry(live={part: line.live_id for part, line in lines.items() if line.live_id})
        if not entry.live:
            continue
        try:
            parts_of_entry(resource.address, entry)
        except KeyError:
            continue
        found[resource.address] = entry
    return found


def is_found_again(part: Part) -> bool:
    """Whether the live object can be told from others without the memory: by a readable key, or by its place."""
    return (
        part.is_singleton
        or bool(part.inside or part.found_through[0])
        or any(each.is_readable for each in part.key_fields())
    )


def binding_line(address: str, part: str, live_id: str) -> str:
    """The line of bindings.yaml that says which live object a part is."""
    key = f"{address}#{part}" if part else address
    return f'{key}: {{id: "{live_id}"}}'
