"""The lease around what a run writes; it refuses to know what that is.

A lease that cannot be given back is said and not raised: it must not hide how the run ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.core.errors import StoreError
from reconciler.core.state import State
from reconciler.engine.session import World
from reconciler.store.backend import Backend
from reconciler.store.lease import Lease, acquire


@contextmanager
def holding_lease(
    backend: Backend,
    environment: str,
    world: World,
    run_id: str,
    operation: str,
    state: State | None,
    *,
    wait_seconds: float = 0.0,
) -> Iterator[Lease]:
    """Hold the lease of the environment for the length of a `with`; raises LeaseHeld and StoreError before it.

    `state` is the memory as it was read before, whose token the lease's is greater than.
    """
    lease = acquire(
        backend,
        environment,
        f"{world.host} run {run_id}",
        operation,
        clock=world.clock,
        wait_seconds=wait_seconds,
        token_floor=state.lease_token if state else 0,
    )
    try:
        yield lease
    finally:
        try:
            lease.release()
        except StoreError as error:
            world.notice(
                f"the lease could not be given back ({error.summary}). The next run can take it over after "
                f"{backend.lease_ttl_seconds:g} s of waiting, or free it: reconciler unlock -e {environment} {lease.id}"
            )
