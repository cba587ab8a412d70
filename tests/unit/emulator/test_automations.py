"""Automations, with the rules and the refusals of the real service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.emulator.conftest import Client

AUTOMATIONS = "/api/v2/automations"
TIME = {"field": "PENDING", "operator": "is", "value": "24"}
STATE = {"field": "status", "operator": "is", "value": "pending"}
ACTIONS = [{"field": "status", "value": "open"}]


def automation(title: str, hours: str = "24", **more: Any) -> dict[str, Any]:
    conditions = {"all": [{**TIME, "value": hours}, STATE], "any": []}
    return {"automation": {"title": title, "conditions": conditions, "actions": ACTIONS, **more}}


def test_a_new_automation_goes_to_the_sparse_end(ask: Client) -> None:
    made = ask("POST", AUTOMATIONS, automation("Remind"), 201)["automation"]

    assert (made["position"], made["raw_title"], made["active"], made["default"]) == (9999, "Remind", True, False)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"all": [STATE], "any": []}, "time-based"),
        ({"all": [TIME], "any": []}, "assignee_id"),
        ({"all": [TIME, STATE], "any": [TIME]}, "any"),
    ],
)
def test_conditions_without_time_or_state_are_refused(ask: Client, conditions: Any, message: str) -> None:
    error = ask("POST", AUTOMATIONS, automation("Remind", conditions=conditions), 422)

    assert message in error["details"]["conditions"][0]["description"]


def test_two_active_automations_with_the_same_conditions_are_refused(ask: Client) -> None:
    ask("POST", AUTOMATIONS, automation("A"), 201)
    ask("POST", AUTOMATIONS, automation("B"), 422)

    inactive = ask("POST", AUTOMATIONS, automation("B", active=False), 201)["automation"]

    ask("PUT", f"{AUTOMATIONS}/{inactive['id']}", {"automation": {"active": True}}, 422)
    assert [True, False] == [each["active"] for each in ask("GET", AUTOMATIONS)["automations"]]
    assert ["A"] == [each["title"] for each in ask("GET", f"{AUTOMATIONS}/active")["automations"]]


def test_sending_conditions_alone_empties_the_actions_and_is_refused(ask: Client) -> None:
    made = ask("POST", AUTOMATIONS, automation("A"), 201)["automation"]

    ask("PUT", f"{AUTOMATIONS}/{made['id']}", {"automation": {"conditions": made["conditions"]}}, 422)


def test_a_system_automation_may_be_switched_off_and_refuses_the_rest(start: Callable[..., Client]) -> None:
    ask = start({AUTOMATIONS: [{"id": 830001, "default": True, **automation("Close")["automation"]}]})

    ask("DELETE", f"{AUTOMATIONS}/830001", expected=422)
    ask("DELETE", f"{AUTOMATIONS}/destroy_many?ids=830001", expected=422)
    ask("PUT", f"{AUTOMATIONS}/830001", {"automation": {"title": "Other"}}, 422)

    changed = ask("PUT", f"{AUTOMATIONS}/830001", {"automation": {"active": False}})["automation"]
    assert (changed["active"], changed["title"]) == (False, "Close")
