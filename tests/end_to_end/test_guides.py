"""The guides for administrators: every command in them is typed, in order, against an account on its first day."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from reconciler.cli.demo_person import work
from reconciler.cli.main import run
from reconciler.emulator.server import Emulator
from tests.end_to_end.guide import Follower, Said, blocks
from tests.unit.store.git_repositories import new_clone, new_remote

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guides"
SUBDOMAIN = "maison-lune-sandbox"
APP = "65f1c2a9d3b4e7f8a0b1c2d3"
INIT = ["init", "--account", f"sandbox={SUBDOMAIN}/{APP}"]
VARIABLES = ("ZD_SANDBOX_CLIENT_ID", "ZD_SANDBOX_CLIENT_SECRET", "ZD_SANDBOX_SC_KEY_ID", "ZD_SANDBOX_SC_SECRET")
SECRETS = ("FACEBOOK_APP_SECRET", "MESSENGER_FR_TOKEN")


@dataclass
class Reader:
    """Somebody who follows guides in a folder, with an account."""

    root: Path
    emulator: Emulator

    def type(self, arguments: list[str]) -> Said:
        """Type a command; what it prints is kept in one piece."""
        environ = {name: f"value-of-{name.lower()}" for name in (*VARIABLES, *SECRETS)}
        environ |= {"RECONCILER_SANDBOX_BASE_URL": self.emulator.url(SUBDOMAIN), "COLUMNS": "110"}
        printed = io.StringIO()
        with (
            mock.patch.dict(os.environ, environ),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            code = run(["-C", str(self.root), *arguments])
        return Said(code, printed.getvalue())

    def follow(self, name: str) -> None:
        """Follow a guide to its end."""
        deeds = {
            "a person edits the team's description": self.edit_team,
            "a person does the manual steps": self.do_manual_steps,
        }
        Follower(self.root, self.type, deeds).follow(GUIDES / name)

    def edit_team(self) -> None:
        """What a colleague should not have done."""
        team = next(each for each in self.look("/api/v2/groups") if each["name"] == "Équipe Japon")
        self.do(f"/api/v2/groups/{team['id']}", {"description": "Horaires d'été"}, "")

    def do_manual_steps(self) -> None:
        """What the plan says, as far as a read verifies it."""
        work(json.loads((self.root / "plans" / "sandbox.json").read_bytes())["plan"]["steps"], self)

    def look(self, path: str) -> list[dict[str, Any]]:
        """The account's objects under a list path."""
        return self.emulator.objects(SUBDOMAIN, path.replace("{app}", APP))

    def do(self, path: str, content: Mapping[str, Any], said: str) -> None:
        """Change or add an object."""
        self.emulator.click(SUBDOMAIN, path.replace("{app}", APP), dict(content))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with Emulator({SUBDOMAIN: 0}) as emulator:
        yield Reader(tmp_path, emulator)


def test_first_steps(reader: Reader) -> None:
    reader.follow("first-steps.md")

    assert "Horaires d'été" in (reader.root / "environments/sandbox/routage/japon.yaml").read_text("utf-8")


def test_manual_steps(reader: Reader) -> None:
    assert 0 == reader.type(INIT).code

    reader.follow("manual-steps.md")

    assert "Camille Roy" in (reader.root / "environments/sandbox/attestations.yaml").read_text("utf-8")


def test_secrets(reader: Reader) -> None:
    assert 0 == reader.type(INIT).code

    reader.follow("secrets.md")

    (written,) = reader.emulator.account(SUBDOMAIN).all("integrations")
    assert {"appSecret": 1, "pageAccessToken": 2} == written["_secrets_written"]


def test_pipelines(reader: Reader, tmp_path: Path) -> None:
    reader.root = new_clone(new_remote(tmp_path / "remote"), tmp_path / "clone")
    assert 0 == reader.type(INIT).code
    manifest = reader.root / "environments" / "sandbox" / "equipe.yaml"
    manifest.write_text("kind: group\nname: equipe-japon\ntitle: Équipe Japon\n", "utf-8")

    reader.follow("pipelines.md")

    assert "Équipe Japon" in [each["name"] for each in reader.look("/api/v2/groups")]
    assert not (reader.root / ".reconciler").exists()


@pytest.mark.parametrize("guide", sorted(GUIDES.glob("*.md")), ids=lambda path: str(path.name))
def test_every_path_that_a_guide_links_to_exists(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", guide.read_text("utf-8"))
    assert [] == [each for each in links if not each.startswith("http") and not (guide.parent / each).exists()]


def test_every_guide_with_commands_is_followed_by_a_test() -> None:
    followed = {"first-steps.md", "manual-steps.md", "secrets.md", "pipelines.md", "in-step.md"}
    having = {each.name for each in GUIDES.glob("*.md") if any(language == "sh" for _, language, _ in blocks(each))}
    assert followed == having
