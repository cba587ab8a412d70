"""The state document during a run: every put goes one serial on, and the first that fails leaves a copy on disk.

It refuses to know what changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.core.errors import StoreError
from reconciler.core.state import State
from reconciler.store.state_store import StateStore, write_last_resort


@dataclass(slots=True)
class StateLedger:
    """The stored state and its version, for one run that holds the lease `token`."""

    store: StateStore
    state: State
    version: str | None
    run_id: str
    token: int
    intents_per_put: int
    last_resort: Path
    has_failed: bool = False

    def put(self, state: State) -> None:
        """Store the state one serial on; raises StoreError, after which nothing more is written."""
        advanced = state.advanced(self.run_id, self.token)
        try:
            self.version = self.store.save(advanced, self.version)
        except StoreError as error:
            if not self.has_failed:
                self.has_failed = True
                error.detail = f"{error.detail} {self._keep(advanced)}".strip()
            raise
        self.state = advanced

    def _keep(self, state: State) -> str:
        """Keep on disk what the store would not take, and say where; a second failure must not hide the first."""
        try:
            write_last_resort(self.last_resort, state)
        except StoreError as error:
            return f"What it should have stored could not be kept in a file either: {error.detail}"
        return f'What it should have stored is kept in "{self.last_resort}".'
