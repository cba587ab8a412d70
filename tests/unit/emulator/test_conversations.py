"""Conversations: the app, integrations, webhooks and the switchboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.bodies import MORE, SMALLEST, WEBHOOK
from tests.unit.emulator.conftest import APP, Client

INTEGRATIONS = f"{APP}/integrations"
SECRETS = {"pageAccessToken", "appSecret", "channelSecret", "channelAccessToken", "switcherSecret", "token", "apiKey"}
SECRETS |= {"accessKey", "signingKey", "authToken", "consumerKey", "consumerSecret", "accessTokenKey"}
SECRETS |= {"accessTokenSecret", "certificate", "password", "projectId", "clientEmail", "privateKey", "serverKey"}
SECRETS |= {"apiSecret", "authenticationMessageSecret", "accountManagementAccessToken", "defaultResponderId"}


def make(ask: Client, kind: str, **more: Any) -> dict[str, Any]:
    body = {"type": kind, **SMALLEST[kind], **more}
    made: dict[str, Any] = ask("POST", INTEGRATIONS, body, 201)["integration"]
    return made


def entries(ask: Client) -> tuple[str, list[dict[str, Any]]]:
    (switchboard,) = ask("GET", f"{APP}/switchboards")["switchboards"]
    path = f"{APP}/switchboards/{switchboard['id']}/switchboardIntegrations"
    return path, ask("GET", path)["switchboardIntegrations"]


def titles(answer: Any) -> list[str]:
    return [error["title"] for error in answer["errors"]]


def test_the_first_app_that_is_asked_for_is_the_accounts_own(ask: Client) -> None:
    ask("GET", f"{INTEGRATIONS}/{'0' * 24}", expected=404)

    refused = ask("GET", "/sc/v2/apps/ffffffffffffffffffffffff/integrations", expected=404)

    assert refused == {"errors": [{"code": "app_not_found", "title": "App not found"}]}
    assert ask.state()["app_id"] == APP.rpartition("/")[2]


@pytest.mark.parametrize("kind", sorted(SMALLEST))
def test_no_secret_comes_back_from_a_create_a_read_a_list_or_the_state(ask: Client, kind: str) -> None:
    sent = {**SMALLEST[kind], **MORE[kind]}
    sent = {name: "very-secret-" * 8 if name in SECRETS and value else value for name, value in sent.items()}
    made = ask("POST", INTEGRATIONS, {"type": kind, **sent}, 201)["integration"]
    replies = [made, ask("GET", f"{INTEGRATIONS}/{made['id']}"), ask("GET", INTEGRATIONS), ask.state()]

    assert ["very-secret" in json.dumps(reply) for reply in replies] == [False] * 4
    assert SECRETS & set(made) == set()
    assert ask.state()["secrets_written"].get(made["id"], {}) == {name: 1 for name in sent if name in SECRETS}


def test_ids_are_24_characters_and_pages_follow_them(ask: Client) -> None:
    made = [make(ask, "line")["id"] for _ in range(3)]
    first = ask("GET", f"{INTEGRATIONS}?page[size]=2")
    rest = ask("GET", f"{INTEGRATIONS}?page[size]=2&page[after]={first['meta']['afterCursor']}")

    assert {len(one) for one in made} == {24}
    assert [item["id"] for item in first["integrations"] + rest["integrations"]] == made
    assert first["meta"] == {"hasMore": True, "afterCursor": made[1]}
    assert rest["meta"] == {"hasMore": False, "beforeCursor": made[2]}
    assert set(rest["links"]) == {"prev"}


@pytest.mark.parametrize(
    "query", ["page[size]=0", "page[size]=101", "page[after]=short", "filter[types]=fax", "page[size]=x"]
)
def test_wrong_list_parameters_are_refused(ask: Client, query: str) -> None:
    assert titles(ask("GET", f"{INTEGRATIONS}?{query}", expected=400)) == ["Invalid query parameters"]


def test_a_page_has_25_integrations_unless_asked_otherwise_and_types_filter(ask: Client) -> None:
    for _ in range(26):
        make(ask, "line")
    make(ask, "viber")

    assert len(ask("GET", INTEGRATIONS)["integrations"]) == 25
    assert [i["type"] for i in ask("GET", f"{INTEGRATIONS}?filter[types]=viber,web")["integrations"]] == ["viber"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "fax"}, "Invalid integration type"),
        ({"type": "wechat"}, "Invalid integration type"),
        ({}, "should have required property 'type'"),
        ({"type": "telegram"}, "should have required property 'token'"),
        ({"type": "viber", "token": ""}, ".token: should not be shorter than 1 characters"),
        ({"type": "line", "displayName": "x" * 101}, ".displayName: should not be longer than 100 characters"),
        ({"type": "line", "phoneNumber": "33"}, "phoneNumber: should not have additional properties"),
        ({"type": "whatsapp", "phoneNumber": "33"}, "phoneNumber: should not have additional properties"),
        ({"type": "line", "channelId": "1"}, "channelId and channelSecret should be given together"),
        ({"type": "web", "brandColor": "#fff"}, '.brandColor: should match pattern "[0-9A-Fa-f]{3}([0-9A-Fa-f]{3})?"'),
        ({"type": "custom"}, "should have required property 'webhooks'"),
        ({"type": "custom", "webhooks": [WEBHOOK] * 2}, ".webhooks: should not have more than 1 items"),
        (
            {"type": "custom", "webhooks": [WEBHOOK], "defaultResponderId": None},
            "defaultResponderId: should not have additional properties",
        ),
        (
            {**SMALLEST["twitter"], "type": "twitter", "tier": "x"},
            ".tier: should be equal to one of the allowed values",
        ),
        ({"type": "ios", "production": "yes"}, ".production: should be boolean"),
        ({"type": ["line"]}, "Invalid integration type"),
        ({"type": "custom", "webhooks": ["x"]}, ".webhooks[0]: should be object"),
        (
            {"type": "web", "prechatCapture": {"fields": [{"type": "text", "name": "a", "label": "A"}] * 2}},
            ".prechatCapture.fields: names should be unique",
        ),
    ],
)
def test_a_wrong_create_is_refused_with_the_reason(ask: Client, body: Any, expected: str) -> None:
    assert titles(ask("POST", INTEGRATIONS, body, 400)) == [expected]
    assert ask("GET", INTEGRATIONS)["integrations"] == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("line", {"channelSecret": "s"}),
        ("messenger", {"appId": "2"}),
        ("instagram", {"appSecret": "s"}),
        ("twitter", {"consumerKey": "k"}),
        ("whatsapp", {"type": "line"}),
        ("custom", {"webhooks": [WEBHOOK]}),
        ("telegram", {"displayName": ""}),
        ("viber", {"status": "inactive"}),
    ],
)
def test_what_cannot_be_changed_in_place_is_refused_on_patch(ask: Client, kind: str, change: Any) -> None:
    made = make(ask, kind)

    ask("PATCH", f"{INTEGRATIONS}/{made['id']}", change, 400)

    assert ask("GET", f"{INTEGRATIONS}/{made['id']}")["integration"] == made


def test_a_messenger_page_id_is_sent_as_a_number_and_shown_as_text(ask: Client) -> None:
    assert make(ask, "messenger", pageId=104857600000001)["pageId"] == "104857600000001"
    assert isinstance(make(ask, "messenger")["pageId"], str)


def test_whatsapp_made_by_api_has_no_number_until_a_person_connects_one(ask: Client) -> None:
    made = make(ask, "whatsapp")
    assert made["phoneNumber"] is None

    ask.click(f"{INTEGRATIONS}/{made['id']}", {"phoneNumber": "33140000001"})

    assert ask("GET", f"{INTEGRATIONS}/{made['id']}")["integration"]["phoneNumber"] == "33140000001"


def test_the_readable_responder_is_the_switchboards_until_the_channel_has_its_own(ask: Client) -> None:
    path, (bot, agents) = entries(ask)
    made = make(ask, "line")
    assert (made["defaultResponder"]["name"], made["defaultResponder"]["inherited"]) == (agents["name"], True)

    one = f"{INTEGRATIONS}/{made['id']}"
    own = ask("PATCH", one, {"defaultResponderId": bot["id"]})["integration"]["defaultResponder"]
    assert own == {
        "name": bot["name"],
        "integrationId": bot["integrationId"],
        "integrationType": "zd:answerBot",
        "deliverStandbyEvents": True,
        "nextSwitchboardIntegrationId": agents["id"],
        "inherited": False,
    }
    back = ask("PATCH", one, {"defaultResponderId": None})["integration"]["defaultResponder"]
    assert back["inherited"] is True
    ask("PATCH", one, {"defaultResponderId": "0" * 24}, 400)
    assert path.startswith(APP)


def test_lists_can_leave_the_responder_out(start: Callable[..., Client]) -> None:
    ask = start(lists_show_default_responder=False)
    made = make(ask, "line")

    assert ["defaultResponder" in item for item in ask("GET", INTEGRATIONS)["integrations"]] == [False]
    assert "defaultResponder" in ask("GET", f"{INTEGRATIONS}/{made['id']}")["integration"]


@pytest.mark.parametrize("kind", ["web", "ios", "android", "unity"])
def test_an_sdk_channel_made_in_admin_center_cannot_be_deleted_but_one_made_by_api_can(ask: Client, kind: str) -> None:
    by_hand = ask.click(INTEGRATIONS, {"type": kind, "displayName": "Site"})
    by_api = make(ask, kind)

    refused = ask("DELETE", f"{INTEGRATIONS}/{by_hand['id']}", expected=400)

    assert titles(refused) == ["SDK integrations configured on Admin Center cannot be deleted"]
    assert "brandId" in by_hand
    assert ask("DELETE", f"{INTEGRATIONS}/{by_api['id']}") == {}


def test_an_app_has_at_most_ten_webhooks_and_their_secret_can_be_read(ask: Client) -> None:
    bot = make(ask, "custom")
    hooks = f"{INTEGRATIONS}/{bot['id']}/webhooks"
    for _ in range(9):
        ask("POST", hooks, WEBHOOK, 201)

    ask("POST", hooks, WEBHOOK, 400)
    refused = ask("POST", INTEGRATIONS, {"type": "custom", "webhooks": [WEBHOOK]}, 400)

    assert titles(refused) == ["App has reached the max number of webhooks (10)"]
    assert [i["id"] for i in ask("GET", INTEGRATIONS)["integrations"]] == [bot["id"]]
    assert ask("GET", f"{hooks}/{bot['webhooks'][0]['id']}")["webhook"]["secret"] == bot["webhooks"][0]["secret"]
    assert titles(ask("GET", f"{INTEGRATIONS}/{make(ask, 'line')['id']}/webhooks", expected=403)) == ["Forbidden"]


def test_a_custom_integration_outside_the_switchboard_receives_everything(ask: Client) -> None:
    bot = make(ask, "custom")
    path, _ = entries(ask)
    assert ask.state()["receives_everything"] == [bot["id"]]
    ask("POST", path, {"name": "bot", "integrationId": bot["id"]}, 201)
    assert ask.state()["receives_everything"] == []

    ask("PATCH", path.rpartition("/")[0], {"enabled": False})

    assert ask.state()["receives_everything"] == [bot["id"]]


def test_the_switchboard_is_one_and_has_no_read_by_id(ask: Client) -> None:
    path, _ = entries(ask)

    refused = ask("POST", f"{APP}/switchboards", expected=400)

    assert titles(refused) == ["Only one switchboard can be created per app"]
    ask("GET", path.rpartition("/")[0], expected=404)
    ask("GET", f"{path}/{entries(ask)[1][0]['id']}", expected=404)


def test_default_and_next_entries_cannot_be_deleted(ask: Client) -> None:
    path, (bot, agents) = entries(ask)
    ask("DELETE", f"{path}/{agents['id']}", expected=400)
    ask("PATCH", path.rpartition("/")[0], {"defaultSwitchboardIntegrationId": bot["id"]})
    ask("DELETE", f"{path}/{agents['id']}", expected=400)

    ask("PATCH", f"{path}/{bot['id']}", {"nextSwitchboardIntegrationId": None})

    assert ask("DELETE", f"{path}/{agents['id']}") == {}


def test_an_enabled_switchboard_needs_a_default(ask: Client) -> None:
    path, _ = entries(ask)
    ask("DELETE", path.rpartition("/")[0])
    made = ask("POST", f"{APP}/switchboards", expected=201)["switchboard"]

    refused = ask("PATCH", f"{APP}/switchboards/{made['id']}", {"enabled": True}, 404)

    assert titles(refused) == ["Enabled switchboard must have an associated default switchboardIntegration"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "with space", "integrationType": "zd:x"},
        {"name": "", "integrationType": "zd:x"},
        {"integrationType": "zd:x"},
        {"name": "x"},
        {"name": "x", "integrationType": "zd:x", "integrationId": "1"},
        {"name": "x", "integrationId": "0" * 24},
        {"name": "x", "integrationType": "zd:x", "messageHistoryCount": 11},
        {"name": "x", "integrationType": "zd:x", "nextSwitchboardIntegrationId": "0" * 24},
    ],
)
def test_a_wrong_entry_is_refused(ask: Client, body: Any) -> None:
    path, before = entries(ask)

    ask("POST", path, body, 400)

    assert entries(ask)[1] == before


def test_a_switchboard_has_at_most_ten_entries(ask: Client) -> None:
    path, _ = entries(ask)
    for number in range(8):
        ask("POST", path, {"name": f"e{number}", "integrationType": "zd:x"}, 201)

    refused = ask("POST", path, {"name": "e9", "integrationType": "zd:x"}, 400)

    assert refused["errors"][0]["code"] == "too_many_switchboard_integrations"


def test_several_conversations_per_person_cannot_be_switched_off_again(ask: Client) -> None:
    ask("PATCH", APP, {"settings": {"endSessionEnabled": True}}, 400)
    ask("PATCH", APP, {"settings": {"multiConvoEnabled": True}})
    ask("PATCH", APP, {"settings": {"endSessionEnabled": True}})

    ask("PATCH", APP, {"settings": {"multiConvoEnabled": False}}, 400)

    assert ask("GET", APP)["app"]["settings"]["multiConvoEnabled"] is True


def test_a_body_above_100_kb_is_refused(ask: Client) -> None:
    ask("POST", INTEGRATIONS, {"type": "line", "qrCodeUrl": "x" * 102_400}, 413)
