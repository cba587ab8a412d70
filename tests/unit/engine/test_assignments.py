"""What many agents are given with few requests, and the truth about each of them when something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.core.errors import PlanNotAcceptable
from reconciler.core.plan import Plan, effects
from reconciler.core.policy import Approval
from reconciler.core.report import Outcome, Report
from reconciler.core.resource import Resource
from reconciler.engine.assigning import is_on_the_way
from reconciler.engine.jobs import JobEnd, await_job
from reconciler.kinds._people import person_key
from tests.unit.engine.situations import account, environment, planned, resource
from tests.unit.engine.worlds import Stage, stage

GROUPS = [{"id": 3001, "name": "Support"}, {"id": 3002, "name": "Japon"}]
CREATE_MANY = "/api/v2/group_memberships/create_many"
UPDATE_MANY = "/api/v2/users/update_many"


ROLES = {"/api/v2/custom_roles": [{"id": 7001, "name": "Conseiller"}]}


def email(number: int) -> str:
    return f"agent-{number:03}@maison-lune.example"


def users(count: int) -> list[dict[str, Any]]:
    return [{"id": 5000 + n, "name": f"Agent {n}", "email": email(n), "role": "agent"} for n in range(count)]


def seed(count: int, **more: Any) -> dict[str, Any]:
    return {"/api/v2/users": users(count), "/api/v2/groups": GROUPS, **more}


def grant(count: int, *groups: Any, name: str = "team", **fields: Any) -> Resource:
    stated = list(groups) or [{"external": "Japon"}]
    return resource("agent_grant", name, agents=[email(n) for n in range(count)], groups=stated, **fields)


WITH_ROLE = environment(resource("agent_grant", "team", agents=[email(0)], custom_role={"external": "Conseiller"}))


def approval(plan: Plan) -> Approval:
    """Somebody's word for the only change of the only step."""
    (step,) = plan.steps
    ((effect, change),) = effects(step)
    return Approval("Claire", "they left the team", "2026-12-31", step=step.id, effect=effect.digest(change))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, seed(2)) as opened:
        yield opened


def members(opened: Stage) -> list[tuple[int, int]]:
    return sorted(
        (each["user_id"], each["group_id"])
        for each in opened.emulator.objects("maison-lune", "/api/v2/group_memberships")
    )


def batches(opened: Stage) -> list[int]:
    return [
        len(body["group_memberships"])
        for (_, path), body in zip(opened.wire.sent, opened.wire.bodies, strict=True)
        if path == CREATE_MANY
    ]


def ids(plan: Plan) -> list[str]:
    return [each.id for each in plan.steps]


def outcome(report: Report, step: str) -> Outcome:
    return next(each for each in report.outcomes if each.step == step)


@pytest.mark.parametrize(("count", "sizes"), [(100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_a_job_takes_a_hundred_memberships_and_more_agents_are_more_steps(
    tmp_path: Path, count: int, sizes: list[int]
) -> None:
    with stage(tmp_path, seed(count)) as opened:
        wanted = environment(grant(count))
        assert sizes == [len(each.changes) for each in opened.plan(wanted).plan.steps]
        report = opened.apply(wanted)
        assert (0, sizes, count) == (report.exit_code(), batches(opened), len(members(opened)))
        assert [] == ids(opened.plan(wanted).plan)


def test_the_memberships_of_one_agent_are_never_split_over_two_requests(tmp_path: Path) -> None:
    with stage(tmp_path, seed(51)) as opened:
        wanted = environment(grant(51, {"external": "Japon"}, {"external": "Support"}))
        opened.apply(wanted)
        assert ([100, 2], 102) == (batches(opened), len(members(opened)))


def test_what_two_grants_share_in_part_is_sent_once(two: Stage) -> None:
    one = grant(1, {"external": "Japon"}, name="a")
    other = grant(1, {"external": "Japon"}, {"external": "Support"}, name="b")
    wanted = environment(one, other)
    steps = {each.id: each.depends_on for each in two.plan(wanted).plan.steps}
    assert {
        "update:agent_grant/a#memberships": (),
        "update:agent_grant/b#memberships": ("update:agent_grant/a#memberships",),
    } == steps
    assert (0, [1, 1]) == (two.apply(wanted).exit_code(), batches(two))
    assert [] == ids(two.plan(wanted).plan)


def test_a_job_is_waited_for_with_the_clock_of_the_run(tmp_path: Path) -> None:
    with stage(tmp_path, seed(2), job_looks=4) as opened:
        began = opened.clock.now
        assert 0 == opened.apply(environment(grant(2))).exit_code()
        assert 7.5 == opened.clock.now - began


def test_a_job_that_never_ends_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with stage(tmp_path, seed(2), job_looks=10_000) as opened:
        began = opened.clock.now
        report = opened.apply(environment(grant(2)))
        assert opened.clock.now - began <= 310
        # The listing shows that the work was done, whatever the job says.
        assert 0 == report.exit_code()


def test_failed_items_are_named_and_what_succeeded_is_remembered(tmp_path: Path) -> None:
    with stage(tmp_path, seed(2)) as opened:
        demoted = {"users": [{"id": 5001, "role": "end-user"}]}

        def demote(request: httpx.Request) -> None:
            if request.url.path == CREATE_MANY:
                opened.person("PUT", UPDATE_MANY, demoted)

        opened.wire.before = demote
        report = opened.apply(environment(grant(2)))
        ended = outcome(report, "update:agent_grant/team#memberships")
        assert ("failed", 14) == (ended.result, report.exit_code())
        assert "1 of 2 did not get it: agent-001@maison-lune.example" in ended.detail
        assert [(5000, 3002)] == members(opened)
        remembered = opened.state().resources["agent_grant/team"].applied["memberships"]
        assert ["agents[agent-000@maison-lune.example].groups"] == list(remembered)


def test_a_plan_whose_job_failed_in_part_can_be_applied_again(tmp_path: Path) -> None:
    with stage(tmp_path, seed(2)) as opened:
        wanted = environment(grant(2, {"external": "Japon"}, {"external": "Support"}))
        saved = opened.plan(wanted)
        opened.person("POST", "/api/v2/group_memberships", {"group_membership": {"user_id": 5000, "group_id": 3001}})
        report = opened.apply(wanted, saved)
        assert (0, [3], 4) == (report.exit_code(), batches(opened), len(members(opened)))
        again = opened.apply(wanted, saved)
        assert (0, ["already"]) == (again.exit_code(), [each.result for each in again.outcomes])


def test_a_lost_answer_of_a_bulk_creation_is_settled_by_a_listing(two: Stage) -> None:
    two.wire.loses = lambda request: request.url.path == CREATE_MANY
    report = two.apply(environment(grant(2)))
    assert (0, [2], 2) == (report.exit_code(), batches(two), len(members(two)))
    assert "a listing shows it" in outcome(report, "update:agent_grant/team#memberships").detail


def test_a_request_that_was_lost_on_its_way_is_sent_once_more(two: Stage) -> None:
    lost = iter([True])

    def lose(request: httpx.Request) -> None:
        if request.url.path == CREATE_MANY and next(lost, False):
            raise httpx.ReadError("lost on its way", request=request)

    two.wire.before = lose
    report = two.apply(environment(grant(2)))
    assert (0, 2) == (report.exit_code(), len(members(two)))


def test_what_somebody_else_gave_between_plan_and_apply_is_not_stale(two: Stage) -> None:
    wanted = environment(grant(2))
    saved = two.plan(wanted)
    two.person("POST", "/api/v2/group_memberships", {"group_membership": {"user_id": 5000, "group_id": 3002}})
    report = two.apply(wanted, saved)
    assert (0, [1]) == (report.exit_code(), batches(two))


def test_an_agent_who_became_an_administrator_makes_the_plan_stale(tmp_path: Path) -> None:
    with stage(tmp_path, seed(1, **ROLES)) as opened:
        saved = opened.plan(WITH_ROLE)
        opened.person("PUT", UPDATE_MANY, {"users": [{"id": 5000, "role": "admin"}]})
        with pytest.raises(PlanNotAcceptable, match="left alone"):
            opened.apply(WITH_ROLE, saved)
        assert [] == opened.wire.sent


def test_an_agent_who_becomes_an_administrator_at_the_last_moment_is_left_alone(tmp_path: Path) -> None:
    with stage(tmp_path, seed(1, **ROLES)) as opened:
        opened.world.freshness_seconds = -1.0
        saved = opened.plan(WITH_ROLE)
        readings = iter([False, True])

        def promote(request: httpx.Request) -> None:
            if request.url.path == "/api/v2/users" and next(readings, False):
                opened.person("PUT", UPDATE_MANY, {"users": [{"id": 5000, "role": "admin"}]})

        opened.wire.before = promote
        report = opened.apply(WITH_ROLE, saved)
        assert ("conflict", []) == (outcome(report, "update:agent_grant/team#role").result, opened.wire.sent)


def test_a_person_who_leaves_a_group_loses_open_tickets_and_only_those(tmp_path: Path) -> None:
    more = {
        "/api/v2/group_memberships": [{"id": 4001, "user_id": 5000, "group_id": 3002}],
        "/api/v2/tickets": [
            {"id": 1, "assignee_id": 5000, "group_id": 3002, "status": "open"},
            {"id": 2, "assignee_id": 5000, "group_id": 3002, "status": "solved"},
            {"id": 3, "assignee_id": 5000, "group_id": 3001, "status": "open"},
        ],
    }
    with stage(tmp_path, seed(1, **more)) as opened:
        bare = resource("agent_grant", "team", agents=[], groups=[{"external": "Japon"}], absent=[email(0)])
        plan = opened.plan(environment(bare)).plan
        assert (True, False, "irreversible") == (plan.is_blocked, plan.steps[0].reversible, plan.steps[0].risk)
        approved = environment(bare, approvals=(approval(plan),))
        report = opened.apply(approved)
        assert (0, []) == (report.exit_code(), members(opened))
        tickets = opened.emulator.objects("maison-lune", "/api/v2/tickets")
        assert [None, 5000, 5000] == [each["assignee_id"] for each in tickets]
        assert [] == ids(opened.plan(approved).plan)


def test_lists_may_have_come_a_part_of_the_way() -> None:
    assert [True, True, True, False, False] == [
        is_on_the_way([], [1], [1, 2]),
        is_on_the_way([1, 2], [1], []),
        is_on_the_way(None, 5, 5),
        is_on_the_way([], [3], [1, 2]),
        is_on_the_way(None, 4, 5),
    ]


def test_an_answer_that_names_no_job_is_settled_by_a_listing() -> None:
    assert JobEnd(problem="the answer names no job", is_unfinished=True) == await_job(None, {})  # type: ignore[arg-type]


def test_jobs_that_write_users_leave_a_second_apart(tmp_path: Path) -> None:
    with stage(tmp_path, seed(101, **ROLES)) as opened:
        wanted = resource(
            "agent_grant",
            "team",
            agents=[email(n) for n in range(101)],
            custom_role={"external": "Conseiller"},
        )
        left: list[float] = []

        def note(request: httpx.Request) -> None:
            if request.url.path == UPDATE_MANY:
                left.append(opened.clock.now)

        opened.wire.before = note
        assert 0 == opened.apply(environment(wanted)).exit_code()
        assert (2, 1.0) == (len(left), left[1] - left[0])


def test_too_many_waiting_jobs_are_waited_for(two: Stage) -> None:
    refusals = iter([True, True])

    class Busy(httpx.BaseTransport):
        def __init__(self, inner: httpx.BaseTransport) -> None:
            self.inner = inner

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == CREATE_MANY and next(refusals, False):
                return httpx.Response(422, json={"error": "TooManyJobs", "description": "Try again later."})
            return self.inner.handle_request(request)

    two.world.transport = Busy(two.wire)
    began = two.clock.now
    assert 0 == two.apply(environment(grant(2))).exit_code()
    assert (10.0, 2) == (two.clock.now - began, len(members(two)))


def test_an_interruption_does_not_wait_for_a_job_and_says_what_holds(tmp_path: Path) -> None:
    with stage(tmp_path, seed(2), job_looks=1000) as opened:
        looks: list[str] = []

        def note(request: httpx.Request) -> None:
            if "/job_statuses/" in request.url.path:
                looks.append(request.url.path)

        opened.wire.before = note
        opened.world.is_interrupted = lambda: len(looks) >= 2
        report = opened.apply(environment(grant(2)))
        assert (2, "applied") == (len(looks), outcome(report, "update:agent_grant/team#memberships").result)


def test_a_lost_answer_of_a_revocation_is_settled_by_a_listing(tmp_path: Path) -> None:
    more = {"/api/v2/group_memberships": [{"id": 4001, "user_id": 5000, "group_id": 3002}]}
    with stage(tmp_path, seed(1, **more)) as opened:
        bare = resource("agent_grant", "team", agents=[], groups=[{"external": "Japon"}], absent=[email(0)])
        approved = environment(bare, approvals=(approval(opened.plan(environment(bare)).plan),))
        opened.wire.loses = lambda request: request.method == "DELETE"
        assert (0, []) == (opened.apply(approved).exit_code(), members(opened))


def test_a_hundred_and_one_revocations_are_two_jobs_and_each_has_its_approval(tmp_path: Path) -> None:
    members_of = [{"id": 4000 + n, "user_id": 5000 + n, "group_id": 3002} for n in range(101)]
    with stage(tmp_path, seed(101, **{"/api/v2/group_memberships": members_of})) as opened:
        bare = resource("agent_grant", "team", agents=[], groups=[{"external": "Japon"}], membership="exclusive")
        plan = opened.plan(environment(bare)).plan
        approvals = tuple(
            Approval("Claire", "moved", "2026-12-31", step=step.id, effect=effect.digest(change))
            for step in plan.steps
            for effect, change in effects(step)
        )
        assert [100, 1] == [len(step.changes) for step in plan.steps]
        report = opened.apply(environment(bare, approvals=approvals))
        assert (0, [], 2) == (report.exit_code(), members(opened), report.writes)


def test_the_owner_stays_in_an_exclusive_group(tmp_path: Path) -> None:
    boss = {"id": 6000, "name": "Boss", "email": "boss@maison-lune.example", "role": "admin"}
    more = {"/api/v2/group_memberships": [{"id": 4001, "user_id": 6000, "group_id": 3002}]}
    with stage(tmp_path, {**seed(1, **more), "/api/v2/users": [boss, *users(1)]}) as opened:
        wanted = environment(grant(1, membership="exclusive"))
        plan = opened.plan(wanted).plan
        assert ["update:agent_grant/team#memberships"] == ids(plan)
        assert ["boss@maison-lune.example" in each for each in plan.warnings] == [True]


VALUE = {"id": "11111111-1111-4111-8111-111111111111", "name": "Japonais"}
OTHER = {"id": "22222222-2222-4222-8222-222222222222", "name": "Anglais"}
SKILLS = {
    "/api/v2/routing/attributes": [{"id": "33333333-3333-4333-8333-333333333333", "name": "Langue"}],
    "/api/v2/routing/attributes/33333333-3333-4333-8333-333333333333/values": [VALUE, OTHER],
}
OWN_SKILLS = "/api/v2/routing/agents/5000/instance_values"


def test_a_skill_that_came_a_moment_ago_is_written_too(tmp_path: Path) -> None:
    with stage(tmp_path, seed(1, **SKILLS)) as opened:
        opened.world.freshness_seconds = -1.0
        wanted = environment(
            resource("agent_grant", "team", agents=[email(0)], skills=[{"external": "Langue/Japonais"}])
        )
        saved = opened.plan(wanted)
        opened.person("POST", OWN_SKILLS, {"attribute_value_ids": [OTHER["id"]]})
        assert 0 == opened.apply(wanted, saved).exit_code()
        assert [OTHER["id"], VALUE["id"]] == [
            each["id"] for each in opened.person("GET", OWN_SKILLS)["attribute_values"]
        ]


def test_a_lost_answer_of_a_skill_is_settled_by_reading_the_skills(tmp_path: Path) -> None:
    with stage(tmp_path, seed(1, **SKILLS)) as opened:
        wanted = environment(
            resource("agent_grant", "team", agents=[email(0)], skills=[{"external": "Langue/Japonais"}])
        )
        opened.wire.loses = lambda request: request.method == "POST" and request.url.path == OWN_SKILLS
        report = opened.apply(wanted)
        assert (0, 1) == (report.exit_code(), report.writes)
        assert [] == ids(opened.plan(wanted).plan)


def test_a_straight_and_a_folded_spelling_are_two_people() -> None:
    assert person_key("Straße@x.example") != person_key("strasse@x.example")
    assert person_key("A\u0301ki@X.example") == person_key("\u00e1KI@x.example ")


def test_what_cannot_be_read_of_people_is_a_warning_and_blocks_what_they_are_given() -> None:
    wanted = resource("agent_grant", "team", agents=[email(0)], chat_role="agent", groups=[{"external": "Japon"}])
    plan = planned(environment(wanted), account(unreadable=("users",), groups=GROUPS, group_memberships=[])).plan
    assert ["update:agent_grant/team#memberships[unknown]"] == ids(plan)
    assert (True, 1) == (plan.is_blocked, len(plan.warnings))
    assert "you may not read this" in plan.warnings[0]
