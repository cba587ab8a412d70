"""Secrets that the service made: written to a file that only its owner reads, and never seen anywhere else."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.emulator.server import Emulator
from tests.projects import SUBDOMAIN, Project, new_account

BOT = """\
kind: switchboard
name: main
---
kind: responder
name: bot
type: bot
webhook: {target: "https://bot.example/zendesk", triggers: ["conversation:message"]}
"""
WECHAT = """\
kind: channel
name: wechat-cn
type: wechat
app_id: wx0123456789abcdef
"""
LINE = """\
kind: channel
name: line-jp
type: line
channel_id: "1286564967"
channel_secret: env://LINE_JP_SECRET
channel_access_token: env://LINE_JP_TOKEN
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    project = Project(tmp_path, monkeypatch, capsys)
    project.write("environments/sandbox/own.yaml", f"{BOT}---\n{WECHAT}---\n{LINE}")
    project.keep_only("own.yaml")
    for name in ("LINE_JP_SECRET", "LINE_JP_TOKEN"):
        monkeypatch.setenv(name, f"value-of-{name}")
    return project


@pytest.fixture
def account(project: Project) -> Iterator[Emulator]:
    with new_account() as running:
        project.point_at(running.url(SUBDOMAIN))
        yield running


def fetch(project: Project, address: str, *arguments: str) -> Any:
    return project.run("responder", "secret", address, "-e", "sandbox", "--to", "file://made-secret", *arguments)


def wechat_token(project: Project, account: Emulator) -> str:
    """The token of a WeChat channel that a person connects now."""
    app_id = account.account(SUBDOMAIN).get("app", "-")["id"]
    path = f"/sc/v1.1/apps/{app_id}/integrations"
    body = {"path": path, "object": {"appId": "wx0123456789abcdef"}}
    httpx.post(f"{account.url(SUBDOMAIN)}/__emulator__/objects", json=body)
    return str(account.account(SUBDOMAIN).all("legacy_integrations")[0]["webhookSecret"])


def test_the_secret_of_a_bot_is_in_the_file_and_nowhere_else(project: Project, account: Emulator) -> None:
    applied = project.run("apply", "-e", "sandbox", "--auto-approve")
    assert applied.code == 18, applied
    made = str(account.account(SUBDOMAIN).all("integration_webhooks")[0]["secret"])

    ran = fetch(project, "responder/bot", "-v")

    path = project.root / "made-secret"
    assert (0, made, 0o600) == (ran.code, path.read_text(), stat.S_IMODE(path.stat().st_mode))
    assert made not in ran.out + ran.err
    kept = [each for each in project.root.rglob("*") if each.is_file() and made.encode() in each.read_bytes()]
    assert [path] == kept


def test_the_token_of_wechat_is_fetched_through_the_older_api(project: Project, account: Emulator) -> None:
    project.run("apply", "-e", "sandbox", "--auto-approve")
    made = wechat_token(project, account)

    ran = fetch(project, "channel/wechat-cn", "--format", "json")

    assert {"address": "channel/wechat-cn", "to": "file://made-secret"} == ran.result
    assert (made, False) == ((project.root / "made-secret").read_text(), made in ran.out + ran.err)


def test_a_file_that_is_there_is_replaced_only_when_that_is_said(project: Project, account: Emulator) -> None:
    project.run("apply", "-e", "sandbox", "--auto-approve")
    project.write("made-secret", "somebody's own")

    assert (64, "somebody's own") == (fetch(project, "responder/bot").code, project.read("made-secret"))

    assert fetch(project, "responder/bot", "--force").code == 0
    assert project.read("made-secret") != "somebody's own"
    assert stat.S_IMODE((project.root / "made-secret").stat().st_mode) == 0o600


def test_what_is_not_in_the_account_yet_has_no_secret(project: Project, account: Emulator) -> None:
    assert fetch(project, "responder/bot").code == 11
    assert fetch(project, "channel/wechat-cn").code == 11
    assert not (project.root / "made-secret").exists()


def test_an_address_without_such_a_secret_is_refused_with_those_that_have_one(
    project: Project, account: Emulator
) -> None:
    ran = fetch(project, "channel/line-jp")
    assert (64, True) == (ran.code, "responder/bot" in ran.err and "channel/wechat-cn" in ran.err)


@pytest.mark.parametrize("target", ["env://NAME", "made-secret", "file://"])
def test_only_a_file_takes_a_secret(project: Project, account: Emulator, target: str) -> None:
    assert project.run("responder", "secret", "responder/bot", "-e", "sandbox", "--to", target).code == 64


def test_the_apply_that_makes_a_channel_says_which_address_to_paste(project: Project, account: Emulator) -> None:
    before = project.run("plan", "-e", "sandbox")
    assert "known once it is created" in before.out

    ran = project.run("apply", "-e", "sandbox", "--auto-approve")

    line = next(each for each in account.account(SUBDOMAIN).all("integrations") if each["type"] == "line")
    app_id = account.account(SUBDOMAIN).get("app", "-")["id"]
    assert 18 == ran.code
    assert f"https://app.smooch.io:443/api/line/webhooks/{app_id}/{line['id']}" in ran.out
    assert "reconciler attest -e sandbox manual:channel/line-jp#webhook" in ran.out

    assert project.run("attest", "-e", "sandbox", "manual:channel/line-jp#webhook", "--by", "Aiko").code == 0
    assert "line-jp#webhook" not in project.run("plan", "-e", "sandbox").out
