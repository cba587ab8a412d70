"""What the service does with many agents at once, and their entitlements, which it shows and never lets one set.

It refuses to know how users are listed.
Source: developer.zendesk.com/api-reference/ticketing/users/users.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, Refusal, invalid_request, json_api
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection
from reconciler.emulator.jobs import LARGEST_BATCH, begin_job, failed, succeeded
from reconciler.emulator.support_people import USERS

WRITABLE = ("name", "role", "custom_role_id", "suspended", "tags", "time_zone", "locale_id", "default_group_id")
SECONDS_BETWEEN_WRITES = 1.0
"""Writes of users, per account (introduction/rate-limits, "Endpoint limits")."""

ENTITLEMENTS = Collection(
    "/api/v2/users/{user}/entitlements/full",
    "entitlements",
    "entitlements",
    "entitlements",
    modes="none",
    singleton=True,
    within="user",
)
COLLECTIONS = [ENTITLEMENTS]


def _update_many(call: Call) -> Answer:
    _limit(call)
    body = call.body()
    ids = [each for each in (call.query("ids") or "").split(",") if each]
    same = body.get("user")
    items: Any = [{**same, "id": each} for each in ids] if ids and isinstance(same, dict) else body.get("users")
    if not isinstance(items, list) or not 0 < len(items) <= LARGEST_BATCH:
        raise invalid_request("Invalid attribute", "users takes 1 to 100 users.")
    return begin_job(call, "Bulk Update User", [_updated(call.account, each) for each in items])


def _limit(call: Call) -> None:
    """Where the account is strict, a second write of users within a second is refused."""
    if not call.options.limits_user_writes:
        return
    now = call.account.clock()
    last = (call.account.get("counters", "user_write") or {"value": 0.0})["value"]
    if now - last < SECONDS_BETWEEN_WRITES:
        text = "You have exceeded the rate limit for updating users"
        raise Refusal(Answer(429, None, {"Retry-After": "1"}, text=text))
    call.account.put("counters", "user_write", {"value": now})


def _updated(account: Account, item: Json) -> Json:
    user = account.get(USERS.table, str(item.get("id")))
    number = int(item["id"]) if str(item.get("id")).isdecimal() else 0
    if user is None:
        return failed("update", number, "RecordNotFound", "Not found")
    changes = {name: item[name] for name in WRITABLE if name in item}
    role_id = changes.get("custom_role_id")
    if role_id is not None and account.get("custom_roles", str(role_id)) is None:
        return failed("update", number, "RecordInvalid", "Custom role: is invalid")
    if role_id is not None and user["role"] == "end-user":
        changes["role"] = "agent"
    account.put(USERS.table, user["id"], {**user, **changes, "updated_at": account.now()})
    return succeeded("update", number)


def _entitlements(call: Call) -> Answer:
    if "entitlements" in call.options.lacks:
        raise json_api(403, "Forbidden", "Forbidden")
    user = USERS.find(call.account, call.parts["user"])
    given = call.account.get(ENTITLEMENTS.table, str(user["id"])) or {}
    products = {name: given.get(name) for name in ("chat", "explore", "guide", "talk")}
    return Answer(body={"entitlements": products})


ROUTES: list[Route] = [
    ("PUT", USERS.path + "/update_many", _update_many),
    ("GET", ENTITLEMENTS.path, _entitlements),
]
