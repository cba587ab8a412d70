"""Makes a plan from manifests, memory and a snapshot of the account; pure: values in, values out.

It refuses to know HTTP, stores and clocks. A plan is drafted resource by resource; then references between steps
become dependencies, circles are opened by link steps, what needs a person waits, and the guards have their say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.core.canonical import canonical_json
from reconciler.core.graph import cycles, in_order
from reconciler.core.guard import guard
from reconciler.core.kind import MISSING, Field, Kind, Part, Unresolved
from reconciler.core.plan import Change, Plan, Step, digest_of
from reconciler.core.policy import Binding
from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.arranging import arrange_steps
from reconciler.engine.comparing import (
    Comparison,
    cause_at,
    compare,
    hazard_of,
    natural_key,
    observed_digest_content,
    rotation_by_hand,
    secret_change,
    secret_use,
    stated_value,
)
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.live import Live, Snapshot, observe, observe_part
from reconciler.engine.matching import Identity, Matching, bound_tombstones, match, title_of
from reconciler.engine.removing import removal_steps
from reconciler.engine.twins import make_room_for_twins
from reconciler.engine.warning import plan_warnings
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a plan follows from. `entries` are the memory's, `today` is a day as YYYY-MM-DD.

    `attested` maps the ids of manual steps that somebody vouched for to the digest of what they vouched for.
    """

    environment: LoadedEnvironment
    entries: Mapping[str, Entry]
    memory: str
    snapshot: Snapshot
    today: str
    attested: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Planned:
    """A plan, and what was seen while it was made: by address and part, the canonical values that are stated."""

    plan: Plan
    matching: Matching
    resources: Mapping[str, Resource]
    entries: Mapping[str, Entry]
    observed: dict[tuple[str, str], dict[str, Json]]
    desired: dict[tuple[str, str], dict[str, Json]]


def make_plan(inputs: Inputs) -> Planned:
    """The plan that brings the account to what the manifests state."""
    return _Planner(inputs).make()


class _Planner:
    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.environment = inputs.environment
        self.resources = {each.address: each for each in self.environment.resources}
        self.entries = dict(inputs.entries)
        if inputs.memory == "none":
            self.entries.update(bound_tombstones(self.environment.resources, self.entries, self.environment.bindings))
        self.draft = Draft()
        self.alike: dict[tuple[str, str, tuple[str, ...]], dict[bytes, list[Live]]] = {}

    def make(self) -> Planned:
        self._move()
        self.matching = match(self.environment.resources, self.entries, self.environment.bindings, self.inputs.snapshot)
        self.names = self.matching.names
        for resource in self.environment.resources:
            if not resource.removed:
                self._plan_resource(resource)
        arrange_steps(self.draft, self.resources, self.matching, self.entries)
        removal_steps(
            self.draft,
            self.environment,
            self.resources,
            self.matching,
            self.entries,
            self.inputs.snapshot,
            self.inputs.memory,
        )
        make_room_for_twins(self.draft)
        self._block_renames()
        self._look_up_externals()
        self._find_dependencies()
        self._open_circles()
        self._spread_waiting_and_blocks()
        plan = self._finished()
        return Planned(plan, self.matching, self.resources, self.entries, self.draft.observed, self.draft.desired)

    def _move(self) -> None:
        for resource in self.environment.resources:
            if resource.address in self.entries:
                continue
            for name in resource.moved_from:
                old = f"{resource.kind}/{name}"
                if old in self.entries:
                    self.entries[resource.address] = self.entries.pop(old)
                    self.draft.add(
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

    def _block_renames(self) -> None:
        """An address that goes and one that comes with the same key are most likely one object under a new name."""
        going: dict[bytes, list[str]] = {}
        for address in sorted({step.address for step in self.draft.steps.values() if self._is_removal(step)}):
            key = canonical_json([address.split("/")[0], dict(self.entries[address].key or {})])
            going.setdefault(key, []).append(address)
        if not going:
            return
        for resource in self.environment.resources:
            if resource.removed or resource.address in self.entries:
                continue
            for old in going.get(canonical_json([resource.kind, natural_key(resource)]), ()):
                reason = (
                    f"{old} goes and {resource.address} comes with the same key: probably one object under a new name. "
                    f"Say so in the manifest of {resource.address}: moved_from: [{old.split('/')[1]}]. If they are two, "
                    "remove the old one in a plan of its own."
                )
                for step in list(self.draft.steps.values()):
                    if step.address in (old, resource.address) and step.action != "manual":
                        self._block(step.id, reason)

    def _is_removal(self, step: Step) -> bool:
        resource = self.resources.get(step.address)
        return (resource is None or bool(resource.removed)) and bool(step.live_id) and step.address in self.entries

    def _plan_resource(self, resource: Resource) -> None:
        kind = find_kind(resource.kind)
        parts = {part.name: part for part in kind.parts(resource.document)}
        for part in parts.values():
            if part.arrangement is not None:
                continue
            identity = self.matching.identity(resource.address, part.name)
            reason = identity.undecided or identity.unknown
            if reason:
                self._plan_blocked(resource, part, identity)
            elif identity.live_id:
                self._plan_found(resource, part, identity)
            elif part.inside and not self.matching.identity(resource.address, part.inside).live_id:
                continue
            elif part.creates and not part.inside:
                self._plan_create(resource, kind, part, parts, identity)
            else:
                self._plan_manual(resource, kind, part)

    def _plan_blocked(self, resource: Resource, part: Part, identity: Identity) -> None:
        action = "update" if resource.address in self.entries else "adopt"
        reason = (
            identity.undecided or f"its collection could not be read, so nothing is known about it: {identity.unknown}"
        )
        self.draft.add(
            Step(
                step_id(action, resource.address, part.name),
                action,
                resource.address,
                part.name,
                blocked=(reason,),
                reason="which live object it is cannot be said" if identity.undecided else "the account cannot be read",
            )
        )
        self.draft.blocked_parts[resource.address, part.name] = step_id(action, resource.address, part.name)

    def _plan_found(self, resource: Resource, part: Part, identity: Identity) -> None:
        found = self.inputs.snapshot.find(part.collection.name, identity.live_id)
        if found is None:
            raise AssertionError(f"{resource.address} was found as {identity.live_id}. This is a bug in reconciler.")
        live = found[1]
        entry = self.entries.get(resource.address)
        is_ours = entry is not None and entry.live.get(part.name) == identity.live_id
        comparison = compare(resource, part, live, entry if is_ours else None, self.names)
        if is_ours and entry is not None and entry.protect and not resource.lifecycle.protect:
            is_first = next(iter(entry.live)) == part.name
            cause = cause_at(resource, "lifecycle", "intended")
            comparison.changes.extend([Change("lifecycle.protect", "release", True, None, cause)] if is_first else [])
        key = (resource.address, part.name)
        self.draft.observed[key], self.draft.desired[key] = comparison.observed, comparison.desired
        first: str = ""
        if not is_ours:
            first = self._plan_adopt(resource, part, identity, live)
        for path in comparison.assumed_written:
            self.draft.warnings.append(
                f"{resource.address}: {path} is taken as written in its stated generation, since nothing remembers otherwise. "
                "Raise its generation to write it again."
            )
        if resource.lifecycle.watch_only:
            if comparison.changes:
                paths = ", ".join(change.path for change in comparison.changes)
                self.draft.warnings.append(f"{resource.address} is watched only; it differs in {paths}.")
            return
        self._plan_update(resource, part, identity, live, comparison, first)
        self._plan_secrets(resource, part, identity, comparison, first)

    def _plan_adopt(self, resource: Resource, part: Part, identity: Identity, live: Live) -> str:
        rebind = f"rebind {identity.was} -> {identity.live_id}: " if identity.was else ""
        adopted = step_id("adopt", resource.address, part.name)
        self.draft.add(
            Step(
                adopted,
                "adopt",
                resource.address,
                part.name,
                identity.live_id,
                observed={"digest": digest_of(observe_part(part, live, self.names))},
                binding=identity.by,
                reason=f"{rebind}found by {_how_found(identity.by)}",
            )
        )
        return adopted

    def _plan_update(
        self, resource: Resource, part: Part, identity: Identity, live: Live, comparison: Comparison, first: str
    ) -> None:
        if not comparison.changes:
            return
        digest = digest_of(observed_digest_content(part, comparison, live, self.names))
        self.draft.add(
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
                risk=_risk(comparison.changes),
                reversible=not any(change.hazard.startswith("irreversible") for change in comparison.changes),
                blocked=tuple(comparison.blocked),
            ),
            *([first] if first else []),
        )

    def _plan_secrets(
        self, resource: Resource, part: Part, identity: Identity, comparison: Comparison, first: str
    ) -> None:
        if comparison.secrets:
            before = step_id("update", resource.address, part.name)
            earlier = before if before in self.draft.steps else first
            content = {change.path: change.after for change in comparison.secrets}
            self.draft.add(
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
            self._plan_rotation_by_hand(resource, part, identity, each)

    def _plan_rotation_by_hand(self, resource: Resource, part: Part, identity: Identity, each: Field) -> None:
        manual, values, digest = rotation_by_hand(resource, each)
        if self.inputs.attested.get(manual) == digest:
            return
        self.draft.add(
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
                    "looks_for": f"an entry in attestations.yaml: {{step: {manual}, digest: {digest}, by: …, on: …}}",
                    "article": "",
                    "notes": [],
                },
            )
        )

    def _plan_create(
        self, resource: Resource, kind: Kind, part: Part, parts: Mapping[str, Part], identity: Identity
    ) -> None:
        key = (resource.address, part.name)
        cause = "vanished" if identity.was else "intended"
        changes, deferred = self._create_changes(resource, part, cause)
        inner_deferred: dict[str, list[Change]] = {}
        for inner in parts.values():
            if inner.inside and inner.inside == part.name:
                inside, later = self._create_changes(resource, inner, cause)
                changes.extend(replace(change, address=resource.address, part=inner.name) for change in inside)
                inner_deferred[inner.name] = later
                self.draft.provided[resource.address, inner.name] = step_id("create", resource.address, part.name)
        blocked = []
        if identity.was and kind.keeps_when_vanished:
            blocked.append(
                f"the live object {identity.was} that was ours is gone, and a new one would not be the same channel: its id and "
                "webhook URL change. Remove the manifest, or forget the old one with state rm and plan again."
            )
        pointing = [other for other in parts.values() if part.name in dict(other.embeds).values()]
        for other in pointing:
            if self.matching.identity(resource.address, other.name).live_id:
                blocked.append(
                    f"its {other.name} is there without it, and would not lead to a new one. Delete the {other.name} in the "
                    "account, and plan again."
                )
        if self.inputs.memory == "none" or not self.inputs.entries:
            blocked.extend(self._resemblance(resource, part))
        if resource.lifecycle.watch_only:
            self.draft.warnings.append(f"{resource.address} is watched only, and does not exist.")
            return
        create = step_id("create", resource.address, part.name)
        needs = [step_id("create", resource.address, other) for other in part.follows]
        self.draft.add(
            Step(
                create,
                "create",
                resource.address,
                part.name,
                observed={"absent": True},
                binding=identity.by,
                changes=tuple(changes),
                reason=f"the object {identity.was} that was ours is gone" if identity.was else "it does not exist yet",
                risk=_risk(changes),
                blocked=tuple(blocked),
            ),
            *needs,
        )
        self.draft.provided[key] = create
        if deferred:
            self._plan_link(resource, part, deferred, create)
        for name, later in inner_deferred.items():
            if later:
                self._plan_link(resource, parts[name], later, create)

    def _resemblance(self, resource: Resource, part: Part) -> list[str]:
        """Without a memory, a live object that equals the manifest but for its key may be it under another key."""
        fields = tuple(
            each
            for each in part.fields
            if not each.is_key and not each.is_secret and each.is_readable and resource.stated(each.path)[0]
        )
        if part.name or not fields:
            return []
        index = (part.collection.name, part.type_value, tuple(each.path for each in fields))
        if index not in self.alike:
            alike: dict[bytes, list[Live]] = {}
            for live in self.inputs.snapshot.objects(part.collection.name):
                values = [observe(each, live, self.names) for each in fields]
                is_free = self.names.owner(part.collection.name, str(live["id"])) is None
                if is_free and part.admits(live) and all(value is not MISSING for value in values):
                    alike.setdefault(canonical_json(values), []).append(live)
            self.alike[index] = alike
        wanted = [each.codec.desired(resource.stated(each.path)[1], self.names) for each in fields]
        passed = self.environment.bindings.get(resource.address, Binding()).none_of
        found = [each for each in self.alike[index].get(canonical_json(wanted), ()) if str(each["id"]) not in passed]
        if not found:
            return []
        shown = "; ".join(f'{each["id"]} ("{title_of(each)}")' for each in found[:5])
        every = ", ".join(f'"{each}"' for each in dict.fromkeys([*passed, *(str(each["id"]) for each in found)]))
        return [
            "nothing is remembered, and what is live equals it in everything that the manifest states but its key, so it "
            f"may be the same under another name: {shown}. Say which in bindings.yaml: {resource.address}: "
            f'{{id: "{found[0]["id"]}"}}, or that it is none of them: {resource.address}: {{none_of: [{every}]}}'
        ]

    def _create_changes(self, resource: Resource, part: Part, cause: str) -> tuple[list[Change], list[Change]]:
        """What a creation sends, and what has to wait for a link step."""
        now: list[Change] = []
        later: list[Change] = []
        key = (resource.address, part.name)
        for each in part.fields:
            is_stated, value = stated_value(resource, each)
            if not is_stated:
                continue
            if each.is_secret:
                now.append(secret_change(resource, each, secret_use(value), cause))
                continue
            desired = each.codec.desired(value, self.names)
            self.draft.desired.setdefault(key, {})[each.path] = desired
            is_sent = each.on_create and each.inert is MISSING
            if not each.on_create and not each.on_update:
                continue
            (now if is_sent else later).append(
                Change(
                    each.path,
                    "clear" if desired is None else "set",
                    None,
                    desired,
                    cause_at(resource, each.path, cause),
                    hazard=hazard_of(each, desired, is_new=True),
                )
            )
        return now, later

    def _plan_link(self, resource: Resource, part: Part, changes: Sequence[Change], create: str) -> str:
        link = step_id("link", resource.address, part.name)
        known = self.draft.steps.get(link)
        merged = (*known.changes, *changes) if known else tuple(changes)
        self.draft.add(
            Step(
                link,
                "link",
                resource.address,
                part.name,
                observed={"after": create},
                changes=merged,
                reason="completes the object once everything that it points to is there",
                risk=_risk(merged),
            ),
            create,
            *(step_id("create", resource.address, other) for other in part.links_after),
        )
        return link

    def _plan_manual(self, resource: Resource, kind: Kind, part: Part) -> None:
        manual = step_id("manual", resource.address, "connect")
        if kind.manual is None:
            raise AssertionError(
                f"{resource.address} cannot be created and has no manual step. This is a bug in reconciler."
            )
        instructions = kind.manual(resource, {})
        self.draft.add(
            Step(
                manual,
                "manual",
                resource.address,
                part.name,
                reason="only a person can create it",
                manual=instructions.as_json(),
            )
        )
        waiting = step_id("adopt", resource.address, part.name)
        self.draft.add(
            Step(
                waiting,
                "adopt",
                resource.address,
                part.name,
                observed={"absent": True},
                reason="taken over and brought to what the manifest states as soon as it exists",
                waits_for=(manual,),
            )
        )
        self.draft.waiting_parts[resource.address, part.name] = manual

    def _look_up_externals(self) -> None:
        """A manual step for each external object that is not there; several matches block what needs it."""
        for step in list(self.draft.steps.values()):
            for change in step.changes:
                for reference in _references_in(change.after):
                    if "external" not in reference:
                        continue
                    kind, key = str(reference["kind"]), str(reference["external"])
                    unreadable = self._unreadable(kind)
                    matches = [] if unreadable else self._matches(reference)
                    if unreadable:
                        self._block(step.id, f'whether the {kind} "{key}" exists cannot be said: {unreadable}')
                    elif len(matches) > 1:
                        ids = ", ".join(matches[:5])
                        self._block(
                            step.id,
                            f'{len(matches)} live objects of kind {kind} are called "{key}": {ids}. Rename one of them in the '
                            "account, or refer to one as {id: …}.",
                        )
                    elif not matches:
                        self._plan_external(kind, key)
                        self._wait(step.id, f"manual:{kind}/{key}#exists")

    def _matches(self, reference: Mapping[str, Json]) -> Sequence[str]:
        try:
            return [self.names.live_id(reference)]
        except Unresolved as unresolved:
            return unresolved.matches

    def _unreadable(self, kind: str) -> str:
        lookup = find_kind(kind).lookup
        return self.inputs.snapshot.unreadable(lookup.collection.name) if lookup else ""

    def _plan_external(self, kind: str, key: str) -> None:
        manual = f"manual:{kind}/{key}#exists"
        label = find_kind(kind).title.lower()
        self.draft.add(
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

    def _block(self, step_id: str, reason: str) -> None:
        blocked = self.draft.steps[step_id].blocked
        if reason not in blocked:
            self.draft.change(step_id, blocked=(*blocked, reason))

    def _wait(self, step_id: str, manual: str) -> None:
        waits_for = self.draft.steps[step_id].waits_for
        if manual not in waits_for:
            self.draft.change(step_id, waits_for=(*waits_for, manual))

    def _find_dependencies(self) -> None:
        for step in list(self.draft.steps.values()):
            move = step_id("move", step.address)
            if move in self.draft.steps and step.id != move:
                self.draft.needs[step.id].add(move)
            part = self._part(step.address, step.part)
            if step.action in ("create", "link") and part is not None:
                for other in self._implied(step, part):
                    self.draft.needs[step.id].add(other)
                for name in part.follows + part.links_after:
                    if (step.address, name) in self.draft.blocked_parts:
                        self._block(step.id, f"{self.draft.blocked_parts[step.address, name]} is blocked itself.")
            for change in step.changes:
                for reference in _references_in(change.after):
                    self._depend(step, change, reference)

    def _part(self, address: str, name: str) -> Part | None:
        resource = self.resources.get(address)
        if resource is None or resource.removed:
            return None
        return next((each for each in find_kind(resource.kind).parts(resource.document) if each.name == name), None)

    def _implied(self, step: Step, part: Part) -> Iterator[str]:
        """Creates that a part needs without stating it: its parts before it, and the object that it lives in."""
        for name in part.follows + part.links_after:
            create = step_id("create", step.address, name)
            if create in self.draft.steps and create != step.id:
                yield create
        if part.parent.endswith("/") and not self.inputs.snapshot.objects(part.collection.parent):
            makers = [
                create
                for (address, name), create in self.draft.provided.items()
                if address.startswith(part.parent) and not name
            ]
            if makers:
                yield makers[0]
            else:
                kind = part.parent.rstrip("/")
                self._block(step.id, f"the account has no {kind} to put it into. Add a manifest of kind {kind}.")

    def _depend(self, step: Step, change: Change, reference: Mapping[str, Json]) -> None:
        if "ref" not in reference:
            return
        key = (str(reference["ref"]), str(reference["part"]))
        if key[0] == step.address and key in self.draft.provided and self.draft.provided[key] == step.id:
            return
        if key in self.draft.waiting_parts:
            self._wait_for_change(step, change, self.draft.waiting_parts[key])
        elif key in self.draft.blocked_parts:
            self._block(step.id, f"{change.path} refers to {key[0]}, which is blocked itself.")
        else:
            self.draft.needs[step.id].update(self._providers(reference))

    def _providers(self, reference: Mapping[str, Json]) -> set[str]:
        """The steps after which a reference can be used: its target exists, and is no longer inert.

        Nothing may point to a bot before it listens, or conversations would reach somebody who does not answer.
        """
        address, name = str(reference.get("ref", "")), str(reference.get("part", ""))
        create = self.draft.provided.get((address, name))
        resource = self.resources.get(address)
        if create is None or resource is None:
            return set()
        links = {
            step_id("link", address, part.name)
            for part in find_kind(resource.kind).parts(resource.document)
            if name in part.links_after
        }
        return {create} | (links & self.draft.steps.keys())

    def _wait_for_change(self, step: Step, change: Change, manual: str) -> None:
        """Only what depends on a person waits: a linkable field waits in a link step, anything else with its step."""
        part = self._part(step.address, step.part)
        each = part.field(change.path) if part is not None and not change.address else None
        others = [other for other in self.draft.steps[step.id].changes if other is not change]
        if (
            part is None
            or each is None
            or not each.is_linkable
            or not others
            or step.action not in ("create", "update")
        ):
            self._wait(step.id, manual)
            return
        self.draft.change(step.id, changes=tuple(others))
        self._wait(self._plan_link(self.resources[step.address], part, [change], step.id), manual)

    def _open_circles(self) -> None:
        """Takes one linkable field after another out of a create until no circle is left."""
        for _ in range(sum(len(step.changes) for step in self.draft.steps.values()) + 1):
            circles = cycles(self._edges())
            if not circles:
                return
            if not any(self._open(circle) for circle in circles):
                for circle in circles:
                    for each in circle:
                        self._block(each, f"it is part of the circle {' -> '.join(circle)}, which nothing can open.")
                    self.draft.needs[circle[0]].discard(circle[1 % len(circle)])
        if cycles(self._edges()):
            raise AssertionError("a circle of steps stayed closed. This is a bug in reconciler.")

    def _edges(self) -> dict[str, set[str]]:
        return {each: {need for need in needs if need in self.draft.steps} for each, needs in self.draft.needs.items()}

    def _open(self, circle: Sequence[str]) -> bool:
        for index, each in enumerate(circle):
            step, needed = self.draft.steps[each], circle[(index + 1) % len(circle)]
            part = self._part(step.address, step.part)
            if step.action != "create" or part is None:
                continue
            pointing = [
                change
                for change in step.changes
                if any(needed in self._providers(reference) for reference in _references_in(change.after))
            ]
            fields = [part.field(change.path) for change in pointing if not change.address]
            implied = set(self._implied(step, part))
            if (
                needed in implied
                or not pointing
                or any(f is None or not f.is_linkable or not f.on_update for f in fields)
            ):
                continue
            link = self._plan_link(self.resources[step.address], part, pointing, step.id)
            moved = {
                need
                for change in pointing
                for reference in _references_in(change.after)
                for need in self._providers(reference)
            }
            kept = tuple(change for change in step.changes if change not in pointing)
            still_needed = {
                need
                for change in kept
                for reference in _references_in(change.after)
                for need in self._providers(reference)
            }
            self.draft.needs[link] |= moved
            self.draft.change(step.id, changes=kept, exposed_until=link)
            self.draft.needs[step.id] -= moved - still_needed - implied
            return True
        return False

    def _spread_waiting_and_blocks(self) -> None:
        """What needs a waiting step waits for the same; what needs a blocked step is skipped with it at apply."""
        for each in in_order(list(self.draft.steps), self._edges()):
            for need in sorted(self.draft.needs[each]):
                needed = self.draft.steps.get(need)
                if needed is not None:
                    for manual in needed.waits_for:
                        self._wait(each, manual)

    def _finished(self) -> Plan:
        ordered = in_order(sorted(self.draft.steps, key=self._rank), self._edges())
        steps = [
            replace(
                self.draft.steps[each],
                depends_on=tuple(sorted(need for need in self.draft.needs[each] if need in self.draft.steps)),
            )
            for each in ordered
        ]
        owned: dict[str, int] = {}
        for address, entry in self.entries.items():
            if not entry.retired:
                owned[address.split("/")[0]] = owned.get(address.split("/")[0], 0) + 1
        for address in {step.address for step in steps if step.action == "adopt" and step.is_change}:
            if address not in self.entries:
                owned[address.split("/")[0]] = owned.get(address.split("/")[0], 0) + 1
        guarded, approvals = guard(
            steps, self.environment.policy, self.environment.approvals, owned=owned, today=self.inputs.today
        )
        return Plan(
            environment=self.environment.name,
            target={"subdomain": self.environment.subdomain, "app_id": self.environment.app_id},
            memory=self.inputs.memory,
            digests=self.environment.digests,
            steps=guarded,
            warnings=tuple(
                dict.fromkeys([*self.draft.warnings, *plan_warnings(self.environment, self.inputs.snapshot)])
            ),
            approvals=approvals,
        )

    def _rank(self, each: str) -> tuple[int, str, str]:
        step = self.draft.steps[each]
        return (
            2 if step.action == "manual" else 1 if step.action in ("delete", "deactivate") else 0,
            step.address,
            each,
        )


def _references_in(value: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(value, Mapping):
        if ("ref" in value and "part" in value) or ("external" in value and "kind" in value):
            yield value
        else:
            for inner in value.values():
                yield from _references_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _references_in(inner)


def _how_found(by: str) -> str:
    return {
        "key": "its natural key",
        "title": "its title",
        "title and fields": "its title and all stated fields",
        "singleton": "being the only one",
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
        return "changed in the account since the last apply; the manifest wins"
    if kinds == {"unknown"}:
        return "the account differs from the manifest, and nothing remembers who moved"
    return "the manifest changed" if kinds == {"intended"} else "the manifest and the account differ"


def _risk(changes: Sequence[Change]) -> str:
    levels = [change.hazard.partition(": ")[0] for change in changes if change.hazard]
    order = ("deletes_data", "irreversible", "changes_billing", "changes_work")
    return next((level for level in order if level in levels), "")
