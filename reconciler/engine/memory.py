"""The memory while steps run: entries and intents, stored before a create is sent and when the run ends.

It refuses to know what the account looks like; it is told what was written.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.errors import LeaseHeld, VersionMoved
from reconciler.core.plan import Step
from reconciler.core.service import Collection
from reconciler.core.state import Entry, Intent
from reconciler.engine import bookkeeping
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.run import Ledger


class Memory:
    """Entries by address and intents by id, as they are stored next; `is_dirty` while some of it is not stored."""

    def __init__(self, ledger: Ledger, run_id: str) -> None:
        self.ledger = ledger
        self.run_id = run_id
        self.entries: dict[str, Entry] = dict(ledger.state.resources)
        self.intents: dict[str, Intent] = {each.id: each for each in ledger.state.intents}
        self.is_dirty = False

    def keep(self, address: str, entry: Entry) -> None:
        """Remember an entry."""
        self.entries[address] = entry
        self.is_dirty = True

    def drop(self, address: str) -> Entry:
        """Forget an entry, and return it."""
        self.is_dirty = True
        return self.entries.pop(address)

    def record(self, step: Step) -> None:
        """Remember the values that a step wrote, each with the resource that owns it."""
        for (address, part), changes in bookkeeping.by_owner(step).items():
            if address in self.entries:
                self.entries[address] = bookkeeping.written(self.entries[address], part, changes)
        self.is_dirty = True

    def intent_id(self, step_id: str) -> str:
        """The id of the intent that this run stores for a step."""
        return f"{self.run_id}/{step_id}"

    def keep_intent(self, intent: Intent) -> None:
        """Remember what is about to be sent."""
        self.intents[intent.id] = intent
        self.is_dirty = True

    def drop_intent(self, step_id: str) -> None:
        """Forget what was about to be sent: its outcome is known, or it was never sent."""
        self.is_dirty = self.intents.pop(self.intent_id(step_id), None) is not None or self.is_dirty

    def bound_ids(self, collection: Collection) -> set[str]:
        """The live ids of a collection that entries hold."""
        return {
            live_id
            for address, entry in self.entries.items()
            for part in parts_of_entry(address, entry)
            if part.collection.name == collection.name and (live_id := entry.live.get(part.name))
        }

    def put(self) -> None:
        """Store everything; raises StoreError, and LeaseHeld when another run wrote meanwhile."""
        state = replace(self.ledger.state, resources=self.entries).with_intents(self.intents.values())
        try:
            self.ledger.put(state)
        except VersionMoved as error:
            raise LeaseHeld(
                "another run took over this environment and wrote its memory",
                detail="Nothing more is written by this one.",
                fix="Look at what the other run did, then plan again.",
            ) from error
        self.is_dirty = False
