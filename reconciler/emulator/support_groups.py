"""Groups: soft deletion, the default group, one-way privacy, names that may have to be unique.

It refuses to know memberships.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, record_invalid
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection, is_text

WRITABLE = ("name", "description", "is_public")


def _admit(account: Account, document: Json, parts: dict[str, str]) -> Json:
    return {"description": "", "is_public": True, "default": False, "deleted": False, **document}


GROUPS = Collection("/api/v2/groups", "groups", "groups", "group", admit=_admit)
COLLECTIONS = [GROUPS]


def _judge(call: Call, group: Json, *, itself: Json | None) -> None:
    name = group.get("name")
    if not is_text(name):
        raise record_invalid("name", "Name: cannot be blank", error="BlankValue")
    if not isinstance(group["is_public"], bool):
        raise record_invalid("is_public", "Is public: is not a boolean")
    if itself is not None and group["is_public"] and not itself["is_public"]:
        raise record_invalid("is_public", "A private group cannot be made public")
    settings = call.account.get("settings", "-") or {}
    if settings.get("groups", {}).get("check_group_name_uniqueness") is not True:
        return
    for other in call.account.all(GROUPS.table):
        is_itself = itself is not None and other["id"] == itself["id"]
        if not other["deleted"] and not is_itself and other["name"].lower() == str(name).lower():
            raise record_invalid("name", "Name: has already been taken", error="DuplicateValue")


def _create(call: Call) -> Answer:
    sent = call.member("group")
    group = {"is_public": True, **{name: sent[name] for name in WRITABLE if name in sent}}
    _judge(call, group, itself=None)
    group = GROUPS.add(call.account, group)
    answer = GROUPS.answer(call.account, group, 201)
    answer.headers["Location"] = group["url"]
    return answer


def _update(call: Call) -> Answer:
    old = GROUPS.find(call.account, call.parts["id"])
    sent = call.member("group")
    group = {**old, **{name: sent[name] for name in WRITABLE if name in sent}, "updated_at": call.account.now()}
    _judge(call, group, itself=old)
    return GROUPS.answer(call.account, call.account.put(GROUPS.table, old["id"], group))


def _delete(call: Call) -> Answer:
    group = GROUPS.find(call.account, call.parts["id"])
    if group["deleted"]:
        raise GROUPS.missing()
    if group["default"]:
        raise record_invalid("base", "The default group cannot be deleted")
    if any(user.get("default_group_id") == group["id"] for user in call.account.all("users")):
        raise record_invalid("base", "The group is the default group of a user and cannot be deleted")
    call.account.put(GROUPS.table, group["id"], {**group, "deleted": True, "updated_at": call.account.now()})
    return Answer(204)


def _narrow(call: Call, groups: list[Json]) -> list[Json]:
    if (call.query("exclude_deleted") or "").lower() == "true":
        return [group for group in groups if not group["deleted"]]
    return groups


def _narrow_assignable(call: Call, groups: list[Json]) -> list[Json]:
    return [group for group in groups if not group["deleted"]]


ROUTES: list[Route] = [
    ("GET", "/api/v2/groups/assignable", GROUPS.lister(_narrow_assignable)),
    *GROUPS.reading_routes(_narrow),
    ("POST", "/api/v2/groups", _create),
    ("PUT", "/api/v2/groups/{id}", _update),
    ("DELETE", "/api/v2/groups/{id}", _delete),
]
