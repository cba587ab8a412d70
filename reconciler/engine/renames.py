"""Follows addresses from one name to another: moves that a manifest states, and renames that none does.

It refuses to know what is live beyond the memory's keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.core.plan import Change, Step
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.comparing import cause_at, natural_key
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.situation import Situation


def move_entries(draft: Draft, resources: Sequence[Resource], entries: dict[str, Entry]) -> None:
    """Bring entries to the addresses that `moved_from` gives them, each with a step that remembers it."""
    for resource in resources:
        if resource.address in entries:
            continue
        for name in resource.moved_from:
            old = f"{resource.kind}/{name}"
            if old in entries:
                entries[resource.address] = entries.pop(old)
                draft.add(
                    Step(
                        step_id("move", resource.address),
                        "move",
                        resource.address,
                        changes=(
                            Change(
                                "address",
                                "set",
                                old,
                                resource.address,
                                cause_at(resource, "moved_from", "intended"),
                            ),
                        ),
                        reason=f"the manifest says that it was {old}",
                    )
                )
                break


def block_renames(draft: Draft, situation: Situation) -> None:
    """An address that goes and one that comes with the same key are most likely one object under a new name."""
    going = sorted({step.address for step in draft.steps.values() if _is_removal(situation, step)})
    if not going:
        return
    for resource in situation.environment.resources:
        if resource.removed or resource.address in situation.entries:
            continue
        key = natural_key(resource)
        for old in going:
            if old.split("/")[0] != resource.kind or not _has_key(situation.entries[old], key):
                continue
            reason = (
                f"{old} goes and {resource.address} comes with the same key: probably one object under a new name. "
                f"Say so in the manifest of {resource.address}: moved_from: [{old.split('/')[1]}]. If they are two, "
                "remove the old one in a plan of its own."
            )
            for step in list(draft.steps.values()):
                if step.address in (old, resource.address) and step.action != "manual":
                    draft.block(step.id, reason)


def _has_key(entry: Entry, key: Mapping[str, Json]) -> bool:
    """Whether what goes is found by all that the one that comes is found by; a bound tombstone may have other keys too."""
    known = dict(entry.key or {})
    return (
        known.keys() >= key.keys()
        and all(known[path] == value for path, value in key.items())
        and bool(key or not known)
    )


def _is_removal(situation: Situation, step: Step) -> bool:
    resource = situation.resources.get(step.address)
    return (resource is None or bool(resource.removed)) and bool(step.live_id) and step.address in situation.entries
