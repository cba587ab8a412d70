"""Asks an account's audit log who changed live objects since the last apply, and when.

It refuses to guess: an account whose plan has no audit log, or an object that the log does not name, has no answer.
One listing is asked for, without a source type: the service's page calls all business rules "rule", and its replies
are finer (developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from reconciler.core.attribution import Attribution
from reconciler.core.errors import ServiceError
from reconciler.core.plan import Step
from reconciler.engine.planner import Planned
from reconciler.engine.recording import read_run
from reconciler.engine.session import STAMP_FORMAT, Session
from reconciler.kinds._registry import find_kind
from reconciler.store.backend import Backend
from reconciler.store.state_store import StateStore
from reconciler.zendesk.account import ListRequest


def attribute(session: Session, backend: Backend, planned: Planned, steps: Sequence[Step]) -> list[Attribution]:
    """The latest entry for each address among the steps; nothing where no run is stored or the log is not readable."""
    sources = _sources(planned, steps)
    store = StateStore(backend, session.environment.name)
    latest = read_run(store, store.list_runs()[-1]) if sources and store.list_runs() else None
    if latest is None:
        return []
    until = (session.world.now() + timedelta(days=1)).strftime(STAMP_FORMAT)
    since = latest.finished_at or latest.started_at
    request = ListRequest(
        "support",
        "/audit_logs",
        "audit_logs",
        "cursor",
        (("filter[created_at]", since), ("filter[created_at]", until), ("sort", "-created_at")),
    )
    entries = session.account.list_collections([request])[request]
    if isinstance(entries, ServiceError):
        return []
    return attributions(entries, sources)


def _sources(planned: Planned, steps: Sequence[Step]) -> dict[tuple[str, str], str]:
    """Which address each (source type, source id) of the log would speak of."""
    places = {(step.address, step.part): step.live_id for step in steps}
    places |= {(each.address, each.part): "" for step in steps for each in step.changes if each.address}
    found: dict[tuple[str, str], str] = {}
    for (address, name), known_id in places.items():
        resource, entry = planned.resources.get(address), planned.entries.get(address)
        live_id = known_id or (entry.live.get(name, "") if entry else "")
        if resource is None or not live_id:
            continue
        for part in find_kind(resource.kind).parts(resource.document):
            if part.name == name:
                found.update({(source_type, live_id): address for source_type in part.collection.audited_as})
    return found


def attributions(entries: Sequence[Mapping[str, Any]], sources: Mapping[tuple[str, str], str]) -> list[Attribution]:
    """The latest entry for each address; pure."""
    found: dict[str, Attribution] = {}
    for entry in sorted(entries, key=_moment, reverse=True):
        address = sources.get((str(entry.get("source_type")), str(entry.get("source_id"))))
        if address is not None and address not in found:
            found[address] = Attribution(
                address,
                str(entry.get("actor_name") or "somebody"),
                str(entry.get("created_at") or ""),
                str(entry.get("action") or ""),
                str(entry.get("change_description") or ""),
            )
    return sorted(found.values(), key=lambda each: each.address)


def _moment(entry: Mapping[str, Any]) -> tuple[str, int]:
    """When it was, as the service's ISO 8601 text in UTC sorts, and its number."""
    number = entry.get("id")
    return str(entry.get("created_at") or ""), number if isinstance(number, int) else 0
