"""Omnichannel queues: ULIDs, an unpaged list, groups that are read nested, an order that must name every queue.

It refuses to know which tickets a queue takes. Sources: the Support contract's queue operations. The contract has no
request body, so groups are taken in both forms that clients are known to send (Support API 2.0.0, omnichannel routing queues).
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, invalid_request, record_invalid, visible
from reconciler.emulator.call import Call, Route
from reconciler.emulator.clauses import clauses
from reconciler.emulator.collection import Collection, is_text

MEMBERS = ("primary_groups", "secondary_groups")


def _admit(account: Account, queue: Json, parts: dict[str, str]) -> Json:
    last = max((int(each["order"]) for each in account.all(QUEUES.table)), default=0)
    empty = {"count": 0, "groups": []}
    defaults: Json = {
        "name": "",
        "description": "",
        "definition": {"all": [], "any": []},
        "priority": 0,
        "order": last + 1,
        "primary_groups": empty,
        "secondary_groups": empty,
    }
    return {**defaults, **queue}


def _show(account: Account, queue: Json) -> Json:
    """The queue with the groups' names as they are now."""
    shown = visible(queue)
    for member in MEMBERS:
        groups = [account.get("groups", each["id"]) or each for each in queue[member]["groups"]]
        shown[member] = {
            "count": len(groups),
            "groups": [{"id": each["id"], "name": each.get("name", "")} for each in groups],
        }
    return shown


QUEUES = Collection(
    "/api/v2/queues", "queues", "queues", "queue", modes="none", id_type="ulid", show=_show, admit=_admit
)
COLLECTIONS = [QUEUES]


def _in_order(call: Call, queues: list[Json]) -> list[Json]:
    return sorted(queues, key=lambda each: (each["order"], each["id"]))


def _group_ids(sent: Json, member: str) -> list[Any] | None:
    ids: Any = sent.get(f"{member}_id")
    if ids is None and isinstance(sent.get(member), dict):
        nested: Any = sent[member].get("groups", [])
        ids = [each.get("id") if isinstance(each, dict) else None for each in nested]
    if ids is not None and not isinstance(ids, list):
        raise record_invalid(member, f"{member}: is not a list of ids")
    return ids


def _changes(call: Call, sent: Json) -> Json:
    changes: Json = {name: sent[name] for name in ("name", "description", "priority") if name in sent}
    definition: Any = sent.get("definition")
    if definition is not None:
        if not isinstance(definition, dict):
            raise record_invalid("definition", "Definition: is not an object")
        keys = ("field", "operator", "value")
        changes["definition"] = {half: clauses(definition.get(half), "definition", keys) for half in ("all", "any")}
    if not isinstance(changes.get("priority", 0), int):
        raise record_invalid("priority", "Priority: is not an integer")
    for member in MEMBERS:
        ids = _group_ids(sent, member)
        if ids is None:
            continue
        groups = [call.account.get("groups", str(key)) if isinstance(key, int) else None for key in ids]
        if any(group is None or group["deleted"] for group in groups):
            raise record_invalid(member, f"{member}: holds what is not the id of a group")
        changes[member] = {"count": len(ids), "groups": [{"id": key} for key in ids]}
    return changes


def _judge(queue: Json) -> None:
    if not is_text(queue.get("name")):
        raise record_invalid("name", "Name: cannot be blank", error="BlankValue")


def _create(call: Call) -> Answer:
    new = _changes(call, call.member("queue"))
    _judge(new)
    return QUEUES.answer(call.account, QUEUES.add(call.account, new), 201)


def _update(call: Call) -> Answer:
    old = QUEUES.find(call.account, call.parts["id"])
    queue = {**old, **_changes(call, call.member("queue")), "updated_at": call.account.now()}
    _judge(queue)
    return QUEUES.answer(call.account, call.account.put(QUEUES.table, old["id"], queue))


def _delete(call: Call) -> Answer:
    queue = QUEUES.find(call.account, call.parts["id"])
    call.account.remove(QUEUES.table, queue["id"])
    return Answer(204)


def _reorder(call: Call) -> Answer:
    """Every queue must be named, else 400 (the contract's description of the operation)."""
    wanted: Any = call.body().get("queue_ids")
    queues = {each["id"]: each for each in call.account.all(QUEUES.table)}
    if not isinstance(wanted, list) or sorted(map(str, wanted)) != sorted(queues):
        raise invalid_request("Bad Request", "queue_ids must include every queue id of the account.")
    for order, key in enumerate(wanted, start=1):
        call.account.put(QUEUES.table, key, {**queues[key], "order": order})
    return Answer(204)


ROUTES: list[Route] = [
    ("PATCH", "/api/v2/queues/order", _reorder),
    *QUEUES.reading_routes(_in_order),
    ("POST", "/api/v2/queues", _create),
    ("PUT", "/api/v2/queues/{id}", _update),
    ("DELETE", "/api/v2/queues/{id}", _delete),
]
