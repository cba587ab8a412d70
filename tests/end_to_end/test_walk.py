"""The whole way of both environments of the example, through the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.example_project import SUBDOMAINS, Project, app_id, example_project, writes

ENVIRONMENTS = sorted(SUBDOMAINS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_goes_all_the_way_from_nothing_to_nothing_to_do(environment: str, tmp_path: Path) -> None:
    with example_project(tmp_path, environment) as project:
        plan = str(project.plan_path(environment))
        project.expect(0, "validate", "-e", environment)
        assert [] == project.requests(environment)

        project.expect(0, "plan", "-e", environment)
        assert [] == writes(project.requests(environment))
        planned = project.planned_requests(environment)

        project.expect(18, "apply", plan)
        first = writes(project.requests(environment))
        # The one queue that is created stands where the order wants it, so that step has nothing to send.
        assert planned - 1 == len(first)

        project.expect(18, "apply", plan)
        assert first == writes(project.requests(environment))
        # What is left to people, and what waits for them, is no change.
        project.expect(0, "plan", "-e", environment, "--exit-code", "--out", str(tmp_path / "seen.json"))

        project.work_by_hand(environment)
        project.expect(0, "plan", "-e", environment)
        planned = project.planned_requests(environment)
        project.expect(18, "apply", plan)
        then = writes(project.requests(environment))
        assert planned == len(then) - len(first)

        # Agents came in the first round; their chat roles are given in the second, and nothing is written any more.
        project.expect(0, "plan", "-e", environment)
        project.work_by_hand(environment)
        project.expect(0, "plan", "-e", environment)
        project.expect(0, "apply", plan)
        second = writes(project.requests(environment))
        assert then == second

        project.expect(0, "apply", plan)
        assert second == writes(project.requests(environment))
        project.expect(0, "plan", "-e", environment, "--exit-code")
        project.expect(0, "drift", "-e", environment)
        assert [] == project.plan_steps(environment)
        assert second == writes(project.requests(environment))
        assert [] == project.state(environment)["receives_everything"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_first_plan_before_the_human_work_covers_nothing_that_a_person_does(
    environment: str, tmp_path: Path
) -> None:
    with example_project(tmp_path, environment) as project:
        project.expect(0, "plan", "-e", environment)
        plan = project.root / "first.json"
        plan.write_bytes(project.plan_path(environment).read_bytes())
        project.expect(18, "apply", str(plan))
        project.work_by_hand(environment)
        before = writes(project.requests(environment))
        result = project.expect(18, "apply", str(plan), "--format", "json")
        assert before == writes(project.requests(environment))
        found = {each["result"] for each in result.json()["result"]["outcomes"]}
        assert "unplanned" in found
        assert "applied" not in found


def _description(project: Project, environment: str) -> None:
    group = next(each for each in project.objects(environment, "/api/v2/groups") if each["name"] == "Équipe Japon")
    project.click(environment, f"/api/v2/groups/{group['id']}", {"description": "Ne plus utiliser"})


def _actions(project: Project, environment: str) -> None:
    trigger = _trigger(project, environment, "Messagerie : LINE vers l'équipe Japon")
    project.click(
        environment, f"/api/v2/triggers/{trigger['id']}", {"actions": [{"field": "priority", "value": "low"}]}
    )


def _trigger(project: Project, environment: str, title: str) -> dict[str, Any]:
    return next(each for each in project.objects(environment, "/api/v2/triggers") if each["title"] == title)


def _order(project: Project, environment: str) -> None:
    first = _trigger(project, environment, "Messagerie : WhatsApp vers l'équipe France")
    second = _trigger(project, environment, "Messagerie : Messenger vers l'équipe France")
    for one, other in ((first, second), (second, first)):
        project.click(environment, f"/api/v2/triggers/{one['id']}", {"position": other["position"]})


def _responder(project: Project, environment: str) -> None:
    path = f"/sc/v2/apps/{app_id(environment)}/integrations"
    channel = next(each for each in project.objects(environment, path) if each["type"] == "messenger")
    project.click(environment, f"{path}/{channel['id']}", {"defaultResponderId": None, "defaultResponder": None})


def _switch_off(project: Project, environment: str) -> None:
    trigger = _trigger(project, environment, "Messagerie : LINE vers l'équipe Japon")
    project.click(environment, f"/api/v2/triggers/{trigger['id']}", {"active": False})


DRIFTS: dict[str, tuple[Callable[[Project, str], None], str]] = {
    "a group's description": (_description, "group/equipe-japon"),
    "a trigger's actions": (_actions, "trigger/line-vers-japon"),
    "the order of the triggers": (_order, "trigger_category/messagerie"),
    "who answers first on a channel": (_responder, "channel/messenger-fr"),
    # In an ordered category it is the order's step that switches triggers on.
    "a trigger switched off": (_switch_off, "trigger_category/messagerie"),
}


@pytest.mark.parametrize("what", DRIFTS)
def test_what_a_person_changed_is_drift_and_is_put_back_with_one_write(what: str, tmp_path: Path) -> None:
    change, address = DRIFTS[what]
    with example_project(tmp_path, "sandbox") as project:
        project.converge("sandbox")
        change(project, "sandbox")
        before = len(writes(project.requests("sandbox")))
        drift = project.expect(3, "drift", "-e", "sandbox", "--format", "json").json()["result"]
        assert {address} == {step["address"] for step in drift["steps"]}
        assert {"drift"} == {each["cause"]["kind"] for step in drift["steps"] for each in step["changes"]}
        project.expect(3, "plan", "-e", "sandbox", "--exit-code")
        project.expect(0, "apply", str(project.plan_path("sandbox")))
        assert before + 1 == len(writes(project.requests("sandbox")))
        project.expect(0, "plan", "-e", "sandbox", "--exit-code")


@pytest.mark.parametrize("what", DRIFTS)
def test_drift_of_production_blocks_its_plan_and_writes_nothing(what: str, tmp_path: Path) -> None:
    change, address = DRIFTS[what]
    with example_project(tmp_path, "production") as project:
        project.converge("production")
        change(project, "production")
        before = writes(project.requests("production"))
        project.expect(3, "drift", "-e", "production")
        project.expect(11, "plan", "-e", "production")
        assert {address} == {step["address"] for step in project.plan_steps("production") if step["blocked"]}
        project.expect(11, "apply", str(project.plan_path("production")))
        assert before == writes(project.requests("production"))


def test_a_higher_generation_writes_the_secret_again_and_nothing_else(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.converge("sandbox")
        before = writes(project.requests("sandbox"))
        written = project.state("sandbox")["secrets_written"]
        project.edit("environments/sandbox/canaux/messenger-fr.yaml", "generation: 1", "generation: 2")
        project.expect(2, "plan", "-e", "sandbox", "--exit-code")
        project.expect(0, "apply", str(project.plan_path("sandbox")))
        after = writes(project.requests("sandbox"))
        assert ["PATCH"] == [method for method, _ in after[len(before) :]]
        again = project.state("sandbox")["secrets_written"]
        changed = {
            (live_id, name): count - written[live_id].get(name, 0)
            for live_id, counts in again.items()
            for name, count in counts.items()
            if count != written[live_id].get(name, 0)
        }
        assert [("pageAccessToken", 1)] == [(name, count) for (_, name), count in changed.items()]
        project.expect(0, "plan", "-e", "sandbox", "--exit-code")


def test_the_environments_do_not_touch_each_other(tmp_path: Path) -> None:
    with example_project(tmp_path) as project:
        untouched = project.state("production")
        project.converge("sandbox")
        assert [] == project.requests("production")
        assert untouched == project.state("production")
        sandbox = project.state("sandbox")
        asked = project.requests("sandbox")
        project.converge("production")
        assert asked == project.requests("sandbox")
        assert sandbox == project.state("sandbox")
        for environment in ENVIRONMENTS:
            project.expect(0, "plan", "-e", environment, "--exit-code")


def test_a_plan_of_one_environment_is_not_applied_to_the_other(tmp_path: Path) -> None:
    with example_project(tmp_path) as project:
        project.expect(0, "plan", "-e", "sandbox")
        project.expect(12, "apply", str(project.plan_path("sandbox")), "-e", "production")
        assert [] == project.requests("production")


def test_the_account_behind_the_credentials_must_be_the_environments(tmp_path: Path) -> None:
    with example_project(tmp_path) as project:
        project.environ["RECONCILER_SANDBOX_BASE_URL"] = project.environ["RECONCILER_PRODUCTION_BASE_URL"]
        project.expect(11, "plan", "-e", "sandbox")
        assert [] == writes(project.requests("production"))


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("environments/sandbox/reponses/lune-bot.yaml", "message_history_count: 10", "message_history_count: 5.0"),
        ("environments/sandbox/canaux/messenger-fr.yaml", "generation: 1", "generation: 1.0"),
    ],
)
def test_a_whole_number_with_a_dot_is_an_error_of_the_manifest(path: str, old: str, new: str, tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.edit(path, old, new)
        for command in ("validate", "plan"):
            result = project.expect(10, command, "-e", "sandbox", "--format", "json")
            assert "whole number" in result.out + result.err
        assert [] == project.requests("sandbox")


def test_a_limit_with_a_dot_is_the_same_limit(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.edit("environments/sandbox/environment.yaml", "max_deletes: 20", "max_deletes: 20.0")
        project.expect(0, "plan", "-e", "sandbox")


def test_what_people_do_begins_with_the_account_and_ends_with_what_waits(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        steps = project.plan_steps("sandbox")
    manual = [step for step in steps if step["action"] == "manual"]
    assert manual == steps[-len(manual) :]
    assert "account/compte" == manual[0]["address"]
    waits = [bool(step["waits_for"]) for step in manual]
    assert [False, True] == sorted(set(waits))
    assert waits == sorted(waits)
