"""Ticket triggers: arrays that are replaced together, positions per category, bulk and order.

It refuses to know what conditions and actions mean, and never runs a trigger.
"""

from __future__ import annotations

import json
from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, invalid_request, record_invalid, record_not_found, visible
from reconciler.emulator.call import Call, Route
from reconciler.emulator.clauses import clause_arrays
from reconciler.emulator.collection import Collection, is_text
from reconciler.emulator.paging import support_page
from reconciler.emulator.trigger_categories import CATEGORIES, create_category

SCALARS = ("active", "description", "position")
ARRAYS = ("conditions", "actions", "all", "any")


def _admit(account: Account, trigger: Json, parts: dict[str, str]) -> Json:
    first = next((str(category["id"]) for category in account.all(CATEGORIES.table)), "")
    category = str(trigger.get("category_id") or first)
    defaults: Json = {
        "title": "",
        "raw_title": trigger.get("title", ""),
        "active": True,
        "default": False,
        "description": None,
        "conditions": {"all": [], "any": []},
        "actions": [],
        # Undocumented, and in every real reply.
        "raw_description": trigger.get("description"),
    }
    placed = {"position": last_position(account, category), **trigger, "category_id": category}
    return {**defaults, **placed}


TRIGGERS = Collection("/api/v2/triggers", "triggers", "triggers", "trigger", admit=_admit)
COLLECTIONS = [TRIGGERS]


def last_position(account: Account, category_id: str) -> int:
    """The position behind the active triggers of a category; inactive ones do not count, so positions can repeat."""
    return 1 + max(
        (int(t["position"]) for t in account.all(TRIGGERS.table) if t["category_id"] == category_id and t["active"]),
        default=0,
    )


def in_firing_order(account: Account, triggers: list[Json]) -> list[Json]:
    """By category, then by position, then by age."""
    places = {category["id"]: category["position"] for category in account.all(CATEGORIES.table)}
    return sorted(triggers, key=lambda t: (places.get(t["category_id"], 0), t["position"], t["id"]))


def _sorted(call: Call, triggers: list[Json]) -> list[Json]:
    by_cursor = call.query("page[size]") is not None
    sort = call.query("sort" if by_cursor else "sort_by") or "position"
    triggers = in_firing_order(call.account, triggers)
    if sort == "alphabetical":
        triggers.sort(key=lambda t: str(t["title"]).lower())
    elif sort in ("created_at", "updated_at"):
        triggers.sort(key=lambda t: str(t[sort]))
    elif sort != "position" and (by_cursor or not sort.startswith("usage_")):
        raise invalid_request("Invalid attribute", f"{sort} is not a sort order")
    default_order = "asc" if sort in ("alphabetical", "position") else "desc"
    return triggers[::-1] if (call.query("sort_order") or default_order) == "desc" else triggers


def _narrow(call: Call, triggers: list[Json]) -> list[Json]:
    active = (call.query("active") or "").lower()
    if active in ("true", "false"):
        triggers = [trigger for trigger in triggers if trigger["active"] is (active == "true")]
    category = call.query("category_id")
    if category is not None:
        triggers = [trigger for trigger in triggers if trigger["category_id"] == category]
    return _sorted(call, triggers)


def _narrow_active(call: Call, triggers: list[Json]) -> list[Json]:
    return _narrow(call, [trigger for trigger in triggers if trigger["active"]])


def _search(call: Call) -> Answer:
    words = call.query("query")
    if words is None:
        raise invalid_request("Missing parameter", "query is required")
    triggers = [t for t in call.account.all(TRIGGERS.table) if words.lower() in str(t["title"]).lower()]
    text = call.query("filter[json]") or call.query("filter")
    try:
        wanted: Json = dict(json.loads(text)) if text else {}
    except (ValueError, TypeError):
        raise invalid_request("Invalid attribute", "filter is not a JSON object") from None
    triggers = [t for t in triggers if all(t.get(name) == value for name, value in wanted.items())]
    shown = [visible(trigger) for trigger in _narrow(call, triggers)]
    return Answer(body=support_page(call, "triggers", shown, modes="offset"))


def _scalars(sent: Json) -> Json:
    changes = {name: sent[name] for name in SCALARS if name in sent}
    title = sent.get("raw_title", sent.get("title"))
    if "title" in sent or "raw_title" in sent:
        if not is_text(title):
            raise record_invalid("title", "Title: cannot be blank", error="BlankValue")
        changes |= {"title": title, "raw_title": title}
    if "description" in changes:
        changes["raw_description"] = changes["description"]
    if not isinstance(changes.get("active", True), bool):
        raise record_invalid("active", "Active: is not a boolean")
    if not isinstance(changes.get("position", 1), int):
        raise record_invalid("position", "Position: is not an integer")
    return changes


def _category(call: Call, sent: Json) -> str | None:
    """The category that a write names, made on the spot when it is given inline; None when it names none."""
    inline: Any = sent.get("category")
    if isinstance(inline, dict):
        return str(create_category(call.account, inline)["id"])
    category: Any = sent.get("category_id")
    if category is None:
        return None
    if not isinstance(category, str) or call.account.get(CATEGORIES.table, category) is None:
        raise record_invalid("category_id", "Category: is not the string id of a category")
    return category


def _judge(trigger: Json) -> None:
    if not is_text(trigger.get("title")):
        raise record_invalid("title", "Title: cannot be blank", error="BlankValue")
    if not trigger["conditions"]["all"] and not trigger["conditions"]["any"]:
        raise record_invalid("conditions", "Conditions: at least one is needed", error="BlankValue")
    if not trigger["actions"]:
        raise record_invalid("actions", "Actions: at least one is needed", error="BlankValue")


def _create(call: Call) -> Answer:
    sent = call.member("trigger")
    category = _category(call, sent)
    if category is None:
        raise record_invalid("category_id", "Category: cannot be blank", error="BlankValue")
    # A new trigger goes last, wherever it asks to stand.
    new = {**_scalars(sent), **clause_arrays(sent), "category_id": category}
    new["position"] = last_position(call.account, category)
    _judge(new)
    trigger = TRIGGERS.add(call.account, new)
    answer = TRIGGERS.answer(call.account, trigger, 201)
    answer.headers["Location"] = trigger["url"]
    return answer


def _update(call: Call) -> Answer:
    old = TRIGGERS.find(call.account, call.parts["id"])
    sent = call.member("trigger")
    changes = _scalars(sent)
    category = _category(call, sent)
    if category is not None and category != old["category_id"]:
        changes = {"position": last_position(call.account, category), **changes, "category_id": category}
    if any(name in sent for name in ARRAYS):
        changes |= clause_arrays(sent)
    trigger = {**old, **changes, "updated_at": call.account.now()}
    if "title" in changes:
        _judge({**trigger, "conditions": {"all": [1]}, "actions": [1]})
    return TRIGGERS.answer(call.account, call.account.put(TRIGGERS.table, old["id"], trigger))


def _delete(call: Call) -> Answer:
    trigger = TRIGGERS.find(call.account, call.parts["id"])
    call.account.remove(TRIGGERS.table, trigger["id"])
    return Answer(204)


def _delete_many(call: Call) -> Answer:
    triggers = [TRIGGERS.find(call.account, key) for key in (call.query("ids") or "").split(",") if key]
    if not triggers:
        raise invalid_request("Missing parameter", "ids is required")
    for trigger in triggers:
        call.account.remove(TRIGGERS.table, trigger["id"])
    return Answer(204)


def _reorder(call: Call) -> Answer:
    """Only for accounts whose triggers all stand in one category, and only with every trigger named."""
    wanted: Any = call.body().get("trigger_ids")
    if not isinstance(wanted, list):
        raise invalid_request("Missing parameter", "trigger_ids is required")
    triggers = call.account.all(TRIGGERS.table)
    if len({trigger["category_id"] for trigger in triggers}) > 1:
        raise invalid_request("LimitOneCategory", "Triggers of more than one category cannot be reordered here.")
    if sorted(str(key) for key in wanted) != sorted(str(trigger["id"]) for trigger in triggers):
        raise record_not_found()
    for position, key in enumerate(wanted, start=1):
        trigger = TRIGGERS.find(call.account, str(key))
        call.account.put(TRIGGERS.table, trigger["id"], {**trigger, "position": position})
    shown = [visible(t) for t in in_firing_order(call.account, call.account.all(TRIGGERS.table))]
    return Answer(body={"triggers": shown, "next_page": None, "previous_page": None, "count": len(shown)})


def _update_many(call: Call) -> Answer:
    """At once, not as a job; takes position, active and category_id, ignores the rest."""
    items: Any = call.body().get("triggers")
    if not isinstance(items, list) or not all(isinstance(item, dict) and "id" in item for item in items):
        raise invalid_request("Missing parameter", "triggers with ids are required")
    changed = []
    for item in items:
        old = TRIGGERS.find(call.account, str(item["id"]))
        changes = {name: value for name, value in _scalars(item).items() if name in ("active", "position")}
        category = _category(call, {"category_id": item.get("category_id")})
        changes |= {"category_id": category} if category else {}
        changed.append(
            call.account.put(TRIGGERS.table, old["id"], {**old, **changes, "updated_at": call.account.now()})
        )
    shown = [visible(trigger) for trigger in changed]
    return Answer(body={"triggers": shown, "next_page": None, "previous_page": None, "count": len(shown)})


ROUTES: list[Route] = [
    ("GET", "/api/v2/triggers/active", TRIGGERS.lister(_narrow_active)),
    ("GET", "/api/v2/triggers/search", _search),
    ("PUT", "/api/v2/triggers/reorder", _reorder),
    ("PUT", "/api/v2/triggers/update_many", _update_many),
    ("DELETE", "/api/v2/triggers/destroy_many", _delete_many),
    *TRIGGERS.reading_routes(_narrow),
    ("POST", "/api/v2/triggers", _create),
    ("PUT", "/api/v2/triggers/{id}", _update),
    ("DELETE", "/api/v2/triggers/{id}", _delete),
]
