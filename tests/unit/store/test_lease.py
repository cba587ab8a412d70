from __future__ import annotations

import threading
from pathlib import Path

import pytest

from reconciler.core.errors import LeaseHeld, StoreCorrupt, StoreError, UsageError
from reconciler.store.lease import Lease, LeaseRecord, acquire, unlock
from reconciler.store.sqlite import SqliteBackend
from tests.unit.store.virtual_clock import VirtualClock

KEY = "environments/production/lease"


@pytest.fixture
def backend(tmp_path: Path) -> SqliteBackend:
    return SqliteBackend(tmp_path / "state.sqlite3")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def take(backend: SqliteBackend, clock: VirtualClock, holder: str = "ada@ci-1", wait_seconds: float = 0.0) -> Lease:
    return acquire(backend, "production", holder, "apply", clock=clock, wait_seconds=wait_seconds)


def record(backend: SqliteBackend) -> LeaseRecord:
    stored = backend.get(KEY)
    assert stored is not None
    return LeaseRecord.parse(stored)


class LosesAnswers:
    """A backend whose next put is stored, but its answer is lost."""

    def __init__(self, backend: SqliteBackend) -> None:
        self._backend = backend
        self.is_losing = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._backend, name)

    def put(self, key: str, body: bytes, *, if_version: str | None) -> str:
        version = self._backend.put(key, body, if_version=if_version)
        if self.is_losing:
            self.is_losing = False
            raise StoreError("the answer is lost")
        return version


def test_a_held_lease_names_its_holder_since_when_its_id_and_the_command(
    backend: SqliteBackend, clock: VirtualClock
) -> None:
    lease = take(backend, clock)

    with pytest.raises(LeaseHeld) as caught:
        take(backend, clock, "grace@ci-2")

    text = str(caught.value)
    assert '"ada@ci-1" (apply, since ' in text
    assert record(backend).since in text
    assert f"\n    reconciler unlock -e production {lease.id}" in text


def test_a_released_lease_is_taken_at_once_with_the_next_token(backend: SqliteBackend, clock: VirtualClock) -> None:
    first = take(backend, clock)
    first.release()
    second = take(backend, clock)

    assert (1, 2) == (first.token, second.token)
    assert first.id != second.id
    assert 1000.0 == clock.now


def test_a_released_lease_is_never_taken_back_by_its_holder(backend: SqliteBackend, clock: VirtualClock) -> None:
    lease = take(backend, clock)
    lease.release()
    released = backend.get(KEY)
    clock.now += 25

    with pytest.raises(ValueError, match="released"):
        lease.renew_if_needed(10)
    lease.release()

    assert released == backend.get(KEY)


def test_the_token_is_greater_than_the_state_documents_even_without_a_lease_record(
    backend: SqliteBackend, clock: VirtualClock
) -> None:
    lease = acquire(backend, "production", "ada", "apply", clock=clock, token_floor=41)

    assert 42 == lease.token


def test_a_dead_holders_lease_is_taken_over_after_a_full_ttl_and_not_before(
    backend: SqliteBackend, clock: VirtualClock
) -> None:
    dead = take(backend, clock)

    with pytest.raises(LeaseHeld):
        take(backend, clock, "grace", wait_seconds=29.9)
    taken_from = clock.now
    lease = take(backend, clock, "grace", wait_seconds=30)

    assert 30.0 == pytest.approx(clock.now - taken_from)
    assert dead.token + 1 == lease.token


def test_a_challenger_watches_afresh_and_does_not_count_the_time_before_its_first_look(
    backend: SqliteBackend, clock: VirtualClock
) -> None:
    take(backend, clock)
    clock.now += 10_000

    with pytest.raises(LeaseHeld):
        take(backend, clock, "grace")


def test_a_holder_that_renews_is_never_taken_over(backend: SqliteBackend, clock: VirtualClock) -> None:
    lease = take(backend, clock)
    clock.on_sleep = lambda: lease.renew_if_needed(10)

    with pytest.raises(LeaseHeld):
        take(backend, clock, "grace", wait_seconds=300)

    assert 1300.0 == pytest.approx(clock.now)


def test_the_wait_ends_as_soon_as_the_holder_releases(backend: SqliteBackend, clock: VirtualClock) -> None:
    lease = take(backend, clock)
    clock.on_sleep = lambda: lease.release() if clock.now >= 1005 else None

    taken = take(backend, clock, "grace", wait_seconds=300)

    assert 1005.0 == clock.now
    assert 2 == taken.token


def test_a_ttl_of_the_holder_is_waited_for_even_when_the_challengers_is_shorter(
    backend: SqliteBackend, clock: VirtualClock
) -> None:
    backend.lease_ttl_seconds = 600.0
    take(backend, clock)
    backend.lease_ttl_seconds = 30.0

    with pytest.raises(LeaseHeld):
        take(backend, clock, "grace", wait_seconds=599)


def test_a_renewal_is_made_only_when_the_request_could_outlive_the_lease(
    backend: SqliteBackend, clock: VirtualClock
) -> None:
    lease = take(backend, clock)
    first = record(backend).nonce

    clock.now += 19.9
    lease.renew_if_needed(10)
    still = record(backend).nonce
    clock.now += 0.1
    lease.renew_if_needed(10)
    renewed = record(backend).nonce
    clock.now += 19.9
    lease.renew_if_needed(10)

    assert first == still
    assert still != renewed
    assert renewed == record(backend).nonce


def test_a_deadline_that_no_lease_can_cover_is_an_error(backend: SqliteBackend, clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="under the lease's ttl"):
        take(backend, clock).renew_if_needed(30)


def test_a_holder_that_slept_past_its_ttl_without_a_challenger_still_holds(
    backend: SqliteBackend, clock: VirtualClock
) -> None:
    lease = take(backend, clock)
    clock.now += 3600

    lease.renew_if_needed(10)

    assert lease.id == record(backend).id


def test_a_holder_that_was_taken_over_is_told_before_its_next_request(
    backend: SqliteBackend, clock: VirtualClock
) -> None:
    paused = take(backend, clock)
    taken = take(backend, clock, "grace@ci-2", wait_seconds=30)

    with pytest.raises(LeaseHeld, match="was lost") as caught:
        paused.renew_if_needed(10)
    paused.release()

    assert '"grace@ci-2"' in str(caught.value)
    assert taken.id == record(backend).id
    assert not record(backend).is_free


def test_a_renewal_whose_answer_was_lost_is_not_a_lost_lease(backend: SqliteBackend, clock: VirtualClock) -> None:
    unreliable = LosesAnswers(backend)
    lease = acquire(unreliable, "production", "ada", "apply", clock=clock)  # type: ignore[arg-type]
    clock.now += 25
    unreliable.is_losing = True
    with pytest.raises(StoreError, match="the answer is lost"):
        lease.renew_if_needed(10)

    lease.renew_if_needed(10)
    lease.release()

    assert record(backend).is_free


def test_a_store_too_slow_to_hold_a_lease_stops_the_run(backend: SqliteBackend, clock: VirtualClock) -> None:
    lease = take(backend, clock)
    put = backend.put

    def put_slowly(key: str, body: bytes, *, if_version: str | None) -> str:
        clock.now += 25
        return put(key, body, if_version=if_version)

    backend.put = put_slowly  # type: ignore[method-assign]
    clock.now += 25

    with pytest.raises(StoreError, match="too slow"):
        lease.renew_if_needed(10)


def test_unlock_frees_the_lease_and_its_holder_notices(backend: SqliteBackend, clock: VirtualClock) -> None:
    lease = take(backend, clock)

    unlock(backend, "production", lease.id)

    clock.now += 25
    with pytest.raises(LeaseHeld, match="was lost"):
        lease.renew_if_needed(10)
    assert 2 == take(backend, clock, "grace").token


def test_unlock_with_a_wrong_id_changes_nothing(backend: SqliteBackend, clock: VirtualClock) -> None:
    lease = take(backend, clock)
    before = backend.get(KEY)

    with pytest.raises(UsageError, match="has another id") as caught:
        unlock(backend, "production", "0123")

    assert lease.id in str(caught.value)
    assert before == backend.get(KEY)


def test_unlock_without_a_holder_is_a_usage_error(backend: SqliteBackend, clock: VirtualClock) -> None:
    with pytest.raises(UsageError, match="nobody holds"):
        unlock(backend, "production", "0123")
    lease = take(backend, clock)
    lease.release()
    with pytest.raises(UsageError, match="nobody holds"):
        unlock(backend, "production", lease.id)


def test_no_two_bodies_of_the_lease_are_equal(backend: SqliteBackend, clock: VirtualClock) -> None:
    bodies = []
    put = backend.put

    def put_and_keep(key: str, body: bytes, *, if_version: str | None) -> str:
        bodies.append(body)
        return put(key, body, if_version=if_version)

    backend.put = put_and_keep  # type: ignore[method-assign]
    for _ in range(2):
        lease = take(backend, clock)
        for _ in range(2):
            clock.now += 25
            lease.renew_if_needed(10)
        lease.release()

    assert 8 == len(bodies) == len(set(bodies))


def test_a_damaged_lease_is_corrupt_and_never_free(backend: SqliteBackend, clock: VirtualClock) -> None:
    take(backend, clock)
    stored = backend.get(KEY)
    assert stored is not None
    backend.put(KEY, stored.body.replace(b'"is_free":false', b'"is_free":true'), if_version=stored.version)

    with pytest.raises(StoreCorrupt, match="the lease is damaged"):
        take(backend, clock, "grace", wait_seconds=60)


def test_of_8_threads_one_takes_the_lease(backend: SqliteBackend) -> None:
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def race(number: int) -> None:
        start.wait(60)
        try:
            take(backend, VirtualClock(), f"racer {number}")
        except LeaseHeld:
            outcomes.append("held")
        else:
            outcomes.append("taken")

    threads = [threading.Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["held"] * 7 + ["taken"] == sorted(outcomes)


def test_a_record_of_another_format_is_refused(backend: SqliteBackend, clock: VirtualClock) -> None:
    from reconciler.core.sealed import seal

    backend.put(KEY, seal({"format": "reconciler.lease/2"}), if_version=None)

    with pytest.raises(StoreCorrupt, match=r"reconciler\.lease/2"):
        take(backend, clock)
