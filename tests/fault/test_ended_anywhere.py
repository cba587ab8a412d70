"""A full apply of the example that ends between any two of its requests and store writes, and what the next runs do.

As a database is tested: at the first place, the second, the third, until a run comes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reconciler.core.plan import PlanFile
from tests.fault.example_scene import ENVIRONMENT, account, example_scene, plan, undisturbed
from tests.fault.extent import amount, spread
from tests.fault.process import Process
from tests.fault.simulation import Scene, in_process

RecordProperty = Callable[[str, object], None]

SHARDS = amount(2, 10)
QUICK = 4


@pytest.fixture(autouse=True)
def _in_process() -> Iterator[None]:
    with in_process():
        yield


def _same_plan(scene: Scene, saved: PlanFile) -> None:
    """The saved plan again, then a fresh one."""
    ended = scene.apply(ENVIRONMENT, saved)
    assert ended.report is not None, ended
    assert ended.report.exit_code() in (0, 18), ended


def _fresh_plan(scene: Scene, saved: PlanFile) -> None:
    """A fresh plan at once."""


def _lost_store(scene: Scene, saved: PlanFile) -> None:
    """The memory is gone with the machine."""
    scene.documents.kept.clear()


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("afterwards", [_same_plan, _fresh_plan, _lost_store])
@pytest.mark.parametrize("ending", ["dies_at", "interrupted_at", "interrupted_twice_at"])
def test_a1_wherever_an_apply_ends_the_next_ones_converge_without_a_duplicate(
    ending: str, afterwards: Callable[[Scene, PlanFile], None], shard: int, record_property: RecordProperty
) -> None:
    events, wanted = undisturbed()
    places = spread(range(1, events + 1), QUICK)[shard::SHARDS]
    for place in places:
        _end_at(ending, place, afterwards, wanted)
    record_property("tried", len(places))
    record_property("places", events)


def _end_at(ending: str, place: int, afterwards: Callable[[Scene, PlanFile], None], wanted: object) -> None:
    scene = example_scene()
    saved = plan(scene)
    scene.wire.process = Process(**{ending: place})
    ended = scene.apply(ENVIRONMENT, saved)
    if ending == "interrupted_at":
        assert ended.report is not None, (place, ended)
        assert ended.report.exit_code() in (130, 18), (place, ended)
        assert {"skipped", "manual", "waiting", "applied", "already"} >= {
            each.result for each in ended.report.outcomes
        }, (place, ended)
    scene.wire.calm()
    afterwards(scene, saved)
    for _ in range(2):
        fresh = plan(scene)
        assert [] == [(step.id, step.blocked) for step in fresh.plan.steps if step.blocked], (place, ended)
        last = scene.apply(ENVIRONMENT, fresh)
        assert last.report is not None, (place, last)
        assert last.report.exit_code() in (0, 18), (place, last)
    assert [] == last.writes, (place, last)
    assert [] == [step.id for step in plan(scene).plan.steps if step.is_change], place
    assert wanted == account(scene), place
    state = scene.state()
    assert state is not None
    assert () == state.intents
