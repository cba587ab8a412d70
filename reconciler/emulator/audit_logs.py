"""The audit log: who changed what and when, written for every change of an object that the log knows.

It refuses to know why something was changed. Only some plans have it; an account that lacks `audit_logs` answers 403.
Facts are from developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, invalid_request, record_not_found
from reconciler.emulator.call import Call, Route
from reconciler.emulator.paging import support_page

TABLE = "audit_logs"
PATH = "/api/v2/audit_logs"

SOURCE_TYPES = {
    "triggers": "trigger",
    "automations": "rule",
    "macros": "macro",
    "groups": "group",
    "custom_roles": "permission_set",
    "brands": "brand",
    "users": "user",
    "schedules": "zendesk/business_hours/workweek",
}
"""What the log calls the objects of a table. Its page says "rule" for all business rules; replies are finer."""

_LABELS = {"create": "Created", "destroy": "Deleted", "update": "Updated"}
_UNSPOKEN = frozenset({"updated_at", "created_at", "url", "id", "position"})


def record_changes(account: Account, actor_name: str = "") -> None:
    """Write down the changes since the last commit; without a name they are the owner's."""
    for table, key, before, after in account.pending():
        source_type = SOURCE_TYPES.get(table)
        present = after or before
        if source_type is None or present is None or before == after:
            continue
        gone = after is None or (after.get("deleted") is True and (before or {}).get("deleted") is not True)
        action = "create" if before is None else "destroy" if gone else "update"
        _write(account, source_type, key, present, action, _described(before or {}, after or {}), actor_name)


def _write(
    account: Account, source_type: str, key: str, source: Json, action: str, description: str, actor_name: str
) -> None:
    owner = next((user for user in account.all("users") if user.get("role") == "admin"), {"id": 0, "name": "Owner"})
    number = 70_000_000_000 + account.count_up("audit_logs")
    account.put(
        TABLE,
        number,
        {
            "id": number,
            "url": account.url(f"{PATH}/{number}.json"),
            "action": action,
            "action_label": _LABELS[action],
            "actor_id": owner["id"],
            "actor_name": actor_name or owner["name"],
            "change_description": description,
            "created_at": account.now(),
            "ip_address": "203.0.113.7",
            "source_id": int(key),
            "source_label": str(source.get("title") or source.get("name") or key),
            "source_type": source_type,
        },
    )


def _described(before: Json, after: Json) -> str:
    names = [name for name in {**before, **after} if name[0] != "_" and name not in _UNSPOKEN]
    changed = [name for name in names if before.get(name) != after.get(name)]
    return ", ".join(f"{name} changed" for name in changed) if before and after else ""


def _list(call: Call) -> Answer:
    logs = call.account.all(TABLE)
    if call.query("filter[source_id]") is not None and call.query("filter[source_type]") is None:
        raise invalid_request("Invalid attribute", "filter[source_id] requires filter[source_type].")
    times = call.queries("filter[created_at]")
    if len(times) not in (0, 2):
        raise invalid_request("Invalid attribute", "filter[created_at] takes a start and an end.")
    if times:
        logs = [log for log in logs if times[0] <= log["created_at"] <= times[1]]
    for name in ("source_type", "source_id", "actor_id", "action"):
        wanted = call.query(f"filter[{name}]")
        if wanted is not None:
            logs = [log for log in logs if str(log[name]) == wanted]
    if (call.query("sort") or "-created_at") == "-created_at":
        logs = logs[::-1]
    return Answer(body=support_page(call, "audit_logs", logs))


def _show(call: Call) -> Answer:
    log = call.account.get(TABLE, call.parts["id"])
    if log is None:
        raise record_not_found()
    return Answer(body={"audit_log": log})


ROUTES: list[Route] = [("GET", PATH, _list), ("GET", PATH + "/{id}", _show)]
