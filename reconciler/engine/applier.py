"""Runs the approved steps of a fresh plan, one request at a time, and remembers what happened before going on.

It refuses to decide what may run: it is given steps. Before a create is sent its intent is stored; a write needs a
reading no older than the freshness limit; a lost answer is unknown until a complete listing settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from reconciler.core.errors import (
    AccessDenied,
    LeaseHeld,
    NotFound,
    OutcomeUnknown,
    ReconcilerError,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    StoreError,
    VersionMoved,
)
from reconciler.core.kind import MISSING, Collection, Part, Request, Slot, Unresolved
from reconciler.core.plan import Change, Step
from reconciler.core.report import Outcome
from reconciler.core.resource import Json, Resource, SecretUse
from reconciler.core.secret import Secret
from reconciler.core.state import Entry, Intent, State
from reconciler.engine import bookkeeping
from reconciler.engine.arranging import active_members, desired_arrangement, keeps_order
from reconciler.engine.binding_lines import binding_line, is_found_again
from reconciler.engine.comparing import stated_value
from reconciler.engine.differences import describe_difference
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.live import Live, observe
from reconciler.engine.planner import Planned
from reconciler.engine.reader import Reader
from reconciler.engine.requests import create_request, delete_request, update_request
from reconciler.engine.settling import candidates, collection_key
from reconciler.kinds._registry import find_kind
from reconciler.zendesk.account import Account
from reconciler.zendesk.clock import Clock

FRESHNESS_SECONDS = 5.0
SETTLE_SECONDS = 2.0
REQUEST_DEADLINE_SECONDS = 20.0


class Ledger(Protocol):
    """The memory during a run: where entries change and intents are stored before creates."""

    state: State
    intents_per_put: int

    def put(self, state: State) -> None:
        """Store the state; raises StoreError, after which nothing more is written."""


class Holder(Protocol):
    """The lease during a run."""

    def renew_if_needed(self, request_deadline_seconds: float) -> None:
        """Make sure that the lease outlives the next request; raises LeaseHeld when it is lost."""


class _Conflict(Exception):
    """The object moved between the last reading and the write."""


class _Gone(_Conflict):
    """The object was removed between the last reading and the write."""


@dataclass(slots=True)
class Run:
    """What a run has to do and to work with."""

    planned: Planned
    steps: Sequence[Step]
    account: Account
    reader: Reader
    ledger: Ledger
    lease: Holder
    clock: Clock
    secrets: Mapping[str, Secret]
    run_id: str
    notice: Callable[[str], None]
    is_interrupted: Callable[[], bool]
    read_at: float
    freshness_seconds: float = FRESHNESS_SECONDS
    settle_seconds: float = SETTLE_SECONDS


@dataclass(slots=True)
class Applied:
    """How the steps ended; `failure` is what stopped the run, if something did."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    writes: int = 0
    was_interrupted: bool = False
    failure: ReconcilerError | None = None


def apply_steps(run: Run) -> Applied:
    """Run the steps in order; whatever happens, the memory holds what was done when this returns or raises."""
    return _Applier(run).apply()


class _Applier:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.planned = run.planned
        self.names = run.planned.matching.names
        self.snapshot = self.names.snapshot
        self.result = Applied()
        self.entries: dict[str, Entry] = dict(run.ledger.state.resources)
        self.intents: dict[str, Intent] = {each.id: each for each in run.ledger.state.intents}
        self.announced: set[str] = set()
        self.attempted: set[str] = set()
        self.read_at: dict[tuple[str, str], float] = {}
        self.to_verify: dict[tuple[str, str], list[tuple[Step, Part, str]]] = {}
        self.binding_lines: dict[str, tuple[str, ...]] = {}
        self.is_dirty = False

    def apply(self) -> Applied:
        try:
            for index, step in enumerate(self.run.steps):
                if self.run.is_interrupted():
                    self.result.was_interrupted = True
                if self.result.was_interrupted or self.result.failure is not None:
                    self._end(step, "skipped", "the run stopped before it")
                    continue
                self._run_step(step, self.run.steps[index + 1 :])
            if self.result.failure is None and not self.result.was_interrupted:
                self._verify()
        finally:
            self._drop_unsent_intents()
            self._store()
        return self.result

    def _end(
        self, step: Step, result: Any, detail: str = "", live_id: str = "", commands: tuple[str, ...] = ()
    ) -> None:
        commands = commands or self.binding_lines.get(step.id, ())
        self.result.outcomes[step.id] = Outcome(
            step.id, step.action, step.address, step.part, result, live_id or step.live_id, detail, commands
        )

    def _run_step(self, step: Step, rest: Sequence[Step]) -> None:
        unmet = [
            need
            for need in step.depends_on
            if need in self.result.outcomes
            and self.result.outcomes[need].result not in ("applied", "already", "diverged")
        ]
        if unmet:
            self._end(step, "skipped", f"it needs {unmet[0]}, which ended {self.result.outcomes[unmet[0]].result}")
            return
        try:
            self._act(step, rest)
        except (NotFound, _Gone) as error:
            if step.action == "delete":
                self._finish_removal(step)
            else:
                self._end(step, "conflict", f"the object is gone. {getattr(error, 'detail', '')}".strip())
        except _Conflict as conflict:
            self._end(step, "conflict", str(conflict))
        except Unresolved as unresolved:
            self._end(step, "skipped", f"what it refers to is not there: {unresolved.reference}")
        except OutcomeUnknown as error:
            self._end(step, "unknown", f"{error.summary}. {error.detail}".strip())
        except RequestRefused as error:
            self._end(step, "failed", f"{error.summary}. {error.detail}".strip())
        except (AccessDenied, ServiceUnavailable, ServiceError) as error:
            self._end(step, "failed", f"{error.summary}. {error.detail}".strip())
            self.result.failure = error
        except StoreError as error:
            # What cannot be remembered must not be written (DESIGN §7).
            self._end(step, "failed", f"the memory cannot be written: {error.summary}")
            self.result.failure = error
        except ReconcilerError as error:
            # A lost lease, a secret that cannot be sent: whatever it is, the outcomes so far are reported.
            self._end(step, "failed", error.summary)
            self.result.failure = error

    def _act(self, step: Step, rest: Sequence[Step]) -> None:
        resource = self.planned.resources.get(step.address)
        if step.action in ("move", "forget"):
            self._remember_only(step)
        elif step.changes and all(change.op == "release" for change in step.changes):
            self._record(step)
            self._end(step, "applied")
        elif step.action == "delete":
            self._delete(step)
        elif resource is None or resource.removed:
            self._deactivate(step)
        else:
            part = _part(resource, step.part)
            if part.arrangement is not None:
                self._arrange(step, resource, part)
            elif step.action == "adopt":
                self._adopt(step, resource, part)
            elif step.action == "create":
                self._create(step, resource, part, rest)
            else:
                self._update(step, resource, part)

    # -- memory only ----------------------------------------------------------------------------------------------

    def _remember_only(self, step: Step) -> None:
        if step.action == "move":
            old = str(step.changes[0].before)
            self.entries[step.address] = self.entries.pop(old)
        else:
            entry = self.entries[step.address]
            is_live = bool(step.live_id)
            if is_live:
                self.entries[step.address] = replace(entry, retired="keep", applied={})
            else:
                self.entries.pop(step.address)
        self.is_dirty = True
        self._end(step, "applied")

    def _adopt(self, step: Step, resource: Resource, part: Part) -> None:
        observed = self.planned.observed.get((step.address, part.name), {})
        entry = bookkeeping.bound(self.entries.get(step.address), resource, part.name, step.live_id, created=False)
        self.entries[step.address] = bookkeeping.adopted(entry, resource, part.name, observed)
        self.is_dirty = True
        self._end(step, "applied")

    def _record(self, step: Step) -> None:
        for (address, part), changes in bookkeeping.by_owner(step).items():
            if address in self.entries:
                self.entries[address] = bookkeeping.written(self.entries[address], part, changes)
        self.is_dirty = True

    # -- writes ---------------------------------------------------------------------------------------------------

    def _update(self, step: Step, resource: Resource, part: Part) -> None:
        live_id = self.names.id_of(step.address, part.name) or step.live_id
        parent = self._parent(resource, part)
        live = self._fresh(step, part, parent, live_id)
        values: dict[str, Json] = {}
        for change in step.changes:
            if change.op == "write_secret":
                each = part.field(change.path)
                values[change.path] = Slot(change.path, _use(change)) if each else None
            elif change.op != "release":
                values[change.path] = change.after
        request = update_request(part, self.run.reader.path(part.collection, parent), live_id, values, live, self.names)
        answer = self._send(request, lambda: self._refresh(step, part, parent, live_id))
        self._record(step)
        self._conclude(step, resource, part, parent, live_id, answer)

    def _deactivate(self, step: Step) -> None:
        entry = self.entries.get(step.address) or self.planned.entries[step.address]
        part = next(each for each in _entry_parts(step.address, entry) if each.name == step.part)
        found = self.snapshot.find(part.collection.name, step.live_id)
        parent = found[0] if found else ""
        live = self._fresh(step, part, parent, step.live_id)
        values = {change.path: change.after for change in step.changes}
        path = self.run.reader.path(part.collection, parent)
        request = update_request(part, path, step.live_id, values, live, self.names)
        answer = self._send(request, lambda: self._refresh(step, part, parent, step.live_id))
        if step.action == "deactivate":
            self.entries[step.address] = replace(entry, retired="deactivate", applied={})
        self.is_dirty = True
        seen = _member(answer, part.collection.item)
        if seen is None or "id" not in seen:
            self.to_verify.setdefault((part.collection.name, parent), []).append((step, part, step.live_id))
            self._end(step, "applied")
            return
        self.snapshot.replace(part.collection.name, parent, {**live, **seen})
        self.read_at[part.collection.name, step.live_id] = self.run.clock.monotonic()
        different, _ = self._differences(step, part, seen)
        if different:
            self._end(step, "diverged", f"read back different: {'; '.join(different)}")
        else:
            self._end(step, "applied")

    def _delete(self, step: Step) -> None:
        entry = self.entries.get(step.address) or self.planned.entries[step.address]
        part = next(each for each in _entry_parts(step.address, entry) if each.name == step.part)
        found = self.snapshot.find(part.collection.name, step.live_id)
        parent = found[0] if found else ""
        self._fresh(step, part, parent, step.live_id)
        self._send(
            delete_request(part, self.run.reader.path(part.collection, parent), step.live_id),
            lambda: self._refresh(step, part, parent, step.live_id),
        )
        self._finish_removal(step)

    def _finish_removal(self, step: Step) -> None:
        entry = self.entries.get(step.address)
        if entry is not None:
            remaining = {part: live_id for part, live_id in entry.live.items() if part != step.part}
            inner = {part.name for part in _entry_parts(step.address, entry) if part.inside}
            if set(remaining) <= inner:
                self.entries.pop(step.address)
            else:
                self.entries[step.address] = replace(entry, live=remaining)
        self.is_dirty = True
        self._end(step, "applied")

    def _arrange(self, step: Step, resource: Resource, part: Part) -> None:
        arrangement = part.arrangement
        if arrangement is None:
            raise AssertionError(f"{step.id} is no arrangement. This is a bug in reconciler.")
        own_id = self.names.id_of(step.address, "")
        wanted = active_members(desired_arrangement(resource, part, self.names), self.planned.resources, self.names)
        self._freshen_arrangement(step, resource, part, own_id, wanted)
        activated = [
            self.names.id_of(change.address, change.part)
            for change in step.changes
            if change.address and change.path == "active"
        ]
        request = arrangement.request(resource, own_id, wanted, self.names, activated)
        if any(request.body["job"]["items"].values()):
            self._send(request, lambda: self._freshen_arrangement(step, resource, part, own_id, wanted))
            self._keep_arranged(request)
        self._record(step)
        if step.address in self.entries:
            change = step.changes[0]
            self.entries[step.address] = bookkeeping.written(self.entries[step.address], part.name, [change])
        for key in request.touches:
            self.to_verify.setdefault(key, []).append((step, part, own_id))
        self._end(step, "applied")

    def _freshen_arrangement(self, step: Step, resource: Resource, part: Part, own_id: str, wanted: Json) -> None:
        arrangement = part.arrangement
        if arrangement is None:
            return
        for name in arrangement.collections:
            if self.run.clock.monotonic() - self._read_time(name, "", "") > self.run.freshness_seconds:
                expected = arrangement.observe(resource, own_id, wanted, self.names)
                self.run.reader.list_again(self.snapshot, name)
                self.read_at[name, ""] = self.run.clock.monotonic()
                seen = arrangement.observe(resource, own_id, wanted, self.names)
                if seen not in (expected, wanted) and not keeps_order(seen, expected):
                    raise _Conflict("the order was changed in the account a moment ago")

    def _keep_arranged(self, request: Request) -> None:
        """What was moved stands in the snapshot where it was moved to: the next arrangement is reckoned from there."""
        for name, _ in request.touches:
            for item in request.body["job"]["items"].get(name, ()):
                found = self.snapshot.find(name, str(item["id"]))
                if found is not None:
                    moved = {key: value for key, value in item.items() if key != "id"}
                    self.snapshot.replace(name, found[0], {**found[1], **moved})

    # -- creates --------------------------------------------------------------------------------------------------

    def _create(self, step: Step, resource: Resource, part: Part, rest: Sequence[Step]) -> None:
        parent = self._parent(resource, part)
        self._freshen_listing(resource, part, parent)
        request = self._create_request(step, resource, part, parent)
        if step.id not in self.announced:
            self._announce(step, request, parent, part, rest)
        self.attempted.add(step.id)
        try:
            answer = self._send(request, lambda: self._freshen_listing(resource, part, parent))
        except (RequestRefused, NotFound, AccessDenied, _Conflict):
            self._drop_intent(step)
            raise
        except OutcomeUnknown as unknown:
            self._settle_lost(step, resource, part, parent, request, unknown)
            return
        created = _member(answer, part.collection.item)
        if created is None or "id" not in created:
            self._settle_lost(
                step, resource, part, parent, request, OutcomeUnknown("the answer to the create names no object")
            )
            return
        self._created(step, resource, part, parent, created)

    def _freshen_listing(self, resource: Resource, part: Part, parent: str) -> None:
        """Before a create, and before it is tried again after a wait: nobody else has made the object meanwhile."""
        key = (part.collection.name, parent)
        if self.run.clock.monotonic() - self._read_time(*key, "") > self.run.freshness_seconds:
            known = {str(each["id"]) for each in self.snapshot.objects(*key)}
            self.run.reader.list_again(self.snapshot, *key)
            self.read_at[key] = self.run.clock.monotonic()
            self._refuse_arrivals(resource, part, parent, known)

    def _refuse_arrivals(self, resource: Resource, part: Part, parent: str, known: set[str]) -> None:
        arrived = self._arrivals(resource, part, parent, known)
        if arrived:
            raise _Conflict(f"somebody created {arrived[0]['id']} a moment ago, which could be it: plan again")

    def _arrivals(self, resource: Resource, part: Part, parent: str, known: Container[str]) -> list[Live]:
        """Live objects that are not among the known ids and have the resource's key, or need none."""
        keys = {
            each.path: each.codec.desired(value, self.names)
            for each in part.key_fields()
            for is_stated, value in (stated_value(resource, each),)
            if is_stated
        }
        return [
            live
            for live in self.snapshot.objects(part.collection.name, parent)
            if str(live["id"]) not in known
            and part.admits(live)
            and all(observe(each, live, self.names) == keys[each.path] for each in part.fields if each.path in keys)
        ]

    def _create_request(self, step: Step, resource: Resource, part: Part, parent: str) -> Request:
        parts = {each.name: each for each in find_kind(resource.kind).parts(resource.document)}
        sent = {change.path for change in step.changes}
        stated = {each.path for each in part.fields} | {
            each.path for inner in parts.values() if inner.inside == part.name and inner.inside for each in inner.fields
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
            self.names,
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
            known = sorted(str(live["id"]) for live in self.snapshot.objects(its_part.collection.name, owner))
            intent_id = f"{self.run.run_id}/{each.id}"
            self.intents[intent_id] = Intent(
                id=intent_id,
                address=each.address,
                part=each.part,
                collection=collection_key(its_part.collection, owner),
                body=_without_secrets(asked.body),
                known_ids=tuple(known),
                run=self.run.run_id,
            )
            self.announced.add(each.id)
        self.is_dirty = True
        self._put()

    def _announceable(self, step: Step) -> tuple[Step, Request, str, Part] | None:
        resource = self.planned.resources.get(step.address)
        if step.action != "create" or resource is None or step.id in self.announced:
            return None
        if any(need not in self.result.outcomes for need in step.depends_on):
            return None
        part = _part(resource, step.part)
        try:
            parent = self._parent(resource, part)
            return step, self._create_request(step, resource, part, parent), parent, part
        except Unresolved:
            return None

    def _created(self, step: Step, resource: Resource, part: Part, parent: str, created: Live, note: str = "") -> None:
        live_id = str(created["id"])
        self.names.bind(step.address, part.name, part.collection.name, live_id)
        self.snapshot.replace(part.collection.name, parent, created)
        self.read_at[part.collection.name, live_id] = self.run.clock.monotonic()
        self.entries[step.address] = bookkeeping.bound(
            self.entries.get(step.address), resource, part.name, live_id, created=True
        )
        self._bind_inner(step, resource, part, live_id, created)
        self._record(step)
        self._drop_intent(step)
        if not is_found_again(part):
            remember = "without the memory only bindings.yaml tells which object it is; add this line:"
            note = f"{note}; {remember}" if note else remember
            self.binding_lines[step.id] = (binding_line(step.address, part.name, live_id),)
        self._conclude(step, resource, part, parent, live_id, {part.collection.item: created}, note)

    def _bind_inner(self, step: Step, resource: Resource, part: Part, live_id: str, created: Live) -> None:
        for inner in find_kind(resource.kind).parts(resource.document):
            if not inner.inside or inner.inside != part.name:
                continue
            listed = created.get(inner.inside_member)
            objects = (
                [each for each in listed if isinstance(each, dict) and "id" in each] if isinstance(listed, list) else []
            )
            if len(objects) != 1:
                self.run.reader.list_again(self.snapshot, inner.collection.name, live_id)
                objects = [dict(each) for each in self.snapshot.objects(inner.collection.name, live_id)]
            if len(objects) != 1:
                raise ServiceUnavailable(
                    f"{step.address} was created with {len(objects)} {inner.collection.items} instead of one"
                )
            inner_id = str(objects[0]["id"])
            self.snapshot.replace(inner.collection.name, live_id, objects[0])
            self.read_at[inner.collection.name, inner_id] = self.run.clock.monotonic()
            self.names.bind(step.address, inner.name, inner.collection.name, inner_id)
            self.entries[step.address] = bookkeeping.bound(
                self.entries.get(step.address), resource, inner.name, inner_id, created=True
            )

    def _settle_lost(
        self, step: Step, resource: Resource, part: Part, parent: str, request: Request, unknown: OutcomeUnknown
    ) -> None:
        """Find out whether a create whose answer was lost has happened; send it again at most once."""
        intent = self.intents[f"{self.run.run_id}/{step.id}"]
        self.run.notice(f"{step.id}: the answer was lost, looking whether it happened")
        for round_number in (1, 2):
            if round_number == 2:
                self.run.clock.sleep(self.run.settle_seconds)
            self.run.reader.list_again(self.snapshot, part.collection.name, parent)
            found = candidates(
                intent, self.snapshot.objects(part.collection.name, parent), self._bound_ids(part.collection)
            )
            if len(found) == 1:
                note = "the answer was lost; the object was found by a listing"
                self.result.writes += 1
                self._created(step, resource, part, parent, found[0], note)
                return
            if not found:
                # One of our key that reads back otherwise was ours until somebody changed it: never make a second one.
                taken = {*intent.known_ids, *self._bound_ids(part.collection)}
                found = self._arrivals(resource, part, parent, taken) if part.key_fields() else []
            if found:
                ids = ", ".join(str(each["id"]) for each in found)
                self._end(
                    step,
                    "unknown",
                    f"{unknown.summary}; {_count(found)} could be it: {ids}. Say which in bindings.yaml:",
                    commands=(binding_line(step.address, part.name, str(found[0]["id"])),),
                )
                return
        if intent.status == "resent":
            self._end(step, "unknown", f"{unknown.summary}; it was sent twice, and no listing shows it")
            return
        self.intents[intent.id] = replace(intent, status="resent")
        self.is_dirty = True
        self._put()
        try:
            answer = self._send(request, None)
        except RequestRefused:
            self._drop_intent(step)
            raise
        except OutcomeUnknown as again:
            self._settle_lost(step, resource, part, parent, request, again)
            return
        created = _member(answer, part.collection.item)
        if created is None:
            raise OutcomeUnknown("the answer to the create names no object")
        self._created(step, resource, part, parent, created)

    def _bound_ids(self, collection: Collection) -> set[str]:
        return {
            live_id
            for address, entry in self.entries.items()
            for part in _entry_parts(address, entry)
            if part.collection.name == collection.name and (live_id := entry.live.get(part.name))
        }

    def _drop_unsent_intents(self) -> None:
        """What was announced and never sent cannot have happened: a later run has nothing to look for."""
        for step_id in self.announced - self.attempted:
            self.is_dirty = self.intents.pop(f"{self.run.run_id}/{step_id}", None) is not None or self.is_dirty

    def _drop_intent(self, step: Step) -> None:
        self.intents.pop(f"{self.run.run_id}/{step.id}", None)
        self.is_dirty = True

    # -- reading ------------------------------------------------------------------------------------------------

    def _parent(self, resource: Resource, part: Part) -> str:
        if not part.collection.parent:
            return ""
        if part.parent.endswith("/"):
            kind = part.parent.rstrip("/")
            owned = [each for each in self.planned.resources.values() if each.kind == kind and not each.removed]
            own = self.matching_parent(resource, part)
            if own:
                return own
            for each in owned:
                if self.names.id_of(each.address, ""):
                    return self.names.id_of(each.address, "")
            objects = self.snapshot.objects(part.collection.parent)
            if len(objects) == 1:
                return str(objects[0]["id"])
            raise Unresolved({"kind": kind}, [str(each["id"]) for each in objects])
        return self.names.live_id({"ref": resource.address, "part": part.parent})

    def matching_parent(self, resource: Resource, part: Part) -> str:
        """The parent of a part that was found live."""
        return self.planned.matching.identity(resource.address, part.name).parent

    def _read_time(self, collection: str, parent: str, live_id: str) -> float:
        own = self.read_at.get((collection, live_id or parent), float("-inf"))
        return max(own, self.snapshot.read_at(collection, parent))

    def _fresh(self, step: Step, part: Part, parent: str, live_id: str) -> Live:
        """The object as read no longer ago than the freshness limit; _Conflict when it moved meanwhile."""
        age = self.run.clock.monotonic() - self._read_time(part.collection.name, parent, live_id)
        if age > self.run.freshness_seconds:
            return self._read_anew(step, part, parent, live_id)
        found = self.snapshot.find(part.collection.name, live_id)
        return found[1] if found else self._read_anew(step, part, parent, live_id)

    def _read_anew(self, step: Step, part: Part, parent: str, live_id: str) -> Live:
        live = self.run.reader.read_object(part.collection, parent, live_id)
        if live is None:
            raise _Gone("the object was removed a moment ago")
        self._refuse_moved(step, part, live)
        self.snapshot.replace(part.collection.name, parent, live)
        self.read_at[part.collection.name, live_id] = self.run.clock.monotonic()
        return live

    def _refresh(self, step: Step, part: Part, parent: str, live_id: str) -> None:
        """Before a repeated attempt: the object is read again when the last reading is too old by now."""
        self._fresh(step, part, parent, live_id)

    def _refuse_moved(self, step: Step, part: Part, live: Live) -> None:
        known = self.snapshot.find(part.collection.name, str(live.get("id")))
        changed = {change.path for change in step.changes if not change.address}
        for change in step.changes:
            each = part.field(change.path)
            if each is None or change.address or change.op in ("release", "write_secret"):
                continue
            if step.action == "link" and change.before is None and each.inert is MISSING:
                continue
            seen = observe(each, live, self.names)
            if seen is not MISSING and seen not in (change.before, change.after, each.inert):
                raise _Conflict(f"{change.path} was changed in the account a moment ago")
        groups = {each.together for each in part.fields if each.path in changed and each.together}
        everything = step.action in ("delete", "deactivate")
        for each in part.fields:
            is_sent_along = each.together in groups and each.path not in changed
            if known is not None and (everything or is_sent_along):
                before, now = observe(each, known[1], self.names), observe(each, live, self.names)
                if before != now:
                    raise _Conflict(f"{each.path} was changed in the account a moment ago")

    # -- sending ------------------------------------------------------------------------------------------------

    def _send(self, request: Request, before_attempt: Callable[[], None] | None) -> Json:
        api = {
            "support": self.run.account.support,
            "conversations": self.run.account.conversations,
            "chat": self.run.account.chat,
        }[request.api]

        def before() -> None:
            if before_attempt is not None:
                before_attempt()
            # After the reading, which may take as long as a request: the lease must outlive the write itself.
            self.run.lease.renew_if_needed(REQUEST_DEADLINE_SECONDS)

        body = _revealed(request.body, self.run.secrets)
        answer = api.send(
            request.method,  # type: ignore[arg-type]
            request.path,
            body,
            repeatable=request.is_repeatable,
            before_attempt=before,
        )
        self.result.writes += 1
        return answer.body

    def _conclude(
        self, step: Step, resource: Resource, part: Part, parent: str, live_id: str, answer: Json, note: str = ""
    ) -> None:
        """Read the answer back: what it tells must be what was written; what it leaves out is listed at the end."""
        live = _member(answer, part.collection.item)
        if live is None or "id" not in live:
            self.to_verify.setdefault((part.collection.name, parent), []).append((step, part, live_id))
            self._end(step, "applied", note, live_id)
            return
        known = self.snapshot.find(part.collection.name, live_id)
        self.snapshot.replace(part.collection.name, parent, {**(known[1] if known else {}), **live})
        self.read_at[part.collection.name, live_id] = self.run.clock.monotonic()
        different, untold = self._differences(step, part, live)
        if different:
            self._end(step, "diverged", f"read back different: {'; '.join(different)}", live_id)
            return
        if untold:
            self.to_verify.setdefault((part.collection.name, parent), []).append((step, part, live_id))
        self._end(step, "applied", note, live_id)

    def _differences(self, step: Step, part: Part, live: Live) -> tuple[list[str], bool]:
        different: list[str] = []
        is_untold = False
        for change in step.changes:
            each = part.field(change.path)
            if each is None or change.address or change.op in ("release", "write_secret") or not each.is_readable:
                continue
            seen = observe(each, live, self.names)
            if seen is MISSING:
                is_untold = is_untold or bool(each.writes)
            elif seen != change.after:
                different.append(f"{change.path}: {describe_difference(change.after, seen)}")
        return different, is_untold

    def _verify(self) -> None:
        """One listing per touched collection, for what the answers did not tell."""
        for (name, parent), waiting in self.to_verify.items():
            try:
                self.run.reader.list_again(self.snapshot, name, parent)
            except ServiceError as error:
                for step, _, _ in waiting:
                    self._end(step, "unknown", f"it was written, but could not be read back: {error.summary}")
                continue
            for step, part, live_id in waiting:
                self._verify_one(step, part, live_id)

    def _verify_one(self, step: Step, part: Part, live_id: str) -> None:
        if part.arrangement is not None:
            resource = self.planned.resources[step.address]
            wanted = active_members(desired_arrangement(resource, part, self.names), self.planned.resources, self.names)
            if part.arrangement.observe(resource, live_id, wanted, self.names) != wanted:
                self._end(step, "diverged", "read back in another order")
            return
        found = self.snapshot.find(part.collection.name, live_id)
        if found is None:
            self._end(step, "diverged", "it was written, and a listing does not show it", live_id)
            return
        different, _ = self._differences(step, part, found[1])
        if different:
            self._end(step, "diverged", f"read back different: {'; '.join(different)}", live_id)

    # -- memory -------------------------------------------------------------------------------------------------

    def _put(self) -> None:
        state = replace(self.run.ledger.state, resources=self.entries).with_intents(self.intents.values())
        try:
            self.run.ledger.put(state)
        except VersionMoved as error:
            raise LeaseHeld(
                "another run took over this environment and wrote its memory",
                detail="Nothing more is written by this one.",
                fix="Look at what the other run did, then plan again.",
            ) from error
        self.is_dirty = False

    def _store(self) -> None:
        if not self.is_dirty:
            return
        try:
            self._put()
        except (StoreError, LeaseHeld) as error:
            if self.result.failure is None:
                self.result.failure = error


def _count(found: Sequence[Live]) -> str:
    return "1 live object" if len(found) == 1 else f"{len(found)} live objects"


def _part(resource: Resource, name: str) -> Part:
    return next(each for each in find_kind(resource.kind).parts(resource.document) if each.name == name)


def _entry_parts(address: str, entry: Entry) -> Sequence[Part]:
    return tuple(parts_of_entry(address, entry))


def _use(change: Change) -> SecretUse:
    return SecretUse(change.after["from"], change.after["generation"])


def _member(answer: Json, name: str) -> Live | None:
    value = answer.get(name) if isinstance(answer, dict) else None
    return value if isinstance(value, dict) else None


def _revealed(body: Json, secrets: Mapping[str, Secret]) -> Any:
    if isinstance(body, Slot):
        return secrets[body.use.reference]
    if isinstance(body, dict):
        return {key: _revealed(value, secrets) for key, value in body.items()}
    return [_revealed(value, secrets) for value in body] if isinstance(body, list) else body


def _without_secrets(body: Json) -> Any:
    if isinstance(body, dict):
        return {key: _without_secrets(value) for key, value in body.items() if not isinstance(value, Slot)}
    return [_without_secrets(value) for value in body] if isinstance(body, list) else body
