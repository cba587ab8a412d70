"""What is loaded into an account stands there as it stood in the other one."""

from __future__ import annotations

from reconciler.emulator.account import Account
from reconciler.emulator.control import state
from reconciler.emulator.loading import load

APP = "65f1c2a9d3b4e7f8a0b1c2d3"


def test_an_account_that_is_loaded_into_another_is_equal_to_it() -> None:
    original = Account("acme", seed={"/api/v2/groups": [{"id": 7, "name": "Équipe"}]})
    load(original, {f"/sc/v2/apps/{APP}": {"displayName": "Acme"}})
    content = state(original)["objects"]

    copy = Account("acme")
    refused = load(copy, content)

    assert [] == refused
    assert content == state(copy)["objects"]


def test_settings_stand_there_exactly_and_not_over_those_of_a_new_account() -> None:
    copy = Account("acme")

    load(copy, {"/api/v2/account/settings": {"agents": {"agent_workspace": False}}})

    assert {"agents": {"agent_workspace": False}} == copy.get("settings", "-")


def test_new_objects_take_no_id_of_the_loaded_ones() -> None:
    original = Account("acme")
    ids = {original.new_support_id() for _ in range(500)}
    copy = Account("acme")
    load(copy, {"/api/v2/groups": [{"id": each, "name": str(each)} for each in ids]})

    assert copy.new_support_id() not in ids


def test_what_cannot_be_held_is_named_and_the_rest_is_held() -> None:
    copy = Account("acme")

    refused = load(
        copy,
        {
            "/api/v2/inventions": [],
            f"/sc/v2/apps/{APP}": {"displayName": "Acme"},
            "/sc/v2/apps/another/integrations": [],
            "/api/v2/dynamic_content/items": [{"id": 5, "variants": [{"id": 6, "locale_id": []}, 4]}],
            "/api/v2/queues": [{"id": "q", "primary_groups": None}],
            "/api/v2/groups": [{"id": 7, "name": "Équipe"}],
        },
    )

    assert [
        "/api/v2/inventions is not served",
        "/sc/v2/apps/another/integrations is of another app",
        "/api/v2/queues q has a form that is not known",
        "/api/v2/dynamic_content/items 5 has a form that is not known",
    ] == refused
    assert [7] == [each["id"] for each in copy.all("groups")]
    assert [] == copy.all("queues")
