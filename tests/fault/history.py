"""A history that a seed decides: what goes wrong in it, and the invariants that hold after each of its commands.

It refuses to know why the program should keep them. I1 to I6:

- I1 no duplicate: of every manifest at most one live object;
- I2 nothing that belongs to others was created, changed or deleted;
- I3 the memory maps an address to a live object that was made for it, never to another one;
- I4 once all is done, another apply sends no mutating request;
- I5 no secret in anything that was shown or stored;
- I6 exit code and outcomes tell the truth.
"""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import httpx

from reconciler.core.plan import PlanFile
from reconciler.core.policy import Binding
from reconciler.store.backend import Stored
from reconciler.zendesk.transport import TOKEN_PATH
from tests.fault.account_in_process import Key, LiveAccount, Truth
from tests.fault.people import UNSTATED, People
from tests.fault.process import Process
from tests.fault.scenarios import MARKS, MOVES, SECRETS, Move, furnish
from tests.fault.simulation import Ended, Scene, Violation, in_process
from tests.fault.wire import FORBIDDEN, LATE, LOST, RETRY_AFTER, SWALLOWED, UNSENT, Fault

NOTHING_WRITTEN = (1, 11, 12, 13, 16, 17)
LONGEST_COMMAND_EVENTS = 70
_ID = re.compile(r"[0-9a-f]{24}|01HG80[0-9A-Z]{20}|\d{13}")
_BASIC = base64.b64encode(f"{SECRETS['KEY']}:{SECRETS['KEY_SECRET']}".encode()).decode()
_VOLATILE = {"id", "url", "created_at", "updated_at", "position", "raw_title", "_secrets_written", "appId", "pageName"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A world in which a setup is live and in step."""

    tables: dict[str, dict[str, dict[str, Any]]]
    kept: Mapping[str, Stored]
    versions: int
    truth: Truth
    bindings: Mapping[str, Binding]
    seconds: float


@cache
def prepared(setup: str) -> Prepared:
    """That world; it is made without faults."""
    scene = Scene()
    furnish(scene.live)
    if setup != "nothing":
        scene.converge(setup)
    return _saved(scene)


@cache
def expected(move: Move) -> dict[str, Any]:
    """What the account looks like after a move without faults."""
    scene = opened(prepared(move.start))
    scene.converge(move.target)
    return shape(scene.live)


def _saved(scene: Scene) -> Prepared:
    return Prepared(
        scene.live.account.snapshot(),
        dict(scene.documents.kept),
        scene.documents.versions,
        scene.live.truth.copy(),
        dict(scene.bindings),
        scene.clock.now,
    )


def opened(start: Prepared) -> Scene:
    """A scene of its own in that world."""
    scene = Scene()
    scene.live.account.restore(start.tables)
    scene.live.truth = start.truth.copy()
    scene.documents.kept = dict(start.kept)
    scene.documents.versions = start.versions
    scene.bindings = dict(start.bindings)
    scene.clock.now = start.seconds
    scene.runs = 1000
    return scene


def shape(live: LiveAccount) -> dict[str, Any]:
    """What is live of each manifest, with the manifests' names for ids, and the order of the ordered triggers."""
    names = {live_id: f"<{key[0]}#{key[1]}>" for key, ids in live.truth.made.items() for live_id in ids}
    found: dict[str, Any] = {}
    for mark in MARKS:
        documents = [live.account.get(mark.table, each) for each in live.live_ids(mark.key)]
        found["#".join(mark.key)] = [
            _ID.sub(
                lambda match: names.get(match[0], match[0]),
                json.dumps(
                    {name: value for name, value in (each or {}).items() if name not in _VOLATILE}, sort_keys=True
                ),
            )
            for each in documents
        ]
    ordered = sorted(live.account.all("triggers"), key=lambda each: (each["position"], str(each["id"])))
    found["order"] = [names[str(each["id"])] for each in ordered if str(each["id"]) in names and each["active"]]
    main = live.account.all("switchboards")[0]
    default = str(main.get("defaultSwitchboardIntegrationId"))
    found["default responder"] = names.get(default, default)
    return found


Weather = Literal["any", "lost posts"]
"""What goes wrong with requests: anything at some level, or half of all answers to POSTs are lost and nothing else."""


@dataclass(slots=True)
class History:
    """One history; `play` raises Violation, with the seed and the story so far."""

    seed: int
    weather: Weather = "any"
    story: list[str] = field(default_factory=list)
    applies: int = 0
    kills: int = 0
    faults: int = 0
    acts_before_plan: int = 0
    chance: random.Random = field(init=False)
    move: Move = field(init=False)
    scene: Scene = field(init=False)
    people: People = field(init=False)

    def play(self) -> None:
        """Run it to its end."""
        self.chance = random.Random(self.seed)
        # The program's own jitter comes from the module's generator.
        random.seed(self.seed)
        self.move = self.chance.choice(MOVES)
        self.scene = opened(prepared(self.move.start))
        self.people = People(self.scene.live, self.chance)
        self.scene.intents_per_put = self.chance.choice((1, 10))
        level = self.chance.choice((0.0, 0.02, 0.06, 0.2))
        try:
            self._play(level)
        except Violation as violation:
            told = "\n  ".join([*self.story, *self.people.acts[-3:]])
            raise Violation(f"seed {self.seed}, {self.move}: {violation}\n  {told}") from violation

    def _play(self, level: float) -> None:
        loses_store = not self.move.deletes and self.chance.random() < 0.2
        saved = self._plan(level)
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            if saved is None or self.chance.random() < 0.25:
                saved = self._plan(level)
            if saved is None:
                continue
            if self.chance.random() < 0.25:
                self.people.act(can_rename=not loses_store)
            if self.chance.random() < 0.05 and self.move.target.startswith("rules"):
                self.people.create_by_hand()
            self._apply(saved, level, can_rename=not loses_store)
            if loses_store and self.chance.random() < 0.5:
                self.story.append("the store is lost")
                self.scene.documents.kept.clear()
        self.scene.converge(self.move.target)
        self._require_invariants()
        self._require_target()

    def _plan(self, level: float) -> PlanFile | None:
        writes = len(self.scene.live.writes)
        self.acts_before_plan = len(self.people.acts)
        self._set_weather(level)
        self.scene.wire.process = Process()
        made = self.scene.try_plan(self.move.target)
        if len(self.scene.live.writes) != writes:
            raise Violation("a plan wrote")
        self.story.append(f"plan: {[step.id for step in made.plan.steps] if isinstance(made, PlanFile) else made}")
        if isinstance(made, PlanFile):
            self._require_no_guess(made)
            return made
        return None

    def _require_no_guess(self, made: PlanFile) -> None:
        """A4, L10: whatever went wrong while reading, no create is planned for what is live and ours by the memory."""
        state = self.scene.state()
        for step in made.plan.steps:
            if step.action == "create" and not step.blocked and state is not None and step.address in state.resources:
                live_id = state.resources[step.address].live.get(step.part, "")
                if live_id and live_id in self.scene.live.live_ids((step.address, step.part)):
                    raise Violation(f"A4: {step.id} is planned although {live_id} is live and remembered")
            if step.action == "delete" and step.address not in ("trigger/two", "group/team-b"):
                raise Violation(f"A4: {step.id} is planned and nobody asked for it")

    def _apply(self, saved: PlanFile, level: float, *, can_rename: bool) -> None:
        self._set_weather(level)
        process = Process()
        draw = self.chance.random() if self.weather == "any" else 1.0
        if draw < 0.4:
            process.dies_at = self.chance.randint(1, LONGEST_COMMAND_EVENTS)
        elif draw < 0.5:
            process.interrupted_at = self.chance.randint(1, LONGEST_COMMAND_EVENTS)
        self.scene.wire.process = process
        put_level = 0.1 if self.chance.random() < 0.2 else 0.0
        self.scene.put_fault = lambda key: (
            self.chance.choice(("before", "after")) if self.chance.random() < put_level else ""
        )
        if self.chance.random() < 0.2:
            moment = self.chance.randint(1, 40)
            self.scene.wire.meanwhile = lambda: self._meddle(moment, can_rename)
        else:
            self.scene.wire.meanwhile = lambda: None
        ended = self.scene.apply(self.move.target, saved)
        self.applies += 1
        self.kills += ended.is_killed
        self.story.append(f"apply: {ended}")
        self.scene.wire.calm()
        self.scene.put_fault = lambda key: ""
        self._require_invariants()
        self._require_truth(ended, is_alone=self.acts_before_plan == len(self.people.acts))

    def _meddle(self, moment: int, can_rename: bool) -> None:
        if self.scene.wire.process.events == moment:
            self.people.act(can_rename=can_rename)

    def _set_weather(self, level: float) -> None:
        def decide(request: httpx.Request) -> Fault | None:
            if self.chance.random() >= level:
                return None
            self.faults += 1
            kind = self.chance.choice((UNSENT, UNSENT, SWALLOWED, LOST, LOST, LATE, FORBIDDEN))
            return Fault(self.chance.choice(kind), self.chance.uniform(0.5, 25.0), self.chance.choice(RETRY_AFTER))

        def lose(request: httpx.Request) -> Fault | None:
            if request.method != "POST" or request.url.path == TOKEN_PATH or self.chance.random() < 0.5:
                return None
            self.faults += 1
            return Fault(self.chance.choice((*LOST, "dropped")), self.chance.uniform(0.5, 25.0))

        if self.weather == "lost posts":
            self.scene.wire.decide = lose
        else:
            self.scene.wire.decide = decide if level else lambda request: None

    # -- invariants ---------------------------------------------------------------------------------------------

    def _require_invariants(self) -> None:
        live = self.scene.live
        for mark in MARKS:
            ids = live.live_ids(mark.key)
            if len(ids) > 1:
                raise Violation(f"I1: {mark.key} is live {len(ids)} times: {ids}")
        for (table, live_id), before in live.truth.bystanders.items():
            now = live.account.get(table, live_id)
            if now is None or {**now, **_PLACE} != {**before, **_PLACE}:
                raise Violation(f"I2: {table} {live_id} is not ours and was changed: {before} -> {now}")
        for (table, live_id), text in self.people.theirs.items():
            document = live.account.get(table, live_id)
            if document is not None and document.get("description") != text:
                raise Violation(
                    f"A9: what a person wrote into {table} {live_id} is lost: {document.get('description')}"
                )
        state = self.scene.state()
        for address, entry in (state.resources if state else {}).items():
            for part, live_id in entry.live.items():
                made = live.truth.made.get((address, part))
                if made is not None and live_id not in made:
                    raise Violation(f"I3: the memory says that {address}#{part} is {live_id}, it is {made}")
        words = [*self.scene.shown, *(body.decode() for body in self.scene.documents.written)]
        self.scene.shown.clear()
        self.scene.documents.written.clear()
        if any("canary-" in word or _BASIC in word for word in words):
            raise Violation("I5: a secret was shown or stored")

    def _require_truth(self, ended: Ended, *, is_alone: bool) -> None:
        if ended.error is not None and (ended.writes or ended.error.exit_code not in NOTHING_WRITTEN):
            raise Violation(f"I6: {ended.error.exit_code} {ended}, and these writes went out: {ended.writes}")
        if ended.report is None:
            return
        code = ended.report.exit_code()
        if code in NOTHING_WRITTEN and ended.writes:
            raise Violation(f"I6: exit {code} says that nothing was written, and these went out: {ended.writes}")
        for outcome in ended.report.outcomes:
            key = (outcome.address, outcome.part)
            made = ended.made.get(key, [])
            if outcome.action != "create" or key not in {mark.key for mark in MARKS}:
                continue
            if outcome.result == "applied" and outcome.live_id not in self.scene.live.truth.made.get(key, ()):
                raise Violation(f"I6: {outcome.step} is said to have made {outcome.live_id}")
            if outcome.result not in ("applied", "unknown", "diverged") and made:
                raise Violation(f"I6: {outcome.step} ended {outcome.result}, and it made {made}")
        if code == 0 and is_alone and not any(each.result == "unplanned" for each in ended.report.outcomes):
            left = [step.id for step in self.scene.plan(self.move.target).plan.steps if step.is_change]
            if left:
                raise Violation(f"I6: exit 0, and a fresh plan has {left}")

    def _require_target(self) -> None:
        now, wanted = shape(self.scene.live), expected(self.move)
        for name, documents in wanted.items():
            address, _, part = name.partition("#")
            key: Key = (address, part)
            if key in self.people.deleted | self.people.renamed and self.move.deletes:
                continue
            if name == "order" and self.move.deletes:
                continue
            mine, theirs = now[name], documents
            if key in UNSTATED:
                mine, theirs = ([_without_description(each) for each in some] for some in (mine, theirs))
            if mine != theirs:
                raise Violation(f"the account is not as the manifests say: {name} is {now[name]}, not {documents}")


_PLACE = {"position": 0, "updated_at": ""}


def _without_description(document: str) -> str:
    return re.sub(r'"description": ("[^"]*"|null)', "", document)


def play(seed: int, weather: Weather = "any") -> History:
    """Play the history of a seed; raises Violation."""
    history = History(seed, weather)
    with in_process():
        history.play()
    return history
