"""Checks what several manifests of a kind cannot say together; a pure function over resources, told by each kind.

It refuses to know any single kind, and what is live.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.resource import Resource
from reconciler.kinds._registry import find_kind
from reconciler.manifest.sources import position_in


def check_contradictions(resources: Sequence[Resource]) -> Iterator[Diagnostic]:
    """A diagnostic at every manifest that contradicts another one of its kind, which is named beside it."""
    by_kind: dict[str, list[Resource]] = {}
    for resource in resources:
        if not resource.removed:
            by_kind.setdefault(resource.kind, []).append(resource)
    for kind, members in by_kind.items():
        check = find_kind(kind).contradictions
        by_address = {each.address: each for each in members}
        for found in check(members) if check is not None else ():
            problem = found.problem
            yield Diagnostic(
                problem.rule,
                problem.summary,
                position_in(by_address[found.address], problem.path),
                problem.severity,
                problem.why,
                problem.fix,
                found.address,
                related=((position_in(by_address[found.other], found.other_path), f"{found.other} says the other"),),
            )
