"""`promote` on the example: from one environment's files to the other's, until `compare` says that they are in step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.example_project import Project, example_project

SANDBOX = "environments/sandbox/routage/line-vers-japon.yaml"
PRODUCTION = "environments/production/routage/line-vers-japon.yaml"
SETTINGS = "environments/production/environment.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with example_project(tmp_path) as made:
        yield made


def test_a_change_moves_from_the_sandbox_through_review_to_production(project: Project) -> None:
    project.converge("production")
    project.edit(SANDBOX, "[line, japon]", "[line, asie]")
    project.expect(2, "compare", "sandbox", "production")
    shown = project.expect(0, "promote", "sandbox", "production", "--yes")
    assert "changed trigger/line-vers-japon" in shown.out
    assert "reconciler plan -e production" in shown.err
    project.expect(0, "compare", "sandbox", "production")
    project.expect(0, "plan", "-e", "production")
    assert ["update:trigger/line-vers-japon"] == [
        each["id"] for each in project.plan_steps("production") if each["action"] != "manual"
    ]
    before = (project.root / PRODUCTION).read_bytes()
    again = project.expect(0, "promote", "sandbox", "production", "--yes", "--format", "json").json()["result"]
    assert ([], []) == (again["edits"], again["files"])
    assert before == (project.root / PRODUCTION).read_bytes()


def test_a_missing_value_keeps_everything_from_validating_until_it_is_filled_in(project: Project) -> None:
    project.edit(SETTINGS, '  whatsapp_fr: "+33755531200"\n', "")
    (project.root / "environments/production/canaux/whatsapp-fr.yaml").unlink()
    result = project.expect(0, "promote", "sandbox", "production", "channel/whatsapp-fr", "--yes")
    assert "whatsapp_fr: TODO" in result.out
    refused = project.expect(10, "validate", "--format", "json").json()
    assert [("value/unfilled", SETTINGS)] == [(each["rule"], each["file"]) for each in refused["diagnostics"]]
    project.edit(SETTINGS, "whatsapp_fr: TODO", 'whatsapp_fr: "+33755531200"')
    project.expect(0, "validate")


def test_nothing_is_written_unless_somebody_agrees(project: Project) -> None:
    project.edit(SANDBOX, "[line, japon]", "[line, asie]")
    before = (project.root / PRODUCTION).read_bytes()
    result = project.expect(64, "promote", "sandbox", "production")
    assert "there is nobody to ask" in result.err
    assert "changed trigger/line-vers-japon" in result.out
    assert before == (project.root / PRODUCTION).read_bytes()


def test_an_environment_that_is_not_valid_promotes_nothing(project: Project) -> None:
    project.edit(SANDBOX, "actions:", "aktions:")
    before = (project.root / PRODUCTION).read_bytes()
    project.expect(10, "promote", "sandbox", "production", "--yes")
    assert before == (project.root / PRODUCTION).read_bytes()


def test_no_account_is_asked(project: Project) -> None:
    project.edit(SANDBOX, "[line, japon]", "[line, asie]")
    project.expect(0, "promote", "sandbox", "production", "--yes")
    assert [] == project.requests("sandbox")
    assert [] == project.requests("production")


def test_a_literal_secret_in_the_target_is_not_shown(project: Project) -> None:
    path = "environments/production/canaux/messenger-fr.yaml"
    text = (project.root / path).read_text("utf-8")
    reference = next(line for line in text.splitlines() if line.startswith("page_access_token"))
    project.edit(path, "\nlifecycle: {protect: true}", "")
    project.edit(path, reference, "page_access_token: EAABsbCS1iHgBAliteral")
    result = project.expect(0, "promote", "sandbox", "production", "--yes")
    assert "changed channel/messenger-fr" in result.out
    assert "EAABsbCS1iHgBAliteral" not in result.out + result.err


def test_environments_have_to_be_two_that_exist(project: Project) -> None:
    assert "itself" in project.expect(64, "promote", "sandbox", "sandbox").err
    assert 'no environment "prod"' in project.expect(64, "promote", "sandbox", "prod").err
