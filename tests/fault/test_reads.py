"""A failed read is unknown, never an absence: nothing is created or deleted because of one, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import httpx
import pytest

from reconciler.core.errors import ReconcilerError
from reconciler.core.plan import PlanFile
from tests.fault.bad_answers import bad_answers
from tests.fault.extent import spread
from tests.fault.history import opened, prepared
from tests.fault.simulation import Scene, in_process
from tests.unit.store.virtual_clock import VirtualClock

RecordProperty = Callable[[str, object], None]

LONGEST_READING_SECONDS = 1_300.0
"""Four attempts at 20 s and three pauses of at most 60 s for each request, for a handful of requests in a row."""


@pytest.fixture(autouse=True)
def _in_process() -> Iterator[None]:
    with in_process():
        yield


@cache
def _paths(setup: str, remembers: bool) -> tuple[str, ...]:
    """What a plan reads."""
    scene = _scene(setup, remembers)
    scene.plan(setup)
    return tuple(dict.fromkeys(line.removeprefix("GET ") for line in scene.wire.log if line.startswith("GET ")))


def _scene(setup: str, remembers: bool) -> Scene:
    scene = opened(prepared(setup))
    if not remembers:
        scene.documents.kept.clear()
    return scene


def _changes(made: PlanFile) -> list[str]:
    return [step.id for step in made.plan.steps if step.is_change and not step.blocked]


@pytest.mark.parametrize("name", bad_answers(VirtualClock()))
@pytest.mark.parametrize(("setup", "remembers"), [("rules", True), ("rules", False), ("channels", True)])
def test_a4_no_bad_answer_to_a_read_is_taken_for_an_absence(
    name: str, setup: str, remembers: bool, record_property: RecordProperty
) -> None:
    tried = 0
    paths = _paths(setup, remembers)
    for path in spread(paths, 2):
        scene = _scene(setup, remembers)
        usual = _changes(scene.plan(setup))
        saved = scene.plan(setup)
        spoil = bad_answers(scene.clock)[name]
        scene.wire.retell = lambda request, response, path=path, spoil=spoil: (  # type: ignore[misc]
            spoil(request, response) if request.url.path == path else response
        )
        started = scene.clock.now
        made = scene.try_plan(setup)
        assert scene.clock.now - started < LONGEST_READING_SECONDS, (path, scene.clock.now - started)
        if isinstance(made, ReconcilerError):
            assert made.exit_code in (16, 17), (path, made)
            assert "This is a bug" not in str(made)
        else:
            assert isinstance(made, PlanFile)
            assert set(_changes(made)) <= set(usual), (path, made.plan.steps)
        ended = scene.apply(setup, saved)
        assert [] == ended.writes, path
        assert ended.error is None or ended.error.exit_code in (11, 12, 16, 17), (path, ended)
        tried += 1
    record_property("tried", tried)


@pytest.mark.parametrize("fault", ["N1 429 with retry-after '2'", "N4 status 503", "N5 torn", "N5 reset"])
def test_n4_a_read_that_fails_once_or_twice_is_read_again(fault: str) -> None:
    scene = _scene("rules", True)
    spoil = bad_answers(scene.clock)[fault]
    left = 2

    def retell(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        nonlocal left
        left -= request.url.path == "/api/v2/groups"
        return spoil(request, response) if request.url.path == "/api/v2/groups" and left >= 0 else response

    scene.wire.retell = retell
    assert [] == _changes(scene.plan("rules"))


def test_n8_a_link_to_another_host_is_never_followed() -> None:
    scene = _scene("rules", True)
    hosts: set[str] = set()

    def retell(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        hosts.add(request.url.host)
        body = response.json()
        if request.url.path == "/api/v2/groups":
            body["links"] = {"next": "https://elsewhere.example/api/v2/groups?page[after]=x"}
        return httpx.Response(response.status_code, headers=response.headers, json=body)

    scene.wire.retell = retell
    assert [] == _changes(scene.plan("rules"))
    assert {"127.0.0.1"} == hosts
