"""What one run of approved steps works with, and how its steps ended.

It refuses to know how a step is carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.core.errors import ReconcilerError
from reconciler.core.plan import Step
from reconciler.core.report import Outcome
from reconciler.core.secret import Secret
from reconciler.core.state import State
from reconciler.engine.planner import Planned
from reconciler.engine.reader import Reader
from reconciler.zendesk.account import Account
from reconciler.zendesk.clock import Clock

FRESHNESS_SECONDS = 5.0
SETTLE_SECONDS = 2.0
REQUEST_DEADLINE_SECONDS = 20.0
JOB_DEADLINE_SECONDS = 300.0
"""So long a job of the service is waited for; it goes on without us."""


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
    freshness_seconds: float = FRESHNESS_SECONDS
    settle_seconds: float = SETTLE_SECONDS


@dataclass(slots=True)
class Applied:
    """How the steps ended; `failure` is what stopped the run, `binding_lines` what bindings.yaml lacks, by step."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    writes: int = 0
    was_interrupted: bool = False
    failure: ReconcilerError | None = None
    binding_lines: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def end(self, step: Step, result: Any, detail: str = "", live_id: str = "", commands: tuple[str, ...] = ()) -> None:
        """Say how a step ended; a later word replaces an earlier one, and keeps its lines for bindings.yaml."""
        commands = commands or self.binding_lines.get(step.id, ())
        self.outcomes[step.id] = Outcome(
            step.id, step.action, step.address, step.part, result, live_id or step.live_id, detail, commands
        )
