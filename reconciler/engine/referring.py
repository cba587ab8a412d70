"""Which manifest refers to which; a pure function over resources, which refuses to know the account."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reconciler.core.resource import Reference, Resource
from reconciler.manifest.references import references_of


def references_between(resources: Sequence[Resource], wanted: Collection[str] = ()) -> dict[str, list[tuple[str, str]]]:
    """By address, what it refers to and in which field; of `wanted` addresses, those that refer to one or are one."""
    found: dict[str, list[tuple[str, str]]] = {}
    for resource in resources:
        targets = [(target_name(each), _field(each)) for each in references_of(resource)]
        if wanted and resource.address not in wanted:
            targets = [each for each in targets if each[0] in wanted]
            if not targets:
                continue
        found[resource.address] = targets
    return found


def target_name(reference: Reference) -> str:
    """What a reference points to: an address, or the kind and the key or id of what nobody manages."""
    if reference.address is not None:
        return reference.address
    target = reference.target
    return f'{reference.kind} "{target["external"]}"' if "external" in target else f"{reference.kind} id {target['id']}"


def _field(reference: Reference) -> str:
    return ".".join(key for key in reference.path if isinstance(key, str))
