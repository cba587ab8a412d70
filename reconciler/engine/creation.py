"""Creates objects so that none is made twice: intents are stored first, and lost answers are settled by listings.

It refuses to know about writes to objects that exist, and never guesses which of several objects is its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reconciler.core.codec import Unresolved
from reconciler.core.errors import (
    AccessDenied,
    NotFound,
    OutcomeUnknown,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
)
from reconciler.core.part import Part
from reconciler.core.plan import Step
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Request, Slot
from reconciler.core.state import Intent
from reconciler.engine import bookkeeping
from reconciler.engine.binding_lines import binding_line, is_found_again
from reconciler.engine.children import with_keys
from reconciler.engine.live import Live
from reconciler.engine.memory import Memory
from reconciler.engine.readings import Conflict, Readings
from reconciler.engine.requests import create_request
from reconciler.engine.run import Applied, Run
from reconciler.engine.sending import answered_object, send
from reconciler.engine.settling import candidates, collection_key
from reconciler.engine.verification import Verification
from reconciler.kinds._registry import find_kind


class Creation:
    """The creates of one run: which are announced, and which were attempted."""

    def __init__(
        self, run: Run, result: Applied, memory: Memory, readings: Readings, verification: Verification
    ) -> None:
        self.run, self.result = run, result
        self.memory, self.readings, self.verification = memory, readings, verification
        self.announced: set[str] = set()
        self.attempted: set[str] = set()

    def create(self, step: Step, resource: Resource, part: Part, rest: Sequence[Step]) -> None:
        """Announce a create, send it, and remember what it made; a lost answer is settled at once."""
        parent = self.readings.parent(resource, part)
        self.readings.freshen_listing(resource, part, parent)
        request = self._create_request(step, resource, part, parent)
        if step.id not in self.announced:
            self._announce(step, request, parent, part, rest)
        self.attempted.add(step.id)
        try:
            answer = send(self.run, self.result, request, lambda: self.readings.freshen_listing(resource, part, parent))
        except (RequestRefused, NotFound, AccessDenied, Conflict):
            self.memory.drop_intent(step.id)
            raise
        except OutcomeUnknown as unknown:
            self._settle_lost(step, resource, part, parent, request, unknown)
            return
        created = answered_object(answer, part.collection)
        if created is None or "id" not in created:
            self._settle_lost(
                step, resource, part, parent, request, OutcomeUnknown("the answer to the create names no object")
            )
            return
        self._created(step, resource, part, parent, created)

    def _create_request(self, step: Step, resource: Resource, part: Part, parent: str) -> Request:
        parts = {each.name: each for each in find_kind(resource.kind).parts(resource.document)}
        sent = {change.path for change in step.changes}
        stated = {each.path for each in part.fields} | {
            each.path for inner in parts.values() if inner.is_made_inside(part) for each in inner.fields
        }
        inert: dict[str, Json] = {}
        kind = find_kind(resource.kind)
        if kind.deactivates is not None and kind.deactivates[0] in stated - sent:
            inert[kind.deactivates[0]] = kind.deactivates[1]
        return create_request(
            resource,
            part,
            parts,
            self.run.reader.path(part.collection, parent),
            self.readings.names,
            deferred=stated - sent,
            inert=inert,
        )

    def _announce(self, step: Step, request: Request, parent: str, part: Part, rest: Sequence[Step]) -> None:
        """Store the intents of this create and of following independent ones, with the outcomes so far."""
        batch = [(step, request, parent, part)]
        for other in rest:
            if len(batch) >= self.run.ledger.intents_per_put:
                break
            following = self._announceable(other)
            if following is not None:
                batch.append(following)
        for each, asked, owner, its_part in batch:
            known = sorted(str(live["id"]) for live in self.readings.snapshot.objects(its_part.collection.name, owner))
            self.memory.keep_intent(
                Intent(
                    id=self.memory.intent_id(each.id),
                    address=each.address,
                    part=each.part,
                    collection=collection_key(its_part.collection, owner),
                    body=_without_secrets(asked.body),
                    known_ids=tuple(known),
                    run=self.run.run_id,
                )
            )
            self.announced.add(each.id)
        self.memory.put()

    def _announceable(self, step: Step) -> tuple[Step, Request, str, Part] | None:
        resource = self.run.planned.resources.get(step.address)
        if step.action != "create" or resource is None or step.id in self.announced:
            return None
        if any(need not in self.result.outcomes for need in step.depends_on):
            return None
        part = part_of(resource, step.part)
        try:
            parent = self.readings.parent(resource, part)
            return step, self._create_request(step, resource, part, parent), parent, part
        except Unresolved:
            return None

    def _created(self, step: Step, resource: Resource, part: Part, parent: str, created: Live, note: str = "") -> None:
        live_id = str(created["id"])
        self.readings.names.bind(step.address, part.name, part.collection.name, live_id)
        self.readings.keep(part.collection.name, parent, created)
        entry = self.memory.entries.get(step.address)
        self.memory.entries[step.address] = bookkeeping.bound(entry, resource, part.name, live_id, created=True)
        try:
            self._bind_inner(step, resource, part, live_id, created)
        except ServiceError as error:
            raise OutcomeUnknown(
                f"{live_id} was created, and what it holds could not be read", detail=f"{error.summary}."
            ) from error
        self.memory.record(step)
        self.memory.drop_intent(step.id)
        if not is_found_again(part):
            remember = "without the memory only bindings.yaml tells which object it is; add this line:"
            note = f"{note}; {remember}" if note else remember
            self.result.binding_lines[step.id] = (binding_line(step.address, part.name, live_id),)
        self.verification.conclude(step, part, parent, live_id, {part.collection.item: created}, note)

    def _bind_inner(self, step: Step, resource: Resource, part: Part, live_id: str, created: Live) -> None:
        for inner in find_kind(resource.kind).parts(resource.document):
            if not inner.is_made_inside(part):
                continue
            listed = created.get(inner.inside_member)
            answered = (
                [each for each in listed if isinstance(each, dict) and "id" in each] if isinstance(listed, list) else []
            )
            objects = self._made_inside(resource, inner, answered)
            if len(objects) != 1:
                self.run.reader.list_again(self.readings.snapshot, inner.collection.name, live_id)
                inside = self.readings.snapshot.objects(inner.collection.name, live_id)
                objects = self._made_inside(resource, inner, inside)
            if len(objects) != 1:
                raise ServiceUnavailable(
                    f"{step.address} was created with {len(objects)} {inner.collection.items} instead of one"
                )
            inner_id = str(objects[0]["id"])
            self.readings.keep(inner.collection.name, live_id, objects[0])
            self.readings.names.bind(step.address, inner.name, inner.collection.name, inner_id)
            entry = self.memory.entries.get(step.address)
            self.memory.entries[step.address] = bookkeeping.bound(entry, resource, inner.name, inner_id, created=True)

    def _made_inside(self, resource: Resource, inner: Part, objects: Sequence[Live]) -> list[Live]:
        """The objects that a part made inside another one could be: of children, those with its keys."""
        return with_keys(resource, inner, objects, self.readings.names) if inner.is_child else list(objects)

    def _settle_lost(
        self, step: Step, resource: Resource, part: Part, parent: str, request: Request, unknown: OutcomeUnknown
    ) -> None:
        """Find out whether a create whose answer was lost has happened; send it again at most once."""
        intent = self.memory.intents[self.memory.intent_id(step.id)]
        self.run.notice(f"{step.id}: the answer was lost, looking whether it happened")
        for round_number in (1, 2):
            if round_number == 2:
                self.run.clock.sleep(self.run.settle_seconds)
            try:
                self.run.reader.list_again(self.readings.snapshot, part.collection.name, parent)
            except ServiceError as error:
                # A look that fails says nothing about what was looked for.
                raise OutcomeUnknown(
                    unknown.summary, detail=f"Whether it happened could not be seen: {error.summary}."
                ) from error
            found = candidates(
                intent,
                self.readings.snapshot.objects(part.collection.name, parent),
                self.memory.bound_ids(part.collection),
            )
            if len(found) == 1:
                note = "the answer was lost; the object was found by a listing"
                self.result.writes += 1
                self._created(step, resource, part, parent, found[0], note)
                return
            if not found:
                # One of our key that reads back otherwise was ours until somebody changed it: never make a second one.
                taken = {*intent.known_ids, *self.memory.bound_ids(part.collection)}
                found = self.readings.arrivals(resource, part, parent, taken) if part.key_fields() else []
            if found:
                ids = ", ".join(str(each["id"]) for each in found)
                self.result.end(
                    step,
                    "unknown",
                    f"{unknown.summary}; {_count(found)} could be it: {ids}. Say which in bindings.yaml:",
                    commands=(binding_line(step.address, part.name, str(found[0]["id"])),),
                )
                return
        if intent.status == "resent":
            self.result.end(step, "unknown", f"{unknown.summary}; it was sent twice, and no listing shows it")
            return
        self.memory.keep_intent(replace(intent, status="resent"))
        self.memory.put()
        try:
            answer = send(self.run, self.result, request, None)
        except RequestRefused:
            self.memory.drop_intent(step.id)
            raise
        except OutcomeUnknown as again:
            self._settle_lost(step, resource, part, parent, request, again)
            return
        created = answered_object(answer, part.collection)
        if created is None:
            raise OutcomeUnknown("the answer to the create names no object")
        self._created(step, resource, part, parent, created)

    def drop_unsent(self) -> None:
        """What was announced and never sent cannot have happened: a later run has nothing to look for."""
        for step_id in self.announced - self.attempted:
            self.memory.drop_intent(step_id)


def _count(found: Sequence[Live]) -> str:
    return "1 live object" if len(found) == 1 else f"{len(found)} live objects"


def _without_secrets(body: Json) -> Any:
    if isinstance(body, dict):
        return {key: _without_secrets(value) for key, value in body.items() if not isinstance(value, Slot)}
    return [_without_secrets(value) for value in body] if isinstance(body, list) else body


def part_of(resource: Resource, name: str) -> Part:
    """The part of that name."""
    return next(each for each in find_kind(resource.kind).parts(resource.document) if each.name == name)
