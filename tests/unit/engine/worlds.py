"""A whole world for sessions: the emulator, a store, a clock that only moves when told to, and a hand on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from reconciler.core.errors import StoreError, VersionMoved
from reconciler.core.plan import PlanFile
from reconciler.core.report import Report
from reconciler.core.state import State
from reconciler.emulator.server import Emulator
from reconciler.engine.applying import ApplyOptions, apply_plan
from reconciler.engine.planner import Planned
from reconciler.engine.planning import plan_environment
from reconciler.engine.session import World, open_session
from reconciler.manifest.loader import LoadedEnvironment
from reconciler.secrets.redactor import Redactor
from reconciler.store.backend import Stored
from reconciler.store.sqlite import SqliteBackend
from reconciler.store.state_store import StateStore
from reconciler.zendesk.network import NetworkTransport

ACCOUNT = "maison-lune"
APP = "5f0e1c2d3b4a5f0e1c2d3b4a"
CREDENTIALS = {
    "support": {"client_id": "env://ID", "client_secret": "env://SECRET"},
    "conversations": {"key_id": "env://KEY", "secret": "env://KEY_SECRET"},
}


class HandOnTheWire(httpx.BaseTransport):
    """Passes requests on; `before` sees each one first, `loses` says whose answers never come back."""

    def __init__(self) -> None:
        self.inner = NetworkTransport(is_encrypted=False)
        self.before: Callable[[httpx.Request], None] = lambda request: None
        self.loses: Callable[[httpx.Request], bool] = lambda request: False
        self.sent: list[tuple[str, str]] = []
        self.bodies: list[Any] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.headers.get("x-person"):
            self.before(request)
        if request.method != "GET" and "oauth" not in request.url.path:
            self.sent.append((request.method, request.url.path))
            self.bodies.append(json.loads(request.content) if request.content else None)
        response = self.inner.handle_request(request)
        if self.loses(request):
            response.read()
            response.close()
            raise httpx.ReadError("the answer was lost", request=request)
        return response

    def close(self) -> None:
        """Stays open: one world has many sessions."""


class Clock:
    """Moves by `sleep` alone."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass(slots=True)
class FailingBackend:
    """A store that refuses the puts that `refuses` names, counted from 1."""

    inner: SqliteBackend
    refuses: Callable[[int], bool] = lambda number: False
    puts: int = 0
    bodies: list[bytes] = field(default_factory=list)
    has_lost_leases: bool = False
    is_shared: bool = False
    lease_ttl_seconds: float = 30.0
    intents_per_put: int = 10

    def get(self, key: str) -> Stored | None:
        return self.inner.get(key)

    def put(self, key: str, body: bytes, *, if_version: str | None) -> str:
        if "lease" in key:
            if self.has_lost_leases and if_version is not None:
                raise VersionMoved("another run has the lease")
            return self.inner.put(key, body, if_version=if_version)
        self.puts += 1
        if self.refuses(self.puts):
            raise StoreError("the disk is full")
        self.bodies.append(body)
        return self.inner.put(key, body, if_version=if_version)

    def list(self, prefix: str) -> tuple[str, ...]:
        return tuple(self.inner.list(prefix))

    def describe(self) -> str:
        return "a test's store"

    def close(self) -> None:
        self.inner.close()


@dataclass(slots=True)
class Stage:
    """An account and a memory between commands; `plan` and `apply` are commands."""

    emulator: Emulator
    wire: HandOnTheWire
    clock: Clock
    backend: FailingBackend
    world: World

    def plan(self, loaded: LoadedEnvironment) -> PlanFile:
        return self.planned(loaded)[0]

    def planned(self, loaded: LoadedEnvironment) -> tuple[PlanFile, Planned]:
        session = open_session(replace(loaded, credentials=CREDENTIALS), self.world, read_only=True)
        return plan_environment(session, self.backend)

    def apply(self, loaded: LoadedEnvironment, saved: PlanFile | None = None, **options: Any) -> Report:
        loaded = replace(loaded, credentials=CREDENTIALS)
        saved = saved or self.plan(loaded)
        session = open_session(loaded, self.world, read_only=False)
        return apply_plan(session, self.backend, saved, ApplyOptions(**options))

    def state(self) -> State:
        state, _ = StateStore(self.backend, "sandbox").load()
        assert state is not None
        return state

    def person(self, method: str, path: str, body: Any = None) -> Any:
        """What a person does in the account meanwhile."""
        answer = httpx.request(
            method,
            self.emulator.url(ACCOUNT) + path,
            json=body,
            auth=("person/token", "x"),
            headers={"x-person": "yes"},
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def names(self, path: str, items: str, member: str = "name") -> list[str]:
        return [each[member] for each in self.person("GET", path)[items]]


@contextmanager
def stage(tmp_path: Path, seed: Any = None, **options: Any) -> Iterator[Stage]:
    """A new account, nothing remembered."""
    wire, clock = HandOnTheWire(), Clock()
    runs = iter(range(1, 1000))
    with Emulator({ACCOUNT: 0}, seed={ACCOUNT: seed} if seed else None, **options) as emulator:
        world = World(
            root=tmp_path,
            environ={name: "x" for name in ("ID", "SECRET", "KEY", "KEY_SECRET")},
            clock=clock,
            now=lambda: datetime(2026, 11, 22, tzinfo=UTC),
            new_run_id=lambda: f"run-{next(runs)}",
            new_lineage=lambda: "00000000-0000-4000-8000-000000000001",
            host="test",
            notice=lambda text: None,
            redactor=Redactor(),
            version="0",
            transport=wire,
            base_url=emulator.url(ACCOUNT),
        )
        backend = FailingBackend(SqliteBackend(tmp_path / "state.sqlite3", is_read_only=False))
        try:
            yield Stage(emulator, wire, clock, backend, world)
        finally:
            backend.close()
            wire.inner.close()
