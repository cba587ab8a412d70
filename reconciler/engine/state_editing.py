"""Repairs of the memory that a person asks for: an address renamed, an address forgotten.

It refuses to know the account: what is live stays as it is, and the next plan says what follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import UsageError
from reconciler.core.state import Entry, State
from reconciler.engine.binding_lines import binding_key, binding_line, is_found_again
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.holding import holding_lease
from reconciler.engine.session import World
from reconciler.store.backend import Backend
from reconciler.store.state_store import StateStore

_ADDRESS = re.compile(r"[a-z_]+/[a-z0-9][a-z0-9-]{0,99}")


def edit_state(
    backend: Backend, environment: str, world: World, operation: str, edit: Callable[[State], State]
) -> State:
    """The memory after `edit`, stored under the lease as its next version.

    `edit` sees the memory as it is once the lease is held. Raises LeaseHeld, StoreError, and what `edit` raises;
    UsageError when there is no memory.
    """
    store = StateStore(backend, environment)
    before, _ = store.load()
    run_id = world.new_run_id()
    with holding_lease(backend, environment, world, run_id, operation, before) as lease:
        state, version = store.load()
        edited = edit(require_state(state, environment)).advanced(run_id, lease.token)
        store.save(edited, version)
    return edited


def require_state(state: State | None, environment: str) -> State:
    """The state, or UsageError where nothing was ever applied."""
    if state is None:
        raise UsageError(
            f'there is no memory of "{environment}"',
            fix="It begins with the first apply. Check the store in reconciler.yaml.",
        )
    return state


def require_entry(state: State, address: str) -> Entry:
    """The entry at an address; UsageError when the memory has none."""
    entry = state.resources.get(address)
    if entry is None:
        raise UsageError(
            f'the memory of "{state.environment}" has no "{address}"',
            detail=f"All of them: reconciler state list -e {state.environment}",
            fix=did_you_mean(address, state.resources),
        )
    return entry


def moved(state: State, old: str, new: str) -> State:
    """The memory with what it knows of `old` under `new`; raises UsageError for addresses that do not allow it."""
    entry = require_entry(state, old)
    if not _ADDRESS.fullmatch(new):
        raise UsageError(f'"{new}" is not an address', fix="An address is kind/name, as in channel/messenger-fr.")
    if new.split("/")[0] != old.split("/")[0]:
        raise UsageError(f"{old} cannot become {new}: that is another kind")
    if new in state.resources:
        raise UsageError(
            f'the memory has "{new}" already',
            detail=f"It is bound to {bound_to(state.resources[new])}.",
            fix="Two live objects cannot have one address: forget one of the two first.",
        )
    _require_settled(state, old)
    return state.without(old).with_entry(new, entry)


def forgotten(state: State, address: str) -> State:
    """The memory without an address; raises UsageError when it has none, or a create of it is not settled."""
    require_entry(state, address)
    _require_settled(state, address)
    return state.without(address)


def _require_settled(state: State, address: str) -> None:
    if any(intent.address == address for intent in state.intents):
        raise UsageError(
            f"a create of {address} is not settled yet",
            detail="An earlier run ended before it knew whether the object was made.",
            fix=f"Let an apply find out first: reconciler apply -e {state.environment}",
        )


def bound_to(entry: Entry) -> str:
    """The live ids of an entry, by part where there are several."""
    if not entry.live:
        return "no live object"
    return ", ".join(f"{part} {live_id}" if part else live_id for part, live_id in entry.live.items())


def keyless_bindings(state: State) -> Iterator[tuple[str, str, str]]:
    """What only the memory can tell: key of bindings.yaml, live id, and the line, for every such object of ours."""
    for address, entry in sorted(state.resources.items()):
        if entry.retired:
            continue
        for part in parts_of_entry(address, entry):
            live_id = entry.live.get(part.name)
            if live_id and not is_found_again(part):
                key = binding_key(address, part.name)
                yield key, live_id, binding_line(address, part.name, live_id)
