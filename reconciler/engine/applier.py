"""Runs the approved steps of a fresh plan, one request at a time, and remembers what happened before going on.

It refuses to decide what may run: it is given steps. Before a create is sent its intent is stored; a write needs a
reading no older than the freshness limit; a lost answer is unknown until a complete listing settles it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.core.codec import Unresolved
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
)
from reconciler.core.part import Part
from reconciler.core.plan import Change, Step
from reconciler.core.resource import Json, Resource, SecretUse
from reconciler.core.service import Slot
from reconciler.core.state import Entry
from reconciler.engine import bookkeeping
from reconciler.engine.additions import Added
from reconciler.engine.arranging import desired_arrangement, members_there
from reconciler.engine.creation import Creation, part_of
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.granting import Granting
from reconciler.engine.memory import Memory
from reconciler.engine.readings import Conflict, Gone, Readings
from reconciler.engine.requests import delete_request, update_request
from reconciler.engine.run import Applied, Run
from reconciler.engine.sending import answered_object, send
from reconciler.engine.verification import Verification


def apply_steps(run: Run) -> Applied:
    """Run the steps in order; whatever happens, the memory holds what was done when this returns or raises."""
    return _Applier(run).apply()


class _Applier:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.result = Applied()
        self.memory = Memory(run.ledger, run.run_id)
        self.readings = Readings(run)
        self.verification = Verification(run, self.result, self.readings)
        self.creation = Creation(run, self.result, self.memory, self.readings, self.verification)
        self.granting = Granting(run, self.result, self.memory, self.readings, self.verification)

    def apply(self) -> Applied:
        try:
            for index, step in enumerate(self.run.steps):
                if self.run.is_interrupted():
                    self.result.was_interrupted = True
                if self.result.was_interrupted or self.result.failure is not None:
                    self.result.end(step, "skipped", "the run stopped before it")
                    continue
                self._run_step(step, self.run.steps[index + 1 :])
            if self.result.failure is None and not self.result.was_interrupted:
                self.verification.verify()
        finally:
            self.creation.drop_unsent()
            self._store()
        return self.result

    def _run_step(self, step: Step, rest: Sequence[Step]) -> None:
        unmet = [
            need
            for need in step.depends_on
            if need in self.result.outcomes
            and self.result.outcomes[need].result not in ("applied", "already", "diverged")
        ]
        if unmet:
            self.result.end(
                step, "skipped", f"it needs {unmet[0]}, which ended {self.result.outcomes[unmet[0]].result}"
            )
            return
        try:
            self._act(step, rest)
        except (NotFound, Gone) as error:
            if step.action == "delete":
                self._finish_removal(step)
            else:
                self.result.end(step, "conflict", f"the object is gone. {getattr(error, 'detail', '')}".strip())
        except Conflict as conflict:
            self.result.end(step, "conflict", str(conflict))
        except Unresolved as unresolved:
            self.result.end(step, "skipped", f"what it refers to is not there: {unresolved.reference}")
        except OutcomeUnknown as error:
            self.result.end(step, "unknown", f"{error.summary}. {error.detail}".strip())
        except RequestRefused as error:
            self.result.end(step, "failed", f"{error.summary}. {error.detail}".strip())
        except (AccessDenied, ServiceUnavailable, ServiceError) as error:
            self.result.end(step, "failed", f"{error.summary}. {error.detail}".strip())
            self.result.failure = error
        except StoreError as error:
            # What cannot be remembered must not be written.
            self.result.end(step, "failed", f"the memory cannot be written: {error.summary}")
            self.result.failure = error
        except ReconcilerError as error:
            # A lost lease, a secret that cannot be sent: whatever it is, the outcomes so far are reported.
            self.result.end(step, "failed", error.summary)
            self.result.failure = error

    def _act(self, step: Step, rest: Sequence[Step]) -> None:
        resource = self.run.planned.resources.get(step.address)
        if step.action in ("move", "forget"):
            self._remember_only(step)
        elif step.changes and all(change.op == "release" for change in step.changes):
            self.memory.record(step)
            self.result.end(step, "applied")
        elif step.action == "delete":
            self._delete(step)
        elif resource is None or resource.removed:
            self._deactivate(step)
        else:
            part = part_of(resource, step.part)
            if part.arrangement is not None:
                self._arrange(step, resource, part)
            elif part.assignment is not None:
                self.granting.assign(step, resource, part)
            elif step.action == "adopt":
                self._adopt(step, resource, part)
            elif step.action == "create":
                self.creation.create(step, resource, part, rest)
            else:
                self._update(step, resource, part)

    def _remember_only(self, step: Step) -> None:
        if step.action == "move":
            old = str(step.changes[0].before)
            self.memory.keep(step.address, self.memory.drop(old))
        else:
            entry = self.memory.entries[step.address]
            is_live = bool(step.live_id)
            if step.part:
                self.memory.keep(step.address, bookkeeping.without_part(entry, step.part))
            elif is_live:
                self.memory.keep(step.address, replace(entry, retired="keep", applied={}))
            else:
                self.memory.drop(step.address)
        self.result.end(step, "applied")

    def _adopt(self, step: Step, resource: Resource, part: Part) -> None:
        observed = self.run.planned.observed.get((step.address, part.name), {})
        entry = bookkeeping.bound(
            self.memory.entries.get(step.address), resource, part.name, step.live_id, created=False
        )
        self.memory.keep(step.address, bookkeeping.adopted(entry, resource, part.name, observed))
        self.result.end(step, "applied")

    def _update(self, step: Step, resource: Resource, part: Part) -> None:
        live_id = self.readings.names.id_of(step.address, part.lives_as) or step.live_id
        parent = self.readings.parent(resource, part)
        live = self.readings.fresh(step, part, parent, live_id)
        values: dict[str, Json] = {}
        for change in step.changes:
            each = part.field(change.path)
            if change.op == "write_secret":
                values[change.path] = Slot(change.path, _use(change)) if each else None
            elif each is not None and each.is_additive and change.op != "release":
                values[change.path] = Added(change.before, change.after)
            elif change.op != "release":
                values[change.path] = change.after
        request = update_request(
            part, self.run.reader.path(part.collection, parent), live_id, values, live, self.readings.names
        )
        answer = send(self.run, self.result, request, lambda: self.readings.fresh(step, part, parent, live_id))
        self.memory.record(step)
        self.verification.conclude(step, part, parent, live_id, answer)

    def _deactivate(self, step: Step) -> None:
        entry, part, parent = self._remembered(step)
        live = self.readings.fresh(step, part, parent, step.live_id)
        values = {change.path: change.after for change in step.changes}
        path = self.run.reader.path(part.collection, parent)
        request = update_request(part, path, step.live_id, values, live, self.readings.names)
        answer = send(self.run, self.result, request, lambda: self.readings.fresh(step, part, parent, step.live_id))
        if step.action == "deactivate":
            self.memory.keep(step.address, replace(entry, retired="deactivate", applied={}))
        self.memory.is_dirty = True
        seen = answered_object(answer, part.collection)
        if seen is None or "id" not in seen:
            self.verification.postpone((part.collection.name, parent), step, part, step.live_id)
            self.result.end(step, "applied")
            return
        self.readings.keep(part.collection.name, parent, {**live, **seen})
        different, _ = self.verification.differences(step, part, seen)
        if different:
            self.result.end(step, "diverged", f"read back different: {'; '.join(different)}")
        else:
            self.result.end(step, "applied")

    def _delete(self, step: Step) -> None:
        _, part, parent = self._remembered(step)
        self.readings.fresh(step, part, parent, step.live_id)
        send(
            self.run,
            self.result,
            delete_request(part, self.run.reader.path(part.collection, parent), step.live_id),
            lambda: self.readings.fresh(step, part, parent, step.live_id),
        )
        self._finish_removal(step)

    def _remembered(self, step: Step) -> tuple[Entry, Part, str]:
        """The entry and part that a step without a manifest is about, and the live id of what its object lives in."""
        entry = self.memory.entries.get(step.address) or self.run.planned.entries[step.address]
        part = next(each for each in parts_of_entry(step.address, entry) if each.name == step.part)
        found = self.readings.snapshot.find(part.collection.name, step.live_id)
        parent = found[0] if found else ""
        return entry, part, parent

    def _finish_removal(self, step: Step) -> None:
        entry = self.memory.entries.get(step.address)
        if entry is not None:
            remaining = bookkeeping.without_part(entry, step.part)
            inner = {part.name for part in parts_of_entry(step.address, entry) if part.inside or part.is_child}
            if set(remaining.live) <= inner:
                self.memory.drop(step.address)
            else:
                self.memory.keep(step.address, remaining)
        self.memory.is_dirty = True
        self.result.end(step, "applied")

    def _arrange(self, step: Step, resource: Resource, part: Part) -> None:
        arrangement = part.arrangement
        if arrangement is None:
            raise AssertionError(f"{step.id} is no arrangement. This is a bug in reconciler.")
        own_id = self.readings.names.id_of(step.address, "")
        desired = desired_arrangement(resource, part, self.readings.names)
        wanted = members_there(arrangement, desired, self.run.planned.resources, self.readings.names)
        self.readings.freshen_arrangement(step, resource, part, own_id, wanted)
        activated = [
            self.readings.names.id_of(change.address, change.part)
            for change in step.changes
            if change.address and change.path == "active"
        ]
        request = arrangement.request(resource, own_id, wanted, self.readings.names, activated)
        if request is not None:
            send(
                self.run,
                self.result,
                request,
                lambda: self.readings.freshen_arrangement(step, resource, part, own_id, wanted),
            )
            self.readings.keep_left(request)
            for key in request.touches:
                self.verification.postpone(key, step, part, own_id)
        self.memory.record(step)
        if step.address in self.memory.entries:
            entry = self.memory.entries[step.address]
            self.memory.keep(step.address, bookkeeping.written(entry, part.name, [step.changes[0]]))
        self.result.end(step, "applied")

    def _store(self) -> None:
        if not self.memory.is_dirty:
            return
        try:
            self.memory.put()
        except (StoreError, LeaseHeld) as error:
            if self.result.failure is None:
                self.result.failure = error


def _use(change: Change) -> SecretUse:
    return SecretUse(change.after["from"], change.after["generation"])
