"""Skills: attributes with UUIDs, their values, and conditions whose key is `subject`.

It refuses to know which tickets need a skill. Sources: the Support contract's Skill Based Routing operations; the shape
of conditions is that of recorded replies.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, record_invalid
from reconciler.emulator.call import Call, Route
from reconciler.emulator.clauses import clauses
from reconciler.emulator.collection import Collection, is_text

_LIST = "/api/v2/routing/attributes"
_KEYS = ("subject", "operator", "value")


def _admit_attribute(account: Account, attribute: Json, parts: dict[str, str]) -> Json:
    return {"name": "", **attribute}


def _admit_value(account: Account, value: Json, parts: dict[str, str]) -> Json:
    owner = parts.get("attribute", value.get("_attribute", ""))
    return {"name": "", "conditions": {"all": [], "any": []}, **value, "_attribute": owner, "attribute_id": owner}


ATTRIBUTES = Collection(
    _LIST, "attributes", "attributes", "attribute", modes="none", id_type="uuid", admit=_admit_attribute
)
VALUES = Collection(
    f"{_LIST}/{{attribute}}/values",
    "attribute_values",
    "attribute_values",
    "attribute_value",
    modes="none",
    id_type="uuid",
    admit=_admit_value,
)
COLLECTIONS = [ATTRIBUTES, VALUES]


def _refuse_name(sent: Any, others: list[Json]) -> None:
    if not is_text(sent):
        raise record_invalid("name", "Name: cannot be blank", error="BlankValue")
    if any(each["name"].lower() == sent.lower() for each in others):
        raise record_invalid("name", f"Name: {sent} has already been taken", error="DuplicateValue")


def _values_of(call: Call, attribute: str) -> list[Json]:
    return [each for each in call.account.all(VALUES.table) if each["_attribute"] == attribute]


def _create(call: Call) -> Answer:
    name = call.member("attribute").get("name")
    _refuse_name(name, call.account.all(ATTRIBUTES.table))
    return ATTRIBUTES.answer(call.account, ATTRIBUTES.add(call.account, {"name": name}), 201)


def _update(call: Call) -> Answer:
    old = ATTRIBUTES.find(call.account, call.parts["id"])
    name = call.member("attribute").get("name", old["name"])
    _refuse_name(name, [each for each in call.account.all(ATTRIBUTES.table) if each["id"] != old["id"]])
    changed = {**old, "name": name, "updated_at": call.account.now()}
    return ATTRIBUTES.answer(call.account, call.account.put(ATTRIBUTES.table, old["id"], changed))


def _delete(call: Call) -> Answer:
    """Its values go with it."""
    attribute = ATTRIBUTES.find(call.account, call.parts["id"])
    for value in _values_of(call, attribute["id"]):
        call.account.remove(VALUES.table, value["id"])
    call.account.remove(ATTRIBUTES.table, attribute["id"])
    return Answer(204)


def _list_values(call: Call) -> Answer:
    attribute = ATTRIBUTES.find(call.account, call.parts["attribute"])
    shown = [VALUES.show(call.account, each) for each in _values_of(call, attribute["id"])]
    return Answer(body={"attribute_values": shown})


def _value(call: Call) -> Json:
    value = VALUES.find(call.account, call.parts["id"])
    if value["_attribute"] != call.parts["attribute"]:
        raise VALUES.missing()
    return value


def _value_changes(call: Call, sent: Json, others: list[Json]) -> Json:
    changes: Json = {}
    if "name" in sent:
        _refuse_name(sent["name"], others)
        changes["name"] = sent["name"]
    if "conditions" in sent:
        conditions: Any = sent["conditions"]
        if not isinstance(conditions, dict):
            raise record_invalid("conditions", "Conditions: is not an object")
        changes["conditions"] = {half: clauses(conditions.get(half), "conditions", _KEYS) for half in ("all", "any")}
    return changes


def _create_value(call: Call) -> Answer:
    attribute = ATTRIBUTES.find(call.account, call.parts["attribute"])
    sent = {"name": "", **call.member("attribute_value")}
    new = _value_changes(call, sent, _values_of(call, attribute["id"]))
    return VALUES.answer(call.account, VALUES.add(call.account, new, {"attribute": attribute["id"]}), 201)


def _update_value(call: Call) -> Answer:
    old = _value(call)
    others = [each for each in _values_of(call, old["_attribute"]) if each["id"] != old["id"]]
    changed = {**old, **_value_changes(call, call.member("attribute_value"), others), "updated_at": call.account.now()}
    return VALUES.answer(call.account, call.account.put(VALUES.table, old["id"], changed))


def _delete_value(call: Call) -> Answer:
    call.account.remove(VALUES.table, _value(call)["id"])
    return Answer(204)


ROUTES: list[Route] = [
    *ATTRIBUTES.reading_routes(),
    ("POST", _LIST, _create),
    ("PUT", f"{_LIST}/{{id}}", _update),
    ("DELETE", f"{_LIST}/{{id}}", _delete),
    ("GET", VALUES.path, _list_values),
    ("GET", f"{VALUES.path}/{{id}}", lambda call: VALUES.answer(call.account, _value(call))),
    ("POST", VALUES.path, _create_value),
    ("PATCH", f"{VALUES.path}/{{id}}", _update_value),
    ("DELETE", f"{VALUES.path}/{{id}}", _delete_value),
]
