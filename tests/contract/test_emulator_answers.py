"""Every endpoint that the emulator and the vendor's files share, judged in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.emulator.registry import ROUTES
from reconciler.emulator.server import Emulator
from tests.contract.bodies import MORE, PATCHABLE, SMALLEST, WEBHOOK
from tests.contract.contracts import (
    answer_problems,
    document,
    exceptions,
    needs_contracts,
    request_problems,
    used_exceptions,
)
from tests.contract.recorder import Exchange, Recorder

pytestmark = [needs_contracts, pytest.mark.xdist_group("contract")]

Driven = tuple[dict[str, list[str]], list[Exchange]]
HANDLES = "/api/v2/channels/twitter/monitored_twitter_handles"
APP = "/sc/v2/apps/5f0e1c2d3b4a5f0e1c2d3b4a"
LEGACY = "/sc/v1.1/apps/5f0e1c2d3b4a5f0e1c2d3b4a/integrations"
CONDITIONS = {
    "all": [
        {"field": "update_type", "operator": "is", "value": "Create"},
        {"field": "comment_is_public", "operator": "is", "value": True},
    ],
    "any": [{"field": "via_id", "operator": "is", "value": "74"}],
}
TRIGGER = {
    "title": "Route WhatsApp",
    "conditions": CONDITIONS,
    "actions": [{"field": "notification_user", "value": ["requester_and_ccs", "Subject", "Body"]}],
}


def drive_integrations(ask: Recorder) -> None:
    for kind, smallest in SMALLEST.items():
        for body in ({"type": kind, **smallest}, {"type": kind, "displayName": kind, **smallest, **MORE[kind]}):
            made = ask("POST", f"{APP}/integrations", body, expected=201)["integration"]
            one = f"{APP}/integrations/{made['id']}"
            ask("GET", one, expected=200)
            patched = ask("PATCH", one, {"displayName": "Renamed", **PATCHABLE[kind]}, expected=200)["integration"]
            assert patched["displayName"] == "Renamed"
            if body.get("displayName") is None:
                ask("DELETE", one, expected=200)
                ask("GET", one, expected=404)
    first = ask("GET", f"{APP}/integrations?page[size]=10", expected=200)
    ask("GET", f"{APP}/integrations?page[size]=10&page[after]={first['meta']['afterCursor']}", expected=200)
    ask("GET", f"{APP}/integrations?filter[types]=web,line", expected=200)
    ask("GET", f"{APP}/integrations?page[size]=101", expected=400)
    ask("POST", f"{APP}/integrations", {"type": "fax"}, expected=400)


def drive_the_app(ask: Recorder) -> None:
    ask("GET", APP, expected=200)
    ask("PATCH", APP, {"settings": {"echoPostback": True}, "metadata": {"team": "care"}}, expected=200)
    ask("GET", "/sc/v2/apps/unknown", expected=404)
    custom = {"type": "custom", "displayName": "Bot", "webhooks": [WEBHOOK]}
    bot = ask("POST", f"{APP}/integrations", custom, expected=201)["integration"]
    hooks = f"{APP}/integrations/{bot['id']}/webhooks"
    hook = ask("POST", hooks, {**WEBHOOK, "includeFullUser": True}, expected=201)["webhook"]
    ask("GET", hooks, expected=200)
    ask("GET", f"{hooks}/{hook['id']}", expected=200)
    ask("PATCH", f"{hooks}/{hook['id']}", {"triggers": ["conversation:read"]}, expected=200)
    ask("DELETE", f"{hooks}/{hook['id']}", expected=200)
    ask("GET", f"{hooks}/{hook['id']}", expected=404)
    keys = f"{APP}/integrations/{bot['id']}/keys"
    key = ask("POST", keys, {"displayName": "Key"}, expected=201)["key"]
    ask("GET", keys, expected=200)
    ask("GET", f"{keys}/{key['id']}", expected=200)
    ask("DELETE", f"{keys}/{key['id']}", expected=200)
    switchboard = ask("GET", f"{APP}/switchboards", expected=200)["switchboards"][0]
    ask("POST", f"{APP}/switchboards", expected=400)
    one = f"{APP}/switchboards/{switchboard['id']}"
    entries = f"{one}/switchboardIntegrations"
    body: dict[str, Any] = {"name": "bot", "integrationId": bot["id"], "messageHistoryCount": 5}
    entry = ask("POST", entries, body, expected=201)["switchboardIntegration"]
    listed = ask("GET", entries, expected=200)["switchboardIntegrations"]
    change = {"deliverStandbyEvents": False, "nextSwitchboardIntegrationId": listed[0]["id"]}
    ask("PATCH", f"{entries}/{entry['id']}", change, expected=200)
    ask("PATCH", one, {"defaultSwitchboardIntegrationId": entry["id"]}, expected=200)
    ask("GET", f"{APP}/integrations", expected=200)
    ask("DELETE", f"{entries}/{entry['id']}", expected=400)
    ask("PATCH", f"{entries}/unknown", {"name": "x"}, expected=404)
    ask("PATCH", f"{APP}/switchboards/unknown", {"enabled": True}, expected=404)
    ask("PATCH", one, {"defaultSwitchboardIntegrationId": listed[0]["id"]}, expected=200)
    ask("DELETE", f"{entries}/{entry['id']}", expected=200)
    ask("DELETE", one, expected=200)
    ask("POST", f"{APP}/switchboards", expected=201)


def drive_people_groups_and_settings(ask: Recorder) -> None:
    me = ask("GET", "/api/v2/users/me", expected=200)["user"]
    ask("GET", f"/api/v2/users/{me['id']}", expected=200)
    ask("GET", "/api/v2/users?role[]=agent&role[]=admin&page[size]=100", expected=200)
    ask("GET", f"/api/v2/users/search?query=email:{me['email']}", expected=200)
    for name in ("brands", "locales", "ticket_fields", "ticket_forms", "organizations"):
        listed = ask("GET", f"/api/v2/{name}", expected=200)[name]
        ask("GET", f"/api/v2/{name}/{listed[0]['id']}", expected=200)
    handles = ask("GET", HANDLES, expected=200)["monitored_twitter_handles"]
    ask("GET", f"{HANDLES}/{handles[0]['id']}", expected=200)
    webhooks = ask("GET", "/api/v2/webhooks?page[size]=100", expected=200)["webhooks"]
    ask("GET", f"/api/v2/webhooks/{webhooks[0]['id']}", expected=200)
    schedules = ask("GET", "/api/v2/business_hours/schedules", expected=200)["schedules"]
    ask("GET", f"/api/v2/business_hours/schedules/{schedules[0]['id']}", expected=200)
    group = ask("POST", "/api/v2/groups", {"group": {"name": "Japan", "description": "JP"}}, expected=201)["group"]
    ask("GET", "/api/v2/groups?exclude_deleted=true&page[size]=1", expected=200)
    ask("GET", "/api/v2/groups?per_page=1&page=2", expected=200)
    ask("GET", "/api/v2/groups/assignable", expected=200)
    ask("GET", f"/api/v2/groups/{group['id']}", expected=200)
    ask("PUT", f"/api/v2/groups/{group['id']}", {"group": {"is_public": False}}, expected=200)
    ask("DELETE", f"/api/v2/groups/{group['id']}", expected=204)
    ask("GET", "/api/v2/account/settings", expected=200)
    ask("PUT", "/api/v2/account/settings", {"settings": {"routing": {"enabled": True}}}, expected=200)
    ask("GET", "/api/v2/chat/routing_settings/account", expected=200)
    ask("PATCH", "/api/v2/chat/routing_settings/account", {"routing_mode": "hybrid"}, expected=200)
    token = {"grant_type": "client_credentials", "client_id": "c", "client_secret": "s", "scope": "read write"}
    ask("POST", "/oauth/tokens", token, expected=201)


def drive_the_audit_log(ask: Recorder) -> None:
    made = ask("POST", "/api/v2/groups", {"group": {"name": "Audited"}}, expected=201)["group"]
    listed = ask("GET", "/api/v2/audit_logs?sort=-created_at&page[size]=2", expected=200)["audit_logs"]
    ask("GET", f"/api/v2/audit_logs/{listed[0]['id']}", expected=200)
    ask("GET", "/api/v2/audit_logs/1", expected=404)
    ask("GET", f"/api/v2/audit_logs?filter[source_type]=group&filter[source_id]={made['id']}", expected=200)
    ask("GET", f"/api/v2/audit_logs?filter[source_id]={made['id']}", expected=400)


def drive_triggers(ask: Recorder) -> None:
    categories = "/api/v2/trigger_categories"
    # Offset pages of triggers carry their count; the contract knows nothing of it for categories.
    listed = ask("GET", f"{categories}?page[size]=1&sort=position&include=rule_counts", expected=200)
    ask("GET", f"{categories}?page[size]=1&page[after]={listed['meta']['after_cursor']}", expected=200)
    made = ask("POST", categories, {"trigger_category": {"name": "Social", "position": 1}}, expected=200)
    category = made["trigger_category"]["id"]
    ask("POST", categories, {"trigger_category": {}}, expected=400)
    ask("GET", f"{categories}/{category}", expected=200)
    ask("GET", f"{categories}/1", expected=404)
    ask("PATCH", f"{categories}/{category}", {"trigger_category": {"position": 3}}, expected=200)
    new = {"trigger": {**TRIGGER, "category_id": category}}
    trigger = ask("POST", "/api/v2/triggers", new, expected=201)["trigger"]
    one = f"/api/v2/triggers/{trigger['id']}"
    ask("GET", one, expected=200)
    ask("PUT", one, {"trigger": {"active": False}}, expected=200)
    ask("PUT", one, {"trigger": {"conditions": CONDITIONS, "actions": TRIGGER["actions"]}}, expected=200)
    ask("GET", f"/api/v2/triggers?active=false&category_id={category}&sort=position&page[size]=1", expected=200)
    ask("GET", "/api/v2/triggers?sort_by=created_at&sort_order=asc&per_page=1&page=1", expected=200)
    ask("GET", "/api/v2/triggers/active", expected=200)
    ask("GET", "/api/v2/triggers/search?query=whatsapp", expected=200)
    ask("GET", "/api/v2/triggers/definitions", expected=200)
    many = [{"id": trigger["id"], "position": 2, "active": True, "category_id": category}]
    ask("PUT", "/api/v2/triggers/update_many", {"triggers": many}, expected=200)
    ask("PUT", "/api/v2/triggers/reorder", {"trigger_ids": [trigger["id"]]}, expected=200)
    items = {
        "trigger_categories": [{"id": category, "position": 1}],
        "triggers": [{"id": str(trigger["id"]), "position": 1, "category_id": category, "active": False}],
    }
    ask("POST", f"{categories}/jobs", {"job": {"action": "patch", "items": items}}, expected=200)
    broken = {"job": {"action": "patch", "items": {"triggers": [{"id": "1", "position": 1}]}}}
    ask("POST", f"{categories}/jobs", broken, expected=400)
    ask("DELETE", f"{categories}/{category}", expected=204)
    ask("GET", one, expected=404)
    again = ask("POST", "/api/v2/triggers", {"trigger": {**TRIGGER, "category": {"name": "New"}}}, expected=201)
    ask("DELETE", f"/api/v2/triggers/destroy_many?ids={again['trigger']['id']}", expected=204)
    last = {"trigger": {**TRIGGER, "category_id": again["trigger"]["category_id"]}}
    one = f"/api/v2/triggers/{ask('POST', '/api/v2/triggers', last, expected=201)['trigger']['id']}"
    ask("DELETE", f"{categories}/{again['trigger']['category_id']}", expected=400)
    ask("DELETE", one, expected=204)


def drive_automations_and_macros(ask: Recorder) -> None:
    automations = "/api/v2/automations"
    conditions = {
        "all": [
            {"field": "PENDING", "operator": "is", "value": "24"},
            {"field": "status", "operator": "is", "value": "pending"},
        ],
        "any": [],
    }
    new = {"title": "Remind", "conditions": conditions, "actions": [{"field": "status", "value": "open"}]}
    made = ask("POST", automations, {"automation": new}, expected=201)["automation"]
    ask("POST", automations, {"automation": new}, expected=422)
    one = f"{automations}/{made['id']}"
    ask("GET", one, expected=200)
    ask("GET", f"{automations}?page[size]=1", expected=200)
    ask("GET", f"{automations}?per_page=1&page=1", expected=200)
    ask("GET", f"{automations}/active", expected=200)
    ask("GET", f"{automations}/search?query=remind", expected=200)
    ask("PUT", one, {"automation": {"title": "Remind again"}}, expected=200)
    ask("PUT", one, {"automation": {"conditions": conditions, "actions": new["actions"]}}, expected=200)
    many = [{"id": made["id"], "position": 2, "active": False}]
    ask("PUT", f"{automations}/update_many", {"automations": many}, expected=200)
    ask("DELETE", one, expected=204)
    ask("GET", one, expected=404)
    last = ask("POST", automations, {"automation": new}, expected=201)["automation"]
    ask("DELETE", f"{automations}/destroy_many?ids={last['id']}", expected=204)

    macros = "/api/v2/macros"
    group = ask("GET", "/api/v2/groups", expected=200)["groups"][0]["id"]
    actions = [{"field": "comment_value", "value": ["channel:all", "Hello"]}]
    macro = {"title": "Hello", "actions": actions, "restriction": {"type": "Group", "id": group, "ids": [group]}}
    made = ask("POST", macros, {"macro": macro}, expected=200)["macro"]
    one = f"{macros}/{made['id']}"
    ask("GET", one, expected=200)
    ask("GET", f"{macros}?access=shared&page[size]=100", expected=200)
    ask("GET", f"{macros}?access=shared&active=true&per_page=1&page=1", expected=200)
    ask("GET", f"{macros}/active", expected=200)
    everyone = {**macro, "description": None, "active": False, "restriction": None}
    ask("PUT", one, {"macro": everyone}, expected=200)
    ask("PUT", f"{macros}/update_many", {"macros": [{"id": made["id"], "active": True}]}, expected=200)
    ask("DELETE", one, expected=204)
    ask("GET", one, expected=404)
    last = ask("POST", macros, {"macro": macro}, expected=200)["macro"]
    ask("DELETE", f"{macros}/destroy_many?ids={last['id']}", expected=204)


def drive_custom_roles_and_queues(ask: Recorder) -> None:
    roles = "/api/v2/custom_roles"
    new = {"name": "Advisor", "description": "Answers", "configuration": {"ticket_access": "all"}}
    role = ask("POST", roles, {"custom_role": new}, expected=200)["custom_role"]
    ask("POST", roles, {"custom_role": {"name": "ADVISOR"}}, expected=422)
    ask("GET", roles, expected=200)
    ask("GET", f"{roles}/{role['id']}", expected=200)
    ask("PUT", f"{roles}/{role['id']}", {"custom_role": {"configuration": {"macro_access": "full"}}}, expected=200)
    ask("DELETE", f"{roles}/{role['id']}", expected=204)
    ask("GET", f"{roles}/{role['id']}", expected=404)

    queues = "/api/v2/queues"
    group = ask("GET", "/api/v2/groups", expected=200)["groups"][0]["id"]
    definition = {"all": [{"field": "priority", "operator": "is", "value": "urgent"}], "any": []}
    new = {"name": "VIP", "priority": 1, "definition": definition, "primary_groups_id": [group]}
    queue = ask("POST", queues, {"queue": new}, expected=201)["queue"]
    ask("GET", queues, expected=200)
    ask("GET", f"{queues}/{queue['id']}", expected=200)
    ask("PUT", f"{queues}/{queue['id']}", {"queue": {"priority": 2, "secondary_groups_id": [group]}}, expected=200)
    ask("PATCH", f"{queues}/order", {"queue_ids": [queue["id"]]}, expected=204)
    ask("PATCH", f"{queues}/order", {"queue_ids": []}, expected=400)
    ask("DELETE", f"{queues}/{queue['id']}", expected=204)
    ask("GET", f"{queues}/{queue['id']}", expected=404)


def drive_wechat(ask: Recorder) -> None:
    new = {"type": "wechat", "appId": "wx0123456789abcdef", "appSecret": "secret", "displayName": "Lune"}
    made = ask("POST", LEGACY, new, expected=201)["integration"]
    ask("POST", LEGACY, {"type": "wechat", "appId": "wx0123456789abcdef"}, expected=400)
    ask("GET", f"{LEGACY}?types=wechat&limit=100", expected=200)
    ask("GET", f"{LEGACY}/{made['_id']}", expected=200)
    ask("PUT", f"{LEGACY}/{made['_id']}", {"displayName": "Maison"}, expected=200)
    ask("PUT", f"{LEGACY}/{made['_id']}", {"appId": "wx0123456789abcdee"}, expected=400)
    ask("DELETE", f"{LEGACY}/{made['_id']}", expected=200)
    ask("GET", f"{LEGACY}/{made['_id']}", expected=404)


def drive_skills(ask: Recorder) -> None:
    attributes = "/api/v2/routing/attributes"
    attribute = ask("POST", attributes, {"attribute": {"name": "Language"}}, expected=201)["attribute"]
    ask("POST", attributes, {"attribute": {"name": "language"}}, expected=422)
    ask("GET", attributes, expected=200)
    one = f"{attributes}/{attribute['id']}"
    ask("GET", one, expected=200)
    ask("PUT", one, {"attribute": {"name": "Lingua"}}, expected=200)
    conditions = {"all": [{"subject": "via_id", "operator": "is", "value": "72"}], "any": []}
    body = {"attribute_value": {"name": "Japanese", "conditions": conditions}}
    value = ask("POST", f"{one}/values", body, expected=201)["attribute_value"]
    ask("GET", f"{one}/values", expected=200)
    ask("GET", f"{one}/values/{value['id']}", expected=200)
    ask("PATCH", f"{one}/values/{value['id']}", {"attribute_value": {"name": "Nihongo"}}, expected=200)
    ask("DELETE", f"{one}/values/{value['id']}", expected=204)
    ask("GET", f"{one}/values/{value['id']}", expected=404)
    ask("DELETE", one, expected=204)
    ask("GET", one, expected=404)


def drive_schedules(ask: Recorder) -> None:
    schedules = "/api/v2/business_hours/schedules"
    body = {"schedule": {"name": "Shop", "time_zone": "Paris"}}
    one = f"{schedules}/{ask('POST', schedules, body, expected=201)['schedule']['id']}"
    ask("PUT", one, {"schedule": {"name": "Shop Paris"}}, expected=200)
    ask("PUT", f"{one}/workweek", {"workweek": {"intervals": [{"start_time": 1980, "end_time": 2460}]}}, expected=200)
    day = {"name": "Closed", "start_date": "2026-12-25", "end_date": "2026-12-25"}
    holiday = f"{one}/holidays/{ask('POST', f'{one}/holidays', {'holiday': day}, expected=201)['holiday']['id']}"
    ask("GET", f"{one}/holidays", expected=200)
    ask("GET", holiday, expected=200)
    ask("PUT", holiday, {"holiday": {"end_date": "2026-12-26"}}, expected=200)
    ask("DELETE", holiday, expected=204)
    ask("DELETE", one, expected=204)
    ask("GET", one, expected=404)


def drive_dynamic_content_and_capacity_rules(ask: Recorder) -> None:
    items = "/api/v2/dynamic_content/items"
    variants = [{"locale_id": 16, "content": "Bonjour", "default": True}, {"locale_id": 67, "content": "こんにちは"}]
    body = {"item": {"name": "Welcome", "default_locale_id": 16, "variants": variants}}
    item = ask("POST", items, body, expected=201)["item"]
    ask("POST", items, body, expected=422)
    ask("GET", items, expected=200)
    ask("GET", f"{items}/show_many?identifiers=welcome", expected=200)
    one = f"{items}/{item['id']}"
    ask("GET", one, expected=200)
    ask("PUT", one, {"item": {"name": "Hello"}}, expected=200)
    inside = f"{one}/variants"
    ask("GET", inside, expected=200)
    variant = ask("POST", inside, {"variant": {"locale_id": 1, "content": "Hello"}}, expected=201)["variant"]
    ask("GET", f"{inside}/{variant['id']}", expected=200)
    ask("PUT", f"{inside}/{variant['id']}", {"variant": {"content": "Hi", "active": False}}, expected=200)
    ask("DELETE", f"{inside}/{variant['id']}", expected=204)
    again = {"variants": [{"locale_id": 1, "content": "Hello"}]}
    (made,) = ask("POST", f"{inside}/create_many", again, expected=201)["variants"]
    ask("PUT", f"{inside}/update_many", {"variants": [{"id": made["id"], "content": "Hey"}]}, expected=200)
    ask("DELETE", one, expected=204)
    ask("GET", one, expected=404)
    (rule,) = ask("GET", "/api/v2/capacity/rules", expected=200)["data"]
    ask("GET", f"/api/v2/capacity/rules/{rule['id']}", expected=200)
    ask("PUT", f"/api/v2/capacity/rules/{rule['id']}", {"name": "Few"}, expected=200)


def drive_agents(ask: Recorder) -> None:
    me = ask("GET", "/api/v2/users/me", expected=200)["user"]
    group = ask("POST", "/api/v2/groups", {"group": {"name": "Korea"}}, expected=201)["group"]
    other = ask("POST", "/api/v2/groups", {"group": {"name": "China"}}, expected=201)["group"]
    memberships = "/api/v2/group_memberships"
    pairs = [{"user_id": me["id"], "group_id": each["id"]} for each in (group, group)]
    job = ask("POST", f"{memberships}/create_many", {"group_memberships": pairs}, expected=200)["job_status"]
    seen = ask("GET", f"/api/v2/job_statuses/{job['id']}", expected=200)["job_status"]
    assert [False, True] == ["error" in each for each in seen["results"]]
    ask("GET", "/api/v2/job_statuses?page[size]=1", expected=200)
    pair = {"user_id": me["id"], "group_id": other["id"]}
    made = ask("POST", memberships, {"group_membership": pair}, expected=201)["group_membership"]
    ask("POST", memberships, {"group_membership": pair}, expected=422)
    listed = ask("GET", f"{memberships}?page[size]=100", expected=200)["group_memberships"]
    ask("GET", f"{memberships}/{made['id']}", expected=200)
    ask("DELETE", f"{memberships}/{made['id']}", expected=204)
    rest = [str(each["id"]) for each in listed if each["group_id"] == group["id"]]
    ask("DELETE", f"{memberships}/destroy_many?ids={','.join(rest)}", expected=200)
    users = [{"id": me["id"], "custom_role_id": None}, {"id": 1, "custom_role_id": None}]
    job = ask("PUT", "/api/v2/users/update_many", {"users": users}, expected=200)["job_status"]
    ask("GET", f"/api/v2/job_statuses/{job['id']}", expected=200)
    ask("PUT", f"/api/v2/users/update_many?ids={me['id']}", {"user": {"suspended": False}}, expected=200)
    ask("GET", f"/api/v2/users/{me['id']}/entitlements/full", expected=200)
    attribute = ask("POST", "/api/v2/routing/attributes", {"attribute": {"name": "Tongue"}}, expected=201)["attribute"]
    values = f"/api/v2/routing/attributes/{attribute['id']}/values"
    value = ask("POST", values, {"attribute_value": {"name": "Korean"}}, expected=201)["attribute_value"]
    own = f"/api/v2/routing/agents/{me['id']}/instance_values"
    ask("POST", own, {"attribute_value_ids": [value["id"]]}, expected=200)
    ask("GET", own, expected=200)


def drive_surveys(ask: Recorder) -> None:
    (survey,) = ask("GET", "/api/v2/guide/en-us/surveys", expected=200)["surveys"]
    ask("GET", f"/api/v2/guide/en-us/surveys/{survey['id']}/{survey['version']}", expected=200)
    ask("GET", f"/api/v2/guide/en-us/surveys/{survey['id']}/99", expected=404)


DRIVES: list[Callable[[Recorder], None]] = [
    drive_integrations,
    drive_the_app,
    drive_people_groups_and_settings,
    drive_the_audit_log,
    drive_triggers,
    drive_automations_and_macros,
    drive_custom_roles_and_queues,
    drive_wechat,
    drive_skills,
    drive_schedules,
    drive_dynamic_content_and_capacity_rules,
    drive_agents,
    drive_surveys,
]


@pytest.fixture(scope="module")
def driven() -> Iterator[Driven]:
    """What the contract says against each drive, and every exchange."""
    schedule = {"name": "Office", "time_zone": "Paris", "intervals": [{"start_time": 1980, "end_time": 2460}]}
    seed = {
        "/api/v2/ticket_fields": [{"type": "text", "title": "Order"}],
        "/api/v2/ticket_forms": [{"name": "Default"}],
        "/api/v2/organizations": [{"name": "Maison Lune"}],
        HANDLES: [{"screen_name": "@maisonlune"}],
        "/api/v2/webhooks": [{"name": "Hook", "status": "active"}],
        "/api/v2/business_hours/schedules": [schedule],
        "/api/v2/capacity/rules": [{"name": "Two"}],
        "/api/v2/guide/en-us/surveys": [{"state": "enabled"}],
    }
    with Emulator({"maison-lune": 0}, seed={"maison-lune": seed}) as emulator:
        recorder = Recorder(emulator.url("maison-lune"))
        problems = {}
        for drive in DRIVES:
            drive(recorder)
            problems[drive.__name__] = recorder.problems()
        yield problems, recorder.exchanges
        recorder.close()


@pytest.mark.parametrize("drive", [drive.__name__ for drive in DRIVES])
def test_requests_and_answers_of_a_drive_are_as_the_contract_says(driven: Driven, drive: str) -> None:
    assert driven[0][drive] == []


def test_every_route_of_the_emulator_has_been_asked_and_every_exception_was_needed(driven: Driven) -> None:
    paths = {(exchange.method, exchange.path) for exchange in driven[1] if exchange.status < 400}
    unasked = []
    for method, path, _ in ROUTES:
        depth, fixed = path.count("/"), [part for part in path.split("/") if not part.startswith("{")]
        if not any(m == method and p.count("/") == depth and set(fixed) <= set(p.split("/")) for m, p in paths):
            unasked.append(f"{method} {path}")
    assert unasked == []
    assert [entry["match"] for entry in exceptions() if entry["match"] not in used_exceptions] == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "line", "channelSecret": 1}, "$.channelSecret: 1 is not of type 'string'"),
        ({"type": "line", "colour": "green"}, "$.colour: not in the contract"),
        ({"type": "telegram"}, "$: 'token' is a required property"),
        ({"type": "whatsapp", "phoneNumber": "331"}, "$.phoneNumber: Tried to write read-only property with 331"),
        ({"type": "fax"}, "$: 'fax' is no integration type of the contract"),
    ],
)
def test_a_wrong_request_is_a_problem(body: dict[str, Any], expected: str) -> None:
    problems = request_problems("conversations", "POST", f"{APP}/integrations", "", body)

    assert [problem.partition(": ")[2] for problem in problems] == [expected]


def test_a_secret_in_an_answer_is_a_problem() -> None:
    body = {"integration": {"id": "1", "type": "telegram", "token": "t"}}

    problems = answer_problems("conversations", "GET", f"{APP}/integrations/1", 200, body)

    assert ["write-only" in problem for problem in problems] == [True]


def test_an_unknown_query_parameter_and_a_status_of_the_wrong_kind_are_problems() -> None:
    assert request_problems("support", "GET", "/api/v2/triggers", "aktive=true", None) == [
        "request GET /api/v2/triggers: query aktive: not in the contract"
    ]
    assert answer_problems("support", "POST", "/api/v2/triggers", 202, {}) == [
        "answer POST /api/v2/triggers 202: the status is not in the contract"
    ]


def test_the_support_file_is_read_whole() -> None:
    assert len(document("support")["paths"]) == 352
