"""Where external objects are looked for whose keys are qualified by their parents', such as a skill of an attribute.

It refuses to know any single kind; a kind's lookup says whether its keys are qualified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.resource import Json, Resource
from reconciler.core.service import Collection
from reconciler.core.state import Entry
from reconciler.engine.live import Snapshot
from reconciler.kinds._registry import find_kind
from reconciler.manifest.references import references_of


def inside_of_externals(
    resources: Sequence[Resource], entries: Mapping[str, Entry], snapshot: Snapshot
) -> Iterator[tuple[Collection, str]]:
    """The listings, by collection and parent id, in which the qualified keys that are stated or remembered may stand."""
    stated = {
        (reference.kind, str(reference.target["external"]))
        for resource in resources
        for reference in references_of(resource)
        if isinstance(reference.target, Mapping) and "external" in reference.target
    }
    remembered = {pair for entry in entries.values() for pair in _externals_in(entry.applied)}
    for kind, key in sorted(stated | remembered):
        lookup = find_kind(kind).lookup
        if lookup is None or not lookup.is_qualified:
            continue
        for parent in snapshot.objects(lookup.collection.parent):
            if key.startswith(f"{parent.get(lookup.member)}/"):
                yield lookup.collection, str(parent["id"])


def _externals_in(value: Json) -> set[tuple[str, str]]:
    if isinstance(value, Mapping):
        if "external" in value and "kind" in value:
            return {(str(value["kind"]), str(value["external"]))}
        return set().union(*map(_externals_in, value.values()))
    return set().union(*map(_externals_in, value)) if isinstance(value, list | tuple) else set()
