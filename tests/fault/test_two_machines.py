"""Two runs of one environment: one writes, and one that lost its lease stops.

The service cannot check a lease, so a request that was already on its way when its sender was stopped still arrives;
what is shown here is that there is never a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reconciler.core.errors import LeaseHeld, UsageError
from reconciler.store.lease import current_lease, unlock
from tests.fault.extent import amount, spread
from tests.fault.history import opened, prepared
from tests.fault.memory_store import MemoryStore
from tests.fault.process import Process
from tests.fault.scenarios import MARKS
from tests.fault.simulation import ENVIRONMENT, Ended, Scene, in_process
from tests.fault.wire import Wire

RecordProperty = Callable[[str, object], None]

LONGER_THAN_A_LEASE_SECONDS = 31.0
HOUR_SECONDS = 3600.0


@pytest.fixture(autouse=True)
def _in_process() -> Iterator[None]:
    with in_process():
        yield


def another_machine(scene: Scene, ahead_seconds: float = 0.0) -> Scene:
    """A machine with a clock of its own, the same account and the same store."""
    other = Scene()
    other.live = scene.live
    other.wire = Wire(scene.live)
    other.documents = scene.documents
    other.clock.now = scene.clock.now + ahead_seconds
    other.runs = 5000
    return other


def _events(target: str) -> int:
    scene = opened(prepared("nothing"))
    saved = scene.plan(target)
    scene.wire.process = Process()
    scene.apply(target, saved)
    return scene.wire.process.events


def _stopped_at(target: str, place: int, ahead_seconds: float) -> tuple[Scene, Ended, Ended, int]:
    """A holder is stopped at an event, another machine takes over and finishes, the holder wakes up."""
    scene = opened(prepared("nothing"))
    saved = scene.plan(target)
    other = another_machine(scene, ahead_seconds)
    taken: list[tuple[Ended, int]] = []
    holder = Process()

    def step() -> None:
        holder.events += 1
        if holder.events == place and not taken:
            ended = other.apply(target, saved)
            scene.clock.now += LONGER_THAN_A_LEASE_SECONDS
            taken.append((ended, len(scene.live.writes)))

    object.__setattr__(scene.wire, "process", _Stepping(step))
    ended = scene.apply(target, saved)
    ((others, writes),) = taken
    return scene, ended, others, len(scene.live.writes) - writes


class _Stepping(Process):
    """A process whose every step is somebody's business."""

    def __init__(self, step: Callable[[], None]) -> None:
        super().__init__()
        self._step = step

    def step(self) -> None:
        self._step()


@pytest.mark.parametrize("target", ["rules", "channels"])
@pytest.mark.parametrize("ahead_seconds", [0.0, HOUR_SECONDS, -900.0])
def test_l3_l4_r6_a_stopped_holder_that_wakes_up_sends_at_most_what_was_on_its_way(
    target: str, ahead_seconds: float, record_property: RecordProperty
) -> None:
    events = _events(target)
    places = spread(range(9, events - 4), amount(10, events))
    late = 0
    for place in places:
        scene, ended, others, after = _stopped_at(target, place, ahead_seconds)
        assert others.report is not None, (place, others)
        assert after <= 1, (place, ended)
        late += after
        if ended.report is not None and others.writes:
            assert ended.report.exit_code() in (0, 13, 14), (place, ended)
        state = scene.state()
        assert state is not None
        assert not (state.run.startswith("20260302T090000Z-000003e") and others.writes), (
            place,
            ended,
            others,
            state.run,
            scene.wire.log[-3:],
        )
    record_property("tried", len(places))
    record_property("late", late)


def test_l2_a_dead_holder_is_taken_over_after_its_lease_and_not_before() -> None:
    scene = opened(prepared("nothing"))
    saved = scene.plan("rules")
    scene.wire.process = Process(dies_at=30)
    assert scene.apply("rules", saved).is_killed
    other = another_machine(scene, -HOUR_SECONDS)
    before = other.clock.now
    ended = other.apply("rules", saved)
    assert ended.report is not None, ended
    assert other.clock.now - before >= MemoryStore(scene.documents).lease_ttl_seconds
    other.converge("rules")
    assert [
        1 if mark.key[0].startswith(("group", "trigger")) and "three" not in mark.key[0] else 0 for mark in MARKS
    ] == [len(scene.live.live_ids(mark.key)) for mark in MARKS]


def test_l6_a_wrong_unlock_id_frees_nothing_and_the_right_one_stops_the_holder() -> None:
    scene = opened(prepared("nothing"))
    saved = scene.plan("rules")
    store = MemoryStore(scene.documents)
    seen: list[int] = []

    def unlock_it() -> None:
        held = current_lease(store, ENVIRONMENT)
        if held is None or seen or not scene.live.writes:
            return
        with pytest.raises(UsageError):
            unlock(store, ENVIRONMENT, "0123456789abcdef")
        assert current_lease(store, ENVIRONMENT) == held
        unlock(store, ENVIRONMENT, held.id)
        scene.clock.now += LONGER_THAN_A_LEASE_SECONDS
        seen.append(len(scene.live.writes))

    scene.wire.meanwhile = unlock_it
    ended = scene.apply("rules", saved)
    assert ended.report is not None, ended
    assert 14 == ended.report.exit_code()
    assert len(scene.live.writes) - seen[0] <= 1


def test_l1_a_second_run_is_told_who_holds_the_lease_and_writes_nothing() -> None:
    scene = opened(prepared("nothing"))
    saved = scene.plan("rules")
    other = another_machine(scene)
    told: list[Ended] = []

    def start_another() -> None:
        if scene.live.writes and not told:
            other.clock.sleep = lambda seconds: setattr(other.clock, "now", other.clock.now + 100)  # type: ignore[method-assign]
            told.append(Ended())
            told[0] = other.apply("rules", saved)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.fault.simulation.WAIT_FOR_LEASE_SECONDS", 0.0)
        scene.wire.meanwhile = start_another
        ended = scene.apply("rules", saved)
    assert isinstance(told[0].error, LeaseHeld)
    assert (13, []) == (told[0].error.exit_code, told[0].writes)
    assert "simulation run" in str(told[0].error)
    assert ended.report is not None
    assert 0 == ended.report.exit_code()
