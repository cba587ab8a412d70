"""Memberships of groups: pairs that are made and deleted, many at a time by jobs; leaving unassigns tickets.

It refuses to know groups and users beyond whether they are there.
Source: developer.zendesk.com/api-reference/ticketing/groups/group_memberships.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, invalid_request, record_invalid
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection
from reconciler.emulator.jobs import LARGEST_BATCH, begin_job, failed, made, succeeded


def _admit(account: Account, document: Json, parts: dict[str, str]) -> Json:
    return {"default": False, **document}


MEMBERSHIPS = Collection(
    "/api/v2/group_memberships", "group_memberships", "group_memberships", "group_membership", admit=_admit
)
TICKETS = Collection("/api/v2/tickets", "tickets", "tickets", "ticket")
COLLECTIONS = [MEMBERSHIPS, TICKETS]


def _problem(account: Account, sent: Any) -> tuple[str, str] | None:
    """Why a pair cannot become a membership: the field and the service's words."""
    pair: Json = sent if isinstance(sent, dict) else {}
    user = account.get("users", str(pair.get("user_id")))
    group = account.get("groups", str(pair.get("group_id")))
    if user is None or user["role"] not in ("agent", "admin"):
        return "user_id", "User: is invalid"
    if group is None or group["deleted"]:
        return "group_id", "Group: is invalid"
    if any(
        each["user_id"] == user["id"] and each["group_id"] == group["id"] for each in account.all(MEMBERSHIPS.table)
    ):
        return "user_id", "User: has already been taken"
    return None


def _add(account: Account, sent: Json) -> Json:
    user = account.get("users", str(sent["user_id"])) or {}
    is_first = all(each["user_id"] != user["id"] for each in account.all(MEMBERSHIPS.table))
    if is_first and user.get("default_group_id") is None:
        account.put("users", user["id"], {**user, "default_group_id": sent["group_id"]})
    return MEMBERSHIPS.add(account, {"user_id": sent["user_id"], "group_id": sent["group_id"], "default": is_first})


def _create(call: Call) -> Answer:
    sent = call.member("group_membership")
    problem = _problem(call.account, sent)
    if problem:
        raise record_invalid(*problem)
    return MEMBERSHIPS.answer(call.account, _add(call.account, sent), 201)


def _create_many(call: Call) -> Answer:
    sent = call.body().get("group_memberships")
    if not isinstance(sent, list) or not 0 < len(sent) <= LARGEST_BATCH:
        raise invalid_request("Invalid attribute", "group_memberships takes 1 to 100 memberships.")
    results = []
    for index, pair in enumerate(sent):
        problem = _problem(call.account, pair)
        if problem:
            results.append(failed("create", 0, "RecordInvalid", problem[1]))
        else:
            results.append(made(_add(call.account, pair)["id"], index))
    return begin_job(call, "Bulk Create Group Memberships", results)


def _remove(account: Account, membership: Json) -> None:
    """Delete a membership, and unassign what the user had open in the group."""
    account.remove(MEMBERSHIPS.table, membership["id"])
    for ticket in account.all(TICKETS.table):
        is_theirs = (
            ticket.get("assignee_id") == membership["user_id"] and ticket.get("group_id") == membership["group_id"]
        )
        if is_theirs and ticket.get("status") not in ("solved", "closed"):
            account.put(TICKETS.table, ticket["id"], {**ticket, "assignee_id": None})
            account.count_up("tickets_unassigned")


def _delete(call: Call) -> Answer:
    _remove(call.account, MEMBERSHIPS.find(call.account, call.parts["id"]))
    return Answer(204)


def _delete_many(call: Call) -> Answer:
    ids = [each for each in (call.query("ids") or "").split(",") if each]
    if not 0 < len(ids) <= LARGEST_BATCH:
        raise invalid_request("Invalid attribute", "ids takes 1 to 100 ids.")
    results = []
    for each in ids:
        membership = call.account.get(MEMBERSHIPS.table, each)
        number = int(each) if each.isdecimal() else 0
        if membership is None:
            results.append(failed("delete", number, "RecordNotFound", "Not found"))
        else:
            _remove(call.account, membership)
            results.append(succeeded("delete", number))
    return begin_job(call, "Bulk Delete Group Memberships", results)


ROUTES: list[Route] = [
    ("POST", MEMBERSHIPS.path + "/create_many", _create_many),
    ("DELETE", MEMBERSHIPS.path + "/destroy_many", _delete_many),
    *MEMBERSHIPS.reading_routes(),
    ("POST", MEMBERSHIPS.path, _create),
    ("DELETE", MEMBERSHIPS.path + "/{id}", _delete),
]
