"""Runs an approved plan in an open environment: under the lease, from a fresh plan, with a truthful report at the end.

It refuses to know how a step is carried out, and which steps still hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconciler.core.errors import Blocked, PlanNotAcceptable, ReconcilerError, StoreError
from reconciler.core.plan import PlanFile
from reconciler.core.report import Outcome, Report
from reconciler.core.secret import Secret
from reconciler.core.service import Collection
from reconciler.core.state import State, Target
from reconciler.engine.acceptance import check_acceptable, plan_secrets, require_newer
from reconciler.engine.applier import apply_steps
from reconciler.engine.attesting import instructions_now
from reconciler.engine.bookkeeping import in_step
from reconciler.engine.deciding import Decision, decide
from reconciler.engine.holding import holding_lease
from reconciler.engine.ledger import StateLedger
from reconciler.engine.live import Snapshot
from reconciler.engine.planner import Planned
from reconciler.engine.planning import fresh_plan, require_same_target, require_shared
from reconciler.engine.recording import run_document, save_outcome
from reconciler.engine.run import Applied, Run
from reconciler.engine.session import Session, require_account
from reconciler.engine.settling import settle_intents
from reconciler.kinds._collections import BY_NAME
from reconciler.manifest.loader import LoadedEnvironment
from reconciler.store.backend import Backend
from reconciler.store.lease import Lease
from reconciler.store.state_store import StateStore


@dataclass(slots=True)
class ApplyOptions:
    """How an apply treats what stands in its way."""

    skip_blocked: bool = False
    only_fresh: bool = False
    wait_for_lease_seconds: float = 0.0


def apply_plan(session: Session, backend: Backend, saved: PlanFile, options: ApplyOptions) -> Report:
    """Run an approved plan as far as it still holds; the report tells the truth about every step.

    Raises before anything is written: PlanNotAcceptable, Blocked, LeaseHeld, SecretUnavailable, ServiceError.
    """
    world, environment = session.world, session.environment
    check_acceptable(saved, environment, world.now())
    require_shared(environment, backend)
    secrets = plan_secrets(saved.plan, world)
    store = StateStore(backend, environment.name)
    state, _ = store.load()
    require_same_target(state, environment)
    require_newer(state, saved)
    require_account(session)
    run_id = world.new_run_id()
    with holding_lease(
        backend, environment.name, world, run_id, "apply", state, wait_seconds=options.wait_for_lease_seconds
    ) as lease:
        return _apply_held(session, backend, store, lease, saved, secrets, run_id, options)


def _apply_held(
    session: Session,
    backend: Backend,
    store: StateStore,
    lease: Lease,
    saved: PlanFile,
    secrets: Mapping[str, Secret],
    run_id: str,
    options: ApplyOptions,
) -> Report:
    world, environment = session.world, session.environment
    state, version = store.load()
    memory = "full" if state else "none"
    if state is None:
        state = State(
            environment=environment.name,
            target=Target(environment.subdomain, environment.app_id),
            lineage=world.new_lineage(),
            serial=0,
            lease_token=0,
            run=run_id,
        )
    ledger = StateLedger(
        store,
        state,
        version,
        run_id,
        lease.token,
        backend.intents_per_put,
        world.root / ".reconciler" / f"last-resort-{environment.name}-{run_id}.json",
    )
    ledger.put(state)
    notes = _settle(session, ledger)
    planned = fresh_plan(session, ledger.state if memory == "full" else None)
    decision = decide(saved.plan, planned)
    _require_fresh(decision, options)
    _require_unblocked(decision, options)
    steps = _runnable(decision, options)
    if steps:
        store.save_run(run_id, run_document(saved, planned, steps, run_id, ledger.state.serial, world))
    applied = apply_steps(
        Run(
            planned=planned,
            steps=steps,
            account=session.account,
            reader=session.reader,
            ledger=ledger,
            lease=lease,
            clock=world.clock,
            secrets=secrets,
            run_id=run_id,
            notice=world.notice,
            is_interrupted=world.is_interrupted,
            freshness_seconds=world.freshness_seconds,
            settle_seconds=world.settle_seconds,
        )
    )
    _remember_what_holds(ledger, planned, environment, applied)
    report = _report(session, saved, planned, decision, steps, applied, run_id, memory, notes)
    return save_outcome(store, report, world) if steps else report


def _settle(session: Session, ledger: StateLedger) -> tuple[str, ...]:
    if not ledger.state.intents:
        return ()

    def list_objects(collection: Collection, parent: str) -> Snapshot:
        snapshot = Snapshot()
        if parent and not BY_NAME[collection.parent].parent:
            session.reader.list_again(snapshot, collection.parent)
            if snapshot.find(collection.parent, parent) is None:
                # What an object held is gone with it, and asking for it would only say that it cannot be read.
                return snapshot
        session.reader.list_again(snapshot, collection.name, parent)
        return snapshot

    resources = {each.address: each for each in session.environment.resources}
    settled = settle_intents(
        ledger.state,
        resources,
        list_objects,
        lambda: session.world.clock.sleep(session.world.settle_seconds),
    )
    ledger.put(settled.state)
    if settled.undecided:
        lines = [
            f"{intent.address}: one of {', '.join(ids)} may be what an earlier run created. Say which in bindings.yaml: "
            f'{key}: {{id: "{ids[0]}"}}'
            for intent, ids in settled.undecided
            if (key := f"{intent.address}#{intent.part}" if intent.part else intent.address)
            not in session.environment.bindings
        ]
        if lines:
            raise Blocked("an earlier run left a create whose outcome is not known", detail="\n".join(lines))
        ledger.put(ledger.state.with_intents(()))
    for note in settled.notes:
        session.world.notice(note)
    return settled.notes


def _require_fresh(decision: Decision, options: ApplyOptions) -> None:
    if decision.stale and not options.only_fresh:
        raise PlanNotAcceptable(
            "the plan is stale: the account moved since it was made",
            detail="\n".join(decision.stale),
            fix="Make a new plan, or run what still holds with --only-fresh. Nothing was written.",
        )


def _require_unblocked(decision: Decision, options: ApplyOptions) -> None:
    if decision.blocked and not options.skip_blocked:
        raise Blocked(
            "steps of the plan are blocked",
            detail="\n".join(f"{step.id}: {reason}" for step in decision.blocked for reason in step.blocked),
            fix="Remove the reasons, or run the rest with --skip-blocked. Nothing was written.",
        )


def _runnable(decision: Decision, options: ApplyOptions) -> list[Any]:
    """The steps that run: without stale and blocked ones and what depends on them, which end as skipped."""
    refused = {step.id: "it is blocked" for step in decision.blocked}
    refused.update({step_id: "it is stale" for step_id in decision.stale_steps})
    unplanned = {outcome.step for outcome in decision.settled if outcome.result in ("unplanned", "waiting", "manual")}
    running = {step.id for step in decision.runs}
    kept = []
    for step in decision.runs:
        because = refused.get(step.id) or next(
            (f"it needs {need}, which does not run" for need in step.depends_on if need in refused), ""
        )
        if not because:
            because = next(
                (f"it needs {need}, which was not planned" for need in step.depends_on if need in unplanned - running),
                "",
            )
        if because:
            refused[step.id] = because
            decision.settled.append(
                Outcome(step.id, step.action, step.address, step.part, "skipped", step.live_id, because)
            )
        else:
            kept.append(step)
    for step in decision.blocked:
        decision.settled.append(
            Outcome(step.id, step.action, step.address, step.part, "skipped", step.live_id, "; ".join(step.blocked))
        )
    return kept


def _remember_what_holds(
    ledger: StateLedger, planned: Planned, environment: LoadedEnvironment, applied: Applied
) -> None:
    """Fields that hold without a step become part of the memory, so that later drift on them has a cause."""
    if ledger.has_failed or isinstance(applied.failure, ReconcilerError):
        return
    touched = {outcome.address for outcome in applied.outcomes.values() if outcome.result not in ("applied", "already")}
    entries = {address: entry for address, entry in ledger.state.resources.items() if address not in touched}
    changed = in_step(planned, entries, environment.attested, touched)
    if not changed:
        return
    state = ledger.state
    for address, entry in changed.items():
        state = state.with_entry(address, entry)
    try:
        ledger.put(state)
    except StoreError as error:
        # The steps ran: what they came to is reported, whatever becomes of the memory.
        applied.failure = error


def _with_new_ids(session: Session, planned: Planned, settled: Sequence[Outcome]) -> Iterator[Outcome]:
    """The outcomes, the instructions of manual steps with the live ids that this run has made."""
    for outcome in settled:
        resource = planned.resources.get(outcome.address)
        known = None
        if outcome.result == "manual" and resource is not None:
            known = instructions_now(resource, outcome.step, session.environment, planned.matching.names)
        yield outcome if known is None else replace(outcome, manual=known)


def _report(
    session: Session,
    saved: PlanFile,
    planned: Planned,
    decision: Decision,
    steps: Sequence[Any],
    applied: Applied,
    run_id: str,
    memory: str,
    notes: Sequence[str],
) -> Report:
    by_step: dict[str, Outcome] = {}
    for outcome in [*_with_new_ids(session, planned, decision.settled), *applied.outcomes.values()]:
        planned_as = decision.stands_for.get(outcome.step)
        if planned_as and planned_as not in by_step:
            outcome = replace(outcome, step=planned_as, detail=outcome.detail or f"done as {outcome.step}")
        known = by_step.get(outcome.step)
        if known is None or known.result == "unplanned":
            by_step[outcome.step] = outcome
    order = [step.id for step in planned.plan.steps] + [step.id for step in saved.plan.steps]
    ordered = [by_step.pop(step_id) for step_id in dict.fromkeys(order) if step_id in by_step]
    return Report(
        run=run_id,
        environment=saved.plan.environment,
        plan_digest=saved.plan.digest(),
        memory=memory,
        outcomes=(*ordered, *by_step.values()),
        requests=dict(session.account.requests),
        writes=applied.writes,
        was_interrupted=applied.was_interrupted,
        failure=str(applied.failure) if applied.failure else "",
        failure_code=applied.failure.exit_code if applied.failure else 0,
        has_stale_steps=bool(decision.stale_steps),
        warnings=tuple(notes),
    )
