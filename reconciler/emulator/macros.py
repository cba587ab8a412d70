"""Macros: shared and personal ones in one list, actions that are replaced whole, restrictions to groups or a user.

It refuses to know what an action does. Sources: the Support contract's macro operations, and developer.zendesk.com/api-reference/ticketing/business-rules/macros.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, invalid_request, record_invalid, visible
from reconciler.emulator.call import Call, Route
from reconciler.emulator.clauses import clauses
from reconciler.emulator.collection import Collection, is_text

LAST_POSITION = 9999


def _admit(account: Account, macro: Json, parts: dict[str, str]) -> Json:
    defaults: Json = {
        "title": "",
        "active": True,
        "default": False,
        "description": None,
        "position": LAST_POSITION,
        "restriction": None,
        "actions": [],
        # Undocumented, and in every real reply.
        "raw_title": macro.get("title", ""),
    }
    return {**defaults, **macro}


MACROS = Collection("/api/v2/macros", "macros", "macros", "macro", admit=_admit)
COLLECTIONS = [MACROS]


def _is_personal(macro: Json) -> bool:
    return (macro["restriction"] or {}).get("type") == "User"


def _narrow(call: Call, macros: list[Json]) -> list[Json]:
    access = call.query("access")
    if access == "shared":
        macros = [macro for macro in macros if not _is_personal(macro)]
    elif access in ("personal", "agents"):
        macros = [macro for macro in macros if _is_personal(macro)]
    elif access == "account":
        macros = [macro for macro in macros if macro["restriction"] is None]
    active = (call.query("active") or "").lower()
    if active in ("true", "false"):
        macros = [macro for macro in macros if macro["active"] is (active == "true")]
    return sorted(macros, key=lambda macro: (str(macro["title"]).lower(), macro["id"]))


def _narrow_active(call: Call, macros: list[Json]) -> list[Json]:
    return _narrow(call, [macro for macro in macros if macro["active"]])


def _restriction(call: Call, sent: Any) -> Json | None:
    if sent is None:
        return None
    if not isinstance(sent, dict) or sent.get("type") not in ("Group", "User"):
        raise record_invalid("restriction", "Restriction: has no type Group or User")
    ids = sent.get("ids") or [sent.get("id")]
    table = "groups" if sent["type"] == "Group" else "users"
    for key in ids:
        found = call.account.get(table, str(key)) if isinstance(key, int) else None
        if found is None or found.get("deleted"):
            raise record_invalid("restriction", f"Restriction: {key} is not the id of a {sent['type'].lower()}")
    return {"type": sent["type"], "id": ids[0], "ids": ids}


def _changes(call: Call, sent: Json) -> Json:
    changes: Json = {name: sent[name] for name in ("active", "description", "position") if name in sent}
    if "title" in sent:
        changes |= {"title": sent["title"], "raw_title": sent["title"]}
    if "actions" in sent:
        changes["actions"] = clauses(sent["actions"], "actions", ("field", "value"))
    if "restriction" in sent:
        changes["restriction"] = _restriction(call, sent["restriction"])
    if not isinstance(changes.get("active", True), bool):
        raise record_invalid("active", "Active: is not a boolean")
    return changes


def _judge(macro: Json) -> None:
    if not is_text(macro.get("title")):
        raise record_invalid("title", "Title: cannot be blank", error="BlankValue")
    if not macro.get("actions"):
        raise record_invalid("actions", "Actions: at least one is needed", error="BlankValue")


def _create(call: Call) -> Answer:
    new = _changes(call, call.member("macro"))
    _judge(new)
    # The contract answers 200, not 201.
    return MACROS.answer(call.account, MACROS.add(call.account, new))


def _update(call: Call) -> Answer:
    old = MACROS.find(call.account, call.parts["id"])
    macro = {**old, **_changes(call, call.member("macro")), "updated_at": call.account.now()}
    _judge(macro)
    return MACROS.answer(call.account, call.account.put(MACROS.table, old["id"], macro))


def _delete(call: Call) -> Answer:
    macro = MACROS.find(call.account, call.parts["id"])
    call.account.remove(MACROS.table, macro["id"])
    return Answer(204)


def _delete_many(call: Call) -> Answer:
    macros = [MACROS.find(call.account, key) for key in (call.query("ids") or "").split(",") if key]
    if not macros:
        raise invalid_request("Missing parameter", "ids is required")
    for macro in macros:
        call.account.remove(MACROS.table, macro["id"])
    return Answer(204)


def _update_many(call: Call) -> Answer:
    """Takes position and active, ignores the rest."""
    items: Any = call.body().get("macros")
    if not isinstance(items, list) or not all(isinstance(item, dict) and "id" in item for item in items):
        raise invalid_request("Missing parameter", "macros with ids are required")
    shown = []
    for item in items:
        old = MACROS.find(call.account, str(item["id"]))
        kept = {name: item[name] for name in ("active", "position") if name in item}
        macro = {**old, **_changes(call, kept), "updated_at": call.account.now()}
        shown.append(visible(call.account.put(MACROS.table, old["id"], macro)))
    return Answer(body={"macros": shown, "next_page": None, "previous_page": None, "count": len(shown)})


ROUTES: list[Route] = [
    ("GET", "/api/v2/macros/active", MACROS.lister(_narrow_active)),
    ("PUT", "/api/v2/macros/update_many", _update_many),
    ("DELETE", "/api/v2/macros/destroy_many", _delete_many),
    *MACROS.reading_routes(_narrow),
    ("POST", "/api/v2/macros", _create),
    ("PUT", "/api/v2/macros/{id}", _update),
    ("DELETE", "/api/v2/macros/{id}", _delete),
]
