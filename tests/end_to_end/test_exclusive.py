"""What only one environment can have, and memories that were restored from a copy."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.projects import Project, new_account


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def test_a_copied_environment_is_blocked_where_it_would_take_what_the_other_has(project: Project) -> None:
    path = "environments/sandbox/environment.yaml"
    production = project.read("environments/production/environment.yaml")
    page = next(line for line in production.splitlines() if "messenger_fr_page_id" in line)
    bot = next(line for line in production.splitlines() if "bot_url" in line)
    lines = [
        page if "messenger_fr_page_id" in line else bot if "bot_url" in line else line
        for line in project.read(path).splitlines()
    ]
    project.write(path, "\n".join(lines) + "\n")
    with new_account() as account:
        project.point_at(account.url("maison-lune-sandbox"))
        told = project.run("plan", "-e", "sandbox")
        asked = account.account("maison-lune-sandbox").requests

    assert 11 == told.code
    words = " ".join(told.out.split())
    assert 'page_id "104857600000001" is also that of channel/messenger-fr in the environment production' in words
    assert 'webhook.target "https://bot.maison-lune.example/zendesk" is also that of responder/lune-bot' in words
    assert "phone_number" not in words.split("BLOCKED")[0]
    assert {"GET"} == {each["method"] for each in asked if each["path"] != "/oauth/tokens"}


def test_a_page_is_shared_where_somebody_approved_it_and_a_number_never(project: Project) -> None:
    project.keep_only(
        "canaux/messenger-fr.yaml",
        "canaux/whatsapp-fr.yaml",
        "reponses/lune-bot.yaml",
        "reponses/conseillers.yaml",
        "routage/aiguillage.yaml",
    )
    path = "environments/sandbox/environment.yaml"
    text = project.read(path)
    values = {"messenger_fr_page_id": '"104857600000001"', "whatsapp_fr": '"+33755531200"'}
    for name, value in values.items():
        text = re.sub(rf"  {name}: .*", f"  {name}: {value}", text)
    project.write(path, "".join(f"{x}\n" for x in text.splitlines() if "instagram" not in x and "origins" not in x))
    with new_account() as account:
        project.point_at(account.url("maison-lune-sandbox"))
        told = project.run("plan", "-e", "sandbox", "--format", "json")
        reasons = {reason for step in json.loads(told.out)["steps"] for reason in step["blocked"]}
        entries = {found[0] for reason in reasons if (found := re.search(r"\{step: .*?\}", reason))}
        assert 1 == len(entries)
        approval = entries.pop().replace("by: …, reason: …, until: …", "by: lea, reason: one page, until: 2027-01-01")
        project.write("environments/sandbox/approvals.yaml", f"- {approval}\n")
        again = project.run("plan", "-e", "sandbox", "--format", "json")

    assert 11 == again.code
    plan = json.loads(again.out)
    assert ["exclusive:channel/messenger-fr#page_id"] == [each["step"] for each in plan["approvals"]]
    assert {"channel/whatsapp-fr"} == {each["address"] for each in plan["steps"] if each["blocked"]}


def test_a_memory_restored_from_a_copy_is_called_older_and_refused(project: Project) -> None:
    project.keep_only("equipes/equipe-japon.yaml")
    environment = project.read("environments/sandbox/environment.yaml")
    project.write("environments/sandbox/environment.yaml", environment[: environment.index("values:")])
    store, copy = project.root / ".reconciler", project.root / "copy"
    with new_account() as account:
        project.point_at(account.url("maison-lune-sandbox"))
        project.run("plan", "-e", "sandbox")
        assert 0 == project.run("apply", "plans/sandbox.json").code
        shutil.copytree(store, copy)
        team = project.read("environments/sandbox/equipes/equipe-japon.yaml")
        project.write("environments/sandbox/equipes/equipe-japon.yaml", team.replace("Équipe Japon", "Équipe Asie"))
        project.run("plan", "-e", "sandbox")
        assert 0 == project.run("apply", "plans/sandbox.json").code
        project.run("plan", "-e", "sandbox")
        shutil.rmtree(store)
        shutil.copytree(copy, store)

        planned = project.run("plan", "-e", "sandbox", "--format", "json")
        applied = project.run("apply", "plans/sandbox.json")

    assert '"memory": "older"' in planned.out
    assert 12 == applied.code
    assert "older" in applied.err
