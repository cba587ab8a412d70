"""Drafts the steps that give things to objects which are not a resource's own: one step for each request.

It refuses to know what is given. Resources that give the same thing to the same object share one step; what no manifest
names any more is released, and never taken away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.core.assignment import Assigned, Assignment, Given
from reconciler.core.canonical import canonical_json
from reconciler.core.diff import NOTHING, cause_of_difference
from reconciler.core.part import Part
from reconciler.core.plan import Cause, Change, Step, digest_of
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.comparing import cause_at, renamed
from reconciler.engine.drafting import Draft, references_in, risk_of, step_id
from reconciler.engine.externals import matches_of, unreadable_kind
from reconciler.engine.live import AccountNames
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind


def assign_steps(draft: Draft, situation: Situation) -> None:
    """Add the steps of every assignment, and what a person does about objects that are not there."""
    sharing = _Sharing()
    for resource in situation.resources.values():
        for part, assignment in assignments_of(resource):
            _assign(draft, situation, sharing, resource, part, assignment)
    for each in sharing.steps:
        step = draft.steps[each]
        seen = {f"{change.address} {change.path}".strip(): change.before for change in step.changes}
        draft.change(each, observed={"digest": digest_of([step.part, seen])})


def assignments_of(resource: Resource) -> Iterator[tuple[Part, Assignment]]:
    """The parts of a resource that give something to objects which are not its own."""
    for part in find_kind(resource.kind).parts(resource.document) if not resource.removed else ():
        if part.assignment is not None:
            yield part, part.assignment


def assigned(resource: Resource, part: Part, resources: Mapping[str, Resource], names: AccountNames) -> Assigned:
    """What one part of a resource gives, seen beside all others of its kind."""
    if part.assignment is None:
        raise AssertionError(f"{resource.address}#{part.name} is no assignment. This is a bug in reconciler.")
    return part.assignment.observe(resource, of_kind(resources, resource.kind), names)


def of_kind(resources: Mapping[str, Resource], kind: str) -> list[Resource]:
    """The resources of a kind that have a manifest and stay."""
    return [each for each in resources.values() if each.kind == kind and not each.removed]


def is_on_the_way(before: Json, seen: Json, after: Json) -> bool:
    """Whether a value is one of two, or, of lists, has come a part of the way from the first to the second."""
    if seen in (before, after):
        return True
    if not all(isinstance(each, list) for each in (before, seen, after)):
        return False
    start, now, end = ({canonical_json(each) for each in value} for value in (before, seen, after))
    return start <= now <= end or end <= now <= start


@dataclass(slots=True)
class _Sharing:
    """The step that brings each item about, whoever asked for it first, and all steps that were drafted."""

    taken: dict[bytes, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    """The changes and items of one request."""

    changes: list[Change] = field(default_factory=list)
    items: list[bytes] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)
    holder: str = ""
    takes_away: bool = False


def _assign(
    draft: Draft, situation: Situation, sharing: _Sharing, resource: Resource, part: Part, assignment: Assignment
) -> None:
    unreadable = [why for each in assignment.collections if (why := situation.snapshot.unreadable(each))]
    if unreadable:
        reason = f"its collection could not be read, so nothing is known about it: {unreadable[0]}"
        _block(draft, resource, part, (reason,), "the account cannot be read")
        return
    found = assigned(resource, part, situation.resources, situation.names)
    key = (resource.address, part.name)
    entry = situation.entries.get(resource.address)
    draft.observed[key] = {each.path: each.before for each in found.given}
    draft.desired[key] = {each.path: each.after for each in found.given} if assignment.is_remembered else {}
    draft.warnings.extend(found.warnings)
    lacking = [each for each in found.given if each.before != each.after]
    if resource.lifecycle.watch_only:
        if lacking:
            paths = ", ".join(each.path for each in lacking)
            draft.warnings.append(f"{resource.address} is watched only; it differs in {paths}.")
        return
    if found.blocked:
        _block(draft, resource, part, found.blocked, "which object is meant cannot be said")
    now, late = _as_far_as_possible(lacking, draft, situation)
    batches = list(_batches(draft, situation, sharing, resource, part, assignment, now, entry))
    begun, first_late = {batch.holder for batch in batches}, len(batches)
    batches += _batches(draft, situation, sharing, resource, part, assignment, late, entry)
    released = tuple(_released(situation, found, entry, part)) if assignment.is_remembered else ()
    if released and not batches:
        batches = [_Batch()]
    for number, batch in enumerate(batches, start=1):
        changes = (*batch.changes, *(released if number == 1 else ()))
        is_rest = number > first_late and batch.holder in begun
        _draft(draft, sharing, resource, part, batch, changes, _suffix(batch, number, is_rest=is_rest))


def _as_far_as_possible(
    lacking: Sequence[Given], draft: Draft, situation: Situation
) -> tuple[list[Given], list[Given]]:
    """What can be given, and what only once somebody has brought it about: of a list, what is there is given at once."""
    now: list[Given] = []
    late: list[Given] = []
    for given in lacking:
        things = given.after if isinstance(given.after, list) else []
        missing = [each for each in things if each not in given.before and _is_missing(each, draft, situation)]
        there = [each for each in things if each not in missing]
        if not missing:
            now.append(given)
        elif there == given.before:
            late.append(given)
        else:
            later = tuple(item for item in given.items if any(each in missing for each in references_in(item)))
            sooner = tuple(item for item in given.items if item not in later)
            now.append(replace(given, after=there, items=sooner))
            late.append(replace(given, before=there, items=later))
    return now, late


def _is_missing(reference: Mapping[str, Json], draft: Draft, situation: Situation) -> bool:
    """Whether only a person can bring about what a reference means."""
    if "external" in reference:
        is_known = not unreadable_kind(situation, str(reference["kind"]))
        return is_known and not matches_of(situation, reference)
    return (str(reference.get("ref")), str(reference.get("part"))) in draft.waiting_parts


def _suffix(batch: _Batch, number: int, *, is_rest: bool) -> str:
    if batch.holder:
        return f"[{batch.holder}]-rest" if is_rest else f"[{batch.holder}]"
    return f"-{number}" if number > 1 else ""


def _batches(
    draft: Draft,
    situation: Situation,
    sharing: _Sharing,
    resource: Resource,
    part: Part,
    assignment: Assignment,
    lacking: Sequence[Given],
    entry: Entry | None,
) -> Iterator[_Batch]:
    """The requests that bring everything about that no earlier resource's step brings about already."""
    batch = _Batch()
    for given in lacking:
        change = _change(situation, resource, part, given, entry)
        items = [canonical_json([part.name, each]) for each in given.items]
        own = [each for each in items if each not in sharing.taken]
        elsewhere = sorted({sharing.taken[each] for each in items if each in sharing.taken})
        if items and not own:
            _share(draft, resource, part, change, elsewhere)
            continue
        is_full = len(batch.items) + len(own) > assignment.largest_batch
        if batch.changes and is_full:
            yield batch
            batch = _Batch()
        batch.changes.append(change)
        batch.items.extend(own)
        batch.needs.update(elsewhere)
        batch.holder = given.holder if not assignment.largest_batch else ""
        batch.takes_away = batch.takes_away or given.takes_away
    if batch.changes:
        yield batch


def _share(draft: Draft, resource: Resource, part: Part, change: Change, steps: Sequence[str]) -> None:
    """What other resources' steps bring about is said in the last of them, which comes after the others."""
    last = steps[-1]
    draft.needs[last].update(steps[:-1])
    shared = replace(change, address=resource.address, part=part.name)
    draft.change(last, changes=(*draft.steps[last].changes, shared))


def _change(situation: Situation, resource: Resource, part: Part, given: Given, entry: Entry | None) -> Change:
    known = entry.applied.get(part.name, {}).get(given.path, NOTHING) if entry else NOTHING
    if known is not NOTHING:
        # What the manifest names no more is no part of the comparison.
        known = renamed(known, situation.names)
        known = [each for each in known if each in given.after] if isinstance(given.after, list) else known
    # Where nothing that was there goes, or the manifest asks for it by name, nothing is left to wonder about.
    is_plain = entry is not None or given.before is None or isinstance(given.before, list)
    kind = cause_of_difference(given.after, given.before, known, is_remembered=is_plain)
    cause = cause_at(resource, given.source, "intended" if given.takes_away else kind)
    return Change(given.path, "set", given.before, given.after, cause, hazard=given.hazard)


def _released(situation: Situation, found: Assigned, entry: Entry | None, part: Part) -> Iterator[Change]:
    """What the memory says was given and the manifest names no more: whole holders, and single things of a list."""
    applied = entry.applied.get(part.name, {}) if entry is not None else {}
    given = {each.path: each.after for each in found.given}
    for path, remembered in applied.items():
        value = renamed(remembered, situation.names)
        if path not in found.stated:
            yield Change(path, "release", value, None, Cause("release"))
        elif isinstance(value, list) and path in given:
            for each in value:
                if each not in given[path]:
                    yield Change(f"{path}[{reference_key(each)}]", "release", [each], None, Cause("release"))


def reference_key(reference: Mapping[str, Json]) -> str:
    """A canonical reference as a key of a path."""
    child = str(reference.get("part", "")).partition("/")[2]
    return str(reference.get("ref") or reference.get("external") or reference.get("id")) + (
        f"/{child}" if child else ""
    )


def _draft(
    draft: Draft,
    sharing: _Sharing,
    resource: Resource,
    part: Part,
    batch: _Batch,
    changes: tuple[Change, ...],
    suffix: str,
) -> None:
    step = step_id("update", resource.address, part.name) + suffix
    is_release = all(change.op == "release" for change in changes)
    draft.add(
        Step(
            step,
            "update",
            resource.address,
            part.name,
            changes=changes,
            reason="the manifest no longer names it; nothing is taken away"
            if is_release
            else "the manifest asks to take it away"
            if batch.takes_away
            else "they lack what the manifest gives them",
            risk=risk_of(changes),
            reversible=not batch.takes_away,
        ),
        *batch.needs,
    )
    sharing.steps.append(step)
    sharing.taken.update(dict.fromkeys(batch.items, step))


def _block(draft: Draft, resource: Resource, part: Part, reasons: tuple[str, ...], reason: str) -> None:
    step = step_id("update", resource.address, part.name) + "[unknown]"
    draft.add(Step(step, "update", resource.address, part.name, blocked=reasons, reason=reason))
