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
from tests.unit.engine.situations import environment, resource
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
