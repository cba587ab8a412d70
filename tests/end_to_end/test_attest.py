"""Somebody's word for what no API shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import Project, new_account

REPLY = """kind: auto_reply
name: merci
channel: whatsapp-fr
enabled: true
text: "Bonjour {{firstName || }} ! À très vite."
"""
STEP = "manual:auto_reply/merci#set"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    made = Project(tmp_path, monkeypatch, capsys)
    made.keep_only(
        "canaux/whatsapp-fr.yaml", "reponses/lune-bot.yaml", "reponses/conseillers.yaml", "routage/aiguillage.yaml"
    )
    environment = made.read("environments/sandbox/environment.yaml")
    kept = [
        line
        for line in environment.splitlines()
        if not any(name in line for name in ("messenger", "facebook", "instagram", "site_origins"))
    ]
    made.write("environments/sandbox/environment.yaml", "\n".join(kept) + "\n")
    made.write("environments/sandbox/merci.yaml", REPLY)
    return made


def test_a_word_closes_the_step_until_the_text_changes_and_comments_stay(project: Project) -> None:
    path = "environments/sandbox/attestations.yaml"
    project.write(path, "# Qui a fait quoi, dans le Centre d'administration.\n")
    with new_account() as account:
        project.point_at(account.url("maison-lune-sandbox"))
        assert STEP in project.run("plan", "-e", "sandbox").out

        told = project.run("attest", "-e", "sandbox", STEP, "--by", "Camille Roy")
        assert 0 == told.code, told.err
        assert "Camille Roy vouches" in told.out
        assert STEP not in project.run("plan", "-e", "sandbox").out

        project.write("environments/sandbox/merci.yaml", REPLY.replace("À très vite", "À bientôt"))
        asked = project.run("plan", "-e", "sandbox").out
        assert STEP in asked
        assert "changed since somebody vouched" in asked.replace("\n", " ").replace("  ", " ")

        assert 0 == project.run("attest", "-e", "sandbox", STEP, "--by", "Noé Lê").code
        written = project.read(path)
    assert written.startswith("# Qui a fait quoi")
    assert 1 == written.count(STEP)
    assert "Noé Lê" in written


def test_a_step_that_is_not_open_cannot_be_vouched_for_and_nothing_is_written(project: Project) -> None:
    with new_account() as account:
        project.point_at(account.url("maison-lune-sandbox"))
        told = project.run("attest", "-e", "sandbox", "manual:channel/whatsapp-fr#connect")
    assert 64 == told.code
    assert STEP in told.err
    assert not (project.root / "environments/sandbox/attestations.yaml").exists()
