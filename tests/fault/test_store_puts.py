"""A store that fails at the n-th put, for every n until nothing fails: nothing lost, nothing doubled, a true report."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from reconciler.core.errors import ReconcilerError, StoreError
from reconciler.store.sqlite import SqliteBackend
from tests.unit.engine.situations import environment, resource
from tests.unit.engine.test_applying import MIXED, assert_in_step, group_names, results
from tests.unit.engine.worlds import Stage, stage


@dataclass
class FailsOnce:
    """A store whose put number `number`, counted from 1, fails: it was not taken, or its answer is lost."""

    inner: SqliteBackend
    number: int
    is_taken: bool
    intents_per_put: int
    puts: int = 0
    announced: set[str] = field(default_factory=set)
    is_shared: bool = False
    lease_ttl_seconds: float = 30.0

    def put(self, key: str, body: bytes, *, if_version: str | None) -> str:
        self.puts += 1
        fails = self.puts == self.number
        if fails and not self.is_taken:
            raise StoreError("the store is away")
        version = self.inner.put(key, body, if_version=if_version)
        if key.endswith("/state"):
            self.announced |= {
                title
                for intent in json.loads(body)["intents"]
                for value in (intent["body"], *intent["body"].values())
                if isinstance(value, dict)
                for title in (value.get("name"), value.get("title"))
                if title
            }
        if fails:
            raise StoreError("the store is away")
        return version

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


def require_announced(here: Stage, store: FailsOnce) -> None:
    """From now on a create that leaves before its intent is stored fails the test."""

    def look(request: httpx.Request) -> None:
        if request.method == "POST" and "oauth" not in request.url.path:
            body = json.loads(request.content)
            titles = {each.get("name") or each.get("title") for each in body.values() if isinstance(each, dict)} - {
                None
            }
            assert titles <= store.announced, request.url.path

    here.wire.before = look


@pytest.mark.parametrize("intents_per_put", [1, 20], ids=["one by one", "in a batch"])
@pytest.mark.parametrize("is_taken", [False, True], ids=["not taken", "answer lost"])
def test_whichever_put_fails_nothing_is_lost_or_doubled(tmp_path: Path, is_taken: bool, intents_per_put: int) -> None:
    number = 0
    has_failed = True
    while has_failed:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        with stage(folder) as here:
            saved = here.plan(MIXED)
            inner = here.backend.inner
            store = FailsOnce(inner, number, is_taken, intents_per_put)
            here.backend = store  # type: ignore[assignment]
            require_announced(here, store)
            notices: list[str] = []
            here.world.notice = notices.append
            try:
                report = here.apply(MIXED, saved)
            except ReconcilerError:
                assert [] == here.wire.sent, f"put {number}: writes without a report"
                code = 1
            else:
                code = report.exit_code()
                assert len(here.wire.sent) == report.writes, f"put {number}"
            has_failed = store.puts >= number
            assert code != 0 or not has_failed or notices, f"put {number}"

            store.number = 0
            here.apply(MIXED, saved, wait_for_lease_seconds=60.0)

            assert ["Support", "A"] == group_names(here), f"put {number}"
            assert ["One", "Two"] == sorted(here.names("/api/v2/triggers", "triggers", "title")), f"put {number}"
            assert_in_step(here, MIXED)
    assert number > 6


KNOWN = environment(resource("group", "known", title="Known"))
NEWLY_STATED = environment(
    resource("group", "known", title="Known", description=""), resource("group", "new", title="New")
)


@pytest.mark.parametrize("is_taken", [False, True], ids=["not taken", "answer lost"])
def test_a_put_of_what_needed_no_step_fails_without_hiding_what_the_steps_did(tmp_path: Path, is_taken: bool) -> None:
    number = 0
    has_failed = True
    codes: list[int] = []
    while has_failed:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        with stage(folder) as here:
            here.apply(KNOWN)
            saved = here.plan(NEWLY_STATED)
            here.wire.sent.clear()
            store = FailsOnce(here.backend.inner, number, is_taken, 20)
            here.backend = store  # type: ignore[assignment]
            try:
                report = here.apply(NEWLY_STATED, saved)
            except ReconcilerError:
                assert [] == here.wire.sent, f"put {number}: writes without a report"
            else:
                assert {"create:group/new": "applied"} == results(report) or not here.wire.sent
                codes.append(report.exit_code())
            has_failed = store.puts >= number
            store.number = 0
            here.apply(NEWLY_STATED, saved, wait_for_lease_seconds=60.0)
            assert ["Known", "New", "Support"] == sorted(group_names(here)), f"put {number}"
            assert_in_step(here, NEWLY_STATED)
    # Intents, outcome, what holds without a step; then how the run ended, and the lease: both are only said.
    assert [1, 14, 14, 0, 0, 0] == codes
