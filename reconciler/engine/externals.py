"""Looks up what manifests refer to and reconciler does not manage; what is missing becomes a person's step.

It refuses to know what needs it beyond the change that refers to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.core.codec import Unresolved
from reconciler.core.plan import Step
from reconciler.core.resource import Json
from reconciler.engine.drafting import Draft, references_in
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind


def look_up_externals(draft: Draft, situation: Situation) -> None:
    """A manual step for each external object that is not there; several matches block what needs it."""
    for step in list(draft.steps.values()):
        for change in step.changes:
            for reference in references_in(change.after):
                if "external" in reference:
                    require_external(draft, situation, step.id, reference)


def require_external(draft: Draft, situation: Situation, step_id: str, reference: Mapping[str, Json]) -> None:
    """Let a step wait for, or be blocked by, an external object that is not there exactly once."""
    kind, key = str(reference["kind"]), str(reference["external"])
    unreadable = unreadable_kind(situation, kind)
    matches = [] if unreadable else matches_of(situation, reference)
    if unreadable:
        draft.block(step_id, f'whether the {kind} "{key}" exists cannot be said: {unreadable}')
    elif len(matches) > 1:
        ids = ", ".join(matches[:5])
        draft.block(
            step_id,
            f'{len(matches)} live objects of kind {kind} are called "{key}": {ids}. Rename one of them in the '
            "account, or refer to one as {id: …}.",
        )
    elif not matches:
        draft.wait(step_id, draft_external(draft, kind, key))


def matches_of(situation: Situation, reference: Mapping[str, Json]) -> Sequence[str]:
    """The live ids of the objects that an external reference could mean."""
    try:
        return [situation.names.live_id(reference)]
    except Unresolved as unresolved:
        return unresolved.matches


def unreadable_kind(situation: Situation, kind: str) -> str:
    """Why the objects of a kind could not be read, or an empty string."""
    lookup = find_kind(kind).lookup
    return situation.snapshot.unreadable(lookup.collection.name) if lookup else ""


def draft_external(draft: Draft, kind: str, key: str) -> str:
    """Draft the step that brings an external object about; returns its id."""
    manual = f"manual:{kind}/{key}#exists"
    label = find_kind(kind).title.lower()
    draft.add(
        Step(
            manual,
            "manual",
            f"{kind}/{key}",
            reason="a manifest refers to it, and it is not in the account",
            manual={
                "title": f'create the {label} "{key}", or correct the reference',
                "admin_center": "Admin Center",
                "values": [["Name", key]],
                "looks_for": f'exactly one {label} called "{key}"',
                "article": "",
                "notes": [],
            },
        )
    )
    return manual
