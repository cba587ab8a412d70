"""Checks what manifests say about each other: addresses, references, cycles; a pure function over resources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.diagnostic import Diagnostic, did_you_mean
from reconciler.core.graph import cycles
from reconciler.core.resource import Reference, Resource, path_keys
from reconciler.kinds._registry import find_kind
from reconciler.manifest.claims import Claims
from reconciler.manifest.sources import position_in

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_LONGEST_CYCLE = 8
"""So many members of a cycle are shown."""


def references_of(resource: Resource) -> Iterator[Reference]:
    """Every reference that a resource's managed fields hold."""
    if resource.removed:
        return
    kind = find_kind(resource.kind)
    managed = [field for part in kind.parts(resource.document) for field in part.fields]
    paths = {field.path for field in managed}
    for field in (*managed, *(each for each in kind.noted if each.path not in paths)):
        is_stated, value = resource.stated(field.path)
        if is_stated and value is not None:
            yield from field.codec.references(value, path_keys(field.path))


def check_references(resources: Sequence[Resource], claims: Claims | None = None) -> list[Diagnostic]:
    """Everything that is wrong between the resources of one environment.

    A reference to what `claims` may hold is left alone: that document has its own error.
    """
    claims = claims or Claims()
    found = list(_duplicates(resources))
    by_address = {resource.address: resource for resource in resources}
    edges: dict[str, set[str]] = {}
    for resource in resources:
        found.extend(_moves(resource, by_address))
        for reference in references_of(resource):
            found.extend(_reference(resource, reference, by_address, claims))
            if not reference.is_linkable and reference.address in by_address:
                edges.setdefault(resource.address, set()).add(str(reference.address))
    for cycle in cycles(edges):
        first = by_address[cycle[0]]
        found.append(
            Diagnostic(
                "reference/cycle",
                f"{_shown_cycle(cycle)} is a cycle that cannot be closed",
                position_in(first, ()),
                why="Each of them needs the next one to exist first, and no later step can complete such a reference.",
                fix="Remove one of the references.",
                address=first.address,
                related=tuple(
                    (position_in(by_address[each], ()), f"{each} is part of it") for each in cycle[1:_LONGEST_CYCLE]
                ),
            )
        )
    return found


def _shown_cycle(cycle: Sequence[str]) -> str:
    more = len(cycle) - _LONGEST_CYCLE
    shown = [*cycle[:_LONGEST_CYCLE], *([f"… {more} more …"] if more > 0 else []), cycle[0]]
    return " -> ".join(shown)


def _duplicates(resources: Sequence[Resource]) -> Iterator[Diagnostic]:
    first: dict[str, Resource] = {}
    for resource in resources:
        if resource.address in first:
            yield Diagnostic(
                "manifest/duplicate-address",
                f"{resource.address} is defined twice",
                position_in(resource, ("name",)),
                why="A kind and a name together are the one address of a resource.",
                fix="Rename one of them, or remove it.",
                address=resource.address,
                related=((position_in(first[resource.address], ("name",)), "it is defined here first"),),
            )
        first.setdefault(resource.address, resource)


def _moves(resource: Resource, by_address: Mapping[str, Resource]) -> Iterator[Diagnostic]:
    for index, name in enumerate(resource.moved_from):
        other = by_address.get(f"{resource.kind}/{name}")
        if other is not None:
            yield Diagnostic(
                "manifest/moved-from-present",
                f"{resource.address} says that it was {other.address}, which still has a manifest",
                position_in(resource, ("moved_from", index)),
                why="Two manifests cannot both be the same object.",
                fix="Remove the old manifest, or the name from moved_from.",
                address=resource.address,
                related=((position_in(other, ()), "the other manifest"),),
            )


def _or_id(target: str) -> str:
    return f" with its name, or {{id: {target}}}" if target.isdecimal() else ""


def _reference(
    resource: Resource, reference: Reference, by_address: Mapping[str, Resource], claims: Claims
) -> Iterator[Diagnostic]:
    position = position_in(resource, reference.path)
    target = reference.target
    if isinstance(target, Mapping):
        if "id" in target:
            yield Diagnostic(
                "reference/by-id",
                f'a {reference.kind} is referred to by its live id "{target["id"]}"',
                position,
                "warning",
                "Ids differ between accounts, and nothing checks that this one exists.",
                "Refer to a manifest by its name, or write {external: …} with the object's natural key.",
                resource.address,
            )
        return
    found = by_address.get(str(reference.address))
    kind = find_kind(reference.kind)
    if found is None and claims.may_hold(reference.kind, str(target)):
        return
    if found is None:
        known = [each.name for each in by_address.values() if each.kind == reference.kind]
        label = kind.lookup.label if kind.lookup else reference.kind
        yield Diagnostic(
            "reference/unknown",
            f"there is no manifest {reference.kind}/{target}"
            if _SLUG.match(target)
            else f'"{target}" is not the name of a manifest of kind {reference.kind}',
            position,
            why="A bare name is always a manifest's."
            if kind.model is not None
            else f"A {reference.kind} is never managed by a manifest.",
            fix=(did_you_mean(target, known) + " " if did_you_mean(target, known) else "")
            + f'For a live {label} that no manifest manages, write {{external: "{target}"}}{_or_id(str(target))}.',
            address=resource.address,
        )
    elif found.removed:
        yield Diagnostic(
            "reference/removed",
            f"{resource.address} refers to {found.address}, which is to be removed",
            position,
            fix="Refer to another one, or keep it.",
            address=resource.address,
            related=((position_in(found, ("removed",)), "it is removed here"),),
        )
    elif reference.part not in (parts := [part.name for part in kind.parts(found.document)]) and "/" in reference.part:
        label, _, key = reference.part.partition("/")
        known = [part.partition("/")[2] for part in parts if part.startswith(f"{label}/")]
        yield Diagnostic(
            "reference/unknown-part",
            f'{found.address} has no {label} "{key}"',
            position,
            why=f"Its manifest lists {', '.join(known)}." if known else f"Its manifest lists no {label} at all.",
            fix=did_you_mean(key, known) or f"Add it to the manifest of {found.address}.",
            address=resource.address,
            related=((position_in(found, ()), "the manifest that would list it"),),
        )
    elif reference.types and found.type not in reference.types:
        yield Diagnostic(
            "reference/wrong-type",
            f'{found.address} is of type "{found.type}"',
            position,
            why=f"Only these types fit here: {', '.join(reference.types)}.",
            fix="Refer to another one.",
            address=resource.address,
        )
