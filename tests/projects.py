"""The example in a folder of its own, with the secrets of its environments, and commands that run in it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run
from reconciler.emulator.server import Emulator

EXAMPLE = Path(__file__).resolve().parent.parent
SUBDOMAIN = "maison-lune-sandbox"
SECRETS = (
    "ZD_SANDBOX_CLIENT_ID",
    "ZD_SANDBOX_CLIENT_SECRET",
    "ZD_SANDBOX_SC_KEY_ID",
    "ZD_SANDBOX_SC_SECRET",
    "FACEBOOK_APP_SECRET",
    "MESSENGER_FR_TOKEN",
)


@dataclass
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        """The result of `--format json`."""
        return json.loads(self.out)["result"]


class Project:
    """A copy of the example; `run` runs one command line in it at 80 columns."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        shutil.copytree(EXAMPLE / "environments", root / "environments")
        shutil.copy(EXAMPLE / "reconciler.yaml", root / "reconciler.yaml")
        self.root = root
        self.environ = monkeypatch
        self._capsys = capsys
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.delenv("RECONCILER_ENVIRONMENT", raising=False)
        for name in SECRETS:
            monkeypatch.setenv(name, f"value-of-{name.lower()}")

    def run(self, *arguments: str) -> Ran:
        """Run a command in this project."""
        self._capsys.readouterr()
        code = run(["-C", str(self.root), *arguments])
        captured = self._capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    def point_at(self, url: str) -> None:
        """Let the sandbox be the account at this address."""
        self.environ.setenv("RECONCILER_SANDBOX_BASE_URL", url)

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        (self.root / path).write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        """Read a file of the project."""
        return (self.root / path).read_text(encoding="utf-8")

    def keep_only(self, *paths: str) -> None:
        """Remove all manifests of the sandbox but these."""
        folder = self.root / "environments" / "sandbox"
        for path in folder.rglob("*.yaml"):
            if path.name != "environment.yaml" and path.relative_to(folder).as_posix() not in paths:
                path.unlink()


def new_account(**options: Any) -> Emulator:
    """The sandbox's account as it is on its first day; a context manager."""
    return Emulator({SUBDOMAIN: 0}, **options)
