"""What the service does with many agents at once: memberships, jobs, roles, entitlements, skills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.emulator.conftest import Client

MEMBERSHIPS = "/api/v2/group_memberships"
UPDATE_MANY = "/api/v2/users/update_many"
SEED = {
    "/api/v2/users": [
        {"id": 1, "name": "Aiko", "email": "aiko@x.example", "role": "agent"},
        {"id": 2, "name": "Customer", "email": "c@x.example", "role": "end-user"},
    ],
    "/api/v2/groups": [{"id": 11, "name": "Japan"}, {"id": 12, "name": "Old", "deleted": True}],
}
Start = Callable[..., Client]


def finished(ask: Client, answer: Any) -> Any:
    return ask("GET", f"/api/v2/job_statuses/{answer['job_status']['id']}")["job_status"]


def pairs(*found: tuple[int, int]) -> dict[str, Any]:
    return {"group_memberships": [{"user_id": user, "group_id": group} for user, group in found]}


def test_a_completed_job_can_have_failed_items(start: Start) -> None:
    ask = start(SEED)
    answer = ask("POST", f"{MEMBERSHIPS}/create_many", pairs((1, 11), (1, 11), (2, 11), (1, 12), (9, 11)))
    assert answer["job_status"]["status"] == "queued"
    job = finished(ask, answer)
    assert (job["status"], job["total"]) == ("completed", 5)
    assert [each.get("details", "made") for each in job["results"]] == [
        "made",
        "User: has already been taken",
        "User: is invalid",
        "Group: is invalid",
        "User: is invalid",
    ]
    (only,) = ask("GET", MEMBERSHIPS)["group_memberships"]
    assert (only["user_id"], only["group_id"], only["default"]) == (1, 11, True)
    assert ask("GET", "/api/v2/users/1")["user"]["default_group_id"] == 11


def test_more_than_a_hundred_memberships_are_refused(start: Start) -> None:
    start(SEED)("POST", f"{MEMBERSHIPS}/create_many", pairs(*[(1, 11)] * 101), 400)


def test_a_job_works_for_as_many_looks_as_it_is_told(start: Start) -> None:
    ask = start(SEED, job_looks=2)
    answer = ask("POST", f"{MEMBERSHIPS}/create_many", pairs((1, 11)))
    assert ["working", "working", "completed"] == [finished(ask, answer)["status"] for _ in range(3)]


def test_the_thirty_first_waiting_job_is_refused(start: Start) -> None:
    ask = start(SEED)
    for _ in range(30):
        ask("PUT", UPDATE_MANY, {"users": [{"id": 1}]})
    assert ask("PUT", UPDATE_MANY, {"users": [{"id": 1}]}, 429)["error"] == "TooManyJobs"


def test_leaving_a_group_unassigns_what_is_not_solved(start: Start) -> None:
    tickets = [
        {"assignee_id": 1, "group_id": 11, "status": "open"},
        {"assignee_id": 1, "group_id": 11, "status": "solved"},
        {"assignee_id": 2, "group_id": 11, "status": "open"},
    ]
    ask = start({**SEED, "/api/v2/tickets": tickets, MEMBERSHIPS: [{"id": 5, "user_id": 1, "group_id": 11}]})
    job = finished(ask, ask("DELETE", f"{MEMBERSHIPS}/destroy_many?ids=5,6"))
    assert [True, False] == [each["success"] for each in job["results"]]
    state = ask.state()
    assert state["tickets_unassigned"] == 1
    assert [None, 1, 2] == [each["assignee_id"] for each in state["objects"]["/api/v2/tickets"]]


def test_many_users_are_updated_and_unknown_roles_fail(start: Start) -> None:
    ask = start({**SEED, "/api/v2/custom_roles": [{"id": 21, "name": "Advisor"}]})
    users = [{"id": 1, "custom_role_id": 21}, {"id": 1, "custom_role_id": 22}, {"id": 9, "custom_role_id": 21}]
    job = finished(ask, ask("PUT", UPDATE_MANY, {"users": users}))
    assert [True, False, False] == [each["success"] for each in job["results"]]
    assert ask("GET", "/api/v2/users/1")["user"]["custom_role_id"] == 21


def test_a_strict_account_takes_one_write_of_users_a_second(start: Start) -> None:
    moment = [100.0]
    ask = start(SEED, limits_user_writes=True, clock=lambda: moment[0])
    ask("PUT", UPDATE_MANY, {"users": [{"id": 1}]})
    moment[0] = 100.5
    assert ask.http.put(UPDATE_MANY, json={"users": [{"id": 1}]}).status_code == 429
    moment[0] = 101.5
    ask("PUT", UPDATE_MANY, {"users": [{"id": 1}]})


def test_entitlements_are_shown_as_a_person_set_them(start: Start) -> None:
    ask = start(SEED)
    path = "/api/v2/users/1/entitlements/full"
    nothing = {"chat": None, "explore": None, "guide": None, "talk": None}
    assert ask("GET", path) == {"entitlements": nothing}
    ask.click(path, {"chat": {"name": "agent", "is_active": True}})
    assert ask("GET", path)["entitlements"]["chat"] == {"name": "agent", "is_active": True}
    ask("GET", "/api/v2/users/9/entitlements/full", expected=404)


def test_entitlements_can_be_refused(start: Start) -> None:
    start(SEED, lacks=("entitlements",))("GET", "/api/v2/users/1/entitlements/full", expected=403)


def test_the_skills_of_an_agent_are_replaced_whole(start: Start) -> None:
    ask = start(SEED)
    attribute = ask("POST", "/api/v2/routing/attributes", {"attribute": {"name": "Language"}}, 201)["attribute"]["id"]
    first, second = (
        ask("POST", f"/api/v2/routing/attributes/{attribute}/values", {"attribute_value": {"name": name}}, 201)
        for name in ("Japanese", "Korean")
    )
    path = "/api/v2/routing/agents/1/instance_values"
    ask("POST", path, {"attribute_value_ids": [first["attribute_value"]["id"]]})
    ask("POST", path, {"attribute_value_ids": [second["attribute_value"]["id"]]})
    assert ["Korean"] == [each["name"] for each in ask("GET", path)["attribute_values"]]
    ask("POST", path, {"attribute_value_ids": ["unknown"]}, 400)
    ask("POST", "/api/v2/routing/agents/2/instance_values", {"attribute_value_ids": []}, 404)
