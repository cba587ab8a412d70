"""Makes a plan of an open environment: reads its memory and its account, and writes nothing anywhere.

It refuses to know how steps follow from what was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.core.errors import Blocked
from reconciler.core.plan import PlanFile
from reconciler.core.resource import Resource
from reconciler.core.state import Entry, State, Target
from reconciler.engine.exclusive import exclusive_identities, taken_elsewhere
from reconciler.engine.live import Snapshot
from reconciler.engine.planner import Planned, make_plan
from reconciler.engine.session import Session, require_account
from reconciler.engine.settling import settle_intents
from reconciler.engine.situation import Inputs
from reconciler.manifest.loader import LoadedEnvironment, environments_in, load_environment
from reconciler.store.backend import Backend
from reconciler.store.state_store import StateStore


def plan_environment(
    session: Session, backend: Backend, predecessor: PlanFile | None = None
) -> tuple[PlanFile, Planned]:
    """Read the account and plan; writes nothing anywhere.

    `predecessor` is the plan file that this one replaces. A memory of the same lineage with a lower serial than it was
    made with is older: the plan says so, and keeps the higher serial, so that apply goes on refusing that memory.
    """
    require_shared(session.environment, backend)
    state, _ = StateStore(backend, session.environment.name).load()
    require_same_target(state, session.environment)
    require_account(session)
    made = envelope(session, state)
    serial = _serial_of(predecessor, state)
    is_older = state is not None and serial > state.serial
    planned = fresh_plan(session, state, "older" if is_older else "")
    return PlanFile(planned.plan, {**made, "serial": max(serial, made["serial"])}), planned


def _serial_of(predecessor: PlanFile | None, state: State | None) -> int:
    if predecessor is None or state is None or predecessor.envelope.get("lineage") != state.lineage:
        return 0
    serial = predecessor.envelope.get("serial")
    return serial if isinstance(serial, int) else 0


def envelope(session: Session, state: State | None) -> dict[str, Any]:
    """What varies between two makings of one plan."""
    return {
        "made_at": session.world.stamp(),
        "host": session.world.host,
        "tool": f"reconciler {session.world.version}",
        "lineage": state.lineage if state else "",
        "serial": state.serial if state else 0,
    }


def fresh_plan(session: Session, state: State | None, memory: str = "") -> Planned:
    """The plan of this moment, from a reading of the account that is made for it."""
    environment = session.environment
    entries = state.resources if state else {}
    snapshot = session.reader.read(environment.resources, entries, environment.bindings)
    if state and state.intents:
        entries = _with_announced(state, environment, snapshot)
    return make_plan(
        Inputs(
            environment,
            entries,
            memory or ("full" if state else "none"),
            snapshot,
            session.world.now().date().isoformat(),
            environment.attested,
            taken_elsewhere(environment.resources, _other_environments(session)),
        )
    )


def _other_environments(session: Session) -> dict[str, tuple[Resource, ...]]:
    """The resources of the repository's other environments; one that is not valid says nothing."""
    if not any(exclusive_identities(session.environment.resources)):
        return {}
    root = session.world.root
    names = [name for name in environments_in(root) if name != session.environment.name]
    loaded = {name: load_environment(root, name).environment for name in names}
    return {name: each.resources for name, each in loaded.items() if each is not None}


def _with_announced(state: State, environment: LoadedEnvironment, snapshot: Snapshot) -> Mapping[str, Entry]:
    """The memory as the next apply will find it: a live object that a dead run's open intent accounts for is ours.

    Only for the plan: nothing is stored, and apply settles the intents itself with listings of its own.
    """
    resources = {each.address: each for each in environment.resources}
    settled = settle_intents(state, resources, lambda collection, parent: snapshot, lambda: None)
    return settled.state.resources


def require_shared(environment: LoadedEnvironment, backend: Backend) -> None:
    """Blocked when the policy asks for a store that others see, and this one is not."""
    if environment.policy.require_shared_store and not backend.is_shared:
        raise Blocked(
            "this environment needs a shared store",
            detail=f"policy.require_shared_store is set, and {backend.describe()} is seen by this machine alone.",
            fix="Name a shared store in reconciler.yaml.",
        )


def require_same_target(state: State | None, environment: LoadedEnvironment) -> None:
    """Blocked when the memory is that of another account."""
    if state is None:
        return
    wanted = Target(environment.subdomain, environment.app_id)
    if state.target != wanted:
        raise Blocked(
            f'the memory of "{environment.name}" belongs to the account "{state.target.subdomain}" (app {state.target.app_id})',
            detail=f'environment.yaml names "{wanted.subdomain}" (app {wanted.app_id}).',
            fix="Correct account: in environment.yaml, or give the other account an environment of its own.",
        )
