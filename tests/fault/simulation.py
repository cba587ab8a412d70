"""One simulated history: commands against an account while requests, the store, the process and people fail them.

It refuses to know how the program works: it runs the same `plan` and `apply` as the command line does, in process, with
a virtual clock, and a seed that decides everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from reconciler.core.errors import ReconcilerError
from reconciler.core.plan import PlanFile, read_plan_file
from reconciler.core.policy import Binding
from reconciler.core.report import Report
from reconciler.core.state import State
from reconciler.engine.applying import ApplyOptions, apply_plan
from reconciler.engine.binding_lines import binding_key
from reconciler.engine.planning import plan_environment
from reconciler.engine.session import Session, World, open_session
from reconciler.manifest.loader import LoadedEnvironment
from reconciler.secrets.redactor import Redactor
from reconciler.store.state_store import StateStore
from tests.fault.account_in_process import Key, LiveAccount, Mark
from tests.fault.memory_store import Documents, MemoryStore
from tests.fault.process import Killed
from tests.fault.scenarios import APP, MARKS, SECRETS, SUBDOMAIN, loaded
from tests.fault.wire import Wire
from tests.unit.store.virtual_clock import VirtualClock

ENVIRONMENT = "sandbox"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONGEST_COMMAND_EVENTS = 160
WAIT_FOR_LEASE_SECONDS = 40.0
MOST_ROUNDS = 8


class Violation(AssertionError):
    """A promise was broken."""


class AtOnce:
    """An executor that runs everything in the caller's thread, so that a seed decides the order of requests."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        pass

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - handed over as a real executor does
            done.set_exception(error)
        return done


@contextmanager
def in_process() -> Iterator[None]:
    """Requests that the program sends side by side go one after the other, and no file is written."""
    with (
        mock.patch("reconciler.zendesk.account.ThreadPoolExecutor", AtOnce),
        mock.patch("reconciler.engine.ledger.write_last_resort"),
    ):
        yield


@dataclass(slots=True)
class Ended:
    """How a command ended: with a report, with an error, or dead."""

    report: Report | None = None
    error: ReconcilerError | None = None
    is_killed: bool = False
    made: dict[Key, list[str]] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        if self.report is not None:
            results = ", ".join(f"{each.step} {each.result}" for each in self.report.outcomes)
            return f"{self.report.exit_code()} ({results})"
        return "killed" if self.is_killed else f"{type(self.error).__name__}: {self.error}"


Load = Callable[[str, Mapping[str, Binding]], LoadedEnvironment]
"""A setup of that name, with those lines of bindings.yaml."""


class Scene:
    """An account, a store and an operator; `plan` and `apply` are commands that may fail."""

    def __init__(
        self,
        subdomain: str = SUBDOMAIN,
        app: str = APP,
        marks: Sequence[Mark] = MARKS,
        load: Load = loaded,
        environ: Mapping[str, str] = SECRETS,
        now: datetime = START,
    ) -> None:
        self.clock = VirtualClock()
        self.load, self.environ, self.now = load, environ, now
        self.live = LiveAccount(subdomain, app, self.clock, marks)
        self.wire = Wire(self.live)
        self.documents = Documents()
        self.bindings: dict[str, Binding] = {}
        self.shown: list[str] = []
        self.runs = 0
        self.intents_per_put = 1
        self.put_fault: Callable[[str], Any] = lambda key: ""

    # -- commands -----------------------------------------------------------------------------------------------

    def plan(self, target: str) -> PlanFile:
        """`reconciler plan`: the file that it writes, read back."""
        session = self._open(target, read_only=True)
        made, _ = plan_environment(session, self._store())
        data = made.encode()
        self.shown.append(data.decode())
        return read_plan_file(data)

    def try_plan(self, target: str) -> PlanFile | ReconcilerError | None:
        """A plan, or why there is none; None for a dead process."""
        try:
            return self.plan(target)
        except ReconcilerError as error:
            self.shown.append(str(error))
            return error
        except Killed:
            return None

    def apply(self, target: str, saved: PlanFile) -> Ended:
        """`reconciler apply FILE --wait-for-lease`: however it ends."""
        ended = Ended()
        writes = len(self.live.writes)
        made = {key: list(ids) for key, ids in self.live.truth.made.items()}
        try:
            session = self._open(target, read_only=False)
            options = ApplyOptions(wait_for_lease_seconds=WAIT_FOR_LEASE_SECONDS)
            ended.report = apply_plan(session, self._store(), saved, options)
            self.shown.append(json.dumps(ended.report.as_json()))
        except ReconcilerError as error:
            ended.error = error
            self.shown.append(str(error))
        except (Killed, KeyboardInterrupt):
            ended.is_killed = True
        ended.writes = self.live.writes[writes:]
        ended.made = {
            key: [each for each in ids if each not in made.get(key, ())] for key, ids in self.live.truth.made.items()
        }
        return ended

    def _store(self) -> MemoryStore:
        process = self.wire.process
        return MemoryStore(self.documents, self.intents_per_put, process.step, lambda key: self.put_fault(key))

    def _open(self, target: str, *, read_only: bool) -> Session:
        self.runs += 1
        run = self.runs
        process = self.wire.process
        world = World(
            root=Path("/nowhere"),
            environ=self.environ,
            clock=self.clock,
            now=lambda: self.now,
            new_run_id=lambda: f"20260302T090000Z-{run:08x}",
            new_lineage=lambda: f"00000000-0000-4000-8000-{run:012x}",
            host="simulation",
            notice=self.shown.append,
            redactor=Redactor(),
            version="simulation",
            transport=self.wire,
            base_url="http://127.0.0.1:1",
            is_interrupted=process.is_interrupted,
        )
        return open_session(self.load(target, self.bindings), world, read_only=read_only)

    def state(self) -> State | None:
        """The memory as it is stored."""
        return StateStore(MemoryStore(self.documents), ENVIRONMENT).load()[0]

    # -- the operator -------------------------------------------------------------------------------------------

    def answer_block(self, address: str, part: str) -> bool:
        """What a person who knows the account writes into bindings.yaml; whether there was anything to say."""
        key = (address, part)
        table = next((mark.table for mark in MARKS if mark.key == key), None)
        if table is None:
            return False
        before = dict(self.bindings)
        for mark in MARKS:
            own = self.live.live_ids(mark.key)
            if mark.table == table and own:
                self.bindings[binding_key(*mark.key)] = Binding(live_id=own[0])
            elif mark.key == key:
                others = tuple(str(each["id"]) for each in self.live.account.all(table))
                self.bindings[binding_key(*key)] = Binding(none_of=others)
        return before != self.bindings

    def forget_wrong_lines(self) -> None:
        """Lines of bindings.yaml about objects that are gone are taken out, as the messages about them ask."""
        live = {each for mark in MARKS for each in self.live.live_ids(mark.key)}
        self.bindings = {key: each for key, each in self.bindings.items() if not each.live_id or each.live_id in live}

    def converge(self, target: str) -> None:
        """Plan and apply without faults until there is nothing left to do, answering what is asked."""
        self.wire.calm()
        self.put_fault = lambda key: ""
        last = ""
        for _ in range(MOST_ROUNDS):
            made = self.plan(target)
            last = str([(step.id, step.blocked) for step in made.plan.steps])
            blocked = [step for step in made.plan.steps if step.blocked]
            if blocked:
                self.forget_wrong_lines()
                if not any([self.answer_block(step.address, step.part) for step in blocked]):
                    raise Violation(f"these steps stay blocked whatever bindings.yaml says: {last}")
                continue
            state = self.state()
            ended = self.apply(target, made)
            last += f" {ended}"
            if not any(step.is_change for step in made.plan.steps) and state and not state.intents and ended.report:
                if ended.writes or ended.report.exit_code():
                    raise Violation(f"I4: an apply of an empty plan ended {ended} with {ended.writes}")
                return
            if ended.error is not None and ended.error.exit_code == 11:
                self.forget_wrong_lines()
                for intent in self.state().intents if self.state() else ():
                    self.answer_block(intent.address, intent.part)
        raise Violation(f"it does not converge: {last}")
