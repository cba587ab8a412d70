"""Support as the vendor describes it: pages, groups, settings, people."""

from __future__ import annotations

import pytest

from reconciler.emulator.account import Account
from tests.unit.emulator.conftest import Client

GROUPS = "/api/v2/groups"


def test_a_new_account_has_an_owner_a_default_group_and_a_default_brand(ask: Client) -> None:
    me = ask("GET", "/api/v2/users/me")["user"]
    (group,) = ask("GET", GROUPS)["groups"]
    (brand,) = ask("GET", "/api/v2/brands")["brands"]

    assert (me["role"], me["default_group_id"], group["default"]) == ("admin", group["id"], True)
    assert me["url"] == f"https://maison-lune.zendesk.com/api/v2/users/{me['id']}.json"
    assert ask("GET", "/api/v2/account/settings")["settings"]["brands"]["default_brand_id"] == brand["id"]


def test_the_same_requests_make_the_same_ids_and_another_account_other_ones() -> None:
    def ids(account: Account) -> tuple[int, str, int]:
        return account.new_support_id(), account.new_conversations_id(), account.new_connection_number()

    first = ids(Account("maison-lune"))

    assert first == ids(Account("maison-lune"))
    assert [a == b for a, b in zip(first, ids(Account("maison-lune-sandbox")), strict=True)] == [False] * 3
    assert 1_500_000_000_000 < first[0] < 2**53


def test_json_at_the_end_of_a_path_changes_nothing_and_unknown_paths_are_not_found(ask: Client) -> None:
    assert ask("GET", GROUPS + ".json") == ask("GET", GROUPS)
    assert ask("GET", "/api/v2/unheard_of", expected=404) == {"error": "InvalidEndpoint", "description": "Not found"}
    assert ask("GET", GROUPS + "/1", expected=404) == {"error": "RecordNotFound", "description": "Not found"}


def test_a_chain_of_cursors_gives_every_group_once(ask: Client) -> None:
    for number in range(4):
        ask("POST", GROUPS, {"group": {"name": f"G{number}"}}, 201)
    seen, query = [], "page[size]=2"
    while True:
        page = ask("GET", f"{GROUPS}?{query}")
        seen += [group["name"] for group in page["groups"]]
        if not page["meta"]["has_more"]:
            break
        query = f"page[size]=2&page[after]={page['meta']['after_cursor']}"

    assert seen == ["Support", "G0", "G1", "G2", "G3"]
    assert (page["links"]["next"], "next_page" in page) == (None, False)


def test_without_a_page_size_pages_are_offsets_whatever_else_is_sent(ask: Client) -> None:
    ask("POST", GROUPS, {"group": {"name": "G"}}, 201)
    page = ask("GET", f"{GROUPS}?per_page=1&page=1")

    assert (len(page["groups"]), page["count"], page["previous_page"]) == (1, 2, None)
    assert page["next_page"] == "https://maison-lune.zendesk.com/api/v2/groups.json?page=2&per_page=1"
    assert ask("GET", f"{GROUPS}?page[after]=x")["count"] == 2


def test_pages_beyond_what_the_vendor_allows_are_refused(ask: Client) -> None:
    assert set(ask("GET", f"{GROUPS}?page[size]=101", expected=400)["error"]) == {"title", "message"}
    ask("GET", f"{GROUPS}?page=101&per_page=100", expected=400)
    ask("GET", f"{GROUPS}?page[size]=1&page[after]=nonsense", expected=400)


def test_a_deleted_group_stays_listed_unless_it_is_excluded_and_frees_its_name(ask: Client) -> None:
    group = ask("POST", GROUPS, {"group": {"name": "Japan"}}, 201)["group"]
    taken = ask("POST", GROUPS, {"group": {"name": "JAPAN"}}, 422)
    ask("DELETE", f"{GROUPS}/{group['id']}", expected=204)

    assert taken["error"] == "RecordInvalid"
    assert taken["details"]["name"][0]["description"] == "Name: has already been taken"
    assert ask("GET", f"{GROUPS}/{group['id']}")["group"]["deleted"] is True
    assert [g["name"] for g in ask("GET", GROUPS)["groups"]] == ["Support", "Japan"]
    assert [g["name"] for g in ask("GET", f"{GROUPS}?exclude_deleted=true")["groups"]] == ["Support"]
    ask("POST", GROUPS, {"group": {"name": "Japan"}}, 201)
    ask("DELETE", f"{GROUPS}/{group['id']}", expected=404)


def test_names_may_repeat_when_the_setting_allows_it(ask: Client) -> None:
    ask("PUT", "/api/v2/account/settings", {"settings": {"groups": {"check_group_name_uniqueness": False}}})

    ask("POST", GROUPS, {"group": {"name": "Support"}}, 201)


def test_the_default_group_and_an_agents_default_group_cannot_be_deleted(ask: Client) -> None:
    (default,) = ask("GET", GROUPS)["groups"]
    other = ask("POST", GROUPS, {"group": {"name": "Japan"}}, 201)["group"]
    agent = {"name": "A", "email": "a@example.com", "role": "agent", "default_group_id": other["id"]}
    ask.click("/api/v2/users", agent)

    def reason(group: dict[str, int]) -> str:
        refused = ask("DELETE", f"{GROUPS}/{group['id']}", expected=422)
        return str(refused["details"]["base"][0]["description"])

    assert reason(default) == "The default group cannot be deleted"
    assert reason(other) == "The group is the default group of a user and cannot be deleted"


def test_a_private_group_never_becomes_public_again(ask: Client) -> None:
    group = ask("POST", GROUPS, {"group": {"name": "Legal"}}, 201)["group"]
    one = f"{GROUPS}/{group['id']}"
    assert ask("PUT", one, {"group": {"is_public": False}})["group"]["is_public"] is False

    ask("PUT", one, {"group": {"is_public": True}}, 422)

    assert ask("GET", one)["group"]["is_public"] is False


def test_settings_are_written_in_parts_and_read_only_ones_stay(ask: Client) -> None:
    before = ask("GET", "/api/v2/account/settings")["settings"]
    sent = {"routing": {"enabled": True, "autorouting_tag": "auto"}, "active_features": {"chat": False}}

    after = ask("PUT", "/api/v2/account/settings", {"settings": sent})["settings"]

    assert after["routing"] == {**before["routing"], "enabled": True, "autorouting_tag": "auto"}
    assert after["active_features"]["chat"] is True
    ask("PUT", "/api/v2/account/settings", {"settings": {"routing": {"autorouting_tag": ""}}}, 422)


def test_some_settings_are_truths_as_text(ask: Client) -> None:
    assert ask("GET", "/api/v2/account/settings")["settings"]["api"]["api_token_access"] == "true"


@pytest.mark.parametrize("path", ["custom_roles", "business_hours/schedules", "routing/attributes", "queues"])
def test_a_listing_without_pages_is_whole_whatever_is_asked(ask: Client, path: str) -> None:
    whole = ask("GET", f"/api/v2/{path}")

    assert whole == ask("GET", f"/api/v2/{path}?page[size]=1")
    assert "meta" not in whole


def test_people_are_found_by_role_and_by_mail_whatever_its_case(ask: Client) -> None:
    ask.click("/api/v2/users", {"name": "Aiko", "email": "aiko@example.com", "role": "agent"})
    ask.click("/api/v2/users", {"name": "Client", "email": "client@example.com"})

    assert [u["name"] for u in ask("GET", "/api/v2/users?role[]=agent&role[]=admin")["users"]] == [
        "Account Owner",
        "Aiko",
    ]
    assert [u["name"] for u in ask("GET", "/api/v2/users/search?query=email:AIKO@example.com")["users"]] == ["Aiko"]
    assert ask("GET", "/api/v2/users/search?query=email:nobody@example.com")["users"] == []


def test_chat_routing_settings_can_be_read(ask: Client) -> None:
    assert ask("GET", "/api/v2/chat/routing_settings/account")["data"]["routing_mode"] == "assigned"
