"""Says how two accounts stand to each other: live against live, by address or natural key, with names for ids.

It refuses to judge the manifests: they only say which live objects belong together and which values differ by design.
What neither side's manifests know is paired by its natural key, kind by kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from reconciler.core.kind import Kind
from reconciler.core.part import Part
from reconciler.core.resource import Json, Resource, by_id
from reconciler.core.standing import Comparison, FieldDifference, Standing
from reconciler.engine.assigning import assigned
from reconciler.engine.environment_comparison import Side, compare_fields
from reconciler.engine.identity import Matching
from reconciler.engine.live import AccountNames, Snapshot, observe_part
from reconciler.engine.matching import match
from reconciler.engine.planning import require_same_target
from reconciler.engine.session import Session, require_account
from reconciler.kinds._registry import find_kind, manifest_kinds
from reconciler.store.backend import Backend
from reconciler.store.state_store import StateStore


@dataclass(slots=True)
class AccountReading:
    """What one account holds, by address and by natural key of what no manifest knows; pure values.

    `unclear` holds, by address or natural key, why nothing can be said; `unreadable` the same by kind.
    """

    side: Side
    fields: dict[str, dict[str, Json]] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def read_account(session: Session, backend: Backend, side: Side, other: Side) -> AccountReading:
    """Read one side's account, looking also for what only the other side's manifests state."""
    environment = session.environment
    state, _ = StateStore(backend, environment.name).load()
    require_same_target(state, environment)
    require_account(session)
    present = side.present()
    lacking = [each for address, each in other.present().items() if address not in present]
    resources = [*present.values(), *lacking]
    entries = state.resources if state else {}
    snapshot = session.reader.read(resources, entries, environment.bindings)
    return observe_account(side, resources, snapshot, match(resources, entries, environment.bindings, snapshot))


def observe_account(side: Side, resources: list[Resource], snapshot: Snapshot, matching: Matching) -> AccountReading:
    """What a snapshot says of every address, and of every other object of a kind that has a natural key."""
    reading = AccountReading(side)
    by_address = {each.address: each for each in resources}
    for resource in resources:
        found: dict[str, Json] = {}
        for part in find_kind(resource.kind).parts(resource.document):
            if part.arrangement is not None:
                found.update(_arranged(resource, part, matching))
                continue
            if part.assignment is not None:
                if not any(map(snapshot.unreadable, part.assignment.collections)):
                    given = assigned(resource, part, by_address, matching.names).given
                    reading.fields.setdefault(resource.address, {}).update({each.path: each.before for each in given})
                continue
            identity = matching.identity(resource.address, part.name)
            if identity.unknown or identity.undecided:
                reading.unclear[resource.address] = identity.unknown or identity.undecided
            live = snapshot.find(part.collection.name, identity.live_id) if identity.live_id else None
            if live is not None:
                found.update(_without_ids(observe_part(part, live[1], matching.names)))
                reading.fields[resource.address] = found
    for name in manifest_kinds():
        _observe_unmanaged(find_kind(name), snapshot, matching.names, reading)
    return reading


def _arranged(resource: Resource, part: Part, matching: Matching) -> dict[str, Json]:
    arrangement = part.arrangement
    own_id = matching.names.id_of(resource.address, "")
    if arrangement is None or not own_id:
        return {}
    is_stated, value = resource.stated(arrangement.path)
    each = part.field(arrangement.path)
    if not is_stated or each is None:
        return {}
    desired = each.codec.desired(value, matching.names)
    return {arrangement.path: arrangement.observe(resource, own_id, desired, matching.names)}


def _observe_unmanaged(kind: Kind, snapshot: Snapshot, names: AccountNames, reading: AccountReading) -> None:
    lookup = kind.lookup
    if lookup is None or not snapshot.listings_of(lookup.collection.name):
        return
    reason = snapshot.unreadable(lookup.collection.name)
    if reason:
        reading.unreadable[kind.name] = reason
        return
    part = _plain_part(kind)
    for live in snapshot.objects(lookup.collection.name):
        if names.owner(lookup.collection.name, str(live.get("id"))) is not None or (part and not part.admits(live)):
            continue
        label = f'{kind.name} "{live.get(lookup.member)}"'
        if label in reading.fields:
            reading.unclear[label] = "several objects share this name"
        reading.fields[label] = _without_ids(observe_part(part, live, names)) if part else {}


def _without_ids(value: Json) -> Json:
    """The value with one id like any other: what has no name in its own account cannot be told from its counterpart."""
    if isinstance(value, Mapping):
        if value.keys() == {"id"}:
            return by_id("…")
        return {key: _without_ids(inner) for key, inner in value.items()}
    return [_without_ids(inner) for inner in value] if isinstance(value, list) else value


def _plain_part(kind: Kind) -> Part | None:
    """The part of a kind whose parts are the same for every document; None where they depend on it."""
    try:
        return next((each for each in kind.parts({}) if kind.lookup and each.name == kind.lookup.part), None)
    except (KeyError, TypeError, ValueError):
        return None


def compare_accounts(left: AccountReading, right: AccountReading) -> Comparison:
    """How every address and every natural key of either account stands."""
    standings = []
    names = {**left.fields, **right.fields, **left.unclear, **right.unclear}
    for name in names:
        standing = _standing(name, left, right)
        if standing is not None:
            standings.append(standing)
    for kind, reason in {**left.unreadable, **right.unreadable}.items():
        standings.append(Standing(f"{kind}/*", "unclear", note=reason))
    return Comparison(
        left.side.name, right.side.name, tuple(sorted(standings, key=lambda each: each.address)), is_live=True
    )


def _standing(name: str, left: AccountReading, right: AccountReading) -> Standing | None:
    for reading in (left, right):
        if name in reading.unclear:
            return Standing(name, "unclear", note=f"{reading.side.name}: {reading.unclear[name]}")
    kind = name.partition("/")[0].partition(" ")[0]
    if kind in left.unreadable or kind in right.unreadable:
        return None
    allowed = left.side.only.get(name) or right.side.only.get(name) or ""
    if name not in left.fields or name not in right.fields:
        verdict: Literal["only_left", "only_right"] = "only_left" if name in left.fields else "only_right"
        return Standing(name, verdict, allowed=allowed)
    one, other = left.fields[name], right.fields[name]
    # What a reply leaves out is unknown, which is no difference.
    known = one.keys() & other.keys()
    differences, by_design = compare_fields(
        {path: value for path, value in one.items() if path in known},
        {path: value for path, value in other.items() if path in known},
        _written(left.side, name),
        _written(right.side, name),
    )
    named = tuple(_named_by_values(each, left.side.values, right.side.values) for each in differences)
    by_design += tuple(each for each in named if each.value)
    differences = tuple(each for each in named if not each.value)
    if not differences:
        return Standing(name, "in_step", by_design=by_design)
    return Standing(name, "different", allowed, differences=differences, by_design=by_design)


def _named_by_values(
    difference: FieldDifference, left: Mapping[str, Json], right: Mapping[str, Json]
) -> FieldDifference:
    """The difference, by design where both sides refer to what one value of `environment.yaml` names in each account.

    A brand, for instance, is called otherwise in a sandbox, and no manifest needs to state it on every channel.
    """
    names: set[str] = set()
    one = _by_value(difference.left, {left[key]: key for key in left if key in right and _is_text(left[key])}, names)
    other = _by_value(
        difference.right, {right[key]: key for key in right if key in left and _is_text(right[key])}, names
    )
    return replace(difference, value=", ".join(sorted(names))) if names and one == other else difference


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _by_value(value: Json, named: Mapping[Json, str], used: set[str]) -> Json:
    """The value with the keys of external references replaced by the names of the values that hold them."""
    if isinstance(value, Mapping):
        if "external" in value and value["external"] in named:
            used.add(named[value["external"]])
            return {**value, "external": f"${{values.{named[value['external']]}}}"}
        return {key: _by_value(inner, named, used) for key, inner in value.items()}
    return [_by_value(inner, named, used) for inner in value] if isinstance(value, list) else value


def _written(side: Side, name: str) -> Mapping[str, Json]:
    return side.written.get(name, {})
