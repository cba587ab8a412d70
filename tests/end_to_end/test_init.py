"""`reconciler init`: a new repository for two accounts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run
from reconciler.manifest.loader import judge_project, load_settings
from reconciler.manifest.schema_files import schema_directory

ACCOUNTS = (
    "--account",
    "sandbox=acme-sandbox/65f1c2a9d3b4e7f8a0b1c2d3",
    "--account",
    "production=acme.zendesk.com/5f0e1c2d3b4a5f0e1c2d3b4a",
)


def test_two_environments_are_ready_for_import(tmp_path: Path) -> None:
    assert run(["-C", str(tmp_path), "init", *ACCOUNTS]) == 0
    production = load_settings(tmp_path, "production")
    sandbox = load_settings(tmp_path, "sandbox")
    assert production is not None
    assert sandbox is not None
    assert (production.subdomain, production.app_id) == ("acme", "5f0e1c2d3b4a5f0e1c2d3b4a")
    assert (production.policy.removal, production.policy.drift) == ("tombstone", "block")
    assert sandbox.policy.removal == "absence"
    assert sandbox.credentials["support"]["client_id"] == "env://ZD_SANDBOX_CLIENT_ID"
    assert judge_project(tmp_path) == ()


def test_editors_find_the_schemas_and_git_ignores_the_memory(tmp_path: Path) -> None:
    run(["-C", str(tmp_path), "init", *ACCOUNTS])
    settings = json.loads((tmp_path / ".vscode/settings.json").read_text("utf-8"))
    for schema in settings["yaml.schemas"]:
        assert (tmp_path / schema).is_file()
    published = {path.name for path in schema_directory().glob("*.schema.json")}
    assert {path.name for path in (tmp_path / "schemas").iterdir()} == published
    assert ".reconciler/" in (tmp_path / ".gitignore").read_text("utf-8").splitlines()


def test_the_pipeline_example_is_a_script_that_a_shell_understands(tmp_path: Path) -> None:
    run(["-C", str(tmp_path), "init", *ACCOUNTS])
    script = tmp_path / "ci/reconciler.sh"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    assert subprocess.run([str(script)], check=False, capture_output=True).returncode == 64


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".gitignore").write_text("mine\n", "utf-8")
    run(["-C", str(tmp_path), "init", *ACCOUNTS])
    captured = capsys.readouterr()
    assert (tmp_path / ".gitignore").read_text("utf-8") == "mine\n"
    assert "kept  .gitignore" in captured.out
    assert "add .reconciler/ to .gitignore" in captured.err


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    run(["-C", str(tmp_path), "init", *ACCOUNTS])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert run(["-C", str(tmp_path), "init", *ACCOUNTS, "--store", "git"]) == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_store_can_be_one_that_pipelines_share(tmp_path: Path) -> None:
    run(["-C", str(tmp_path), "init", *ACCOUNTS, "--store", "git"])
    assert "store: {type: git}" in (tmp_path / "reconciler.yaml").read_text("utf-8")
    assert judge_project(tmp_path) == ()


def test_the_next_commands_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "init", *ACCOUNTS, "--format", "json"]) == 0
    told: Any = json.loads(capsys.readouterr().out)["result"]["next"]
    assert told[0] == f"cd {tmp_path}"
    assert "ZD_PRODUCTION_SC_SECRET" in told[1]
    assert told[-4:] == [
        "reconciler import -e sandbox",
        "reconciler import -e production",
        "reconciler validate",
        "reconciler plan -e sandbox",
    ]


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ((), "no terminal to ask on"),
        (("--account", "sandbox"), "no environment with its account"),
        (("--account", "sandbox=acme/1234"), "24 digits"),
        (("--account", "sandbox=ACME/65f1c2a9d3b4e7f8a0b1c2d3"), "subdomain"),
        ((*ACCOUNTS, *ACCOUNTS[:2]), "named twice"),
    ],
)
def test_accounts_that_cannot_be_are_refused_before_anything_is_written(
    accounts: tuple[str, ...],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert run(["-C", str(tmp_path), "init", *accounts]) == 64
    assert words in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


def test_on_a_terminal_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["acme-sandbox", "65f1c2a9d3b4e7f8a0b1c2d3", "acme", "5f0e1c2d3b4a5f0e1c2d3b4a"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda *texts, **options: next(answers))
    assert run(["-C", str(tmp_path), "init"]) == 0
    production = load_settings(tmp_path, "production")
    assert production is not None
    assert production.subdomain == "acme"
