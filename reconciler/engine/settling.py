"""Settles creates whose outcome is not known: which live object, if any, is the one that was sent.

Pure but for the reading that it is given; it refuses to send anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reconciler.core.resource import Json, Resource
from reconciler.core.service import Collection
from reconciler.core.state import Intent, State
from reconciler.engine.bookkeeping import adopted, bound
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.live import Live, Snapshot
from reconciler.kinds._collections import BY_NAME


def collection_key(collection: Collection, parent: str) -> str:
    """The text under which an intent names its collection: the name, and the parent's id behind a slash."""
    return f"{collection.name}/{parent}" if parent else collection.name


def collection_of(intent: Intent) -> tuple[Collection, str]:
    """The collection and parent id that an intent names."""
    name, _, parent = intent.collection.partition("/")
    return BY_NAME[name], parent


def candidates(intent: Intent, objects: Iterable[Live], bound_ids: Iterable[str]) -> list[Live]:
    """The live objects that the intent's request could have made.

    They were not there before, belong to no address, and equal what was sent on every member that the reply tells.
    """
    taken = set(intent.known_ids) | set(bound_ids)
    collection, _ = collection_of(intent)
    sent = intent.body.get(collection.item, intent.body) if collection.wraps_requests else intent.body
    return [live for live in objects if str(live.get("id")) not in taken and _could_be(sent, live)]


def _could_be(sent: Json, live: Json) -> bool:
    if isinstance(sent, Mapping) and isinstance(live, Mapping):
        return all(_could_be(value, live[key]) for key, value in sent.items() if key in live)
    if isinstance(sent, list) and isinstance(live, list):
        return len(sent) == len(live) and all(_could_be(one, other) for one, other in zip(sent, live, strict=True))
    if isinstance(sent, bool) or isinstance(live, bool) or sent is None or live is None:
        return sent == live or (not sent and not live)
    return str(sent) == str(live)


@dataclass(frozen=True, slots=True)
class Settled:
    """The state with the intents of earlier runs settled, and those that could not be, with their candidates."""

    state: State
    undecided: tuple[tuple[Intent, tuple[str, ...]], ...]
    notes: tuple[str, ...]


def settle_intents(
    state: State,
    resources: Mapping[str, Resource],
    list_objects: Callable[[Collection, str], Snapshot],
    pause: Callable[[], None],
) -> Settled:
    """Look for what earlier runs announced: one candidate is bound, none twice means that it never happened.

    An intent whose manifest is gone stays undecided when there is a candidate: nothing here wants it any more.

    `list_objects` gives a complete new listing of a collection, `pause` lets the settle time pass.
    """
    undecided: list[tuple[Intent, tuple[str, ...]]] = []
    notes: list[str] = []
    for intent in state.intents:
        collection, parent = collection_of(intent)
        found: list[Live] = []
        for round_number in (1, 2):
            if round_number == 2:
                pause()
            objects = list_objects(collection, parent).objects(collection.name, parent)
            found = candidates(intent, objects, _bound_ids(state, collection))
            if found:
                break
        remaining = tuple(each for each in state.intents if each.id != intent.id)
        resource = resources.get(intent.address)
        if len(found) == 1 and resource is not None and not resource.removed:
            live_id = str(found[0]["id"])
            entry = bound(state.resources.get(intent.address), resource, intent.part, live_id, created=True)
            state = state.with_entry(intent.address, adopted(entry, resource, intent.part, {}))
            state = state.with_intents(remaining)
            notes.append(f"{intent.address}: an earlier run created {live_id} and died before it could say so")
        elif found:
            undecided.append((intent, tuple(str(each["id"]) for each in found)))
        else:
            state = state.with_intents(remaining)
            notes.append(f"{intent.address}: an earlier run announced a create that never happened")
    return Settled(state, tuple(undecided), tuple(notes))


def _bound_ids(state: State, collection: Collection) -> set[str]:
    return {
        entry.live[part.name]
        for address, entry in state.resources.items()
        for part in parts_of_entry(address, entry)
        if part.collection.name == collection.name and part.name in entry.live
    }
