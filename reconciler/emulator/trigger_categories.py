"""Trigger categories and the batch job that reorders them and their triggers: string ids, JSON:API errors.

It refuses to know what a trigger does.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, Refusal, json_api
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection, is_text
from reconciler.emulator.paging import support_page


def _missing() -> Refusal:
    return json_api(404, "TriggerCategoryNotFound", "Trigger category not found")


def _show(account: Account, category: Json) -> Json:
    """The category without `url`, which the contract's `TriggerCategory` lacks."""
    return {name: value for name, value in category.items() if name != "url"}


def _admit(account: Account, category: Json, parts: dict[str, str]) -> Json:
    return {"position": next_position(account), **category, "id": str(category["id"])}


CATEGORIES = Collection(
    "/api/v2/trigger_categories",
    "trigger_categories",
    "trigger_categories",
    "trigger_category",
    id_type="string",
    show=_show,
    admit=_admit,
    missing=_missing,
)
COLLECTIONS = [CATEGORIES]


def next_position(account: Account) -> int:
    """The position behind the last category."""
    return max((int(category["position"]) for category in account.all(CATEGORIES.table)), default=0) + 1


def _sorted(call: Call, categories: list[Json]) -> list[Json]:
    sort = call.query("sort") or "position"
    key = sort.removeprefix("-")
    if key not in ("position", "name", "created_at", "updated_at"):
        raise json_api(400, "InvalidSort", "Invalid sort", detail=f"{sort} is not a sort order")
    return sorted(categories, key=lambda c: (c[key], int(c["id"])), reverse=sort.startswith("-"))


def _list(call: Call) -> Answer:
    categories = _sorted(call, call.account.all(CATEGORIES.table))
    shown = [_show(call.account, category) for category in categories]
    if call.query("include") == "rule_counts":
        for category in shown:
            members = [t for t in call.account.all("triggers") if t["category_id"] == category["id"]]
            category["active_count"] = sum(bool(t["active"]) for t in members)
            category["inactive_count"] = sum(not t["active"] for t in members)
    return Answer(body=support_page(call, CATEGORIES.root, shown, sticky_links=True))


def _judge(sent: Json, *, is_new: bool) -> Json:
    changes: Json = {name: sent[name] for name in ("name", "position") if name in sent}
    if (is_new or "name" in changes) and not is_text(changes.get("name")):
        raise json_api(400, "InvalidCategoryName", "Name cannot be blank", source={"pointer": "/trigger_category/name"})
    if "position" in changes and not _is_position(changes["position"]):
        raise json_api(400, "InvalidPosition", "Position is not an integer")
    return changes


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def place(account: Account, category: Json, position: int) -> Json:
    """Give a category a position; those standing there and behind move back by one."""
    for other in account.all(CATEGORIES.table):
        if other["id"] != category["id"] and other["position"] >= position:
            account.put(CATEGORIES.table, other["id"], {**other, "position": other["position"] + 1})
    return account.put(CATEGORIES.table, category["id"], {**category, "position": position})


def create_category(account: Account, sent: Json) -> Json:
    """A new category, last unless it says where."""
    changes = _judge(sent, is_new=True)
    category = CATEGORIES.add(account, {"name": changes["name"], "position": next_position(account)})
    return place(account, category, changes["position"]) if "position" in changes else category


def _create(call: Call) -> Answer:
    # 200, as the Support contract says; other creates of Support answer 201.
    return CATEGORIES.answer(call.account, create_category(call.account, _sent(call)))


def _sent(call: Call) -> Json:
    sent: Any = call.body().get("trigger_category")
    if not isinstance(sent, dict):
        raise json_api(400, "InvalidRequestBody", "trigger_category is missing")
    return sent


def _update(call: Call) -> Answer:
    category = CATEGORIES.find(call.account, call.parts["id"])
    changes = _judge(_sent(call), is_new=False)
    category = {**category, **changes, "updated_at": call.account.now()}
    call.account.put(CATEGORIES.table, category["id"], category)
    if "position" in changes:
        category = place(call.account, category, changes["position"])
    return CATEGORIES.answer(call.account, category)


def _delete(call: Call) -> Answer:
    """Refused with active triggers inside; the inactive ones go with it."""
    category = CATEGORIES.find(call.account, call.parts["id"])
    members = [trigger for trigger in call.account.all("triggers") if trigger["category_id"] == category["id"]]
    if any(trigger["active"] for trigger in members):
        raise json_api(400, "CategoryHasActiveTriggers", "A category with active triggers cannot be deleted")
    for trigger in members:
        call.account.remove("triggers", trigger["id"])
    call.account.remove(CATEGORIES.table, category["id"])
    return Answer(204)


def _run_job(call: Call) -> Answer:
    """All items or none, at once; a failed job is a 400 with the job's own envelope (`BatchJobResponse`)."""
    job: Any = call.body().get("job")
    items: Any = job.get("items") if isinstance(job, dict) else None
    if not isinstance(items, dict) or job.get("action") != "patch":
        raise _job_failed([{"code": "InvalidRequestBody", "title": "job is not a patch of items"}])
    categories, triggers = items.get("trigger_categories", []), items.get("triggers", [])
    if not isinstance(categories, list) or not isinstance(triggers, list):
        raise _job_failed([{"code": "InvalidRequestBody", "title": "items are not lists"}])
    errors: list[Json] = []
    changed: dict[str, list[Json]] = {"trigger_categories": [], "triggers": []}
    for item in categories:
        changed["trigger_categories"] += _patch(call, "trigger_categories", item, ("position",), errors)
    for item in triggers:
        changed["triggers"] += _patch(call, "triggers", item, ("position", "category_id", "active"), errors)
    if errors:
        raise _job_failed(errors)
    results = {
        "trigger_categories": [_show(call.account, c) for c in changed["trigger_categories"]],
        "triggers": changed["triggers"],
    }
    return Answer(200, {"status": "complete", "results": results, "errors": []})


def _patch(call: Call, table: str, item: Any, names: tuple[str, ...], errors: list[Json]) -> list[Json]:
    key = item.get("id") if isinstance(item, dict) else None
    old = call.account.get(table, key) if isinstance(key, str) else None
    label = {"trigger_id": str(key)} if table == "triggers" else {"id": str(key)}
    if old is None:
        errors.append({"code": "RecordNotFound", "title": "id is not the string id of a record", **label})
        return []
    changes = {name: item[name] for name in names if name in item}
    wrong = "position" in changes and not _is_position(changes["position"])
    wrong = wrong or (table == "trigger_categories" and "position" not in changes)
    wrong = wrong or ("active" in changes and not isinstance(changes["active"], bool))
    category = changes.get("category_id")
    wrong = wrong or ("category_id" in changes and not (isinstance(category, str) and _exists(call, category)))
    if wrong:
        errors.append({"code": "RecordInvalid", "title": "a value is not valid", **label})
        return []
    return [call.account.put(table, str(key), {**old, **changes, "updated_at": call.account.now()})]


def _exists(call: Call, category: str) -> bool:
    return call.account.get(CATEGORIES.table, category) is not None


def _job_failed(errors: list[Json]) -> Refusal:
    results: Json = {"trigger_categories": [], "triggers": []}
    return Refusal(Answer(400, {"status": "failed", "results": results, "errors": errors}))


ROUTES: list[Route] = [
    ("POST", "/api/v2/trigger_categories/jobs", _run_job),
    ("GET", "/api/v2/trigger_categories", _list),
    ("GET", "/api/v2/trigger_categories/{id}", CATEGORIES.reader()),
    ("POST", "/api/v2/trigger_categories", _create),
    ("PATCH", "/api/v2/trigger_categories/{id}", _update),
    ("DELETE", "/api/v2/trigger_categories/{id}", _delete),
]
