"""Carries out assignments: one request for many objects, and the truth about each of them afterwards.

It refuses to know what is given. An answer that was lost and a job with failed items are settled by a listing: what
holds is remembered, what does not is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.core.assignment import Given, Item
from reconciler.core.canonical import canonical_json
from reconciler.core.errors import OutcomeUnknown, RequestRefused
from reconciler.core.part import Part
from reconciler.core.plan import Change, Step
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Request
from reconciler.engine import bookkeeping
from reconciler.engine.assigning import is_on_the_way
from reconciler.engine.drafting import references_in
from reconciler.engine.holdings import Place, givens_of, not_held
from reconciler.engine.jobs import Failure, JobEnd, await_job
from reconciler.engine.live import Listing
from reconciler.engine.memory import Memory
from reconciler.engine.readings import Conflict, Readings
from reconciler.engine.run import JOB_DEADLINE_SECONDS, Applied, Run
from reconciler.engine.sending import send
from reconciler.engine.verification import Verification
from reconciler.kinds._collections import BY_NAME
from reconciler.kinds._registry import find_kind

_PAUSE_SECONDS = 5.0
"""Before a request is sent again that the service refused because too many jobs wait already."""


class Granting:
    """The assignments of one run."""

    def __init__(
        self, run: Run, result: Applied, memory: Memory, readings: Readings, verification: Verification
    ) -> None:
        self.run, self.result = run, result
        self.memory, self.readings, self.verification = memory, readings, verification
        self.done: set[bytes] = set()

    def assign(self, step: Step, resource: Resource, part: Part) -> None:
        """Give what the step's changes still lack, with one request."""
        self._freshen(step, part)
        lacking = self._lacking(step, part)
        if not lacking:
            self._record(step, step.changes)
            self.result.end(step, "applied")
            return
        self._send(step, part, lacking, is_again=False)

    def _send(self, step: Step, part: Part, lacking: Sequence[tuple[Given, Item]], *, is_again: bool) -> None:
        if part.assignment is None:
            raise AssertionError(f"{step.id} is no assignment. This is a bug in reconciler.")
        request = part.assignment.request([item for _, item in lacking], self.readings.names)
        try:
            answer = self._sent(step, part, request)
        except OutcomeUnknown as unknown:
            self._settle_lost(step, part, request, unknown, is_again=is_again)
            return
        end = await_job(self.run, answer) if request.is_job else JobEnd()
        if not end.is_clean:
            self._list(request)
            self._conclude(step, part, end, lacking)
            return
        self.done.update(_key(part, item) for _, item in lacking)
        self._record(step, step.changes)
        self.result.end(step, "applied")
        if not self._told(request, answer):
            for listing in request.touches:
                self.verification.postpone(listing, step, part, "")
        elif missing := self._not_held(step, part):
            self.result.end(step, "diverged", f"read back without {', '.join(each.path for each in missing)}")

    def _sent(self, step: Step, part: Part, request: Request) -> Json:
        """The answer; a request that has to wait for other jobs to end is sent again, within the deadline of jobs."""
        deadline = self.run.clock.monotonic() + JOB_DEADLINE_SECONDS
        while True:
            try:
                return send(self.run, self.result, request, lambda: self._freshen(step, part))
            except RequestRefused as error:
                # developer.zendesk.com/api-reference/introduction/rate-limits, "Job limit".
                is_late = self.run.clock.monotonic() + _PAUSE_SECONDS > deadline
                if "TooManyJobs" not in f"{error.summary} {error.detail}" or is_late or self.run.is_interrupted():
                    raise
            self.run.notice(f"{step.id}: too many jobs wait in the account already, trying again")
            self.run.clock.sleep(_PAUSE_SECONDS)

    def _settle_lost(
        self, step: Step, part: Part, request: Request, unknown: OutcomeUnknown, *, is_again: bool
    ) -> None:
        """Look whether a request whose answer was lost has happened; what is there twice is there once, so it may be
        sent once more."""
        self.run.notice(f"{step.id}: the answer was lost, looking whether it happened")
        for round_number in (1, 2):
            if round_number == 2:
                self.run.clock.sleep(self.run.settle_seconds)
            self._list(request)
            if not self._not_held(step, part):
                self.result.writes += 1
                self._record(step, step.changes)
                self.result.end(step, "applied", "the answer was lost; a listing shows it")
                return
        lacking = self._lacking(step, part)
        if is_again:
            self._conclude(step, part, JobEnd(problem=unknown.summary, is_unfinished=True), lacking)
        else:
            self._send(step, part, lacking, is_again=True)

    def _conclude(self, step: Step, part: Part, end: JobEnd, sent: Sequence[tuple[Given, Item]]) -> None:
        """Remember what a listing shows, and name what it does not."""
        missing = self._not_held(step, part)
        absent = {(change.address or step.address, change.path) for change in missing}
        self._record(step, [each for each in step.changes if (each.address or step.address, each.path) not in absent])
        if not missing:
            self.result.end(step, "applied", "the job had failed items, and a listing shows that all of it holds")
            return
        words = _words_by_holder(end.failures, sent)
        givens = self._givens(step, part)
        holders = {
            given.holder if (given := givens.get((each.address or step.address, each.path))) else each.path: None
            for each in missing
        }
        named = "; ".join(f"{holder}: {words[holder]}" if holder in words else holder for holder in holders)
        detail = f"{end.problem + '. ' if end.problem else ''}{len(holders)} of {_count(step)} did not get it: {named}"
        self.result.end(step, "unknown" if end.is_unfinished else "failed", detail)

    def _record(self, step: Step, changes: Sequence[Change]) -> None:
        owners: dict[tuple[str, str], list[Change]] = {}
        for change in changes:
            owners.setdefault((change.address or step.address, change.part or step.part), []).append(change)
        for (address, part), written in owners.items():
            resource = self.run.planned.resources[address]
            if _is_remembered(resource, part):
                entry = bookkeeping.granted(self.memory.entries.get(address), resource)
                self.memory.keep(address, bookkeeping.written(entry, part, written))
        self.memory.is_dirty = True

    def _lacking(self, step: Step, part: Part) -> list[tuple[Given, Item]]:
        """What the step's changes still need, each thing once."""
        found: dict[bytes, tuple[Given, Item]] = {}
        givens = self._givens(step, part)
        for change in step.changes:
            given = givens.get((change.address or step.address, change.path))
            for item in given.items if given is not None and change.op != "release" else ():
                key = _key(part, item)
                if given is not None and key not in self.done and _is_of(change, item):
                    found.setdefault(key, (given, item))
        return list(found.values())

    def _not_held(self, step: Step, part: Part) -> list[Change]:
        """The changes that what was read last does not show."""
        return not_held(self.run, self.readings, step, part)

    def _givens(self, step: Step, part: Part) -> dict[Place, Given]:
        return givens_of(self.run, self.readings, step, part)

    def _freshen(self, step: Step, part: Part) -> None:
        """Before a write: nobody else has taken away or given something else meanwhile."""
        for name, parent in self._listings(step, part):
            if self.readings.is_stale(name, parent):
                self.readings.list_again(name, parent)
        givens = self._givens(step, part)
        for change in step.changes:
            given = givens.get((change.address or step.address, change.path))
            if change.op == "release" or (given is None and change.after == []):
                continue
            if given is None:
                raise Conflict(f"{change.path}: whom it is about is not there any more, or is left alone now")
            if not is_on_the_way(change.before, given.before, change.after):
                raise Conflict(f"{change.path} was changed in the account a moment ago")

    def _listings(self, step: Step, part: Part) -> list[tuple[str, str]]:
        """The listings that tell about the step's changes."""
        if part.assignment is None:
            return []
        holders = {given.live_id for place, given in self._givens(step, part).items() if place in _places(step)}
        resource = self.run.planned.resources[step.address]
        inner = part.assignment.inside(resource, self.readings.names)
        return [(name, "") for name in part.assignment.collections] + [each for each in inner if each[1] in holders]

    def _list(self, request: Request) -> None:
        for name, parent in request.touches:
            self.readings.list_again(name, parent)

    def _told(self, request: Request, answer: Json) -> bool:
        """Whether the answer is the whole listing that the request touches; it is kept then."""
        if request.is_job or len(request.touches) != 1 or not isinstance(answer, Mapping):
            return False
        name, parent = request.touches[0]
        listed = answer.get(BY_NAME[name].items)
        if not isinstance(listed, list):
            return False
        self.readings.keep_listing(name, parent, Listing(tuple(listed), read_at=self.run.clock.monotonic()))
        return True


def _is_remembered(resource: Resource, part: str) -> bool:
    own = next((each for each in find_kind(resource.kind).parts(resource.document) if each.name == part), None)
    return own is None or own.assignment is None or own.assignment.is_remembered


def _is_of(change: Change, item: Item) -> bool:
    """Whether a change asks for an item: it may ask for a part of a list only, while the rest waits for somebody."""
    return not isinstance(change.after, list) or all(each in change.after for each in references_in(item))


def _places(step: Step) -> set[Place]:
    return {(change.address or step.address, change.path) for change in step.changes}


def _key(part: Part, item: Item) -> bytes:
    return canonical_json([part.name, item])


def _count(step: Step) -> int:
    return len({change.path for change in step.changes if change.op != "release"})


def _words_by_holder(failures: Sequence[Failure], sent: Sequence[tuple[Given, Item]]) -> dict[str, str]:
    """The service's words about the holders that it names, by place in the request or by live id."""
    by_id = {given.live_id: given.holder for given, _ in sent}
    words: dict[str, str] = {}
    for each in failures:
        holder = sent[each.index][0].holder if 0 <= each.index < len(sent) else by_id.get(each.live_id)
        if holder is not None:
            words.setdefault(holder, each.words)
    return words
