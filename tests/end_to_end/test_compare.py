"""Two environments of the example compared, as manifests and as accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.example_project import SUBDOMAINS, Project, example_project, writes
from tests.relay import Asked, Told, relay


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with example_project(tmp_path) as made:
        yield made


TRIGGER = "environments/production/routage/line-vers-japon.yaml"


def test_the_example_is_in_step_but_for_what_only_lists(project: Project) -> None:
    result = project.expect(0, "compare", "sandbox", "production", "--format", "json").json()["result"]
    assert result["in_step"]
    assert [each["address"] for each in result["standings"] if each["verdict"] != "in_step"] == ["channel/line-jp"]


def test_a_difference_is_shown_field_by_field_in_every_format(project: Project) -> None:
    project.edit(TRIGGER, "[line, japon]", "[line, asie]")
    text = project.expect(2, "compare", "sandbox", "production").out
    assert "trigger/line-vers-japon" in text
    assert "out of step" in text
    assert 'current_tags = ["asie", "line"]' in text
    markdown = project.expect(2, "compare", "sandbox", "production", "--format", "markdown").out
    assert "| `trigger/line-vers-japon` | different |" in markdown
    json = project.expect(2, "compare", "sandbox", "production", "--format", "json").json()
    assert (2, 1) == (json["exit_code"], json["result"]["counts"]["different"])


def test_an_environment_that_is_not_valid_is_not_compared(project: Project) -> None:
    project.edit("environments/production/environment.yaml", '  whatsapp_fr: "+33755531200"\n', "")
    result = project.expect(10, "compare", "sandbox", "production")
    assert 'unknown value "whatsapp_fr"' in result.err


def test_an_environment_is_not_compared_with_itself_or_with_none(project: Project) -> None:
    assert "with itself" in project.expect(64, "compare", "sandbox", "sandbox").err
    assert "production" in project.expect(64, "compare", "sandbox", "prodction").err


def test_accounts_with_the_same_configuration_are_in_step_and_are_only_read(project: Project) -> None:
    for environment in ("sandbox", "production"):
        project.converge(environment)
    before = [writes(project.requests(each)) for each in ("sandbox", "production")]
    result = project.expect(0, "compare", "sandbox", "production", "--live", "--format", "json").json()["result"]
    assert [each for each in result["standings"] if each["verdict"] not in ("in_step", "only_right")] == []
    assert "channel/line-jp" in {each["address"] for each in result["standings"] if each.get("allowed")}
    assert before == [writes(project.requests(each)) for each in ("sandbox", "production")]


def test_what_a_person_changed_in_one_account_is_a_difference_of_the_accounts_alone(project: Project) -> None:
    for environment in ("sandbox", "production"):
        project.converge(environment)
    (trigger,) = [each for each in project.objects("production", "/api/v2/triggers") if "LINE" in each["title"]]
    project.click("production", f"/api/v2/triggers/{trigger['id']}", {**trigger, "description": "par la main"})
    project.click("production", "/api/v2/groups", {"name": "Équipe éphémère"})
    text = project.expect(2, "compare", "sandbox", "production", "--live").out
    assert 'description  sandbox (nothing) · production "par la main"' in text
    assert 'group "Équipe éphémère"' in text
    project.expect(0, "compare", "sandbox", "production")


def test_a_collection_that_cannot_be_read_is_never_in_step(project: Project) -> None:
    for environment in ("sandbox", "production"):
        project.converge(environment)
    refused = Told.json(403, {"error": "Forbidden"})

    def refuse(asked: Asked) -> Told | None:
        return refused if asked.path.startswith("/api/v2/triggers?") else None

    with relay(refuse, project.emulator.url(SUBDOMAINS["production"])) as url:
        project.environ["RECONCILER_PRODUCTION_BASE_URL"] = url
        result = project.expect(2, "compare", "sandbox", "production", "--live", "--format", "json").json()["result"]
    unclear = {each["address"]: each["note"] for each in result["standings"] if each["verdict"] == "unclear"}
    assert "production: " in unclear["trigger/line-vers-japon"]
    assert "trigger/*" in unclear
    assert 0 == result["counts"]["only_left"]


def test_two_objects_with_one_name_are_not_guessed_at(project: Project) -> None:
    for environment in ("sandbox", "production"):
        project.converge(environment)
        project.click(environment, "/api/v2/groups", {"name": "Double"})
    project.click("production", "/api/v2/groups", {"name": "Double"})
    result = project.expect(2, "compare", "sandbox", "production", "--live", "--format", "json").json()["result"]
    assert [('group "Double"', "production: several objects share this name")] == [
        (each["address"], each["note"]) for each in result["standings"] if each["verdict"] == "unclear"
    ]
