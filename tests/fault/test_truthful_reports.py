"""What an apply says of itself when something fails at a bad moment: each case was once told wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.fault.history import opened, prepared
from tests.fault.simulation import Ended, Scene, in_process
from tests.fault.wire import Fault


@pytest.fixture(autouse=True)
def _in_in_process() -> Iterator[None]:
    with in_process():
        yield


def new() -> Scene:
    return opened(prepared("nothing"))


def result(ended: Ended, step: str) -> str:
    assert ended.report is not None, ended
    return next(each.result for each in ended.report.outcomes if each.step == step)


def once(matches: Callable[[httpx.Request], bool], *names: str) -> Callable[[httpx.Request], Fault | None]:
    """Faults for the first requests that match, one after the other."""
    left = list(names)
    return lambda request: Fault(left.pop(0)) if left and matches(request) else None


def test_a2_a_lost_create_that_cannot_be_looked_for_is_unknown_not_failed() -> None:
    scene = new()
    saved = scene.plan("rules")
    faults = ["done 500", "status 409"]
    scene.wire.decide = lambda request: (
        Fault(faults.pop(0))
        if faults and request.url.path.endswith("/groups") and (request.method == "POST" or len(faults) == 1)
        else None
    )
    ended = scene.apply("rules", saved)
    assert "unknown" == result(ended, "create:group/team-a")
    scene.converge("rules")
    assert 1 == len(scene.live.live_ids(("group/team-a", "")))


def test_a6_an_update_that_may_have_arrived_is_unknown_when_its_retry_is_stopped() -> None:
    scene = opened(prepared("channels"))
    saved = scene.plan("channels, changed")
    is_page = lambda request: request.method == "PATCH" and request.url.path.endswith("/integrations/" + page)  # noqa: E731
    page = scene.live.live_ids(("channel/page", ""))[0]

    def decide(request: httpx.Request) -> Fault | None:
        if is_page(request):
            # The account is out of reach from here on; the clock passes the freshness limit, so the retry reads first.
            scene.clock.now += 6
            scene.wire.decide = lambda later: Fault("refused")
            return Fault("lost")
        return None

    scene.wire.decide = decide
    ended = scene.apply("channels, changed", saved)
    assert [("PATCH", page)] == [(method, path.split("/")[-1]) for method, path in ended.writes]
    assert "unknown" == result(ended, "update:channel/page")
    assert ended.report is not None
    assert 14 == ended.report.exit_code()


def test_i6_what_a_create_holds_cannot_be_read_and_the_create_is_not_said_to_have_failed() -> None:
    scene = new()
    saved = scene.plan("channels")

    def hide_webhooks(request: httpx.Request) -> Fault | None:
        return Fault("status 403") if request.url.path.endswith("/webhooks") else None

    scene.wire.decide = hide_webhooks
    answer = scene.live.answer
    scene.live.answer = lambda request: _without_webhooks(request, answer(request))  # type: ignore[method-assign]
    ended = scene.apply("channels", saved)
    assert 1 == len(ended.made["responder/bot", "integration"])
    assert "unknown" == result(ended, "create:responder/bot#integration")


def _without_webhooks(request: httpx.Request, answer: object) -> object:
    body = getattr(answer, "body", None)
    if request.method == "POST" and isinstance(body, dict) and isinstance(body.get("integration"), dict):
        body["integration"].pop("webhooks", None)
    return answer


@pytest.mark.parametrize("fault", ["before", "after"])
def test_i6_a_lease_that_cannot_be_given_back_does_not_take_the_report_with_it(fault: str) -> None:
    scene = new()
    saved = scene.plan("rules")
    leases = 0

    def fail_the_second_lease(key: str) -> str:
        nonlocal leases
        leases += key.endswith("/lease")
        return fault if key.endswith("/lease") and leases == 2 else ""

    scene.put_fault = fail_the_second_lease
    ended = scene.apply("rules", saved)
    assert ended.report is not None, ended
    assert 0 == ended.report.exit_code()
    assert any("the lease could not be given back" in each for each in scene.shown)


@pytest.mark.parametrize("number", range(2, 12))
def test_l8_whichever_put_of_the_memory_fails_what_was_written_is_reported(number: int) -> None:
    scene = new()
    saved = scene.plan("rules")
    puts = 0

    def fail(key: str) -> str:
        nonlocal puts
        puts += key.endswith("/state")
        return "before" if key.endswith("/state") and puts == number else ""

    scene.put_fault = fail
    ended = scene.apply("rules", saved)
    assert ended.report is not None or not ended.writes, ended
    if ended.report is None:
        return
    failed = 14 if ended.writes else 1
    assert (0 if puts < number else failed) == ended.report.exit_code()


def test_i6_a_refused_read_before_the_first_write_is_not_told_as_a_partial_run() -> None:
    scene = new()
    saved = scene.plan("rules")
    scene.wire.decide = once(lambda request: request.url.path.endswith("/triggers"), "status 422")
    ended = scene.apply("rules", saved)
    assert ended.error is not None
    assert (17, []) == (ended.error.exit_code, ended.writes)
