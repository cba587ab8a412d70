"""What apply says about an object that only its memory can find again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.projects import SUBDOMAIN, Project, new_account


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Project]:
    made = Project(tmp_path, monkeypatch, capsys)
    made.keep_only()
    made.write("environments/sandbox/web.yaml", "kind: channel\nname: web\ntype: web\ndisplay_name: Site\n")
    made.write("environments/sandbox/group.yaml", "kind: group\nname: team\ntitle: Team\n")
    with new_account() as account:
        made.point_at(account.url(SUBDOMAIN))
        yield made


def outcomes(project: Project) -> dict[str, dict[str, Any]]:
    ran = project.run("apply", "-e", "sandbox", "--auto-approve", "--format", "json")
    assert (0, "") == (ran.code, ran.err)
    return {each["address"]: each for each in ran.result["outcomes"]}


def test_a_created_object_without_a_readable_key_comes_with_its_binding_line(project: Project) -> None:
    web = outcomes(project)["channel/web"]
    assert [f'channel/web: {{id: "{web["live_id"]}"}}'] == web["commands"]
    assert "bindings.yaml" in web["detail"]


def test_a_created_object_with_a_readable_key_needs_no_line(project: Project) -> None:
    assert "commands" not in outcomes(project)["group/team"]


def test_the_printed_line_lets_a_run_without_memory_find_the_object(project: Project) -> None:
    line = outcomes(project)["channel/web"]["commands"][0]
    (project.root / ".reconciler" / "state.sqlite3").unlink()
    blocked = project.run("plan", "-e", "sandbox", "--format", "json")
    assert 11 == blocked.code
    project.write("environments/sandbox/bindings.yaml", line + "\n")
    bound = project.run("plan", "-e", "sandbox", "--format", "json")
    assert 0 == bound.code
