"""A repository for one account and the commands that a person types in it; it refuses to know what is expected."""

from __future__ import annotations

import contextlib
import io
import json
import os
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from reconciler.cli.main import run

SUBDOMAIN = "acme"
VARIABLES = ("CLIENT_ID", "CLIENT_SECRET", "SC_KEY_ID", "SC_SECRET")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    def result(self) -> Any:
        """The result of `--format json`."""
        return json.loads(self.out)["result"]


@dataclass(slots=True)
class Repository:
    """A folder made by `init`, pointed at an emulated account; `click` does there what a person does in Admin Center."""

    root: Path
    url: str
    click: Callable[[str, Any], Any] = lambda path, content: None

    def run(self, *arguments: str) -> Ran:
        """Run one command line in the repository."""
        environ = {f"ZD_SANDBOX_{name}": f"value-of-{name}" for name in VARIABLES}
        environ |= {"RECONCILER_SANDBOX_BASE_URL": self.url, "COLUMNS": "100"}
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.dict(os.environ, environ), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["-C", str(self.root), *arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    def plan(self) -> Any:
        """The plan's steps; fails when there is none."""
        ran = self.run("plan", "-e", "sandbox", "--format", "json")
        assert ran.code in (0, 11), ran.err
        return json.loads(ran.out)["steps"]

    def writes(self) -> list[str]:
        """Every request that could have changed the account."""
        with urllib.request.urlopen(f"{self.url}/__emulator__/requests") as answer:
            requests = json.load(answer)
        return [
            f"{each['method']} {each['path']}"
            for each in requests
            if each["method"] != "GET" and "oauth" not in each["path"]
        ]

    def files(self) -> dict[str, str]:
        """Every YAML file of the environment."""
        folder = self.root / "environments" / "sandbox"
        return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.yaml")}

    def manifest(self, path: str) -> str:
        """A manifest without the editor's line."""
        return self.files()[path].split("\n", 1)[1]


def new_repository(root: Path, url: str, app: str) -> Repository:
    """What `init` makes for a sandbox alone."""
    repository = Repository(root, url)
    made = repository.run("init", "--account", f"sandbox={SUBDOMAIN}/{app}")
    assert made.code == 0, made.err
    return repository
