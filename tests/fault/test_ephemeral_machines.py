"""Runs on machines that start with nothing: no memory may lead to a second object, a deletion, or silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fault.history import opened, prepared
from tests.fault.scenarios import MARKS
from tests.fault.simulation import Scene, in_process


@pytest.fixture(autouse=True)
def _in_process() -> Iterator[None]:
    with in_process():
        yield


def counts(scene: Scene) -> list[int]:
    """How many live objects each manifest has."""
    return [len(scene.live.live_ids(mark.key)) for mark in MARKS]


@pytest.mark.parametrize("setup", ["rules", "channels"])
def test_l10_a_lost_memory_proposes_adoptions_and_no_creation_of_what_exists_and_no_deletion(setup: str) -> None:
    scene = opened(prepared(setup))
    before = counts(scene)
    scene.documents.kept.clear()
    made = scene.plan(setup)
    assert "none" == made.plan.memory
    assert set() == {step.action for step in made.plan.steps if not step.blocked} - {"adopt"}
    scene.converge(setup)
    assert before == counts(scene)


def test_l10_a_lost_memory_never_removes_what_has_a_tombstone() -> None:
    scene = opened(prepared("rules, changed"))
    scene.documents.kept.clear()
    made = scene.plan("rules, removed")
    assert [] == [step.id for step in made.plan.steps if step.action in ("delete", "deactivate")]
    assert any("trigger/two" in warning for warning in made.plan.warnings)


@pytest.mark.parametrize("target", ["rules", "channels"])
def test_a_plan_of_one_machine_is_applied_on_another_that_has_nothing(target: str) -> None:
    scene = opened(prepared("nothing"))
    saved = scene.plan(target)
    scene.documents.kept.clear()
    ended = scene.apply(target, saved)
    assert ended.report is not None, ended
    assert 0 == ended.report.exit_code()
    assert [] == scene.plan(target).plan.steps or () == scene.plan(target).plan.steps


@pytest.mark.parametrize("start", ["rules", "channels"])
def test_l10_an_update_that_was_planned_with_a_memory_makes_nothing_new_without_one(start: str) -> None:
    scene = opened(prepared(start))
    before = counts(scene)
    saved = scene.plan(f"{start}, changed")
    scene.documents.kept.clear()
    made = sum(len(each) for each in scene.live.truth.made.values())
    ended = scene.apply(f"{start}, changed", saved)
    new = sum(len(each) for each in scene.live.truth.made.values()) - made
    planned = [step.id for step in saved.plan.steps if step.action == "create"]
    assert new <= len(planned), ended
    assert all(now <= max(1, was) for now, was in zip(counts(scene), before, strict=True))
    scene.converge(f"{start}, changed")
    assert all(now <= 1 for now in counts(scene))


def test_a_web_channel_and_three_merges_without_a_memory_are_one_object() -> None:
    scene = opened(prepared("nothing"))
    for merge in ("channels", "channels, changed", "channels"):
        scene.documents.kept.clear()
        scene.converge(merge)
        assert 1 == len(scene.live.live_ids(("channel/site", "")))
        assert all(now <= 1 for now in counts(scene))


def test_p3_an_older_memory_from_a_cache_is_refused() -> None:
    scene = opened(prepared("rules"))
    cached = dict(scene.documents.kept)
    scene.converge("rules, changed")
    saved = scene.plan("rules")
    scene.documents.kept = cached
    ended = scene.apply("rules", saved)
    assert ended.error is not None, ended
    assert (12, []) == (ended.error.exit_code, ended.writes)
    assert "older" in str(ended.error)
