"""Says how the manifests of two environments stand to each other; a pure function of what both state.

Ids never count: references are compared by address. What both take from the same value of `environment.yaml` may
differ, since that is the file in which two environments differ by design.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.codec import MISSING, Unresolved
from reconciler.core.part import Field
from reconciler.core.resource import Json, Resource, by_id, path_keys
from reconciler.core.standing import Comparison, FieldDifference, Standing
from reconciler.engine.comparing import secret_use, stated_value
from reconciler.kinds._registry import find_kind
from reconciler.manifest.values import value_names

_UNCOMPARED = frozenset({("kind",), ("name",)})


@dataclass(frozen=True, slots=True)
class Side:
    """What one environment states: its resources, their documents before values were put in, its `only:` and values."""

    name: str
    resources: Mapping[str, Resource]
    written: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Json] = field(default_factory=dict)

    def present(self) -> dict[str, Resource]:
        """The resources that are to exist; a tombstone is as good as no manifest."""
        return {address: each for address, each in self.resources.items() if not each.removed}


@dataclass(frozen=True, slots=True)
class StatedNames:
    """Names without an account: what a manifest refers to is what it says; live ids mean nothing elsewhere."""

    def reference(self, kind: str, part: str, live_id: str) -> dict[str, str]:
        """Any id is like any other."""
        return by_id("…")

    def live_id(self, reference: Mapping[str, Json]) -> str:
        """Nothing has a live id here."""
        raise Unresolved(reference)

    def canonical(self, reference: Mapping[str, Json]) -> dict[str, str]:
        """The reference itself."""
        return dict(reference)

    def objects(self, collection: str, parent: str = "") -> Sequence[Mapping[str, Json]]:
        """Nothing is live here."""
        return ()

    def unreadable(self, collection: str, parent: str = "") -> str:
        """Nothing is read here."""
        return ""

    def is_managed(self, address: str) -> bool:
        """A placeholder is compared as it is written."""
        return False

    def owner(self, collection: str, live_id: str) -> tuple[str, str] | None:
        """Nothing is live here."""
        return None


def compare_manifests(left: Side, right: Side) -> Comparison:
    """How every address of either side stands, sorted by address."""
    pairs = pair_addresses(left.present(), right.present())
    standings = [_standing(left, right, *pair) for pair in pairs]
    return Comparison(left.name, right.name, tuple(sorted(standings, key=lambda each: each.address)))


def pair_addresses(
    left: Mapping[str, Resource], right: Mapping[str, Resource]
) -> list[tuple[Resource | None, Resource | None]]:
    """What belongs together: the same address, or the one that `moved_from` says it was before."""
    pairs: list[tuple[Resource | None, Resource | None]] = []
    taken: set[str] = set()
    for address, resource in left.items():
        other = right.get(address) or _earlier(resource, right, left)
        pairs.append((resource, other))
        if other is not None:
            taken.add(other.address)
    for address, resource in right.items():
        if address in taken:
            continue
        earlier = _earlier(resource, left, right)
        if earlier is None:
            pairs.append((None, resource))
            continue
        pairs = [pair for pair in pairs if pair != (earlier, None)]
        pairs.append((earlier, resource))
    return pairs


def _earlier(resource: Resource, others: Mapping[str, Resource], own: Mapping[str, Resource]) -> Resource | None:
    for name in resource.moved_from:
        address = f"{resource.kind}/{name}"
        if address in others and address not in own:
            return others[address]
    return None


def _standing(left: Side, right: Side, one: Resource | None, other: Resource | None) -> Standing:
    if one is None or other is None:
        present = one or other
        if present is None:
            raise AssertionError("a pair without a resource. This is a bug in reconciler.")
        side = left if one else right
        return Standing(
            present.address, "only_left" if one else "only_right", allowed=side.only.get(present.address, "")
        )
    allowed = left.only.get(one.address) or right.only.get(other.address) or ""
    differences, by_design = compare_fields(
        stated_fields(one),
        stated_fields(other),
        left.written.get(one.address, {}),
        right.written.get(other.address, {}),
    )
    note = ""
    if one.address != other.address:
        note = f"{one.address} in {left.name} is {other.address} in {right.name}, by moved_from"
        differences = (FieldDifference("name", one.name, other.name), *differences)
    if not differences:
        return Standing(one.address, "in_step", by_design=by_design)
    return Standing(one.address, "different", allowed, note, differences, by_design)


def stated_fields(resource: Resource) -> dict[str, Json]:
    """Everything that a manifest states, by dotted path, in the form that is compared."""
    kind = find_kind(resource.kind)
    fields = [each for part in kind.parts(resource.document) for each in part.fields] + list(kind.noted)
    known = {each.path: each for each in fields}
    found: dict[str, Json] = {}
    for path, each in known.items():
        is_stated, value = stated_value(resource, each)
        if is_stated:
            found[path] = _canonical(each, value)
    keys = {path_keys(path) for path in known} | {path_keys(each.path) for each in kind.children}
    for place, value in _leaves(resource.document, keys, ()):
        found[".".join(place)] = value
    return found


def _canonical(each: Field, value: Json) -> Json:
    if each.is_secret:
        use = secret_use(value)
        return {"from": use.reference, "generation": use.generation}
    return each.codec.desired(value, StatedNames())


def _leaves(
    document: Mapping[str, Json], known: Collection[tuple[str, ...]], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Json]]:
    """What no field of a live object stands for, such as labels, the lifecycle, and what a person does."""
    for key, value in document.items():
        place = (*above, key)
        if place in known or place in _UNCOMPARED:
            continue
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, known, place)
        else:
            yield place, value


def compare_fields(
    left: Mapping[str, Json], right: Mapping[str, Json], written_left: Json, written_right: Json
) -> tuple[tuple[FieldDifference, ...], tuple[FieldDifference, ...]]:
    """The differences that put two objects out of step, and those that the values of `environment.yaml` make."""
    differences: list[FieldDifference] = []
    by_design: list[FieldDifference] = []
    for path in {**left, **right}:
        one, other = left.get(path, MISSING), right.get(path, MISSING)
        if one == other and one is not MISSING:
            continue
        value = _shared_value(written_left, written_right, path)
        found = FieldDifference(
            path,
            None if one is MISSING else one,
            None if other is MISSING else other,
            one is not MISSING,
            other is not MISSING,
            value,
        )
        (by_design if value else differences).append(found)
    return tuple(differences), tuple(by_design)


def _shared_value(left: Json, right: Json, path: str) -> str:
    """The value of `environment.yaml` that both documents take at a path, where they say exactly the same there."""
    one, other = _written_at(left, path), _written_at(right, path)
    if one is MISSING or one != other:
        return ""
    return ", ".join(dict.fromkeys(value_names(one)))


def _written_at(document: Json, path: str) -> Json:
    value = document
    for key in path_keys(path):
        if isinstance(value, str):
            return value
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return value
