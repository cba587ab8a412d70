"""Triggers and their categories, with the traps of the real service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.emulator.conftest import APP, Client

CATEGORIES = "/api/v2/trigger_categories"
TRIGGERS = "/api/v2/triggers"
CONDITIONS = {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []}
ACTIONS = [{"field": "current_tags", "value": "social"}]


def categories(ask: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("GET", f"{CATEGORIES}?page[size]=100")["trigger_categories"]
    return found


def make(ask: Client, title: str, **more: Any) -> dict[str, Any]:
    category = more.pop("category_id", None) or categories(ask)[0]["id"]
    trigger = {"title": title, "conditions": CONDITIONS, "actions": ACTIONS, "category_id": category, **more}
    made: dict[str, Any] = ask("POST", TRIGGERS, {"trigger": trigger}, 201)["trigger"]
    return made


def test_category_ids_are_text_and_the_last_page_still_has_a_next_link(ask: Client) -> None:
    page = ask("GET", f"{CATEGORIES}?page[size]=100")

    assert [c["name"] for c in page["trigger_categories"]] == ["Notifications", "Initial Category"]
    assert all(isinstance(c["id"], str) for c in page["trigger_categories"])
    assert page["meta"]["has_more"] is False
    assert page["links"]["next"] is not None


def test_a_category_takes_its_place_and_the_others_make_room(ask: Client) -> None:
    made = ask("POST", CATEGORIES, {"trigger_category": {"name": "Social", "position": 2}})["trigger_category"]
    assert [(c["name"], c["position"]) for c in categories(ask)] == [
        ("Notifications", 1),
        ("Social", 2),
        ("Initial Category", 3),
    ]

    ask("PATCH", f"{CATEGORIES}/{made['id']}", {"trigger_category": {"name": "Care"}})

    assert [c["name"] for c in categories(ask)] == ["Notifications", "Care", "Initial Category"]


def test_category_errors_are_json_api_errors(ask: Client) -> None:
    (error,) = ask("GET", f"{CATEGORIES}/1", expected=404)["errors"]

    assert {"code", "title"} <= set(error)
    assert ask("POST", CATEGORIES, {"trigger_category": {"name": " "}}, 400)["errors"][0]["title"]


def test_deleting_a_category_is_refused_with_active_triggers_and_takes_the_inactive_ones(ask: Client) -> None:
    category = categories(ask)[0]["id"]
    trigger = make(ask, "Route")
    ask("DELETE", f"{CATEGORIES}/{category}", expected=400)
    ask("PUT", f"{TRIGGERS}/{trigger['id']}", {"trigger": {"active": False}})

    ask("DELETE", f"{CATEGORIES}/{category}", expected=204)

    assert ask("GET", TRIGGERS)["triggers"] == []


def test_a_new_trigger_goes_last_of_the_active_ones_so_positions_repeat(ask: Client) -> None:
    made = [make(ask, "A"), make(ask, "B", position=1, active=False), make(ask, "C")]

    assert [trigger["position"] for trigger in made] == [1, 2, 2]
    assert (made[0]["raw_title"], made[0]["description"]) == ("A", None)
    assert made[0]["category_id"] == categories(ask)[0]["id"]


def test_sending_actions_alone_empties_the_conditions(ask: Client) -> None:
    trigger = make(ask, "A")

    changed = ask("PUT", f"{TRIGGERS}/{trigger['id']}", {"trigger": {"actions": ACTIONS}})["trigger"]

    assert (changed["conditions"], changed["actions"]) == ({"all": [], "any": []}, ACTIONS)


def test_sending_neither_array_keeps_both(ask: Client) -> None:
    trigger = make(ask, "A")

    changed = ask("PUT", f"{TRIGGERS}/{trigger['id']}", {"trigger": {"title": "B"}})["trigger"]

    assert (changed["conditions"], changed["actions"], changed["raw_title"]) == (CONDITIONS, ACTIONS, "B")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"conditions": {"all": [], "any": []}}, "conditions"),
        ({"actions": []}, "actions"),
        ({"category_id": None}, "category_id"),
        ({"category_id": 7}, "category_id"),
        ({"active": "yes"}, "active"),
    ],
)
def test_a_wrong_trigger_is_refused_by_field_and_leaves_nothing(ask: Client, change: Any, field: str) -> None:
    trigger = {
        "title": "A",
        "conditions": CONDITIONS,
        "actions": ACTIONS,
        "category_id": categories(ask)[0]["id"],
        **change,
    }

    answer = ask("POST", TRIGGERS, {"trigger": trigger}, 422)

    assert list(answer["details"]) == [field]
    assert ask("GET", TRIGGERS)["triggers"] == []


def test_triggers_are_listed_in_firing_order_and_can_be_narrowed(ask: Client) -> None:
    second = categories(ask)[1]["id"]
    for title, more in (("Z", {"category_id": second}), ("B", {}), ("A", {"active": False})):
        make(ask, title, **more)

    def titles(query: str, path: str = TRIGGERS) -> list[str]:
        return [trigger["title"] for trigger in ask("GET", f"{path}?{query}")["triggers"]]

    assert titles("page[size]=100") == ["B", "A", "Z"]
    assert titles("page[size]=100&sort=alphabetical") == ["A", "B", "Z"]
    assert titles("active=false") == ["A"]
    assert titles(f"category_id={second}") == ["Z"]
    assert titles("", f"{TRIGGERS}/active") == ["B", "Z"]
    assert titles("query=z", f"{TRIGGERS}/search") == ["Z"]


def test_reordering_needs_every_trigger_and_one_category(ask: Client) -> None:
    first, second = make(ask, "A")["id"], make(ask, "B")["id"]
    ask("PUT", f"{TRIGGERS}/reorder", {"trigger_ids": [second]}, 404)
    ask("PUT", f"{TRIGGERS}/reorder", {"trigger_ids": [second, first]})
    assert [t["title"] for t in ask("GET", TRIGGERS)["triggers"]] == ["B", "A"]
    third = make(ask, "C", category_id=categories(ask)[1]["id"])["id"]

    refused = ask("PUT", f"{TRIGGERS}/reorder", {"trigger_ids": [first, second, third]}, 400)

    assert refused["error"]["title"] == "LimitOneCategory"


def test_the_job_moves_categories_and_triggers_together_or_not_at_all(ask: Client) -> None:
    first, second = make(ask, "A"), make(ask, "B", active=False)
    notifications, initial = (c["id"] for c in categories(ask))

    def run(triggers: list[dict[str, Any]], expected: int) -> Any:
        moved = [{"id": initial, "position": 1}, {"id": notifications, "position": 2}]
        items = {"trigger_categories": moved, "triggers": triggers}
        return ask("POST", f"{CATEGORIES}/jobs", {"job": {"action": "patch", "items": items}}, expected)

    failed = run([{"id": first["id"], "position": 2}], 400)
    assert (failed["status"], len(failed["errors"])) == ("failed", 1)
    assert [c["name"] for c in categories(ask)] == ["Notifications", "Initial Category"]

    moves = [{"id": str(first["id"]), "position": 2}, {"id": str(second["id"]), "position": 1, "active": True}]
    assert run(moves, 200)["status"] == "complete"
    assert [c["name"] for c in categories(ask)] == ["Initial Category", "Notifications"]
    assert [(t["title"], t["active"]) for t in ask("GET", TRIGGERS)["triggers"]] == [("B", True), ("A", True)]


def test_update_many_changes_what_it_may_and_ignores_the_rest(ask: Client) -> None:
    trigger = make(ask, "A")

    many = [{"id": trigger["id"], "active": False, "position": 9, "title": "ignored"}]
    (changed,) = ask("PUT", f"{TRIGGERS}/update_many", {"triggers": many})["triggers"]

    assert (changed["active"], changed["position"], changed["title"]) == (False, 9, "A")


def test_definitions_list_only_connected_channels(ask: Client) -> None:
    def channels() -> list[str]:
        definitions = ask("GET", f"{TRIGGERS}/definitions")["definitions"]["conditions_all"]
        (via,) = [entry for entry in definitions if entry["subject"] == "via_id"]
        return [value["value"] for value in via["values"]]

    assert channels() == ["0", "4", "5"]
    ask("POST", f"{APP}/integrations", {"type": "line"}, 201)
    made = ask("POST", f"{APP}/integrations", {"type": "whatsapp"}, 201)["integration"]
    assert channels() == ["0", "4", "5", "72"]

    ask.click(f"{APP}/integrations/{made['id']}", {"phoneNumber": "33140000001"})

    assert channels() == ["0", "4", "5", "72", "74"]
