"""What a past run was approved to do, what was there before, and how it ended; it refuses to know where that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.core.resource import Json

RUN_FORMAT = "reconciler.run/1"
OUTCOME_FORMAT = "reconciler.outcome/1"


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run as its documents tell it; without `outcomes` it never came to its end, or could not store it.

    `serial` is that of the memory when it began. `steps` are those that it set out to run, as in a plan; `before` maps
    address, then part, to the canonical values that were live; `manifests` maps an address to the `file` and the `document`
    that stated it, as it was written, in JSON.
    """

    run: str
    environment: str
    plan: str
    who: str = ""
    host: str = ""
    started_at: str = ""
    serial: int = 0
    finished_at: str = ""
    exit_code: int | None = None
    writes: int = 0
    steps: tuple[Mapping[str, Json], ...] = ()
    outcomes: tuple[Mapping[str, Json], ...] = ()
    before: Mapping[str, Mapping[str, Mapping[str, Json]]] = field(default_factory=dict)
    manifests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def is_finished(self) -> bool:
        """Whether it came to its end and said so."""
        return self.exit_code is not None

    def result_of(self, step: str) -> str:
        """How a step ended; empty where nobody knows."""
        return next((str(each["result"]) for each in self.outcomes if each["step"] == step), "")

    def counts(self) -> dict[str, int]:
        """How many steps ended in which way."""
        counts: dict[str, int] = {}
        for each in self.outcomes:
            counts[str(each["result"])] = counts.get(str(each["result"]), 0) + 1
        return counts

    def as_json(self, *, in_full: bool = False) -> dict[str, Json]:
        """As plain values; steps with their changes, and what was there before, only `in_full`."""
        members: dict[str, Json] = {
            "run": self.run,
            "environment": self.environment,
            "plan": self.plan,
            "who": self.who,
            "host": self.host,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "exit_code": self.exit_code,
            "writes": self.writes,
            "counts": self.counts(),
        }
        if not in_full:
            return {**members, "steps": [each["id"] for each in self.steps]}
        steps = [{**each, "result": self.result_of(str(each["id"]))} for each in self.steps]
        before = {address: {part: dict(seen) for part, seen in parts.items()} for address, parts in self.before.items()}
        return {**members, "steps": steps, "outcomes": [dict(each) for each in self.outcomes], "before": before}
