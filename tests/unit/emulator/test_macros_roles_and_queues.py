"""Macros, custom roles and queues, with the traps of the real service."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.emulator.conftest import Client

MACROS = "/api/v2/macros"
ROLES = "/api/v2/custom_roles"
QUEUES = "/api/v2/queues"
REPLY = [{"field": "comment_value", "value": "Hello"}]


def test_an_admin_s_list_of_macros_holds_personal_ones_unless_only_shared_ones_are_asked_for(
    start: Callable[..., Client],
) -> None:
    shared = {"id": 840001, "title": "Shared", "actions": REPLY}
    personal = {"id": 840002, "title": "Mine", "actions": REPLY, "restriction": {"type": "User", "id": 7}}
    ask = start({MACROS: [shared, personal]})

    assert ["Mine", "Shared"] == [each["title"] for each in ask("GET", MACROS)["macros"]]
    assert ["Shared"] == [each["title"] for each in ask("GET", f"{MACROS}?access=shared&page[size]=100")["macros"]]


def test_a_macro_for_a_group_that_is_not_there_is_refused(ask: Client) -> None:
    group = ask("GET", "/api/v2/groups")["groups"][0]["id"]
    macro = {"title": "Hello", "actions": REPLY}

    ask("POST", MACROS, {"macro": {**macro, "restriction": {"type": "Group", "id": 1, "ids": [1]}}}, 422)
    ask("POST", MACROS, {"macro": {**macro, "restriction": {"type": "Group", "ids": [str(group)]}}}, 422)
    made = ask("POST", MACROS, {"macro": {**macro, "restriction": {"type": "Group", "ids": [group]}}})["macro"]

    assert made["restriction"] == {"type": "Group", "id": group, "ids": [group]}


def test_actions_of_a_macro_are_replaced_whole_and_never_empty(ask: Client) -> None:
    made = ask("POST", MACROS, {"macro": {"title": "Hello", "actions": REPLY}})["macro"]

    ask("PUT", f"{MACROS}/{made['id']}", {"macro": {"actions": []}}, 422)
    changed = ask("PUT", f"{MACROS}/{made['id']}", {"macro": {"actions": [{"field": "status", "value": "open"}]}})

    assert [{"field": "status", "value": "open"}] == changed["macro"]["actions"]


def test_rights_of_a_role_merge_and_read_only_ones_stay(ask: Client) -> None:
    role = {"name": "Advisor", "configuration": {"ticket_access": "within-groups", "chat_access": False}}
    made = ask("POST", ROLES, {"custom_role": role})["custom_role"]
    assert (made["configuration"]["ticket_access"], made["configuration"]["chat_access"]) == ("within-groups", True)

    changed = ask("PUT", f"{ROLES}/{made['id']}", {"custom_role": {"configuration": {"macro_access": "readonly"}}})

    rights = changed["custom_role"]["configuration"]
    assert (rights["ticket_access"], rights["macro_access"]) == ("within-groups", "readonly")
    assert {"custom_roles"} == set(ask("GET", f"{ROLES}?page[size]=1"))


def test_names_of_roles_are_reserved_or_unique_whatever_their_case(ask: Client) -> None:
    ask("POST", ROLES, {"custom_role": {"name": "Advisor"}})

    ask("POST", ROLES, {"custom_role": {"name": "advisor"}}, 422)
    ask("POST", ROLES, {"custom_role": {"name": "Light Agent"}}, 422)


def test_a_role_in_use_cannot_be_deleted(ask: Client) -> None:
    role = ask("POST", ROLES, {"custom_role": {"name": "Advisor"}})["custom_role"]
    user = ask.click("/api/v2/users", {"name": "Aiko", "role": "agent", "custom_role_id": role["id"]})
    assert 1 == ask("GET", f"{ROLES}/{role['id']}")["custom_role"]["team_member_count"]
    ask("DELETE", f"{ROLES}/{role['id']}", expected=422)

    ask.click(f"/api/v2/users/{user['id']}", {"custom_role_id": None})

    ask("DELETE", f"{ROLES}/{role['id']}", expected=204)


def test_a_queue_has_a_ulid_and_reads_its_groups_nested_whatever_form_they_were_sent_in(ask: Client) -> None:
    group = ask("GET", "/api/v2/groups")["groups"][0]
    body = {"name": "VIP", "primary_groups_id": [group["id"]], "secondary_groups": {"groups": [{"id": group["id"]}]}}

    made = ask("POST", QUEUES, {"queue": body}, 201)["queue"]

    nested = {"count": 1, "groups": [{"id": group["id"], "name": group["name"]}]}
    assert (nested, nested) == (made["primary_groups"], made["secondary_groups"])
    assert (26, str) == (len(made["id"]), type(made["id"]))
    assert {"queues"} == set(ask("GET", f"{QUEUES}?page[size]=1"))


def test_an_order_of_queues_that_leaves_one_out_is_refused(ask: Client) -> None:
    ids = [ask("POST", QUEUES, {"queue": {"name": name}}, 201)["queue"]["id"] for name in ("A", "B")]

    ask("PATCH", f"{QUEUES}/order", {"queue_ids": ids[1:]}, 400)
    ask("PATCH", f"{QUEUES}/order", {"queue_ids": ids[::-1]}, 204)

    assert ["B", "A"] == [each["name"] for each in ask("GET", QUEUES)["queues"]]


def test_what_the_plan_lacks_is_forbidden_and_not_empty(start: Callable[..., Client]) -> None:
    ask = start(lacks=("custom_roles", "queues"))

    for path in (ROLES, QUEUES, f"{QUEUES}/1"):
        assert "Forbidden" == ask("GET", path, expected=403)["errors"][0]["title"]
    ask("GET", MACROS)
