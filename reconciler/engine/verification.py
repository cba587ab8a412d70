"""Reads back what was written: from the answer where it tells, else from one listing per collection at the end.

It refuses to write, and to repair what reads back different.
"""

from __future__ import annotations

from reconciler.core.codec import MISSING
from reconciler.core.errors import ServiceError
from reconciler.core.part import Part
from reconciler.core.plan import Step
from reconciler.core.resource import Json
from reconciler.engine.additions import own_items
from reconciler.engine.arranging import desired_arrangement, members_there
from reconciler.engine.differences import describe_difference
from reconciler.engine.holdings import not_held
from reconciler.engine.live import Live, observe
from reconciler.engine.readings import Readings
from reconciler.engine.run import Applied, Run
from reconciler.engine.sending import answered_part


class Verification:
    """What is still to be read back, by collection and parent."""

    def __init__(self, run: Run, result: Applied, readings: Readings) -> None:
        self.run, self.result, self.readings = run, result, readings
        self.waiting: dict[tuple[str, str], list[tuple[Step, Part, str]]] = {}

    def postpone(self, listing: tuple[str, str], step: Step, part: Part, live_id: str) -> None:
        """Read back at the end, from a listing of that collection under that parent."""
        self.waiting.setdefault(listing, []).append((step, part, live_id))

    def conclude(self, step: Step, part: Part, parent: str, live_id: str, answer: Json, note: str = "") -> None:
        """Read the answer back: what it tells must be what was written; what it leaves out is listed at the end."""
        live = answered_part(answer, part, live_id)
        if live is None or "id" not in live:
            self.postpone((part.collection.name, parent), step, part, live_id)
            self.result.end(step, "applied", note, live_id)
            return
        known = self.readings.snapshot.find(part.collection.name, live_id)
        self.readings.keep(part.collection.name, parent, {**(known[1] if known else {}), **live})
        different, untold = self.differences(step, part, live)
        if different:
            self.result.end(step, "diverged", f"read back different: {'; '.join(different)}", live_id)
            return
        if untold:
            self.postpone((part.collection.name, parent), step, part, live_id)
        self.result.end(step, "applied", note, live_id)

    def differences(self, step: Step, part: Part, live: Live) -> tuple[list[str], bool]:
        """What reads back different, in words, and whether something written was not told."""
        different: list[str] = []
        is_untold = False
        for change in step.changes:
            each = part.field(change.path)
            if each is None or change.address or change.op in ("release", "write_secret") or not each.is_readable:
                continue
            seen = own_items(each, observe(each, live, self.readings.names), change.after, change.before)
            if seen is MISSING:
                is_untold = is_untold or bool(each.writes)
            elif seen != change.after:
                different.append(f"{change.path}: {describe_difference(change.after, seen)}")
        return different, is_untold

    def verify(self) -> None:
        """One listing per touched collection, for what the answers did not tell."""
        for (name, parent), waiting in self.waiting.items():
            try:
                self.run.reader.list_again(self.readings.snapshot, name, parent)
            except ServiceError as error:
                for step, _, _ in waiting:
                    self.result.end(step, "unknown", f"it was written, but could not be read back: {error.summary}")
                continue
            for step, part, live_id in waiting:
                self._verify_one(step, part, live_id)

    def _verify_one(self, step: Step, part: Part, live_id: str) -> None:
        if part.arrangement is not None:
            resource = self.run.planned.resources[step.address]
            desired = desired_arrangement(resource, part, self.readings.names)
            wanted = members_there(part.arrangement, desired, self.run.planned.resources, self.readings.names)
            if part.arrangement.observe(resource, live_id, wanted, self.readings.names) != wanted:
                self.result.end(step, "diverged", "read back in another order")
            return
        if part.assignment is not None:
            if missing := not_held(self.run, self.readings, step, part):
                paths = ", ".join(each.path for each in missing)
                self.result.end(step, "diverged", f"read back without {paths}")
            return
        found = self.readings.snapshot.find(part.collection.name, live_id)
        if found is None:
            self.result.end(step, "diverged", "it was written, and a listing does not show it", live_id)
            return
        different, _ = self.differences(step, part, found[1])
        if different:
            self.result.end(step, "diverged", f"read back different: {'; '.join(different)}", live_id)
