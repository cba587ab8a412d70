"""What only a person can set, and a person changed: drift that has no request as its way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reconciler.emulator.server import Emulator
from tests.projects import SUBDOMAIN, Project, new_account

ACCOUNT = "kind: account\nname: account\nagent_workspace: true\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    project = Project(tmp_path, monkeypatch, capsys)
    project.write("environments/sandbox/account.yaml", ACCOUNT)
    project.keep_only("account.yaml")
    return project


@pytest.fixture
def account(project: Project) -> Iterator[Emulator]:
    with new_account() as running:
        project.point_at(running.url(SUBDOMAIN))
        yield running


def switch_workspace(account: Emulator, *, is_on: bool) -> None:
    body = {"path": "/api/v2/account/settings", "object": {"agents": {"agent_workspace": is_on}}}
    httpx.post(f"{account.url(SUBDOMAIN)}/__emulator__/objects", json=body)


def test_drift_shows_what_a_person_changed_and_a_plan_counts_it_as_no_change(
    project: Project, account: Emulator
) -> None:
    assert project.run("apply", "-e", "sandbox", "--auto-approve").code == 0
    switch_workspace(account, is_on=False)

    drift = project.run("drift", "-e", "sandbox")
    assert (3, True) == (drift.code, "live was true now false" in drift.out)
    assert project.run("plan", "-e", "sandbox", "--exit-code").code == 0

    switch_workspace(account, is_on=True)
    assert project.run("drift", "-e", "sandbox").code == 0


def test_what_was_never_as_stated_is_no_drift(project: Project, account: Emulator) -> None:
    switch_workspace(account, is_on=False)
    assert project.run("apply", "-e", "sandbox", "--auto-approve").code == 18
    assert project.run("drift", "-e", "sandbox").code == 0


def test_without_a_memory_every_difference_counts_as_drift(project: Project, account: Emulator) -> None:
    switch_workspace(account, is_on=False)
    drift = project.run("drift", "-e", "sandbox")
    assert (4, True) == (drift.code, "agent_workspace" in drift.out)
