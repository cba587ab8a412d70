"""`history` and `undo` on the example: runs are remembered, and the manifests go back to what was live before one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.example_project import Project, example_project

TRIGGER = "environments/sandbox/routage/line-vers-japon.yaml"
GROUP = "environments/sandbox/equipes/service-apres-vente.yaml"
EXTRA = "environments/sandbox/equipes/extra.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with example_project(tmp_path, "sandbox") as made:
        made.converge("sandbox")
        yield made


def applied(project: Project) -> str:
    """Apply the manifests; the run's name."""
    result = project.expect(0, "apply", "-e", "sandbox", "--auto-approve", "--format", "json").json()["result"]
    return str(result["run"])


def undone(project: Project, run: str) -> Any:
    result = project.expect(0, "undo", run, "--format", "json").json()["result"]
    assert [] == project.expect(0, "undo", run, "--format", "json").json()["result"]["files"]
    return result


def test_history_says_who_ran_what_and_how_it_ended(project: Project) -> None:
    project.environ["LOGNAME"] = "camille"
    project.edit(TRIGGER, "[line, japon]", "[line, asie]")
    run = applied(project)
    newest = project.expect(0, "history", "-e", "sandbox", "--format", "json").json()["result"][0]
    assert (run, "camille", 0, ["update:trigger/line-vers-japon"], {"applied": 1}) == (
        newest["run"],
        newest["who"],
        newest["exit_code"],
        newest["steps"],
        newest["counts"],
    )
    text = project.expect(0, "history", "-e", "sandbox").out
    assert run in text
    assert "camille" in text
    full = project.expect(0, "history", run).out
    assert "update:trigger/line-vers-japon  applied" in full
    assert 'current_tags = ["asie", "line"]' in full


def test_a_changed_field_goes_back_and_the_rest_of_the_file_stays(project: Project) -> None:
    before = (project.root / TRIGGER).read_text("utf-8")
    project.edit(TRIGGER, "[line, japon]", "[line, asie]")
    run = applied(project)
    project.edit(TRIGGER, "kind: trigger", "# later\nkind: trigger")
    assert ["change"] == [each["deed"] for each in undone(project, run)["edits"]]
    expected = before.replace("kind: trigger", "# later\nkind: trigger").replace("[line, japon]", "[japon, line]")
    assert expected == (project.root / TRIGGER).read_text("utf-8")
    project.expect(0, "apply", "-e", "sandbox", "--auto-approve")
    (live,) = [each for each in project.objects("sandbox", "/api/v2/triggers") if "LINE" in each["title"]]
    assert "japon" in str(live["actions"])


def test_a_field_that_was_edited_after_the_run_is_kept(project: Project) -> None:
    project.edit(TRIGGER, "[line, japon]", "[line, asie]")
    run = applied(project)
    project.edit(TRIGGER, "[line, asie]", "[line, orient]")
    result = undone(project, run)
    assert [] == result["files"]
    assert "edited after the run" in result["left"][0]["reason"]


def test_what_was_created_gets_a_tombstone_and_goes(project: Project) -> None:
    (project.root / EXTRA).write_text("# éphémère\nkind: group\nname: extra\ntitle: Extra\n", "utf-8")
    run = applied(project)
    assert ["remove"] == [each["deed"] for each in undone(project, run)["edits"]]
    assert "# éphémère\nkind: group\nname: extra\nremoved: delete\n" == (project.root / EXTRA).read_text("utf-8")
    project.expect(0, "apply", "-e", "sandbox", "--auto-approve")
    (live,) = [each for each in project.objects("sandbox", "/api/v2/groups") if each["name"] == "Extra"]
    assert live["deleted"]


def test_what_was_removed_gets_its_manifest_again(project: Project) -> None:
    (project.root / EXTRA).write_text("kind: group\nname: extra\ntitle: Extra\ndescription: Deux\n", "utf-8")
    applied(project)
    (project.root / EXTRA).write_text("kind: group\nname: extra\nremoved: delete\n", "utf-8")
    run = applied(project)
    (project.root / EXTRA).unlink()
    (edit,) = undone(project, run)["edits"]
    assert ("restore", EXTRA) == (edit["deed"], edit["file"])
    text = (project.root / EXTRA).read_text("utf-8")
    assert text.endswith("kind: group\nname: extra\ntitle: Extra\ndescription: Deux\n")
    assert ["create:group/extra"] == [
        each["id"]
        for each in project.expect(0, "plan", "-e", "sandbox", "--format", "json").json()["steps"]
        if each["action"] != "manual"
    ]


def test_a_released_field_is_stated_again(project: Project) -> None:
    text = (project.root / GROUP).read_text("utf-8")
    description = next(line for line in text.splitlines() if line.startswith("description:"))
    project.edit(GROUP, description + "\n", "")
    run = applied(project)
    assert ["change"] == [each["deed"] for each in undone(project, run)["edits"]]
    assert description in (project.root / GROUP).read_text("utf-8")
    project.expect(0, "drift", "-e", "sandbox")


def test_a_value_goes_back_in_environment_yaml(project: Project) -> None:
    text = (project.root / GROUP).read_text("utf-8")
    description = next(line for line in text.splitlines() if line.startswith("description:"))
    project.edit(GROUP, description, "description: ${values.sav}")
    settings = "environments/sandbox/environment.yaml"
    project.edit(settings, "values:\n", f"values:\n  sav: {description.partition(': ')[2]}\n")
    before = (project.root / settings).read_text("utf-8")
    project.edit(settings, f"sav: {description.partition(': ')[2]}", "sav: Autre")
    run = applied(project)
    assert [settings] == undone(project, run)["files"]
    assert before == (project.root / settings).read_text("utf-8")


def test_the_first_run_is_undone_as_far_as_nothing_protects_it(project: Project) -> None:
    first = project.expect(0, "history", "-e", "sandbox", "--format", "json").json()["result"][-1]["run"]
    result = undone(project, first)
    deeds = {each["address"]: each["deed"] for each in result["edits"]}
    assert ("remove", "remove", "change") == (
        deeds["trigger/line-vers-japon"],
        deeds["responder/lune-bot"],
        deeds["switchboard/aiguillage"],
    )
    reasons = {each["address"]: each["reason"] for each in result["left"]}
    assert "is protected" in reasons["channel/messenger-fr"]
    assert not reasons.keys() & deeds.keys()


def test_an_unknown_run_is_said_with_the_closest(project: Project) -> None:
    project.edit(TRIGGER, "[line, japon]", "[line, asie]")
    run = applied(project)
    told = project.expect(64, "undo", run[:-1])
    assert f'Did you mean "{run}"?' in told.err
    assert "no run" in project.expect(64, "history", "none").err


def test_a_run_whose_values_from_before_are_gone_is_said(project: Project) -> None:
    project.edit(TRIGGER, "[line, japon]", "[line, asie]")
    run = applied(project)
    with sqlite3.connect(project.root / ".reconciler" / "state.sqlite3") as store:
        store.execute("delete from documents where key like ?", (f"%/runs/{run}",))
    before = (project.root / TRIGGER).read_bytes()
    told = project.expect(64, "undo", run)
    assert "is not known any more" in told.err
    assert "git" in told.err
    assert before == (project.root / TRIGGER).read_bytes()


def test_no_secret_is_in_what_is_remembered_of_runs(project: Project) -> None:
    for each in project.expect(0, "history", "-e", "sandbox", "--format", "json").json()["result"]:
        told = project.expect(0, "history", each["run"], "--format", "json").out
        assert "value-of-" not in told
