"""The documents of one environment in a store: its state and its runs; it refuses to know how they are kept."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from reconciler.core.errors import StoreCorrupt, UsageError
from reconciler.core.sealed import seal, unseal
from reconciler.core.state import State, dump_state, parse_state
from reconciler.store.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.store.backend import Backend

_OUTCOME = ".outcome"
"""What the key of a run's outcome ends with, beside that of its document."""

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def environment_key(environment: str, *segments: str) -> str:
    """The key of a document of `environment`. Raises UsageError for a name that would leave its folder."""
    for segment in (environment, *segments):
        if not _SEGMENT.fullmatch(segment):
            raise UsageError(
                f'"{segment}" cannot name a document of the store',
                fix="Use letters, digits, dots, hyphens and underscores, and start with a letter or a digit.",
            )
    return "/".join(("environments", environment, *segments))


class StateStore:
    """State and run documents of `environment`. A put that fails raises, and the caller decides what then."""

    def __init__(self, backend: Backend, environment: str) -> None:
        self._backend = backend
        self._environment = environment
        self._state_key = environment_key(environment, "state")

    def load(self) -> tuple[State | None, str | None]:
        """The state and its version, or twice None where none was ever stored. Raises StoreCorrupt, StoreError."""
        stored = self._backend.get(self._state_key)
        if stored is None:
            return None, None
        state = parse_state(stored.body)
        if state.environment != self._environment:
            raise StoreCorrupt(
                "the state is of another environment",
                detail=f'{self._backend.describe()} holds "{state.environment}" where "{self._environment}" should be.',
                fix="Restore the store from a copy.",
            )
        return state, stored.version

    def save(self, state: State, if_version: str | None) -> str:
        """Replace the state whose version is `if_version` and return the new version.

        Raises VersionMoved when another run wrote in between, StoreError when it is unknown whether it was stored.
        """
        if state.environment != self._environment:
            raise ValueError("a state is saved under its own environment")
        return self._backend.put(self._state_key, dump_state(state), if_version=if_version)

    def save_run(self, run_id: str, document: Mapping[str, Any]) -> None:
        """Store the document of a run, once. Raises VersionMoved when that run has one, ValueError for floats."""
        self._backend.put(environment_key(self._environment, "runs", run_id), seal(document), if_version=None)

    def load_run(self, run_id: str) -> dict[str, Any] | None:
        """The document of a run, or None. Raises StoreCorrupt when it is damaged."""
        stored = self._backend.get(environment_key(self._environment, "runs", run_id))
        return None if stored is None else unseal(stored.body, what=f'the document of run "{run_id}"')

    def save_outcome(self, run_id: str, document: Mapping[str, Any]) -> None:
        """Store how a run ended, once. Raises VersionMoved when that is stored already, ValueError for floats."""
        key = environment_key(self._environment, "runs", run_id + _OUTCOME)
        self._backend.put(key, seal(document), if_version=None)

    def load_outcome(self, run_id: str) -> dict[str, Any] | None:
        """How a run ended, or None where nobody stored it. Raises StoreCorrupt when it is damaged."""
        stored = self._backend.get(environment_key(self._environment, "runs", run_id + _OUTCOME))
        return None if stored is None else unseal(stored.body, what=f'the outcome of run "{run_id}"')

    def list_runs(self) -> tuple[str, ...]:
        """The ids of the stored runs, sorted as text."""
        prefix = environment_key(self._environment, "runs") + "/"
        return tuple(key.removeprefix(prefix) for key in self._backend.list(prefix) if not key.endswith(_OUTCOME))


def write_last_resort(path: Path, state: State) -> None:
    """Keep in a file (mode 0600) the state that the store would not take; `parse_state` reads it. Raises StoreError.

    The directory is made where there is none, as for who keeps the memory elsewhere.
    """
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, dump_state(state))
