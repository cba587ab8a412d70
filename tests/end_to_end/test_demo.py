"""The demo walks to its end, twice, and leaves nothing but its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.projects import Project


def test_the_demo_ends_well_and_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(tmp_path, monkeypatch, capsys)
    for _ in range(2):
        told = project.run("demo", "--format", "json")
        assert 0 == told.code, told.err

        typed = json.loads(told.out)["result"]["commands"]
        commands = {each["command"]: each["exit_code"] for each in typed}
        assert 3 == commands["reconciler drift -e production"]
        assert 0 == commands["reconciler plan -e sandbox --exit-code"]
        assert 2 == commands["reconciler compare sandbox production"]
        assert {"command": "reconciler compare sandbox production --live", "exit_code": 0} == typed[-1]
    made = {path.name for path in tmp_path.iterdir()}
    assert {"environments", "reconciler.yaml", ".reconciler"} == made
