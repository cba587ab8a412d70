"""Automations: the service's own rules about their conditions, twins, system automations that refuse change.

It refuses to know whether an action ends a condition, and never runs an automation. Sources: the Support contract's
automation operations, and developer.zendesk.com/api-reference/ticketing/business-rules/automations for sparse positions.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, invalid_request, record_invalid, visible
from reconciler.emulator.call import Call, Route
from reconciler.emulator.clauses import clause_arrays
from reconciler.emulator.collection import Collection, is_text
from reconciler.emulator.paging import support_page

ARRAYS = ("conditions", "actions", "all", "any")
LAST_POSITION = 9999
TIME_FIELDS = {
    *("NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED"),
    *("assigned_at", "updated_at", "requester_updated_at", "assignee_updated_at", "due_date", "until_due_date"),
}
STATE_FIELDS = {"status", "type", "group_id", "assignee_id", "requester_id", "custom_status_id"}


def _admit(account: Account, automation: Json, parts: dict[str, str]) -> Json:
    defaults: Json = {
        "title": "",
        "raw_title": automation.get("title", ""),
        "active": True,
        "default": False,
        "position": LAST_POSITION,
        "conditions": {"all": [], "any": []},
        "actions": [],
    }
    return {**defaults, **automation}


AUTOMATIONS = Collection("/api/v2/automations", "automations", "automations", "automation", admit=_admit)
COLLECTIONS = [AUTOMATIONS]


def _in_order(call: Call, automations: list[Json]) -> list[Json]:
    return sorted(automations, key=lambda each: (each["position"], each["id"]))


def _narrow_active(call: Call, automations: list[Json]) -> list[Json]:
    return _in_order(call, [each for each in automations if each["active"]])


def _search(call: Call) -> Answer:
    words = call.query("query")
    if words is None:
        raise invalid_request("Missing parameter", "query is required")
    found = [each for each in call.account.all(AUTOMATIONS.table) if words.lower() in str(each["title"]).lower()]
    shown = [visible(each) for each in _in_order(call, found)]
    return Answer(body=support_page(call, "automations", shown, modes="offset"))


def _scalars(sent: Json) -> Json:
    changes: Json = {name: sent[name] for name in ("active", "position") if name in sent}
    if "title" in sent:
        if not is_text(sent["title"]):
            raise record_invalid("title", "Title: cannot be blank", error="BlankValue")
        changes |= {"title": sent["title"], "raw_title": sent["title"]}
    if not isinstance(changes.get("active", True), bool):
        raise record_invalid("active", "Active: is not a boolean")
    if not isinstance(changes.get("position", 1), int):
        raise record_invalid("position", "Position: is not an integer")
    return changes


def _judge(call: Call, automation: Json) -> None:
    if not is_text(automation.get("title")):
        raise record_invalid("title", "Title: cannot be blank", error="BlankValue")
    if not automation["actions"]:
        raise record_invalid("actions", "Actions: at least one is needed", error="BlankValue")
    fields = {each["field"] for each in automation["conditions"]["all"]}
    if not fields & TIME_FIELDS:
        raise record_invalid("conditions", "Conditions: all must contain a time-based condition")
    if not fields & STATE_FIELDS:
        raise record_invalid("conditions", f"Conditions: all must contain one of {', '.join(sorted(STATE_FIELDS))}")
    if any(each["field"] in TIME_FIELDS for each in automation["conditions"]["any"]):
        raise record_invalid("conditions", "Conditions: any must not contain a time-based condition")
    _refuse_twins(call, automation)


def _refuse_twins(call: Call, automation: Json) -> None:
    for other in call.account.all(AUTOMATIONS.table):
        is_itself = other["id"] == automation.get("id")
        are_active = other["active"] and automation["active"]
        if not is_itself and are_active and other["conditions"] == automation["conditions"]:
            raise record_invalid("base", "Conditions: another active automation has the same ones")


def _create(call: Call) -> Answer:
    sent = call.member("automation")
    new = {"active": True, **_scalars(sent), **clause_arrays(sent)}
    _judge(call, new)
    automation = AUTOMATIONS.add(call.account, new)
    answer = AUTOMATIONS.answer(call.account, automation, 201)
    answer.headers["Location"] = automation["url"]
    return answer


def _changed(call: Call, old: Json, sent: Json) -> Json:
    changes = _scalars(sent)
    if any(name in sent for name in ARRAYS):
        changes |= clause_arrays(sent)
    changed = {**old, **changes, "updated_at": call.account.now()}
    if old["default"] and any(changes[name] != old[name] for name in changes if name not in ("active", "position")):
        raise record_invalid("base", "A system automation cannot be changed")
    _judge(call, changed)
    return call.account.put(AUTOMATIONS.table, old["id"], changed)


def _update(call: Call) -> Answer:
    old = AUTOMATIONS.find(call.account, call.parts["id"])
    return AUTOMATIONS.answer(call.account, _changed(call, old, call.member("automation")))


def _remove(call: Call, key: str) -> None:
    automation = AUTOMATIONS.find(call.account, key)
    if automation["default"]:
        raise record_invalid("base", "A system automation cannot be deleted")
    call.account.remove(AUTOMATIONS.table, automation["id"])


def _delete(call: Call) -> Answer:
    _remove(call, call.parts["id"])
    return Answer(204)


def _delete_many(call: Call) -> Answer:
    keys = [key for key in (call.query("ids") or "").split(",") if key]
    if not keys:
        raise invalid_request("Missing parameter", "ids is required")
    for key in keys:
        _remove(call, key)
    return Answer(204)


def _update_many(call: Call) -> Answer:
    """Takes position and active, ignores the rest."""
    items: Any = call.body().get("automations")
    if not isinstance(items, list) or not all(isinstance(item, dict) and "id" in item for item in items):
        raise invalid_request("Missing parameter", "automations with ids are required")
    shown = []
    for item in items:
        old = AUTOMATIONS.find(call.account, str(item["id"]))
        kept = {name: item[name] for name in ("active", "position") if name in item}
        shown.append(visible(_changed(call, old, kept)))
    return Answer(body={"automations": shown, "next_page": None, "previous_page": None, "count": len(shown)})


ROUTES: list[Route] = [
    ("GET", "/api/v2/automations/active", AUTOMATIONS.lister(_narrow_active)),
    ("GET", "/api/v2/automations/search", _search),
    ("PUT", "/api/v2/automations/update_many", _update_many),
    ("DELETE", "/api/v2/automations/destroy_many", _delete_many),
    *AUTOMATIONS.reading_routes(_in_order),
    ("POST", "/api/v2/automations", _create),
    ("PUT", "/api/v2/automations/{id}", _update),
    ("DELETE", "/api/v2/automations/{id}", _delete),
]
