"""Skill attributes and their values, with the traps of the real service."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.emulator.conftest import Client

ATTRIBUTES = "/api/v2/routing/attributes"


def test_neither_list_says_anything_of_pages_and_ids_are_uuids(start: Callable[..., Client]) -> None:
    ask = start({ATTRIBUTES: [{"id": "a-1", "name": "Language"}], f"{ATTRIBUTES}/a-1/values": [{"name": "French"}]})

    assert {"attributes"} == ask("GET", f"{ATTRIBUTES}?page[size]=1").keys()
    listed = ask("GET", f"{ATTRIBUTES}/a-1/values")
    assert {"attribute_values"} == listed.keys()
    (value,) = listed["attribute_values"]
    assert [8, 4, 4, 4, 12] == [len(each) for each in value["id"].split("-")]
    assert value["url"].endswith(f".zendesk.com{ATTRIBUTES}/a-1/values/{value['id']}.json")


def test_conditions_say_subject_and_are_replaced_together(ask: Client) -> None:
    attribute = ask("POST", ATTRIBUTES, {"attribute": {"name": "Language"}}, 201)["attribute"]
    values = f"{ATTRIBUTES}/{attribute['id']}/values"
    one, two = ({"subject": "via_id", "operator": "is", "value": each} for each in ("72", "74"))
    wrong = {"name": "French", "conditions": {"all": [{"field": "via_id", "operator": "is", "value": "72"}]}}

    ask("POST", values, {"attribute_value": wrong}, 422)
    right = {"name": "French", "conditions": {"all": [one], "any": [two]}}
    made = ask("POST", values, {"attribute_value": right}, 201)["attribute_value"]
    patched = ask("PATCH", f"{values}/{made['id']}", {"attribute_value": {"conditions": {"any": [one]}}})

    assert {"all": [], "any": [one]} == patched["attribute_value"]["conditions"]


def test_a_value_s_name_is_taken_once_in_its_attribute_and_again_in_another(ask: Client) -> None:
    first, second = (
        ask("POST", ATTRIBUTES, {"attribute": {"name": name}}, 201)["attribute"]["id"] for name in ("One", "Two")
    )
    ask("POST", f"{ATTRIBUTES}/{first}/values", {"attribute_value": {"name": "French"}}, 201)

    ask("POST", f"{ATTRIBUTES}/{first}/values", {"attribute_value": {"name": "french"}}, 422)
    made = ask("POST", f"{ATTRIBUTES}/{second}/values", {"attribute_value": {"name": "French"}}, 201)

    ask("GET", f"{ATTRIBUTES}/{first}/values/{made['attribute_value']['id']}", expected=404)


def test_an_attribute_goes_with_its_values(ask: Client) -> None:
    attribute = ask("POST", ATTRIBUTES, {"attribute": {"name": "Language"}}, 201)["attribute"]["id"]
    ask("POST", f"{ATTRIBUTES}/{attribute}/values", {"attribute_value": {"name": "French"}}, 201)

    ask("DELETE", f"{ATTRIBUTES}/{attribute}", expected=204)

    ask("GET", f"{ATTRIBUTES}/{attribute}/values", expected=404)
