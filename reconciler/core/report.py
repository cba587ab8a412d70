"""What an apply did, step by step, as data; it refuses to know how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.core.resource import Json

Result = Literal[
    "applied", "already", "unplanned", "failed", "skipped", "unknown", "conflict", "diverged", "waiting", "manual"
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one step ended. `detail` says why where it is not obvious, `commands` what a person can type next."""

    step: str
    action: str
    address: str
    part: str
    result: Result
    live_id: str = ""
    detail: str = ""
    commands: tuple[str, ...] = ()
    manual: Mapping[str, Json] | None = None

    def as_json(self) -> dict[str, Json]:
        """As plain values; empty members are left out."""
        members: dict[str, Json] = {
            "step": self.step,
            "action": self.action,
            "address": self.address,
            "part": self.part,
            "result": self.result,
            "live_id": self.live_id,
            "detail": self.detail,
            "commands": list(self.commands),
            "manual": None if self.manual is None else dict(self.manual),
        }
        return {name: value for name, value in members.items() if value not in ("", [], None)}


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run: every step of the plan is named in it.

    `memory` is what the run could remember of earlier ones, `writes` how many requests changed something. `failure`
    says what stopped the run early, `failure_code` the exit code that this has when nothing was written.
    """

    run: str
    environment: str
    plan_digest: str
    memory: str
    outcomes: tuple[Outcome, ...]
    requests: Mapping[str, int]
    writes: int = 0
    was_interrupted: bool = False
    failure: str = ""
    failure_code: int = 0
    has_stale_steps: bool = False
    warnings: tuple[str, ...] = ()

    def exit_code(self) -> int:
        """The exit code that tells the truth about this run; the worst wins."""
        results = {outcome.result for outcome in self.outcomes}
        if self.was_interrupted:
            return 130
        if self.failure_code and not self.writes and "unknown" not in results:
            return self.failure_code
        if self.failure_code or results & {"unknown", "conflict", "failed"} or ("skipped" in results and self.writes):
            return 14
        if "skipped" in results:
            return 12 if self.has_stale_steps else 11
        if "diverged" in results:
            return 15
        if results & {"waiting", "manual"}:
            return 18
        return 0

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        return {
            "run": self.run,
            "environment": self.environment,
            "plan": self.plan_digest,
            "memory": self.memory,
            "outcomes": [outcome.as_json() for outcome in self.outcomes],
            "requests": dict(self.requests),
            "writes": self.writes,
            "failure": self.failure,
            "was_interrupted": self.was_interrupted,
            "warnings": list(self.warnings),
        }
