"""Checks what a kind says about its manifests beside those of other kinds; a pure function over resources.

It refuses to know any single kind, and what is live.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.neighbours import Neighbours
from reconciler.core.resource import Resource
from reconciler.kinds._registry import find_kind
from reconciler.manifest.sources import position_in


def check_relations(resources: Sequence[Resource]) -> Iterator[Diagnostic]:
    """Every problem that a kind's relations find in its manifests."""
    neighbours = Neighbours(resources)
    for resource in resources:
        for relation in find_kind(resource.kind).relations if not resource.removed else ():
            for problem in relation(resource, neighbours):
                yield Diagnostic(
                    problem.rule,
                    problem.summary,
                    position_in(resource, problem.path),
                    problem.severity,
                    problem.why,
                    problem.fix,
                    resource.address,
                )
