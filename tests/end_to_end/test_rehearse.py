"""A rehearsal tells what apply would do, from a copy of the account, and never writes to the account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.example_project import Project, example_project, writes

PLAN = "plans/sandbox.json"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with example_project(tmp_path, "sandbox") as project:
        yield project


def test_what_is_rehearsed_is_what_apply_then_does_and_the_account_is_only_read(project: Project) -> None:
    project.expect(0, "plan", "-e", "sandbox")
    before = project.state("sandbox")

    rehearsed = project.expect(18, "rehearse", PLAN, "--format", "json").json()["result"]

    assert [] == writes(project.requests("sandbox"))
    assert before == project.state("sandbox")
    assert not (project.root / ".reconciler").exists()
    applied = project.expect(18, "apply", PLAN, "--format", "json").json()["result"]
    ran = [(each["method"], each["path"]) for each in rehearsed["requests"]]
    sent = writes(project.requests("sandbox"))
    assert [method for method, _ in sent] == [method for method, _ in ran]
    assert [each["step"] for each in applied["outcomes"]] == [each["step"] for each in rehearsed["outcomes"]]
    assert [each["result"] for each in applied["outcomes"]] == [each["result"] for each in rehearsed["outcomes"]]
    assert ([], [], []) == tuple(rehearsed[each] for each in ("would_fail", "left_for_the_next_plan", "not_held"))


def test_a_plan_that_is_done_already_is_rehearsed_with_the_memory_and_the_ids_of_the_account(project: Project) -> None:
    project.converge("sandbox")
    path = "environments/sandbox/equipes/equipe-japon.yaml"
    project.edit(path, "日本のお客様担当 — conseillers", "日本のお客様担当 — des conseillers")
    account = writes(project.requests("sandbox"))

    rehearsed = project.expect(0, "rehearse", "-e", "sandbox", "--format", "json").json()["result"]

    assert account == writes(project.requests("sandbox"))
    team = next(each for each in project.objects("sandbox", "/api/v2/groups") if each["name"] == "Équipe Japon")
    assert [{"method": "PUT", "path": f"/api/v2/groups/{team['id']}", "status": 200}] == rehearsed["requests"]
    assert ([], []) == (rehearsed["not_held"], rehearsed["left_for_the_next_plan"])


def test_no_secret_of_a_manifest_is_needed_and_none_is_shown(project: Project) -> None:
    project.expect(0, "plan", "-e", "sandbox")
    for name in ("FACEBOOK_APP_SECRET", "MESSENGER_FR_TOKEN"):
        project.environ[name] = ""

    project.expect(16, "apply", PLAN)
    rehearsed = project.expect(18, "rehearse", PLAN)

    assert "applied  create:channel/messenger-fr" in rehearsed.out
    assert "rehearsal-rehearsal" not in rehearsed.out + rehearsed.err


def test_a_write_that_the_service_would_refuse_fails_in_the_rehearsal(project: Project) -> None:
    webhooks = [{"target": f"https://robot.example/{each}", "triggers": ["user:merge"]} for each in range(10)]
    other = {"type": "custom", "displayName": "Un autre robot", "webhooks": webhooks}
    project.click("sandbox", "/sc/v2/apps/{app}/integrations", other)
    project.expect(0, "plan", "-e", "sandbox")

    rehearsed = project.expect(14, "rehearse", PLAN)

    assert [] == writes(project.requests("sandbox"))
    assert "Would fail" in rehearsed.out
    assert "App has reached the max number of webhooks (10)" in " ".join(rehearsed.out.split())
    markdown = project.expect(14, "rehearse", PLAN, "--format", "markdown").out
    assert "#### Would fail" in markdown
    project.expect(14, "apply", PLAN)


def test_a_category_in_which_somebody_put_a_trigger_meanwhile_is_not_deleted_in_the_rehearsal_either(
    tmp_path: Path,
) -> None:
    with example_project(tmp_path, "sandbox") as project:
        folder = project.root / "environments" / "sandbox"
        for path in folder.rglob("*.yaml"):
            if path.name != "environment.yaml":
                path.unlink()
        manifest = folder / "anciennes.yaml"
        manifest.write_text("kind: trigger_category\nname: anciennes\ntitle: Anciennes\n", "utf-8")
        project.expect(0, "apply", "-e", "sandbox", "--auto-approve")
        manifest.write_text("kind: trigger_category\nname: anciennes\nremoved: delete\n", "utf-8")
        category = next(
            each for each in project.objects("sandbox", "/api/v2/trigger_categories") if each["name"] == "Anciennes"
        )
        project.expect(0, "plan", "-e", "sandbox")
        project.expect(0, "rehearse", PLAN)
        rule = {
            "title": "Règle d'une collègue",
            "active": True,
            "category_id": category["id"],
            "conditions": {"all": [{"field": "status", "operator": "is", "value": "open"}], "any": []},
            "actions": [{"field": "priority", "value": "high"}],
        }
        project.click("sandbox", "/api/v2/triggers", rule)
        account = writes(project.requests("sandbox"))

        rehearsed = project.run("rehearse", PLAN)
        applied = project.run("apply", PLAN)

        assert (11, applied.err.splitlines()[0]) == (rehearsed.code, rehearsed.err.splitlines()[0])
        assert "Règle d'une collègue" in rehearsed.err
        assert account == writes(project.requests("sandbox"))


def test_what_the_account_does_not_show_is_closed_in_the_copy_and_named(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox", lacks=("queues",)) as project:
        project.expect(11, "plan", "-e", "sandbox")

        refused = project.expect(11, "rehearse", PLAN)
        rehearsed = project.run("rehearse", PLAN, "--skip-blocked", "--format", "json").json()["result"]

        assert "queue/file-cercle-lune" in refused.err
        assert ["/api/v2/queues"] == [each.partition(":")[0] for each in rehearsed["not_shown"]]
        assert [] == writes(project.requests("sandbox"))


def test_a_plan_of_another_environment_or_none_at_all_is_no_rehearsal(project: Project) -> None:
    project.expect(0, "plan", "-e", "sandbox")

    assert 'not for "production"' in project.expect(12, "rehearse", PLAN, "-e", "production").err
    assert "needs a plan file, or -e ENV" in project.expect(64, "rehearse").err
    assert "there is no environment" in project.expect(64, "rehearse", "-e", "nowhere").err


def test_a_plan_that_manifests_have_left_behind_is_not_rehearsed(project: Project) -> None:
    project.expect(0, "plan", "-e", "sandbox")
    path = project.root / "environments" / "sandbox" / "nouveau.yaml"
    path.write_text("kind: group\nname: nouveau\ntitle: Nouveau\n", "utf-8")

    assert "the manifests changed since the plan was made" in project.expect(12, "rehearse", PLAN).err
