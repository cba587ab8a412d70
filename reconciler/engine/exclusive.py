"""Refuses what only one environment can have: a phone number, a page, a LINE channel, a bot's webhook.

It refuses to know the live accounts: two environments are compared by what their manifests state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.core.resource import Json, Resource
from reconciler.engine.drafting import Draft
from reconciler.kinds._registry import find_kind

Identity = tuple[str, str, str, Json]


def exclusive_identities(resources: Iterable[Resource]) -> Iterator[tuple[Identity, Resource]]:
    """What each resource states that no other environment may state too."""
    for resource in resources:
        for path in find_kind(resource.kind).exclusive if not resource.removed else ():
            is_stated, value = resource.stated(path)
            if is_stated and isinstance(value, str):
                # X handles and user names are one whatever their case, with or without @.
                yield (resource.kind, resource.type, path, value.removeprefix("@").lower()), resource


def taken_elsewhere(resources: Sequence[Resource], others: Mapping[str, Sequence[Resource]]) -> dict[str, list[str]]:
    """The reasons why addresses cannot be planned, by address; `others` are the other environments' resources."""
    reasons: dict[str, list[str]] = {}
    for name, theirs in sorted(others.items()):
        held = dict(exclusive_identities(theirs))
        for identity, resource in exclusive_identities(resources):
            other = held.get(identity)
            if other is not None:
                reasons.setdefault(resource.address, []).append(
                    f'{identity[2]} "{resource.stated(identity[2])[1]}" is also that of {other.address} in the environment {name}. Only one '
                    "account can have it: the other one would stop receiving. Give each environment its own, as a value."
                )
    return reasons


def block_exclusive(draft: Draft, taken: Mapping[str, Sequence[str]]) -> None:
    """Block every change of an address that states what another environment has."""
    for step in list(draft.steps.values()):
        if step.is_change:
            for reason in taken.get(step.address, ()):
                draft.block(step.id, reason)
