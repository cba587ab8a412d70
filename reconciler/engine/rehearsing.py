"""Runs an approved plan in a copy of its account, and says what came of it; the account itself is only read.

It refuses to know what the copy is: whoever starts a rehearsal makes one and says how it is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from reconciler.core.plan import Plan, PlanFile
from reconciler.core.report import Outcome, Report
from reconciler.core.resource import Json
from reconciler.core.secret import Secret
from reconciler.engine.acceptance import check_acceptable, require_newer
from reconciler.engine.applying import ApplyOptions, apply_plan
from reconciler.engine.copying import READ_IN_PART, AccountCopy, copy_account
from reconciler.engine.live import Live, Snapshot
from reconciler.engine.planning import plan_environment, require_same_target, require_shared
from reconciler.engine.session import Session, open_session, require_account
from reconciler.kinds._collections import BY_NAME
from reconciler.store.backend import Backend
from reconciler.store.memory import MemoryBackend
from reconciler.store.state_store import StateStore
from reconciler.zendesk.clock import Clock

STAND_IN = Secret("rehearsal-" * 10)
"""What is sent where a secret would be: long enough for every secret that the service measures."""

_UNCOMPARED = frozenset({"url", "secret", "webhookSecret"})
"""What a copy has of its own: its addresses, and the secrets that no copy is given."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that changed the copy, or was refused by it."""

    method: str
    path: str
    status: int

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        return {"method": self.method, "path": self.path, "status": self.status}


class Copy(Protocol):
    """An account that can be written without harm."""

    transport: Any
    clock: Clock
    not_held: Sequence[str]

    def writes(self) -> Sequence[Sent]:
        """The requests that were no reads, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of a plan in a copy of its account.

    `left` is what a second plan would still do there. `not_held` names what the copy has not, or has otherwise, `closed`
    what the account does not show, `reads` how many requests the account was asked.
    """

    report: Report
    second: Plan
    sent: tuple[Sent, ...]
    object_count: int
    reads: int
    closed: tuple[str, ...]
    not_held: tuple[str, ...]

    @property
    def left(self) -> tuple[str, ...]:
        """The ids of the steps that the second plan would run, those left out that a person's work made possible."""
        unplanned = {outcome.step for outcome in self.report.outcomes if outcome.result == "unplanned"}
        return tuple(
            step.id for step in self.second.steps if step.is_change and not step.is_waiting and step.id not in unplanned
        )

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The steps that would not come to their end."""
        bad = ("failed", "unknown", "conflict", "diverged", "skipped")
        return tuple(outcome for outcome in self.report.outcomes if outcome.result in bad)

    def exit_code(self) -> int:
        """The exit code of apply; 15 where it would end well and the next plan would not be empty."""
        code = self.report.exit_code()
        return 15 if code in (0, 18) and self.left else code

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        return {
            "environment": self.report.environment,
            "account": dict(self.second.target),
            "plan": self.report.plan_digest,
            "writes_to_the_account": 0,
            "reads": self.reads,
            "copied_objects": self.object_count,
            "outcomes": [outcome.as_json() for outcome in self.report.outcomes],
            "would_fail": [outcome.step for outcome in self.failures],
            "failure": self.report.failure,
            "requests": [each.as_json() for each in self.sent],
            "left_for_the_next_plan": list(self.left),
            "not_shown": list(self.closed),
            "not_held": list(self.not_held),
            "not_copied": list(READ_IN_PART.values()),
            "warnings": list(self.report.warnings),
        }


def rehearse_plan(
    session: Session,
    backend: Backend,
    saved: PlanFile,
    options: ApplyOptions,
    make_copy: Callable[[AccountCopy], Copy],
) -> Rehearsal:
    """Run a plan in a copy of the session's account, with a copy of its memory; `session` and `backend` are only read.

    No secret is resolved but the credentials that the session has already. Raises what apply would raise before it
    writes: PlanNotAcceptable, Blocked, ServiceError.
    """
    environment, world = session.environment, session.world
    check_acceptable(saved, environment, world.now())
    require_shared(environment, backend)
    state, _ = StateStore(backend, environment.name).load()
    require_same_target(state, environment)
    require_newer(state, saved)
    require_account(session)
    copied = copy_account(session, state.resources if state else {})
    memory = MemoryBackend(like=backend)
    if state is not None:
        StateStore(memory, environment.name).save(state, None)
    copy = make_copy(copied)
    apart = replace(world, environ={}, transport=copy.transport, clock=copy.clock, base_url=None, stand_in=STAND_IN)
    rehearsing = open_session(environment, apart, read_only=False)
    try:
        held = Snapshot()
        listed = [(BY_NAME[name], parent) for (name, parent), each in copied.snapshot.listings.items() if each.objects]
        rehearsing.reader.list_whole(held, [each for each in listed if not each[0].embedded])
        differences = [*copy.not_held, *_held_otherwise(copied.snapshot, held)]
        report = apply_plan(rehearsing, memory, saved, options)
        second, _ = plan_environment(rehearsing, memory)
    finally:
        rehearsing.close()
    known = {str(each["id"]) for listing in copied.snapshot.listings.values() for each in listing.objects}
    return Rehearsal(
        replace(report, outcomes=tuple(_without_invented(each, known) for each in report.outcomes)),
        second.plan,
        tuple(copy.writes()),
        copied.object_count,
        session.account.requests["reads"],
        tuple(f"{path}: {why}" for path, why in copied.closed.items()),
        tuple(differences),
    )


def _without_invented(outcome: Outcome, known: set[str]) -> Outcome:
    """The outcome without ids that only the copy has, and without what would have to be done with them."""
    return replace(
        outcome,
        live_id=outcome.live_id if outcome.live_id in known else "",
        detail="" if outcome.commands else outcome.detail,
        commands=(),
        manual=None,
    )


def _held_otherwise(copied: Snapshot, held: Snapshot) -> list[str]:
    """What of the account the copy shows differently, object by object."""
    found = []
    for (name, parent), listing in copied.listings.items():
        if BY_NAME[name].embedded or not listing.objects:
            continue
        shown = held.listings.get((name, parent))
        there = {str(each["id"]): each for each in shown.objects} if shown else {}
        for live in listing.objects:
            different = _different(live, there.get(str(live["id"])))
            if different:
                found.append(f"{name} {live['id']}: {different}")
    return found


def _different(live: Live, held: Live | None) -> str:
    if held is None:
        return "not there"
    names = (name for name in live if name not in _UNCOMPARED and _compared(live[name]) != _compared(held.get(name)))
    return ", ".join(names)


def _compared(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _compared(each) for name, each in value.items() if name not in _UNCOMPARED}
    return [_compared(each) for each in value] if isinstance(value, list) else value
