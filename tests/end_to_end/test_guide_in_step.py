"""The guide from two accounts to two that stay in step, followed step by step."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from reconciler.cli.demo_accounts import APPS, PRODUCTION, SANDBOX, drifted_accounts
from reconciler.cli.demo_person import work
from reconciler.cli.main import run
from reconciler.emulator.server import Emulator
from tests.end_to_end.guide import Follower, Said

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "in-step.md"


@dataclass(frozen=True, slots=True)
class AdminCenter:
    """Production's Admin Center."""

    emulator: Emulator

    def look(self, path: str) -> list[dict[str, Any]]:
        """The account's objects under a list path."""
        return self.emulator.objects(PRODUCTION, path.replace("{app}", APPS[PRODUCTION]))

    def do(self, path: str, content: Mapping[str, Any], said: str) -> None:
        """Change or add an object."""
        self.emulator.click(PRODUCTION, path.replace("{app}", APPS[PRODUCTION]), dict(content))


def test_who_follows_the_guide_ends_with_two_accounts_in_step(tmp_path: Path) -> None:
    with Emulator({SANDBOX: 0, PRODUCTION: 0}, seed=drifted_accounts()) as emulator:
        environ = {
            f"ZD_{name}_{credential}": "a-credential"
            for name in ("SANDBOX", "PRODUCTION")
            for credential in ("CLIENT_ID", "CLIENT_SECRET", "SC_KEY_ID", "SC_SECRET")
        }
        environ |= {"RECONCILER_SANDBOX_BASE_URL": emulator.url(SANDBOX), "COLUMNS": "110"}
        environ |= {"RECONCILER_PRODUCTION_BASE_URL": emulator.url(PRODUCTION)}

        def type_command(arguments: list[str]) -> Said:
            printed = io.StringIO()
            with (
                mock.patch.dict(os.environ, environ),
                contextlib.redirect_stdout(printed),
                contextlib.redirect_stderr(printed),
            ):
                code = run(["-C", str(tmp_path), *arguments])
            return Said(code, printed.getvalue())

        def connect() -> None:
            steps = json.loads((tmp_path / "plans" / "production.json").read_bytes())["plan"]["steps"]
            work(steps, AdminCenter(emulator))

        deeds = {"a person does the manual steps of production": connect}
        follower = Follower(tmp_path, type_command, deeds)

        follower.follow(GUIDE)

        assert 20 == follower.typed
        sent = {name: emulator.account(name).requests for name in (SANDBOX, PRODUCTION)}
        writes = {
            name: [each["path"] for each in asked if each["method"] != "GET" and each["path"] != "/oauth/tokens"]
            for name, asked in sent.items()
        }
        assert [] == writes[SANDBOX]
        assert len(writes[PRODUCTION]) > 5
        titles = {
            subdomain: [each["title"] for each in emulator.objects(subdomain, "/api/v2/triggers")]
            for subdomain in (SANDBOX, PRODUCTION)
        }
        assert sorted(titles[SANDBOX]) == sorted(titles[PRODUCTION])
        emulator.click(PRODUCTION, "/api/v2/groups/902", {"description": "Autre chose"})
        assert 2 == type_command(["compare", "sandbox", "production", "--live"]).code
