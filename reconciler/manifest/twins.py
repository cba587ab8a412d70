"""Checks what no two manifests of a kind may share; a pure function over resources, told by each kind what that is.

It refuses to know any single kind, and what is live.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.canonical import canonical_json
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.resource import Resource
from reconciler.kinds._registry import find_kind
from reconciler.manifest.sources import position_in


def check_twins(resources: Sequence[Resource]) -> Iterator[Diagnostic]:
    """An error at every manifest that equals an earlier one in what its kind says must differ."""
    first: dict[tuple[str, bytes], Resource] = {}
    for resource in resources:
        twins = find_kind(resource.kind).twins
        key = twins.key(resource.document) if twins is not None and not resource.removed else None
        if twins is None or key is None:
            continue
        other = first.setdefault((resource.kind, canonical_json(key)), resource)
        if other.address != resource.address:
            yield Diagnostic(
                twins.rule,
                twins.summary,
                position_in(resource, twins.path),
                why=twins.why,
                fix=twins.fix,
                address=resource.address,
                related=((position_in(other, twins.path), f"{other.address} is the other one"),),
            )
