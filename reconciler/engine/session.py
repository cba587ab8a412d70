"""One environment's account and memory for the length of a command: connecting, planning, applying.

It refuses to know the command line: everything that it needs of the world (clock, environment variables, today's
date, a run's id) is given to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.core.errors import Blocked, PlanNotAcceptable, ReconcilerError, SecretUnavailable, StoreError
from reconciler.core.kind import Collection
from reconciler.core.plan import Plan, PlanFile
from reconciler.core.report import Outcome, Report
from reconciler.core.secret import Secret
from reconciler.core.state import Entry, State, Target
from reconciler.engine.applier import apply_steps
from reconciler.engine.bookkeeping import in_step
from reconciler.engine.deciding import Decision, decide
from reconciler.engine.live import Snapshot
from reconciler.engine.planner import Planned, make_plan
from reconciler.engine.reader import Reader
from reconciler.engine.run import FRESHNESS_SECONDS, REQUEST_DEADLINE_SECONDS, SETTLE_SECONDS, Applied, Run
from reconciler.engine.settling import settle_intents
from reconciler.engine.situation import Inputs
from reconciler.manifest.loader import LoadedEnvironment
from reconciler.secrets.redactor import Redactor
from reconciler.secrets.references import parse_reference, resolve
from reconciler.store.backend import Backend
from reconciler.store.lease import Lease, acquire
from reconciler.store.state_store import StateStore, write_last_resort
from reconciler.zendesk.account import Account
from reconciler.zendesk.clock import Clock
from reconciler.zendesk.credentials import ApiToken, ConversationsKey, Credentials, OAuthClient


@dataclass(slots=True)
class World:
    """What a session takes from outside: never read from anywhere else, so that tests can give it all."""

    root: Path
    environ: Mapping[str, str]
    clock: Clock
    now: Callable[[], datetime]
    new_run_id: Callable[[], str]
    new_lineage: Callable[[], str]
    host: str
    notice: Callable[[str], None]
    redactor: Redactor
    version: str
    transport: Any = None
    base_url: str | None = None
    insecure_base_url: bool = False
    is_interrupted: Callable[[], bool] = lambda: False
    freshness_seconds: float = FRESHNESS_SECONDS
    settle_seconds: float = SETTLE_SECONDS


@dataclass(slots=True)
class Session:
    """An environment with its account open; close it when done."""

    world: World
    environment: LoadedEnvironment
    account: Account
    reader: Reader

    def close(self) -> None:
        """Close all connections."""
        self.account.close()


def open_session(environment: LoadedEnvironment, world: World, *, read_only: bool) -> Session:
    """Resolve the environment's credentials and open its account; sends nothing yet."""
    credentials = _credentials(environment, world)
    account = Account.connect(
        environment.subdomain,
        environment.app_id,
        credentials,
        read_only=read_only,
        base_url=world.base_url,
        insecure_base_url=world.insecure_base_url,
        transport=world.transport,
        clock=world.clock,
        notice=world.notice,
        redact=world.redactor.redact,
        request_deadline_seconds=REQUEST_DEADLINE_SECONDS,
    )
    return Session(world, environment, account, Reader(account, environment.app_id, world.clock))


def require_account(session: Session) -> None:
    """Ask the service which account it is; Blocked when it is not the one that environment.yaml names."""
    identity = session.account.identity()
    wanted = session.environment.subdomain
    if identity.subdomain != wanted:
        raise Blocked(
            f'the account is "{identity.subdomain}", environment.yaml names "{wanted}"',
            detail="The credentials or the address belong to another account; nothing was compared and nothing written.",
            fix="Check account.subdomain in environment.yaml and where the credentials come from.",
        )


def plan_environment(session: Session, backend: Backend) -> tuple[PlanFile, Planned]:
    """Read the account and plan; writes nothing anywhere."""
    _require_shared(session.environment, backend)
    state, _ = StateStore(backend, session.environment.name).load()
    _require_same_target(state, session.environment)
    require_account(session)
    planned = _fresh_plan(session, state)
    return PlanFile(planned.plan, envelope(session, state)), planned


def envelope(session: Session, state: State | None) -> dict[str, Any]:
    """What varies between two makings of one plan."""
    return {
        "made_at": session.world.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "host": session.world.host,
        "tool": f"reconciler {session.world.version}",
        "lineage": state.lineage if state else "",
        "serial": state.serial if state else 0,
    }


def _fresh_plan(session: Session, state: State | None) -> Planned:
    environment = session.environment
    entries = state.resources if state else {}
    snapshot = session.reader.read(environment.resources, entries, environment.bindings)
    if state and state.intents:
        entries = _with_announced(state, environment, snapshot)
    return make_plan(
        Inputs(
            environment,
            entries,
            "full" if state else "none",
            snapshot,
            session.world.now().date().isoformat(),
            environment.attested,
        )
    )


def _with_announced(state: State, environment: LoadedEnvironment, snapshot: Snapshot) -> Mapping[str, Entry]:
    """The memory as the next apply will find it: a live object that a dead run's open intent accounts for is ours.

    Only for the plan: nothing is stored, and apply settles the intents itself with listings of its own.
    """
    resources = {each.address: each for each in environment.resources}
    settled = settle_intents(state, resources, lambda collection, parent: snapshot, lambda: None)
    return settled.state.resources


def _require_shared(environment: LoadedEnvironment, backend: Backend) -> None:
    if environment.policy.require_shared_store and not backend.is_shared:
        raise Blocked(
            "this environment needs a shared store",
            detail=f"policy.require_shared_store is set, and {backend.describe()} is seen by this machine alone.",
            fix="Name a shared store in reconciler.yaml.",
        )


def _require_same_target(state: State | None, environment: LoadedEnvironment) -> None:
    if state is None:
        return
    wanted = Target(environment.subdomain, environment.app_id)
    if state.target != wanted:
        raise Blocked(
            f'the memory of "{environment.name}" belongs to the account "{state.target.subdomain}" (app {state.target.app_id})',
            detail=f'environment.yaml names "{wanted.subdomain}" (app {wanted.app_id}).',
            fix="Correct account: in environment.yaml, or give the other account an environment of its own.",
        )


# -- applying -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _StateLedger:
    """The state document during a run: every put goes one serial on."""

    store: StateStore
    state: State
    version: str | None
    run_id: str
    token: int
    intents_per_put: int
    last_resort: Path
    has_failed: bool = False

    def put(self, state: State) -> None:
        advanced = state.advanced(self.run_id, self.token)
        try:
            self.version = self.store.save(advanced, self.version)
        except StoreError:
            if not self.has_failed:
                self.has_failed = True
                write_last_resort(self.last_resort, advanced)
            raise
        self.state = advanced


@dataclass(slots=True)
class ApplyOptions:
    """How an apply treats what stands in its way."""

    skip_blocked: bool = False
    only_fresh: bool = False
    wait_for_lease_seconds: float = 0.0


def check_acceptable(saved: PlanFile, environment: LoadedEnvironment, now: datetime) -> None:
    """Whether a plan file may run here and now; PlanNotAcceptable says why not. Nothing is asked of the account."""
    plan = saved.plan
    again = f"Make a new one: reconciler plan -e {environment.name}"
    if plan.environment != environment.name:
        raise PlanNotAcceptable(
            f'the plan is for the environment "{plan.environment}", not for "{environment.name}"', fix=again
        )
    target = {"subdomain": environment.subdomain, "app_id": environment.app_id}
    if dict(plan.target) != target:
        raise PlanNotAcceptable(
            f'the plan is for the account "{plan.target.get("subdomain")}" (app {plan.target.get("app_id")})',
            detail=f'environment.yaml names "{environment.subdomain}" (app {environment.app_id}).',
            fix=again,
        )
    moved = {
        "manifests": "the manifests",
        "schemas": "the schemas (another version of reconciler)",
        "policy": "the policy in environment.yaml",
    }
    changed = [words for name, words in moved.items() if plan.digests.get(name) != environment.digests[name]]
    if changed:
        raise PlanNotAcceptable(f"{' and '.join(changed)} changed since the plan was made", fix=again)
    age_hours = (now - _made_at(saved)).total_seconds() / 3600
    limit = environment.policy.max_plan_age_hours
    if age_hours > limit:
        raise PlanNotAcceptable(
            f"the plan is {age_hours:.0f} hours old, the limit is {limit} (policy.max_plan_age_hours)", fix=again
        )
    today = now.date().isoformat()
    expired = [str(each["step"]) for each in plan.approvals if str(each["until"]) < today]
    if expired:
        raise PlanNotAcceptable(f"the approval of {', '.join(expired)} has expired", fix=again)


def _made_at(saved: PlanFile) -> datetime:
    try:
        return datetime.strptime(str(saved.envelope["made_at"]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (KeyError, ValueError):
        raise PlanNotAcceptable(
            "the plan file does not say when it was made",
            fix=f"Make a new one: reconciler plan -e {saved.plan.environment}",
        ) from None


def plan_secrets(plan: Plan, world: World) -> dict[str, Secret]:
    """Every secret that this plan writes, by its reference; SecretUnavailable names those that do not resolve."""
    secrets: dict[str, Secret] = {}
    missing: list[str] = []
    for step in plan.steps:
        for change in step.changes:
            if change.op != "write_secret" or step.is_waiting:
                continue
            reference = str(change.after["from"])
            try:
                secrets[reference] = resolve_secret(reference, world)
            except SecretUnavailable as error:
                missing.append(f"{step.address} {change.path}: {error.summary}")
                continue
            _require_form(step.address, change.path, secrets[reference], missing)
    if missing:
        raise SecretUnavailable(
            "secrets that this plan writes are not available" if len(missing) > 1 else missing[0],
            detail="\n".join(missing) if len(missing) > 1 else "",
            fix="Provide them, then apply the same plan again; nothing was written.",
        )
    return secrets


def _require_form(address: str, path: str, secret: Secret, missing: list[str]) -> None:
    from reconciler.kinds._registry import find_kind

    requirement = find_kind(address.split("/")[0]).secret_requirements.get(path)
    reason = requirement(secret.reveal()) if requirement else ""
    if reason:
        missing.append(f"{address} {path}: {reason}")


def resolve_secret(reference: str, world: World) -> Secret:
    """The secret behind a reference, known to the redactor from then on."""
    secret = resolve(parse_reference(reference), root=world.root, environ=world.environ)
    world.redactor.learn(secret)
    return secret


def _credentials(environment: LoadedEnvironment, world: World) -> Credentials:
    support, conversations = environment.credentials["support"], environment.credentials["conversations"]
    found: dict[str, Secret] = {}
    missing: list[SecretUnavailable] = []
    for name, reference in {**support, **conversations}.items():
        if name == "email":
            continue
        try:
            found[name] = resolve_secret(reference, world)
        except SecretUnavailable as error:
            missing.append(error)
    if len(missing) == 1:
        raise missing[0]
    if missing:
        raise SecretUnavailable(
            f'{len(missing)} credentials of "{environment.name}" are not available',
            detail="\n".join(error.summary for error in missing),
            fix="Set them where this command runs, for example in the pipeline's secret settings.",
        )
    key = ConversationsKey(found["key_id"], found["secret"])
    if "api_token" in support:
        return Credentials(ApiToken(Secret(support["email"]), found["api_token"]), key)
    return Credentials(OAuthClient(found["client_id"], found["client_secret"]), key)


def apply_plan(session: Session, backend: Backend, saved: PlanFile, options: ApplyOptions) -> Report:
    """Run an approved plan as far as it still holds; the report tells the truth about every step.

    Raises before anything is written: PlanNotAcceptable, Blocked, LeaseHeld, SecretUnavailable, ServiceError.
    """
    world, environment = session.world, session.environment
    check_acceptable(saved, environment, world.now())
    _require_shared(environment, backend)
    secrets = plan_secrets(saved.plan, world)
    store = StateStore(backend, environment.name)
    state, _ = store.load()
    _require_same_target(state, environment)
    _require_newer(state, saved)
    require_account(session)
    run_id = world.new_run_id()
    lease = acquire(
        backend,
        environment.name,
        f"{world.host} run {run_id}",
        "apply",
        clock=world.clock,
        wait_seconds=options.wait_for_lease_seconds,
        token_floor=state.lease_token if state else 0,
    )
    try:
        return _apply_held(session, backend, store, lease, saved, secrets, run_id, options)
    finally:
        lease.release()


def _require_newer(state: State | None, saved: PlanFile) -> None:
    if state is not None and saved.envelope.get("lineage") == state.lineage:
        planned_serial = saved.envelope.get("serial", 0)
        if isinstance(planned_serial, int) and state.serial < planned_serial:
            raise PlanNotAcceptable(
                f"the memory is older than the one the plan was made with (serial {state.serial}, not {planned_serial})",
                detail="It was probably restored from a copy; what was done since then would be forgotten.",
                fix="Bring the newest memory back, or make a new plan with this one.",
            )


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
    ledger = _StateLedger(
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
    read_at = world.clock.monotonic()
    planned = _fresh_plan(session, ledger.state if memory == "full" else None)
    decision = decide(saved.plan, planned)
    _require_fresh(decision, options)
    _require_unblocked(decision, options)
    steps = _runnable(decision, options)
    if any(step.is_request for step in steps):
        store.save_run(run_id, _run_document(saved, planned, run_id, world))
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
            read_at=read_at,
            freshness_seconds=world.freshness_seconds,
            settle_seconds=world.settle_seconds,
        )
    )
    _remember_what_holds(ledger, planned, environment, applied)
    return _report(session, saved, planned, decision, steps, applied, run_id, memory, notes)


def _settle(session: Session, ledger: _StateLedger) -> tuple[str, ...]:
    if not ledger.state.intents:
        return ()

    def list_objects(collection: Collection, parent: str) -> Snapshot:
        snapshot = Snapshot()
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


def _run_document(saved: PlanFile, planned: Planned, run_id: str, world: World) -> dict[str, Any]:
    """What was there before: the managed fields of everything that the plan touches, references as addresses."""
    touched = {step.address for step in saved.plan.steps}
    before: dict[str, dict[str, Any]] = {}
    for (address, part), observed in planned.observed.items():
        if address in touched:
            before.setdefault(address, {})[part] = observed
    return {
        "format": "reconciler.run/1",
        "run": run_id,
        "environment": saved.plan.environment,
        "plan": saved.plan.digest(),
        "host": world.host,
        "started_at": world.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "before": before,
        "steps": [step.id for step in saved.plan.steps],
    }


def _remember_what_holds(
    ledger: _StateLedger, planned: Planned, environment: LoadedEnvironment, applied: Applied
) -> None:
    """Fields that hold without a step become part of the memory, so that later drift on them has a cause."""
    if ledger.has_failed or isinstance(applied.failure, ReconcilerError):
        return
    touched = {outcome.address for outcome in applied.outcomes.values() if outcome.result not in ("applied", "already")}
    entries = {address: entry for address, entry in ledger.state.resources.items() if address not in touched}
    changed = in_step(planned, entries, environment.attested)
    if not changed:
        return
    state = ledger.state
    for address, entry in changed.items():
        state = state.with_entry(address, entry)
    ledger.put(state)


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
    for outcome in [*decision.settled, *applied.outcomes.values()]:
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
        warnings=tuple(notes),
    )
