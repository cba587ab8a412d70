"""Takes what was changed in an account into the manifests: the live value of a field, in the manifest's own form.

It refuses to read the account and to write files: a plan says what differs, and edits are what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.codec import Names
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.edits import Edit, Edits, Left
from reconciler.core.errors import UsageError
from reconciler.core.plan import Change, Step
from reconciler.core.resource import Resource
from reconciler.core.standing import FieldDifference
from reconciler.engine.placing import Placed, Unplaceable, place_canonical
from reconciler.engine.planner import Planned
from reconciler.kinds._registry import find_kind
from reconciler.manifest.file_edits import FileEdits
from reconciler.manifest.inventory import Inventory

_ACCEPTED = frozenset({"drift", "conflict", "unknown"})
"""The causes in which the account moved, or may have."""


def accept(planned: Planned, inventory: Inventory, wanted: Sequence[str]) -> Edits:
    """The edits by which manifests state what is live; `wanted` are addresses, each with `#field` or without.

    A named field is taken as it is live whatever made it differ; without one, all fields that the account changed.
    Raises UsageError for an address without a manifest and for a field that does not differ.
    """
    files = FileEdits(inventory)
    edits: list[Edit] = []
    left: list[Left] = []
    for each in wanted:
        address, _, path = each.partition("#")
        resource = planned.resources.get(address)
        if resource is None:
            known = [*planned.resources]
            raise UsageError(f"{address} has no manifest in {inventory.name}", fix=did_you_mean(address, known))
        changes = list(_changes(planned.plan.steps, address, path))
        if path and not changes:
            raise UsageError(
                f"{address} does not differ in {path}",
                detail=_differing(planned.plan.steps, address),
                fix=f"Look at it with: reconciler drift -e {inventory.name}",
            )
        placed: dict[str, list[FieldDifference]] = {}
        for step, change in changes:
            try:
                done = _place(files, resource, step, change, planned.matching.names)
                placed.setdefault(done.file, []).append(done.difference)
            except Unplaceable as error:
                left.append(Left(f"{address}#{change.path}", str(error)))
        if any(_is_gone(step) for step in planned.plan.steps if step.address == address):
            left.append(
                Left(address, "its live object is gone. To accept that, put a tombstone in its manifest's place.")
            )
        edits += [Edit(address, "change", file, tuple(differences)) for file, differences in placed.items()]
    return Edits(inventory.name, tuple(edits), tuple(left), (), files.changes())


def _changes(steps: Sequence[Step], address: str, path: str) -> Iterator[tuple[Step, Change]]:
    for step in steps:
        if step.address != address or step.action == "create":
            continue
        for change in step.changes:
            if change.address or change.op not in ("set", "clear"):
                continue
            named = path in (change.path, f"{step.part}.{change.path}")
            if named if path else change.cause.kind in _ACCEPTED:
                yield step, change


def _differing(steps: Sequence[Step], address: str) -> str:
    paths = [change.path for _, change in _changes(steps, address, "")]
    return f"It differs in: {', '.join(paths)}." if paths else "The account holds what the manifest states."


def _is_gone(step: Step) -> bool:
    return any(change.cause.kind == "vanished" for change in step.changes)


def _place(files: FileEdits, resource: Resource, step: Step, change: Change, names: Names) -> Placed:
    parts = find_kind(resource.kind).parts(resource.document)
    part = next((each for each in parts if each.name == step.part), None)
    if part is not None and part.assignment is not None:
        raise Unplaceable("it is stated for many at once. Take the one whom it is about, or the thing, out of its list")
    each = part.field(change.path) if part else None
    if each is None:
        raise Unplaceable("no field of the manifest stands for it")
    return place_canonical(files, resource.address, each, change.before, names)
