"""Compares what a manifest states with what the account holds, field by field; pure functions.

Only stated fields are compared; `==` on canonical values decides, and nothing looks inside what is equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.core.codec import MISSING
from reconciler.core.diff import NOTHING, cause_of_difference
from reconciler.core.part import Field, Part
from reconciler.core.plan import Cause, Change, digest_of
from reconciler.core.resource import Json, Resource, SecretUse
from reconciler.core.state import Entry
from reconciler.engine.additions import own_items
from reconciler.engine.drafting import Observation, step_id
from reconciler.engine.live import AccountNames, Live, observe
from reconciler.kinds._registry import find_kind


@dataclass(slots=True)
class Comparison:
    """What differs in one part: field changes, secrets to write, and what stands in the way.

    `desired` and `observed` hold the canonical values of every stated readable field. `by_hand` are secrets that a
    person has to change, `observations` fields that only a person can set, `blocked` reasons with their ways out.
    """

    changes: list[Change] = field(default_factory=list)
    secrets: list[Change] = field(default_factory=list)
    by_hand: list[Field] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    desired: dict[str, Json] = field(default_factory=dict)
    observed: dict[str, Json] = field(default_factory=dict)
    assumed_written: list[str] = field(default_factory=list)


def stated_value(resource: Resource, each: Field) -> tuple[bool, Json]:
    """Whether a field counts as stated, and its manifest value; one default counts (`active: true`)."""
    is_stated, value = resource.stated(each.path)
    if not is_stated and each.default is not MISSING:
        return True, each.default
    return is_stated, value


def natural_key(resource: Resource) -> dict[str, Json]:
    """What the object is found by without the memory, and its type."""
    key: dict[str, Json] = {"type": resource.type} if resource.type else {}
    for part in find_kind(resource.kind).parts(resource.document):
        for each in part.key_fields() if not part.is_child else ():
            is_stated, value = stated_value(resource, each)
            if is_stated:
                key[each.path] = value
    return key


def secret_use(value: Json) -> SecretUse:
    """A secret field's reference and generation as the manifest states them."""
    if isinstance(value, str):
        return SecretUse(value)
    return SecretUse(value["from"], value["generation"])


def cause_at(resource: Resource, path: str, kind: str) -> Cause:
    """A cause with the line of the manifest that states the field."""
    position = resource.position(path)
    return Cause(kind, position.file, position.line) if position else Cause(kind)


def hazard_of(each: Field, value: Json, *, is_new: bool = False) -> str:
    """`level: text` when writing the value is hazardous, otherwise an empty string."""
    if each.hazard is None or not each.hazard.applies_to(value) or (is_new and each.hazard.spares_new):
        return ""
    return f"{each.hazard.level}: {each.hazard.text}"


def compare(resource: Resource, part: Part, live: Live, entry: Entry | None, names: AccountNames) -> Comparison:
    """Everything that differs between a part's stated fields and its live object."""
    result = Comparison()
    applied = {path: renamed(value, names) for path, value in entry.applied.get(part.name, {}).items()} if entry else {}
    for each in part.fields:
        is_stated, value = stated_value(resource, each)
        if each.is_initial:
            if is_stated:
                result.desired[each.path] = each.codec.desired(value, names)
            continue
        if not is_stated:
            if each.path in applied and each.by_person is None:
                result.changes.append(Change(each.path, "release", applied[each.path], None, Cause("release")))
            continue
        if each.is_secret:
            _compare_secret(resource, each, secret_use(value), entry, result)
            continue
        desired = each.codec.desired(value, names)
        result.desired[each.path] = desired
        seen = observe(each, live, names)
        known = applied.get(each.path, NOTHING)
        if each.by_person is not None:
            if seen is not MISSING:
                result.observed[each.path] = seen
            if seen != desired:
                cause = "intended"
                if seen is not MISSING:
                    cause = cause_of_difference(desired, seen, known, is_remembered=entry is not None)
                result.observations.append(
                    Observation(resource, part.name, each, desired, seen, cause, str(live.get("id", "")))
                )
            continue
        if seen is MISSING:
            seen = known if known is not NOTHING else MISSING
        seen = own_items(each, seen, desired, known)
        if seen is not MISSING:
            result.observed[each.path] = seen
        if seen == desired:
            continue
        _add_change(resource, each, desired, seen, known, entry, result)
    return result


def renamed(value: Json, names: AccountNames) -> Json:
    """A remembered value in today's names: what was external then may have an address now."""
    if isinstance(value, Mapping):
        if "external" in value and "kind" in value:
            return names.canonical(value)
        return {key: renamed(inner, names) for key, inner in value.items()}
    return [renamed(inner, names) for inner in value] if isinstance(value, list | tuple) else value


def _add_change(
    resource: Resource, each: Field, desired: Json, seen: Json, known: Json, entry: Entry | None, result: Comparison
) -> None:
    kind = cause_of_difference(desired, seen, known, is_remembered=entry is not None)
    if seen is MISSING:
        if each.is_key and not each.on_update:
            return
        seen = None
    result.changes.append(
        Change(
            each.path,
            "clear" if desired is None else "set",
            seen,
            desired,
            cause_at(resource, each.path, kind),
            hazard=hazard_of(each, desired),
        )
    )
    if each.unreachable is not None and each.unreachable[0] == desired:
        result.blocked.append(
            f"{each.path}: {each.unreachable[1]} Correct the manifest, or add another object under another name."
        )
    if each.on_update:
        return
    if each.is_key:
        result.blocked.append(
            f"{each.path} is what the object is found by and cannot be changed: it is {_shown(seen)} live, {_shown(desired)} in "
            "the manifest. Bind the address to another object in bindings.yaml, or give the manifest another name."
        )
    else:
        result.blocked.append(
            f"{each.path} cannot be changed once the object exists: it is {_shown(seen)} live, {_shown(desired)} in the "
            "manifest. Add a second manifest under another name, point everything to it, then remove this one with a tombstone."
        )


def _shown(value: Json) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _compare_secret(resource: Resource, each: Field, use: SecretUse, entry: Entry | None, result: Comparison) -> None:
    if entry is None:
        # An object that was found, not made: its secrets count as written in the stated generation.
        if use.generation > 1:
            result.assumed_written.append(each.path)
        return
    written = entry.generations.get(each.path)
    if written is not None and use.generation <= written:
        return
    if each.rotates == "in_place":
        result.secrets.append(secret_change(resource, each, use, "intended" if written is None else "rotation"))
    elif written is not None:
        result.by_hand.append(each)
    elif use.generation > 1:
        result.assumed_written.append(each.path)


def rotation_by_hand(resource: Resource, each: Field) -> tuple[str, list[list[str]], str]:
    """The manual step that puts a new generation in place: its id, the values to enter, and the digest to vouch for."""
    use = secret_use(resource.stated(each.path)[1])
    values = [["Channel", resource.address], ["Field", each.path], ["Value", f"where {use.reference} points"]]
    manual = step_id("manual", resource.address, f"rotate-{each.path.replace('_', '-')}")
    return manual, values, digest_of([values, use.generation])


def secret_change(resource: Resource, each: Field, use: SecretUse, kind: str) -> Change:
    """The writing of a secret: its reference and generation, never its value or a digest of it."""
    return Change(
        each.path,
        "write_secret",
        None,
        {"from": use.reference, "generation": use.generation},
        cause_at(resource, each.path, kind),
    )


def observed_digest_content(part: Part, comparison: Comparison, live: Live, names: AccountNames) -> Mapping[str, Json]:
    """What an `observed` digest covers: the stated fields, and those that are sent along with the changed ones."""
    sent_along = {each.together for each in part.fields if each.together and each.path in comparison.desired}
    content = dict(comparison.observed)
    for each in part.fields:
        if each.together in sent_along and not each.is_secret:
            seen = observe(each, live, names)
            if seen is not MISSING:
                content[each.path] = seen
    return content
