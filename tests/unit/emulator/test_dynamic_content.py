"""Dynamic content items, their variants and placeholders, with the traps of the real service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.emulator.conftest import Client

ITEMS = "/api/v2/dynamic_content/items"
FRENCH, JAPANESE, UNKNOWN = 16, 67, 999


def variant(locale_id: int, **fields: Any) -> dict[str, Any]:
    return {"locale_id": locale_id, "content": "text", **fields}


def made(ask: Client, name: str = "Hello, World!", **fields: Any) -> Any:
    item = {"name": name, "default_locale_id": FRENCH, "variants": [variant(FRENCH), variant(JAPANESE)], **fields}
    return ask("POST", ITEMS, {"item": item}, 201)["item"]


def test_a_placeholder_is_made_of_the_first_name_and_never_changes(ask: Client) -> None:
    item = made(ask)
    renamed = ask("PUT", f"{ITEMS}/{item['id']}", {"item": {"name": "Bye", "default_locale_id": JAPANESE}})["item"]
    twin = made(ask, "Hello World")

    assert ("{{dc.hello_world}}", "{{dc.hello_world}}") == (item["placeholder"], renamed["placeholder"])
    assert FRENCH == renamed["default_locale_id"]
    assert twin["placeholder"] not in ("", item["placeholder"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "hello"},
        {"variants": []},
        {"variants": [variant(JAPANESE)]},
        {"variants": [variant(FRENCH), variant(FRENCH)]},
        {"variants": [variant(FRENCH), variant(UNKNOWN)]},
        {"variants": [variant(FRENCH, active=False)]},
        {"variants": [variant(FRENCH, content="")]},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_an_item_that_the_service_would_refuse_is_refused(ask: Client, wrong: dict[str, Any]) -> None:
    made(ask, "Hello")
    right = {"name": "Other", "default_locale_id": FRENCH, "variants": [variant(FRENCH)]}

    ask("POST", ITEMS, {"item": {**right, **wrong}}, 422)


def test_the_default_variant_stays_active_and_there_until_another_one_is_the_default(ask: Client) -> None:
    item = made(ask)
    french, japanese = item["variants"]
    inside = f"{ITEMS}/{item['id']}/variants"
    assert [True, False] == [french["default"], japanese["default"]]

    ask("PUT", f"{inside}/{french['id']}", {"variant": {"active": False}}, 422)
    ask("PUT", f"{inside}/{french['id']}", {"variant": {"default": False}}, 422)
    ask("DELETE", f"{inside}/{french['id']}", expected=422)
    ask("PUT", f"{inside}/{japanese['id']}", {"variant": {"default": True}})

    assert JAPANESE == ask("GET", f"{ITEMS}/{item['id']}")["item"]["default_locale_id"]
    ask("DELETE", f"{inside}/{french['id']}", expected=204)
    assert [JAPANESE] == [each["locale_id"] for each in ask("GET", inside)["variants"]]


def test_an_item_is_not_deleted_while_a_macro_names_it(ask: Client) -> None:
    item = made(ask)
    reply = {"title": "Reply", "actions": [{"field": "comment_value", "value": ["channel:all", item["placeholder"]]}]}
    macro = ask("POST", "/api/v2/macros", {"macro": reply})["macro"]

    ask("DELETE", f"{ITEMS}/{item['id']}", expected=422)
    ask("DELETE", f"/api/v2/macros/{macro['id']}", expected=204)
    ask("DELETE", f"{ITEMS}/{item['id']}", expected=204)

    ask("GET", f"{ITEMS}/{item['id']}/variants", expected=404)
