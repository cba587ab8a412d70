"""Plays one round of a golden case against an emulated account, the way `plan` and `apply` do.

It refuses to know what the case expects. Requests are seen by a recording transport, so that bodies can be compared.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from reconciler.core.errors import ReconcilerError
from reconciler.core.plan import Plan, PlanFile, read_plan_file
from reconciler.core.report import Report
from reconciler.core.state import State
from reconciler.emulator.server import Emulator
from reconciler.engine.applying import ApplyOptions, apply_plan
from reconciler.engine.planning import plan_environment
from reconciler.engine.session import Session, World, open_session
from reconciler.manifest.loader import load_environment, require_valid
from reconciler.render.plan_markdown import plan_as_markdown
from reconciler.render.plan_text import plan_as_text
from reconciler.render.report_text import report_as_text
from reconciler.secrets.redactor import Redactor
from reconciler.store.open import open_store
from reconciler.store.state_store import StateStore
from reconciler.zendesk.network import NetworkTransport
from reconciler.zendesk.transport import TOKEN_PATH, Exchange, RecordingTransport
from tests.golden.case import Round
from tests.golden.words import Labels
from tests.unit.store.virtual_clock import VirtualClock

ENVIRONMENT = "sandbox"
SUBDOMAIN = "maison-lune-sandbox"
APP_ID = "65f1c2a9d3b4e7f8a0b1c2d3"
TODAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACCOUNT_SECRETS = ("CLIENT_ID", "CLIENT_SECRET", "KEY_ID", "KEY_SECRET")

_VARIABLE = re.compile(r"env://([A-Z0-9_]+)")


def secret_value(name: str) -> str:
    """The value of a variable that a case does not give one."""
    return f"value-of-{name}-kept-secret"


@dataclass(slots=True)
class Applied:
    """What an apply did: its report or why there is none, and the mutating requests, with bodies."""

    exit_code: int
    writes: list[Exchange]
    report: Report | None = None
    refusal: str = ""


@dataclass(slots=True)
class Stage:
    """One account and one folder of files; every text that a person could see is kept in `shown`."""

    root: Path
    emulator: Emulator
    environ: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    known: Labels | None = None
    runs: int = 0

    def set(self, played: Round) -> None:
        """Write the files of a round, after what a person did in the account."""
        labels = self.labels()
        for click in played.person:
            body = {"path": labels.filled(click["path"]), "object": labels.filled(click.get("object"))}
            answer = httpx.post(f"{self.emulator.url(SUBDOMAIN)}/__emulator__/objects", json=body)
            assert answer.status_code == 200, answer.text
        if played.memory == "lost":
            shutil.rmtree(self.root / ".reconciler", ignore_errors=True)
        folder = self.root / "environments" / ENVIRONMENT
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifests.yaml").write_text(played.manifest_text(), "utf-8")
        environment = {
            "kind": "environment",
            "name": ENVIRONMENT,
            "account": {"subdomain": SUBDOMAIN, "app_id": APP_ID},
            "credentials": {
                "support": {"client_id": "env://CLIENT_ID", "client_secret": "env://CLIENT_SECRET"},
                "conversations": {"key_id": "env://KEY_ID", "secret": "env://KEY_SECRET"},
            },
            **({"values": dict(played.values)} if played.values else {}),
            **({"policy": dict(played.policy)} if played.policy else {}),
        }
        files: Mapping[str, Any] = {
            "environment.yaml": environment,
            "bindings.yaml": labels.filled(dict(played.bindings)),
            "approvals.yaml": list(played.approvals),
            "attestations.yaml": list(played.attestations),
        }
        for name, content in files.items():
            path = folder / name
            if content:
                path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
            else:
                path.unlink(missing_ok=True)
        named = [*ACCOUNT_SECRETS, *_VARIABLE.findall(played.manifest_text())]
        self.environ = {**{name: secret_value(name) for name in named}, **played.secrets}

    def account(self) -> Mapping[str, Any]:
        """Everything in the account, by list path."""
        found = httpx.get(f"{self.emulator.url(SUBDOMAIN)}/__emulator__/state").json()
        return dict(found["objects"])

    def labels(self) -> Labels:
        """The account's live ids by what they are, or were when last looked at."""
        self.known = Labels(self.account(), APP_ID, self.state(), self.known)
        return self.known

    def state(self) -> State | None:
        """The memory."""
        backend = open_store({}, self.root, is_read_only=True)
        try:
            return StateStore(backend, ENVIRONMENT).load()[0]
        finally:
            backend.close()

    def plan(self) -> PlanFile:
        """A plan as the file that `plan` writes, read back; also rendered, as a person would see it."""
        self.labels()
        session = self._open(read_only=True)
        backend = open_store({}, self.root, is_read_only=True)
        try:
            made, _ = plan_environment(session, backend)
        finally:
            session.close()
            backend.close()
        data = made.encode()
        self.shown += [data.decode(), self.text(made.plan), plan_as_markdown(made.plan, digest=made.plan.digest())]
        return read_plan_file(data)

    def text(self, plan: Plan) -> str:
        """The plan as `plan` prints it."""
        return plan_as_text(plan, digest=plan.digest(), colour=False, width=120)

    def apply(self, saved: PlanFile, options: tuple[str, ...] = ()) -> Applied:
        """Apply a plan file; a refusal is an answer too."""
        before = len(self.exchanges)
        session = self._open(read_only=False)
        backend = open_store({}, self.root)
        report, refusal, exit_code = None, "", 0
        try:
            report = apply_plan(session, backend, saved, ApplyOptions(**dict.fromkeys(options, True)))
            exit_code = report.exit_code()
        except ReconcilerError as error:
            refusal, exit_code = f"{error.summary}\n{error.detail}", error.exit_code
        finally:
            session.close()
            backend.close()
        self.shown += [refusal, _stored(self.root)]
        if report is not None:
            self.shown += [json.dumps(report.as_json()), report_as_text(report, saved.plan, colour=False, width=120)]
        writes = [
            each for each in self.exchanges[before:] if each.method != "GET" and not each.path.endswith(TOKEN_PATH)
        ]
        return Applied(exit_code, writes, report, refusal)

    def _open(self, *, read_only: bool) -> Session:
        environment = require_valid(load_environment(self.root, ENVIRONMENT))
        wire = RecordingTransport(NetworkTransport(is_encrypted=False), self.exchanges.append, redact=lambda each: each)
        return open_session(environment, self._world(wire), read_only=read_only)

    def _world(self, transport: httpx.BaseTransport) -> World:
        self.runs += 1
        run = self.runs
        return World(
            root=self.root,
            environ=self.environ,
            clock=VirtualClock(),
            now=lambda: TODAY,
            new_run_id=lambda: f"20260302T090000Z-{run:08x}",
            new_lineage=lambda: f"00000000-0000-4000-8000-{run:012x}",
            host="golden",
            notice=self.shown.append,
            redactor=Redactor(),
            version="golden",
            transport=transport,
            base_url=self.emulator.url(SUBDOMAIN),
        )


def _stored(root: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in sorted((root / ".reconciler").glob("*")))


def sent(exchange: Exchange, labels: Labels) -> Any:
    """A request in the words of a case: `METHOD path`, or a mapping of that to the body."""
    line = f"{exchange.method} {labels.path(exchange.path)}"
    return {line: labels.named(json.loads(exchange.request_body))} if exchange.request_body else line
