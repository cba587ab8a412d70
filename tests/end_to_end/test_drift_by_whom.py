"""`drift` says who changed what and when, where the account has an audit log, and keeps looking when asked to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.server import Emulator
from tests.end_to_end.example_project import SUBDOMAINS, Project, example_project

LINE = "Messagerie : LINE vers l'équipe Japon"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with example_project(tmp_path, "sandbox") as made:
        made.converge("sandbox")
        yield made


def click(emulator: Emulator, path: str, called: str, by: str, **changed: Any) -> None:
    """A person of that name changes an object in Admin Center."""
    (found,) = [
        each
        for each in emulator.objects(SUBDOMAINS["sandbox"], path)
        if called in (each.get("title"), each.get("name"))
    ]
    emulator.click(SUBDOMAINS["sandbox"], f"{path}/{found['id']}", {**found, **changed} if changed else None, by=by)


def test_who_and_when_stand_beside_what_was_changed(project: Project) -> None:
    click(project.emulator, "/api/v2/triggers", LINE, "Camille Roy", title="X", raw_title="X")
    click(project.emulator, "/api/v2/groups", "Équipe Chine", "Jun Mori", name="Chine")
    text = project.expect(3, "drift", "-e", "sandbox")
    assert "changed by Camille Roy, 20" in text.out
    assert "changed by Jun Mori, 20" in text.out
    assert "https://maison-lune-sandbox.zendesk.com/admin" in text.err
    result = project.expect(3, "drift", "-e", "sandbox", "--format", "json").json()["result"]
    assert [("group/equipe-chine", "Jun Mori", "update"), ("trigger/line-vers-japon", "Camille Roy", "update")] == [
        (each["address"], each["who"], each["action"]) for each in result["changed_by"]
    ]


def test_who_deleted_an_object_is_said_too(project: Project) -> None:
    click(project.emulator, "/api/v2/triggers", LINE, "Camille Roy")
    assert "deleted by Camille Roy" in project.run("drift", "-e", "sandbox").out


def test_the_audit_log_is_not_asked_where_nothing_drifted(project: Project) -> None:
    project.expect(0, "drift", "-e", "sandbox")
    assert "/api/v2/audit_logs" not in {each["path"] for each in project.requests("sandbox")}


def test_an_account_without_an_audit_log_has_drift_all_the_same(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox", lacks=("audit_logs",)) as project:
        project.converge("sandbox")
        click(project.emulator, "/api/v2/triggers", LINE, "Camille Roy", title="X", raw_title="X")
        result = project.expect(3, "drift", "-e", "sandbox", "--format", "json").json()["result"]
    assert (["trigger/line-vers-japon"], []) == ([each["address"] for each in result["steps"]], result["changed_by"])


def test_watching_says_only_what_is_new(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def pause(clock: object, seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            click(project.emulator, "/api/v2/triggers", LINE, "Camille Roy", title="X", raw_title="X")
        if len(pauses) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.zendesk.clock.SystemClock.sleep", pause)
    result = project.expect(130, "drift", "-e", "sandbox", "--watch", "60")
    assert [60.0] * 4 == pauses
    assert 1 == result.out.count("no drift")
    assert 1 == result.out.count("trigger/line-vers-japon")


def test_a_watch_that_asks_too_often_is_refused(project: Project) -> None:
    assert "10 seconds" in project.expect(64, "drift", "-e", "sandbox", "--watch", "1").err
