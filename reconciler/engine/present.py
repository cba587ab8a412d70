"""Drafts the steps for one part that is live: taking it over, updating it, writing and rotating its secrets.

It refuses to know how the part was found, and the order in which steps run.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core.canonical import canonical_json
from reconciler.core.codec import MISSING
from reconciler.core.guard import PROTECTION, approval_line, approval_of
from reconciler.core.part import Field, Part
from reconciler.core.plan import Change, Effect, Step, digest_of
from reconciler.core.resource import Resource
from reconciler.engine.attesting import attest_command
from reconciler.engine.comparing import (
    Comparison,
    cause_at,
    compare,
    observed_digest_content,
    rotation_by_hand,
    secret_change,
    secret_use,
)
from reconciler.engine.drafting import Draft, Raised, risk_of, step_id
from reconciler.engine.identity import Identity
from reconciler.engine.live import Live, observe_part
from reconciler.engine.situation import Situation


def draft_present(draft: Draft, situation: Situation, resource: Resource, part: Part, identity: Identity) -> None:
    """Draft what brings a part that was found live to what its manifest states."""
    found = situation.snapshot.find(part.collection.name, identity.live_id)
    if found is None:
        raise AssertionError(f"{resource.address} was found as {identity.live_id}. This is a bug in reconciler.")
    live = found[1]
    entry = situation.entries.get(resource.address)
    is_ours = entry is not None and entry.live.get(part.lives_as) == identity.live_id
    comparison = compare(resource, part, live, entry if is_ours else None, situation.names)
    if is_ours and entry is not None and entry.protect and not resource.lifecycle.protect:
        is_first = next(iter(entry.live)) == part.name
        cause = cause_at(resource, "lifecycle", "intended")
        comparison.changes.extend([Change(PROTECTION, "release", True, None, cause)] if is_first else [])
    key = (resource.address, part.name)
    draft.observed[key], draft.desired[key] = comparison.observed, comparison.desired
    first: str = ""
    if not is_ours and part.aspect:
        first = step_id("adopt", resource.address, part.lives_as)
    elif not is_ours:
        first = _draft_adopt(draft, situation, resource, part, identity, live)
    _warn_of_assumed_secrets(draft, situation, resource, part, comparison)
    for alarm in part.alarms:
        if live.get(alarm.member) in alarm.calls:
            draft.raised.append(Raised(resource, part.name, alarm, str(live[alarm.member]), identity.live_id))
    if resource.lifecycle.watch_only:
        differing = [change.path for change in comparison.changes]
        differing += [each.field.path for each in comparison.observations if each.seen is not MISSING]
        if differing:
            paths = ", ".join(differing)
            draft.warnings.append(f"{resource.address} is watched only; it differs in {paths}.")
        return
    draft.observations.extend(comparison.observations)
    _draft_update(draft, situation, resource, part, identity, live, comparison, first)
    _draft_secrets(draft, situation, resource, part, identity, comparison, first)


def _warn_of_assumed_secrets(
    draft: Draft, situation: Situation, resource: Resource, part: Part, comparison: Comparison
) -> None:
    """Name the secrets that count as written, and write those that somebody approved to be written all the same."""
    for path in comparison.assumed_written:
        each = part.field(path)
        if each is None:
            continue
        change = secret_change(resource, each, secret_use(resource.stated(path)[1]), "unknown")
        subject = step_id("write_secret", resource.address, path)
        effect = Effect(resource.address, part.name, path, canonical_json([change.op, change.after])).digest()
        approvals = situation.environment.approvals
        approval = approval_of(approvals, subject, effect, situation.inputs.today)
        if approval is not None and each.rotates == "in_place":
            comparison.secrets.append(change)
            draft.approvals.append(approval)
            continue
        way_out = (
            f"Raise its generation to write it again, or have it written once by {approval_line(subject, effect)}."
            if each.rotates == "in_place"
            else "The service cannot change it in place."
        )
        draft.warnings.append(
            f"{resource.address}: {path} is taken as written in its stated generation, since nothing remembers otherwise. "
            f"{way_out}"
        )


def _draft_adopt(
    draft: Draft, situation: Situation, resource: Resource, part: Part, identity: Identity, live: Live
) -> str:
    rebind = f"rebind {identity.was} -> {identity.live_id}: " if identity.was else ""
    adopted = step_id("adopt", resource.address, part.name)
    draft.add(
        Step(
            adopted,
            "adopt",
            resource.address,
            part.name,
            identity.live_id,
            observed={"digest": digest_of(observe_part(part, live, situation.names))},
            binding=identity.by,
            reason=f"{rebind}found by {_how_found(identity.by)}",
        )
    )
    return adopted


def _draft_update(
    draft: Draft,
    situation: Situation,
    resource: Resource,
    part: Part,
    identity: Identity,
    live: Live,
    comparison: Comparison,
    first: str,
) -> None:
    if not comparison.changes:
        return
    digest = digest_of(observed_digest_content(part, comparison, live, situation.names))
    draft.add(
        Step(
            step_id("update", resource.address, part.name),
            "update",
            resource.address,
            part.name,
            identity.live_id,
            observed={"after": first} if first else {"digest": digest},
            binding=identity.by,
            changes=tuple(comparison.changes),
            reason=_why_changed(comparison.changes),
            risk=risk_of(comparison.changes),
            reversible=not any(change.hazard.startswith("irreversible") for change in comparison.changes),
            blocked=tuple(comparison.blocked),
        ),
        *([first] if first else []),
    )


def _draft_secrets(
    draft: Draft,
    situation: Situation,
    resource: Resource,
    part: Part,
    identity: Identity,
    comparison: Comparison,
    first: str,
) -> None:
    if comparison.secrets:
        before = step_id("update", resource.address, part.name)
        earlier = before if before in draft.steps else first
        content = {change.path: change.after for change in comparison.secrets}
        draft.add(
            Step(
                step_id("write_secret", resource.address, part.name),
                "write_secret",
                resource.address,
                part.name,
                identity.live_id,
                observed={"after": earlier} if earlier else {"digest": digest_of(comparison.observed)},
                binding=identity.by,
                changes=tuple(comparison.secrets),
                reason=f"{', '.join(content)}: a new generation is stated",
                reversible=False,
            ),
            *([earlier] if earlier else []),
        )
    for each in comparison.by_hand:
        _draft_rotation_by_hand(draft, situation, resource, part, identity, each)


def _draft_rotation_by_hand(
    draft: Draft, situation: Situation, resource: Resource, part: Part, identity: Identity, each: Field
) -> None:
    manual, values, digest = rotation_by_hand(resource, each)
    if situation.inputs.attested.get(manual) == digest:
        return
    draft.add(
        Step(
            manual,
            "manual",
            resource.address,
            part.name,
            identity.live_id,
            reason="the service cannot change this secret in place, and re-creating the channel would change its id",
            manual={
                "title": f"put a new {each.path} in place",
                "admin_center": "Admin Center > Channels > Messaging and social > Messaging, or at the channel's provider",
                "values": values,
                "looks_for": "somebody's word in attestations.yaml",
                "attest": attest_command(situation, manual),
                "digest": digest,
                "article": "",
                "notes": [],
            },
        )
    )


def _how_found(by: str) -> str:
    return {
        "key": "its natural key",
        "title": "its title",
        "title and fields": "its title and all stated fields",
        "singleton": "being the only one",
        "recognised": "what it does",
        "only one": "being the only one of its type",
        "bindings": "bindings.yaml",
        "state": "the memory",
        "entry": "its switchboard entry",
        "integration": "its integration",
    }.get(by, by)


def _why_changed(changes: Sequence[Change]) -> str:
    kinds = {change.cause.kind for change in changes}
    if kinds == {"release"}:
        return "the manifest no longer states these fields; the live values stay"
    if kinds <= {"drift", "conflict"}:
        return "changed in the account since the last apply"
    if kinds == {"unknown"}:
        return "the account differs from the manifest, and nothing remembers who moved"
    return "the manifest changed" if kinds == {"intended"} else "the manifest and the account differ"
