"""`accept` on the example: what a person changed in the account comes into the manifests, and the drift is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.example_project import Project, example_project

TRIGGER = "environments/sandbox/routage/line-vers-japon.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with example_project(tmp_path, "sandbox") as made:
        made.converge("sandbox")
        yield made


def click(project: Project, path: str, called: str, **changed: Any) -> None:
    """A person changes an object in Admin Center."""
    (found,) = [each for each in project.objects("sandbox", path) if called in (each.get("title"), each.get("name"))]
    project.click("sandbox", f"{path}/{found['id']}", {**found, **changed})


LINE = "Messagerie : LINE vers l'équipe Japon"


def test_a_changed_field_is_written_at_its_place_and_the_drift_is_over(project: Project) -> None:
    click(project, "/api/v2/triggers", LINE, title="LINE -> Japon", raw_title="LINE -> Japon")
    before = (project.root / TRIGGER).read_text("utf-8")
    project.expect(3, "drift", "-e", "sandbox")
    result = project.expect(0, "accept", "-e", "sandbox", "trigger/line-vers-japon")
    assert "changed trigger/line-vers-japon" in result.out
    assert before.replace(f'"{LINE}"', '"LINE -> Japon"') == (project.root / TRIGGER).read_text("utf-8")
    project.expect(0, "drift", "-e", "sandbox")


def test_ids_become_names_in_what_is_accepted(project: Project) -> None:
    groups = {each["name"]: each["id"] for each in project.objects("sandbox", "/api/v2/groups")}
    triggers = project.objects("sandbox", "/api/v2/triggers")
    (live,) = [each for each in triggers if each["title"] == LINE]
    actions = [
        {**each, "value": str(groups["Équipe France"])} if each["field"] == "group_id" else each
        for each in live["actions"]
    ]
    click(project, "/api/v2/triggers", LINE, actions=actions)
    before = (project.root / TRIGGER).read_text("utf-8")
    project.expect(0, "accept", "-e", "sandbox", "trigger/line-vers-japon#actions")
    assert before.replace("value: equipe-japon", "value: equipe-france") == (project.root / TRIGGER).read_text("utf-8")
    project.expect(0, "drift", "-e", "sandbox")


def test_only_the_named_field_is_accepted(project: Project) -> None:
    click(project, "/api/v2/groups", "Équipe Japon", name="Japon", description="autre")
    project.expect(0, "accept", "-e", "sandbox", "group/equipe-japon#description")
    assert 3 == project.run("drift", "-e", "sandbox").code


def test_what_comes_from_a_value_is_changed_in_environment_yaml(project: Project) -> None:
    settings = project.root / "environments/sandbox/environment.yaml"
    project.edit("environments/sandbox/equipes/equipe-japon.yaml", "description:", "labels: {x: y}\ndescription:")
    text = (project.root / "environments/sandbox/equipes/equipe-japon.yaml").read_text("utf-8")
    description = next(line for line in text.splitlines() if line.startswith("description:"))
    project.edit("environments/sandbox/equipes/equipe-japon.yaml", description, "description: ${values.japon}")
    project.edit(
        "environments/sandbox/environment.yaml",
        "values:\n",
        f"values:\n  japon: {description.partition(': ')[2]}  # eux\n",
    )
    project.expect(0, "plan", "-e", "sandbox")
    click(project, "/api/v2/groups", "Équipe Japon", description="Par la main")
    result = project.expect(0, "accept", "-e", "sandbox", "group/equipe-japon", "--format", "json").json()["result"]
    assert ["environments/sandbox/environment.yaml"] == result["files"]
    assert "  japon: Par la main  # eux\n" in settings.read_text("utf-8")
    project.expect(0, "drift", "-e", "sandbox")


def test_a_value_that_others_use_is_left(project: Project) -> None:
    for name in ("equipe-japon", "equipe-france"):
        path = f"environments/sandbox/equipes/{name}.yaml"
        text = (project.root / path).read_text("utf-8")
        description = next(line for line in text.splitlines() if line.startswith("description:"))
        project.edit(path, description, "description: ${values.shared}")
    project.edit("environments/sandbox/environment.yaml", "values:\n", "values:\n  shared: Tous\n")
    project.expect(0, "apply", "-e", "sandbox", "--auto-approve")
    click(project, "/api/v2/groups", "Équipe Japon", description="Par la main")
    result = project.expect(0, "accept", "-e", "sandbox", "group/equipe-japon", "--format", "json").json()["result"]
    assert [] == result["files"]
    assert "which group/equipe-france uses too" in result["left"][0]["reason"]


def test_an_object_that_is_gone_is_not_accepted_silently(project: Project) -> None:
    (found,) = [each for each in project.objects("sandbox", "/api/v2/triggers") if each["title"] == LINE]
    project.click("sandbox", f"/api/v2/triggers/{found['id']}", None)  # type: ignore[arg-type]
    result = project.expect(0, "accept", "-e", "sandbox", "trigger/line-vers-japon", "--format", "json").json()[
        "result"
    ]
    assert "is gone" in result["left"][0]["reason"]


def test_an_address_or_field_that_does_not_differ_is_said(project: Project) -> None:
    assert "has no manifest" in project.expect(64, "accept", "-e", "sandbox", "trigger/line-vers-japn").err
    assert (
        'Did you mean "trigger/line-vers-japon"?'
        in project.expect(64, "accept", "-e", "sandbox", "trigger/line-vers-japn").err
    )
    assert (
        "does not differ in title" in project.expect(64, "accept", "-e", "sandbox", "trigger/line-vers-japon#title").err
    )
