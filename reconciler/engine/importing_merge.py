"""Brings manifests that are there already to what is live, in their own words: comments, layout and values stay.

It refuses to read the account and to write files. What a manifest states and the account does not have stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.codec import MISSING
from reconciler.core.edits import Left
from reconciler.core.part import Children, Field, Part
from reconciler.core.resource import Json, Resource
from reconciler.core.slug import distinct_slugs
from reconciler.engine.arranging import counting_members, desired_arrangement
from reconciler.engine.binding_lines import title_of
from reconciler.engine.comparing import stated_value
from reconciler.engine.identity import Matching
from reconciler.engine.importing_discovery import claims_of
from reconciler.engine.importing_documents import is_left_to_the_service
from reconciler.engine.live import AccountNames, Live, observe
from reconciler.engine.placing import Placed, Unplaceable, place_canonical, place_value, stated_value_at
from reconciler.kinds._registry import find_kind
from reconciler.manifest.file_edits import FileEdits


@dataclass(slots=True)
class Merged:
    """What was put where, by address, and what could not be put in its place, with the reason."""

    placed: dict[str, list[Placed]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)


def merge(resources: Sequence[Resource], matching: Matching, names: AccountNames, files: FileEdits) -> Merged:
    """Edit the manifests of these resources wherever the account has something else, or more than the service gives anyway."""
    merger = _Merger({each.address: each for each in resources}, matching, names, files)
    for resource in resources:
        if not resource.removed:
            merger.merge(resource)
    return merger.merged


class _Merger:
    def __init__(
        self, resources: Mapping[str, Resource], matching: Matching, names: AccountNames, files: FileEdits
    ) -> None:
        self.resources, self.matching, self.names, self.files = resources, matching, names, files
        self.owners = claims_of(list(resources.values()), matching)
        self.merged = Merged()

    def merge(self, resource: Resource) -> None:
        kind = find_kind(resource.kind)
        form = next((each for each in kind.forms if each.get("type", resource.type) == resource.type), {})
        for part in kind.parts({**form, **resource.document}):
            if part.arrangement is not None:
                self._merge_arrangement(resource, part)
                continue
            live = self._live(resource, part)
            if live is None or part.assignment is not None:
                continue
            wanted = [
                (each, value) for each in part.fields if (value := self._wanted(resource, each, live)) is not MISSING
            ]
            sections = {each.path.partition(".")[0] for each, _ in wanted}
            for section in sorted(sections - resource.document.keys()):
                wanted = self._add_section(resource, section, wanted)
            for each, value in wanted:
                self._place(resource, each, value)
        for children in kind.children:
            self._add_children(resource, children)

    def _live(self, resource: Resource, part: Part) -> Live | None:
        if part.collection.is_settings:
            owners = {
                address for (claimed, _), address in self.owners.items() if claimed == part.claimed_by(resource.kind)
            }
            return None if owners - {resource.address} else next(iter(self.names.objects(part.collection.name)), None)
        live_id = self.matching.identity(resource.address, part.lives_as).live_id
        found = self.matching.names.snapshot.find(part.collection.name, live_id) if live_id else None
        return found[1] if found else None

    def _wanted(self, resource: Resource, each: Field, live: Live) -> Json:
        """What the manifest should state of a field, canonical; MISSING where it may stay as it is."""
        if each.is_secret or not each.is_readable or each.is_additive:
            return MISSING
        seen = observe(each, live, self.names)
        is_stated, value = stated_value(resource, each)
        if seen is MISSING or (not is_stated and (each.is_key or is_left_to_the_service(each, seen))):
            return MISSING
        return MISSING if is_stated and each.codec.desired(value, self.names) == seen else seen

    def _merge_arrangement(self, resource: Resource, part: Part) -> None:
        own_id = self.matching.identity(resource.address, "").live_id
        if part.arrangement is None or not own_id:
            return
        present = part.arrangement.present(own_id, self.names)
        if resource.stated(part.fields[0].path)[0]:
            stated = desired_arrangement(resource, part, self.names)
            desired = counting_members(part.arrangement, stated, self.resources, self.names)
            if part.arrangement.observe(resource, own_id, desired, self.names) == desired:
                return
        if present is not MISSING:
            self._place(resource, part.fields[0], present)

    def _add_section(
        self, resource: Resource, section: str, wanted: list[tuple[Field, Json]]
    ) -> list[tuple[Field, Json]]:
        """State all fields of a mapping that the manifest does not have yet at once; answers what is left to place."""
        inside = [(each, value) for each, value in wanted if each.path.startswith(f"{section}.")]
        whole: dict[str, Json] = {}
        for each, value in inside:
            place = whole
            *above, last = each.path.split(".")[1:]
            for key in above:
                place = place.setdefault(key, {})
            place[last] = each.codec.manifest(value, self.names)
        if not whole or any(each.codec.manifest(value, self.names) is MISSING for each, value in inside):
            return wanted
        try:
            placed = place_value(self.files, resource.address, section, whole)
        except Unplaceable:
            return wanted
        self.merged.placed.setdefault(resource.address, []).append(placed)
        return [pair for pair in wanted if pair not in inside]

    def _place(self, resource: Resource, each: Field, value: Json) -> None:
        try:
            placed = place_canonical(self.files, resource.address, each, value, self.names)
        except Unplaceable as error:
            self.merged.left.append(Left(f"{resource.address}#{each.path}", str(error)))
            return
        self.merged.placed.setdefault(resource.address, []).append(placed)

    def _add_children(self, resource: Resource, children: Children) -> None:
        """Items for what lives in the object and has none."""
        parent = self.matching.identity(resource.address, children.parent).live_id
        known = {
            self.matching.identity(resource.address, part.name).live_id for part in children.parts(resource.document)
        }
        inside = self.names.objects(children.collection.name, parent) if parent else ()
        new = [live for live in inside if str(live["id"]) not in known]
        if not new:
            return
        present = stated_value_at(self.files, resource.address, children.path)
        titles = {str(live["id"]): title_of(live) for live in new}
        taken = present if isinstance(present, Mapping) else {}
        slugs = distinct_slugs(titles, taken, children.label) if children.are_named else {}
        items = [self._item(children, live, slugs.get(str(live["id"]), "")) for live in new]
        written = list(self.files.document(resource.address).get(children.path) or ())
        kept = {index: index for index in range(len(written))}
        try:
            placed = place_value(self.files, resource.address, children.path, [*written, *items], kept)
        except Unplaceable as error:
            self.merged.left.append(Left(f"{resource.address}#{children.path}", str(error)))
            return
        self.merged.placed.setdefault(resource.address, []).append(placed)

    def _item(self, children: Children, live: Live, name: str) -> dict[str, Json]:
        item: dict[str, Json] = {"name": name} if name else {}
        for path, value in self._stated_of(children, live):
            place = item
            *above, last = path.split(".")
            for key in above:
                place = place.setdefault(key, {})
            place[last] = value
        return item

    def _stated_of(self, children: Children, live: Live) -> Iterator[tuple[str, Json]]:
        for each in children.fields:
            seen = observe(each, live, self.names) if not each.is_secret and each.is_readable else MISSING
            if seen is not MISSING and not is_left_to_the_service(each, seen):
                stated = each.codec.manifest(seen, self.names)
                if stated is not MISSING:
                    yield each.path, stated
