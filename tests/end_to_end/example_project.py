"""The example as a project of its own in a temporary folder, against an emulator that a test owns.

It refuses to know what a test expects of it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

from reconciler.cli.demo_person import vouched, work
from reconciler.cli.main import run
from reconciler.emulator.server import Emulator

ROOT = Path(__file__).resolve().parents[2]
SUBDOMAINS = {"sandbox": "maison-lune-sandbox", "production": "maison-lune"}
SECRETS = (
    "FACEBOOK_APP_SECRET",
    "MESSENGER_FR_TOKEN",
    "LINE_JP_SECRET",
    "LINE_JP_TOKEN",
    *(
        f"ZD_{environment}_{name}"
        for environment in ("SANDBOX", "PRODUCTION")
        for name in ("CLIENT_ID", "CLIENT_SECRET", "SC_KEY_ID", "SC_SECRET")
    ),
)


@dataclass(frozen=True, slots=True)
class Result:
    """How one command line ended and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@dataclass(slots=True)
class Project:
    """A copy of the example with its emulated accounts."""

    root: Path
    emulator: Emulator
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> Result:
        """Run the program in this process."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environ),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run(["-C", str(self.root), *arguments])
        return Result(code, out.getvalue(), err.getvalue())

    def expect(self, code: int, *arguments: str) -> Result:
        """Run the program and require its exit code."""
        result = self.run(*arguments)
        assert code == result.code, f"{' '.join(arguments)} ended {result.code}\n{result.out}\n{result.err}"
        return result

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the program as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "reconciler", "-C", str(self.root), *arguments],
            env={**os.environ, **self.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def plan_path(self, environment: str) -> Path:
        """Where plan writes its file."""
        return self.root / "plans" / f"{environment}.json"

    def plan_steps(self, environment: str) -> list[dict[str, Any]]:
        """The steps of the plan file that was written last."""
        steps: list[dict[str, Any]] = json.loads(self.plan_path(environment).read_bytes())["plan"]["steps"]
        return steps

    def planned_requests(self, environment: str) -> int:
        """How many requests the plan file that was written last says it makes."""
        count: int = json.loads(self.plan_path(environment).read_bytes())["plan"]["summary"]["requests"]
        return count

    def requests(self, environment: str) -> list[dict[str, Any]]:
        """What the account was asked, token requests included, in order."""
        listed: list[dict[str, Any]] = self._door(environment, "requests")
        return listed

    def state(self, environment: str) -> dict[str, Any]:
        """What is in the account."""
        state: dict[str, Any] = self._door(environment, "state")
        return state

    def objects(self, environment: str, path: str) -> list[dict[str, Any]]:
        """The account's objects under a list path; `{app}` stands for its app's id."""
        full = path.replace("{app}", app_id(environment))
        objects: list[dict[str, Any]] = self.state(environment)["objects"].get(full, [])
        return objects

    def click(self, environment: str, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """What a person does in Admin Center."""
        full = path.replace("{app}", app_id(environment))
        done: dict[str, Any] = self._door(environment, "objects", {"path": full, "object": content})
        return done

    def break_requests(self, environment: str, *faults: Mapping[str, Any]) -> None:
        """Script faults by request index, counted from the account's first request."""
        self._door(environment, "faults", [dict(fault) for fault in faults])

    def work_by_hand(self, environment: str) -> None:
        """A person does what the plan file says, and vouches for what no API shows."""
        work(self.plan_steps(environment), AdminCenter(self, environment))
        seen = self.root / ".reconciler" / "seen.json"
        self.expect(0, "plan", "-e", environment, "--out", str(seen))
        steps = vouched(json.loads(seen.read_bytes())["plan"]["steps"])
        if steps:
            self.expect(0, "attest", "-e", environment, *steps, "--by", "Camille Roy")

    def finish(self, environment: str) -> None:
        """Plan, apply and do what people do until nothing of it is left: twice, since agents come before their roles."""
        self.work_by_hand(environment)
        self.expect(0, "plan", "-e", environment)
        if self.run("apply", str(self.plan_path(environment))).code == 18:
            self.expect(0, "plan", "-e", environment)
            self.work_by_hand(environment)
            self.expect(0, "plan", "-e", environment)
            self.expect(0, "apply", str(self.plan_path(environment)))

    def converge(self, environment: str) -> None:
        """Plan and apply until the account is as the manifests say, a person's part included."""
        self.expect(0, "plan", "-e", environment)
        self.expect(18, "apply", str(self.plan_path(environment)))
        self.finish(environment)

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a manifest: `old` must be there."""
        file = self.root / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def forget(self) -> None:
        """Lose the store."""
        shutil.rmtree(self.root / ".reconciler")

    def _door(self, environment: str, name: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.emulator.url(SUBDOMAINS[environment])}/__emulator__/{name}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None


@dataclass(frozen=True, slots=True)
class AdminCenter:
    """The account of one environment, as the person of the demo has it open."""

    project: Project
    environment: str

    def look(self, path: str) -> list[dict[str, Any]]:
        """The account's objects under a list path."""
        return self.project.objects(self.environment, path)

    def do(self, path: str, content: Mapping[str, Any], said: str) -> None:
        """Change or add an object."""
        self.project.click(self.environment, path, content)


def environment_values(environment: str) -> dict[str, Any]:
    """The values of the example's environment.yaml."""
    values: dict[str, Any] = _environment(environment)["values"]
    return values


def app_id(environment: str) -> str:
    """The app that the example's environment.yaml names."""
    return str(_environment(environment)["account"]["app_id"])


def _environment(environment: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        (ROOT / "environments" / environment / "environment.yaml").read_text("utf-8")
    )
    return loaded


def writes(requests: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The requests that could change something."""
    return [
        (each["method"], each["path"])
        for each in requests
        if each["method"] != "GET" and each["path"] != "/oauth/tokens"
    ]


@contextlib.contextmanager
def example_project(
    folder: Path, *environments: str, seed: Mapping[str, Any] | None = None, **options: Any
) -> Iterator[Project]:
    """A fresh copy of the example in `folder` and an emulator for the accounts of `environments` (all by default)."""
    shutil.copytree(ROOT / "environments", folder / "environments")
    shutil.copy(ROOT / "reconciler.yaml", folder / "reconciler.yaml")
    chosen = environments or tuple(SUBDOMAINS)
    with Emulator({SUBDOMAINS[each]: 0 for each in chosen}, seed=dict(seed or {}), **options) as emulator:
        environ = {name: f"value-of-{name.lower()}" for name in SECRETS}
        environ["RECONCILER_TODAY"] = "2026-11-22"
        for each in chosen:
            environ[f"RECONCILER_{each.upper()}_BASE_URL"] = emulator.url(SUBDOMAINS[each])
        yield Project(folder, emulator, environ)
