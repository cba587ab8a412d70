"""Refuses what only one environment can have: a phone number, a page, a LINE channel, a bot's webhook.

It refuses to know the live accounts: two environments are compared by what their manifests state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.core.guard import approval_line, approval_of
from reconciler.core.plan import digest_of
from reconciler.core.resource import Json, Resource
from reconciler.engine.drafting import Draft
from reconciler.engine.situation import Situation, Taken
from reconciler.kinds._registry import find_kind

Identity = tuple[str, str, str, Json]


def exclusive_identities(resources: Iterable[Resource]) -> Iterator[tuple[Identity, Resource]]:
    """What each resource states that no other environment may state too."""
    for resource in resources:
        for path in find_kind(resource.kind).exclusive_paths(resource.type) if not resource.removed else ():
            is_stated, value = resource.stated(path)
            if is_stated and isinstance(value, str):
                # X handles and user names are one whatever their case, with or without @.
                yield (resource.kind, resource.type, path, value.removeprefix("@").lower()), resource


def taken_elsewhere(resources: Sequence[Resource], others: Mapping[str, Sequence[Resource]]) -> dict[str, list[Taken]]:
    """What addresses state that another environment has, by address; `others` are the other environments' resources."""
    found: dict[str, list[Taken]] = {}
    for name, theirs in sorted(others.items()):
        held = dict(exclusive_identities(theirs))
        for identity, resource in exclusive_identities(resources):
            other = held.get(identity)
            if other is not None:
                found.setdefault(resource.address, []).append(_taken(identity, resource, other, name))
    return found


def _taken(identity: Identity, resource: Resource, other: Resource, environment: str) -> Taken:
    kind, _, path, value = identity
    shared = f'{path} "{resource.stated(path)[1]}" is also that of {other.address} in the environment {environment}.'
    own = "Give each environment its own, as a value"
    if path not in find_kind(kind).contested:
        return Taken(f"{shared} Only one account can have it: the other one would stop receiving. {own}.")
    subject = f"exclusive:{resource.address}#{path}"
    effect = digest_of([path, value, environment, other.address])
    return Taken(
        f"{shared} Whether two accounts can share it is not documented; one of them may stop receiving. {own}, or approve "
        f"it by {approval_line(subject, effect)}",
        subject,
        effect,
    )


def block_exclusive(draft: Draft, situation: Situation) -> None:
    """Block what states another environment's own, waiting steps too, unless somebody approved sharing it."""
    inputs = situation.inputs
    for step in list(draft.steps.values()):
        for taken in inputs.taken_elsewhere.get(step.address, ()) if step.action != "manual" else ():
            approval = approval_of(inputs.environment.approvals, taken.subject, taken.effect, inputs.today)
            if approval is None or not taken.subject:
                draft.block(step.id, taken.reason)
            elif approval not in draft.approvals:
                draft.approvals.append(approval)
    for address, everything in inputs.taken_elsewhere.items():
        resource = situation.resources[address]
        # What no API shows has no step that could be blocked.
        if not find_kind(resource.kind).parts(resource.document):
            draft.warnings.extend(f"{address}: {taken.reason}" for taken in everything)
