"""Conditions and actions as business rules take them; it refuses to know what any of them means."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Json
from reconciler.emulator.answers import record_invalid
from reconciler.emulator.collection import is_text


def clauses(value: Any, name: str, keys: tuple[str, ...]) -> list[Json]:
    """A list of clauses as it is stored, the first key saying what each is about; None is an empty one (the contract's
    arrays are nullable)."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) and is_text(item.get(keys[0])) for item in value):
        raise record_invalid(name, f"{name.capitalize()}: is not a list of objects with a {keys[0]}")
    return [{key: item.get(key) for key in keys} for item in value]


def clause_arrays(sent: Json) -> Json:
    """Conditions and actions as sent; what is missing is empty, because the vendor replaces both together."""
    conditions: Any = sent.get("conditions")
    if conditions is None:
        conditions = {"all": sent.get("all"), "any": sent.get("any")}
    if not isinstance(conditions, dict):
        raise record_invalid("conditions", "Conditions: is not an object")
    keys = ("field", "operator", "value")
    return {
        "conditions": {half: clauses(conditions.get(half), "conditions", keys) for half in ("all", "any")},
        "actions": clauses(sent.get("actions"), "actions", ("field", "value")),
    }
