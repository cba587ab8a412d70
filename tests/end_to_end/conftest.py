"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli import console
from reconciler.emulator.server import Emulator
from reconciler.secrets.redactor import Redactor
from tests.spoilt_project import SECRETS, SUBDOMAIN, Project, SkippingClock


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of the example with all of its secrets; a redactor that has learned nothing yet; waits that take no time."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "RECONCILER_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(console, "_REDACTOR", Redactor())
    monkeypatch.setattr("reconciler.zendesk.clock.SystemClock", SkippingClock)
    return Project(tmp_path, capsys.readouterr)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The sandbox's account, new, where the environment points."""
    with Emulator({SUBDOMAIN: 0}) as emulator:
        monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", emulator.url(SUBDOMAIN))
        yield emulator
