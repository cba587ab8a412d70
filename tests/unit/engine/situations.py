"""Situations as values: manifests, a memory and an account, from which a plan is made without any request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.core.plan import Plan, Step
from reconciler.core.policy import Approval, Binding, Policy
from reconciler.core.resource import Lifecycle, Resource
from reconciler.core.state import Entry
from reconciler.engine.live import Listing, Snapshot
from reconciler.engine.planner import Planned, make_plan
from reconciler.engine.situation import Inputs
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment

DIGESTS = {"manifests": "sha256:m", "policy": "sha256:p", "schemas": "sha256:s"}


def resource(kind: str, name: str, **fields: Any) -> Resource:
    """A manifest as the loader hands it on."""
    document = {"kind": kind, "name": name, **fields}
    expand = find_kind(kind).expand
    document = expand(document) if expand is not None and "removed" not in fields else document
    return Resource(
        kind,
        name,
        document,
        lifecycle=Lifecycle(**fields.get("lifecycle", {})),
        moved_from=tuple(fields.get("moved_from", ())),
        removed=fields.get("removed"),
    )


def environment(
    *resources: Resource,
    policy: Policy | None = None,
    bindings: Mapping[str, Binding] | None = None,
    approvals: tuple[Approval, ...] = (),
) -> LoadedEnvironment:
    """An environment of the account maison-lune."""
    return LoadedEnvironment(
        name="sandbox",
        subdomain="maison-lune",
        app_id="5f0e1c2d3b4a5f0e1c2d3b4a",
        credentials={},
        policy=policy or Policy(),
        resources=tuple(sorted(resources, key=lambda each: each.address)),
        bindings=bindings or {},
        approvals=approvals,
        attested={},
        warnings=(),
        digests=DIGESTS,
    )


def account(
    *, unreadable: tuple[str, ...] = (), inside: Mapping[tuple[str, str], Any] | None = None, **lists: Any
) -> Snapshot:
    """What an account holds, by collection; `inside` by collection and parent id."""
    snapshot = Snapshot()
    for name, objects in lists.items():
        snapshot.listings[name, ""] = Listing(tuple(objects))
    for key, objects in (inside or {}).items():
        snapshot.listings[key] = Listing(tuple(objects))
    for name in unreadable:
        snapshot.listings[name, ""] = Listing(unreadable="you may not read this")
    return snapshot


def planned(
    loaded: LoadedEnvironment,
    snapshot: Snapshot,
    entries: Mapping[str, Entry] | None = None,
    attested: Mapping[str, str] | None = None,
) -> Planned:
    """The plan that follows; without entries nothing is remembered."""
    return make_plan(
        Inputs(loaded, entries or {}, "none" if entries is None else "full", snapshot, "2026-11-22", attested or {})
    )


def step(plan: Plan, step_id: str) -> Step:
    """The one step with that id."""
    return next(each for each in plan.steps if each.id == step_id)


def ids(plan: Plan) -> list[str]:
    """The ids of all steps, in the order of the plan."""
    return [each.id for each in plan.steps]


def group(live_id: str, name: str, **fields: Any) -> dict[str, Any]:
    """A live group."""
    return {"id": live_id, "name": name, "description": "", "is_public": True, "deleted": False, **fields}


def trigger(live_id: str, title: str, category: str, position: int = 1, **fields: Any) -> dict[str, Any]:
    """A live trigger that sets a priority."""
    return {
        "id": live_id,
        "title": title,
        "raw_title": title,
        "description": None,
        "active": True,
        "position": position,
        "category_id": category,
        "conditions": {"all": [{"field": "update_type", "operator": "is", "value": "Create"}], "any": []},
        "actions": [{"field": "priority", "value": "high"}],
        **fields,
    }


RULE: dict[str, Any] = {
    "conditions": {"all": [{"field": "update_type", "operator": "is", "value": "Create"}]},
    "actions": [{"field": "priority", "value": "high"}],
}
"""What `trigger` does, as a manifest states it."""


def entry_for(
    made: Resource, live: Mapping[str, str], applied: Mapping[str, Mapping[str, Any]], **fields: Any
) -> Entry:
    """What the memory holds of a resource that was applied."""
    key: dict[str, Any] = {"type": made.type} if made.type else {}
    for part in find_kind(made.kind).parts(made.document):
        for each in part.key_fields():
            is_stated, value = made.stated(each.path)
            if is_stated:
                key[each.path] = value
    return Entry(live=live, key=key, applied=applied, **fields)
