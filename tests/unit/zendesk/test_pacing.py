"""Pacing: full speed, then slower, then a wait; never a 429 of our own making."""

from __future__ import annotations

import threading

import pytest

from reconciler.zendesk.pacing import Pace, Pacer, observed_pace, slot_at, spacing_seconds


def answers(limit, remaining, reset=None):
    headers = {"x-rate-limit": str(limit), "x-rate-limit-remaining": str(remaining)}
    if reset is None:
        return headers
    return headers | {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(remaining),
        "ratelimit-reset": str(reset),
    }


@pytest.mark.parametrize(
    ("pace", "slot"),
    [
        (Pace(), 100.0),
        (Pace(held_until=107.0), 107.0),
        (Pace(limit=400, remaining=21, resets_at=160.0, last_slot_at=100.0), 100.0),
        (Pace(limit=400, remaining=20, resets_at=163.0, last_slot_at=100.0), 103.0),
        (Pace(limit=400, remaining=0, resets_at=160.0), 160.0),
        (Pace(limit=400, remaining=0, resets_at=99.0), 100.0),
        (Pace(limit=400, remaining=0, resets_at=105.0, held_until=107.0), 107.0),
        (Pace(limit=400, remaining=1, resets_at=110.0, last_slot_at=109.0), 110.0),
    ],
)
def test_the_next_slot_follows_from_the_pace(pace, slot):
    assert slot_at(pace, 100.0) == slot


def test_headers_are_read_with_requests_in_flight_taken_off():
    assert observed_pace(Pace(), answers(400, 50, reset=12), 100.0, in_flight=3) == Pace(400, 47, 112.0)


def test_the_tighter_pair_of_headers_counts():
    headers = answers(700, 600) | {"ratelimit-limit": "100", "ratelimit-remaining": "5", "ratelimit-reset": "9"}
    assert observed_pace(Pace(), headers, 100.0, in_flight=0) == Pace(100, 5, 109.0)


def test_without_a_reset_the_window_ends_a_minute_after_it_was_first_seen():
    first = observed_pace(Pace(), answers(400, 399), 100.0, in_flight=0)
    second = observed_pace(first, answers(400, 398), 130.0, in_flight=0)
    renewed = observed_pace(second, answers(400, 399 + 1), 150.0, in_flight=0)
    assert (first.resets_at, second.resets_at, renewed.resets_at) == (160.0, 160.0, 210.0)


@pytest.mark.parametrize("value", ["", "abc", "-5", "1e3", "9" * 5000])
def test_headers_that_make_no_sense_are_ignored(value):
    assert observed_pace(Pace(), {"x-rate-limit": value, "x-rate-limit-remaining": value}, 1.0, 0) == Pace()


@pytest.mark.parametrize(("limit", "has_reset"), [(10, True), (10, False), (200, True), (200, False)])
def test_a_service_that_counts_per_minute_never_sees_more_than_its_limit(clock, limit, has_reset):
    pacer = Pacer(clock, lambda text: None)
    window_ends, used, spent = clock.now + 60, 0, []
    for _ in range(limit * 3):
        assert pacer.admit()
        if clock.now >= window_ends:
            spent.append(used)
            window_ends, used = clock.now + 60, 0
        used += 1
        assert used <= limit
        clock.now += 0.01
        pacer.release(answers(limit, limit - used, int(window_ends - clock.now) + 1 if has_reset else None))
    assert spent
    assert min(spent) >= limit - 1


def test_admit_refuses_at_once_when_the_wait_would_pass_the_deadline(clock):
    pacer = Pacer(clock, lambda text: None)
    pacer.hold(30)
    assert pacer.admit(clock.now + 29) is False
    assert clock.slept == []
    assert pacer.admit(clock.now + 31) is True


def test_a_hold_stops_every_thread_and_is_told_once():
    released = threading.Event()
    notices: list[str] = []
    admitted: list[bool] = []

    class Gate:
        now = 0.0

        def monotonic(self) -> float:
            return self.now

        def sleep(self, seconds: float) -> None:
            waiting.release()
            assert released.wait(5)

    waiting = threading.Semaphore(0)
    gate = Gate()
    pacer = Pacer(gate, notices.append)
    pacer.hold(12)
    threads = [threading.Thread(target=lambda: admitted.append(pacer.admit())) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert all(waiting.acquire(timeout=5) for _ in threads)
    assert admitted == []
    gate.now = 12.0
    released.set()
    for thread in threads:
        thread.join(5)
    assert admitted == [True] * 4
    assert notices == ["rate limited, resuming in 12 s"]


@pytest.mark.parametrize(
    ("method", "path", "seconds"),
    [
        ("PUT", "/users/update_many", 1.0),
        ("PUT", "/users/1500000000001", 1.0),
        ("POST", "/users/create_or_update", 1.0),
        ("GET", "/users/1500000000001", 0.0),
        ("PUT", "/users/1500000000001/group_memberships/5/make_default", 0.0),
        ("POST", "/group_memberships/create_many", 0.0),
    ],
)
def test_writes_of_users_keep_a_second_apart(method, path, seconds):
    assert spacing_seconds(method, path) == seconds


def test_requests_with_a_distance_wait_for_each_other_and_for_no_other(clock):
    pacer = Pacer(clock, lambda text: None)
    left = []
    for seconds in (1.0, 0.0, 1.0, 1.0, 0.0):
        assert pacer.admit(spacing_seconds=seconds)
        left.append(clock.monotonic())
        pacer.release()
    assert [moment - left[0] for moment in left] == [0.0, 0.0, 1.0, 2.0, 2.0]
