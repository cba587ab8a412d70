"""Examines what an environment keeps: the store, the memory in it, the lease; it refuses to write to any of them."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.checkup import Check, failed, skipped
from reconciler.core.errors import StoreError
from reconciler.core.state import State, Target
from reconciler.manifest.loader import LoadedEnvironment
from reconciler.store.backend import Backend
from reconciler.store.lease import current_lease
from reconciler.store.state_store import StateStore


def examine_store(environment: LoadedEnvironment | None, backend: Backend) -> Iterator[Check]:
    """Whether the store can be written, as far as that can be told without a write, and who sees it."""
    try:
        obstacle = backend.obstacle()
    except StoreError as error:
        yield failed("store", error)
        return
    if obstacle:
        yield Check("store", "failed", obstacle, "Make it writable, or name another place in reconciler.yaml.", 1)
        return
    reach = "every machine that runs for this environment" if backend.is_shared else "this machine alone"
    found = f"{backend.describe()} can be written, and is seen by {reach}"
    if environment is not None and environment.policy.require_shared_store and not backend.is_shared:
        fix = "policy.require_shared_store is set: name a shared store in reconciler.yaml."
        yield Check("store", "failed", found, fix, 11)
    else:
        yield Check("store", "ok", found)


def examine_memory(environment: LoadedEnvironment | None, backend: Backend) -> tuple[list[Check], State | None]:
    """What the store holds of the environment, and the memory itself where it can be read."""
    if environment is None:
        return skipped("environment.yaml is not valid", "memory", "lease"), None
    try:
        state, _ = StateStore(backend, environment.name).load()
    except StoreError as error:
        return [failed("memory", error), *_lease(environment.name, backend)], None
    return [*_remembered(environment, state), *_lease(environment.name, backend)], state


def _remembered(environment: LoadedEnvironment, state: State | None) -> Iterator[Check]:
    if state is None:
        yield Check("memory", "ok", "there is none yet: it begins with the first apply")
        return
    wanted = Target(environment.subdomain, environment.app_id)
    if state.target != wanted:
        found = f"it belongs to the account {state.target.subdomain} (app {state.target.app_id})"
        fix = "Correct account: in environment.yaml, or give the other account an environment of its own."
        yield Check("memory", "failed", found, fix, 11)
        return
    found = f"serial {state.serial}, {len(state.resources)} addresses, lineage {state.lineage}"
    if state.intents:
        addresses = ", ".join(dict.fromkeys(each.address for each in state.intents))
        said = f"{found}; creates that an earlier run did not see through: {addresses}"
        yield Check("memory", "warning", said, "The next apply finds out whether they happened.")
    else:
        yield Check("memory", "ok", found)


def _lease(name: str, backend: Backend) -> Iterator[Check]:
    try:
        held = current_lease(backend, name)
    except StoreError as error:
        yield failed("lease", error)
        return
    if held is None:
        yield Check("lease", "ok", "nobody holds it")
    else:
        yield Check(
            "lease",
            "warning",
            f'"{held.holder}" ({held.operation}, since {held.since}) holds it',
            f"If that run is dead, free it:\n  reconciler unlock -e {name} {held.id}",
        )
