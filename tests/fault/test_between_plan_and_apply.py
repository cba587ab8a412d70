"""What happens to a reviewed plan when the account, the files or the day move before it is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from reconciler.core.plan import Plan, effects
from reconciler.core.policy import Approval, Policy
from tests.fault.account_in_process import Key, LiveAccount
from tests.fault.history import opened, prepared
from tests.fault.scenarios import APP, MARKS
from tests.fault.simulation import Ended, Scene, in_process
from tests.fault.wire import Fault, Wire

GROUP: Key = ("group/team-a", "")
TRIGGER: Key = ("trigger/two", "")


@pytest.fixture(autouse=True)
def _in_process() -> Iterator[None]:
    with in_process():
        yield


def click(scene: Scene, key: Key, content: dict[str, object] | None) -> None:
    path = "groups" if key[0].startswith("group/") else "triggers"
    scene.live.person(f"/api/v2/{path}/{scene.live.live_ids(key)[0]}", content)


def results(ended: Ended) -> dict[str, str]:
    assert ended.report is not None, ended
    return {each.step: each.result for each in ended.report.outcomes}


def refused(ended: Ended, code: int) -> str:
    assert ended.error is not None, ended
    assert (code, []) == (ended.error.exit_code, ended.writes), ended
    return str(ended.error)


def description(scene: Scene, key: Key) -> object:
    document = scene.live.account.get("groups", scene.live.live_ids(key)[0])
    assert document is not None
    return document["description"]


# -- the account ------------------------------------------------------------------------------------------------


def test_a8_a_field_that_moved_to_a_third_value_makes_the_plan_stale() -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")
    click(scene, GROUP, {"description": "somebody's"})
    told = refused(scene.apply("rules, changed", saved), 12)
    assert "update:group/team-a" in told
    assert "somebody's" == description(scene, GROUP)


def test_p4_a_field_that_somebody_set_to_what_was_planned_is_done_already() -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")
    click(scene, GROUP, {"description": "changed"})
    ended = scene.apply("rules, changed", saved)
    assert "already" == results(ended)["update:group/team-a"]
    assert [] == [path for _, path in ended.writes if "/groups/" in path]


def test_a9_a_field_that_no_manifest_states_survives() -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")
    click(scene, ("group/team-b", ""), {"description": "theirs"})
    click(scene, TRIGGER, {"description": "theirs"})
    assert 0 == (scene.apply("rules, changed", saved).report or pytest.fail("no report")).exit_code()
    assert "theirs" == description(scene, ("group/team-b", ""))
    document = scene.live.account.get("triggers", scene.live.live_ids(TRIGGER)[0])
    assert document is not None
    assert "theirs" == document["description"]


@pytest.mark.parametrize("key", [GROUP, TRIGGER])
def test_a8_an_object_that_was_deleted_is_not_made_again_by_a_plan_that_updates_it(key: Key) -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")
    click(scene, key, {"deleted": True} if key == GROUP else None)
    ended = scene.apply("rules, changed", saved)
    assert [] == scene.live.live_ids(key), ended
    told = refused(ended, 12)
    assert f"update:{key[0]}" in told


def test_a8_an_object_that_was_renamed_is_still_ours_and_the_new_name_is_left_for_another_plan() -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")
    click(scene, GROUP, {"name": "Renamed"})
    ended = scene.apply("rules, changed", saved)
    assert "applied" == results(ended)["update:group/team-a"]
    assert ["update:group/team-a"] == [
        each.id for each in scene.plan("rules, changed").plan.steps if "title" in {c.path for c in each.changes}
    ]
    assert 1 == len(scene.live.live_ids(GROUP))


def test_a8_an_object_that_somebody_else_created_meanwhile_is_adopted_or_the_plan_is_stale() -> None:
    for made_as, codes in (("first", (0,)), ("theirs", (12,))):
        scene = opened(prepared("nothing"))
        saved = scene.plan("rules")
        scene.live.person("/api/v2/groups", {"name": "Team A", "description": made_as})
        ended = scene.apply("rules", saved)
        code = ended.report.exit_code() if ended.report else (ended.error.exit_code if ended.error else 1)
        assert code in codes, ended
        assert 1 == len(scene.live.live_ids(GROUP))


def test_p4_the_same_plan_twice_writes_once() -> None:
    scene = opened(prepared("nothing"))
    saved = scene.plan("channels")
    assert scene.apply("channels", saved).writes
    again = scene.apply("channels", saved)
    assert ([], {"already"}) == (again.writes, set(results(again).values()))


def test_a8_an_edit_while_a_write_waits_for_the_rate_limit_is_kept() -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")

    def decide(request: httpx.Request) -> Fault | None:
        if request.method == "PUT" and "/groups/" in request.url.path:
            scene.wire.decide = lambda later: None
            click(scene, GROUP, {"description": "somebody's"})
            return Fault("status 429", detail="7")
        return None

    scene.wire.decide = decide
    ended = scene.apply("rules, changed", saved)
    assert "conflict" == results(ended)["update:group/team-a"]
    assert "somebody's" == description(scene, GROUP)
    assert ended.report is not None
    assert 14 == ended.report.exit_code()


# -- the files and the day --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["manifests", "schemas", "policy"])
def test_p3_a_plan_from_before_the_files_moved_is_refused(name: str) -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")
    load = scene.load
    scene.load = lambda setup, bindings: replace(
        load(setup, bindings), digests={**load(setup, bindings).digests, name: "sha256:other"}
    )
    requests = len(scene.wire.log)
    assert name.rstrip("s") in refused(scene.apply("rules, changed", saved), 12)
    assert requests == len(scene.wire.log)


@pytest.mark.parametrize(("hours", "is_too_old"), [(168, False), (169, True), (24 * 400, True)])
def test_p3_a_plan_that_is_too_old_is_refused_before_anything_is_asked(hours: int, is_too_old: bool) -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")
    scene.now += timedelta(hours=hours)
    requests = len(scene.wire.log)
    ended = scene.apply("rules, changed", saved)
    if is_too_old:
        assert "hours old" in refused(ended, 12)
        assert requests == len(scene.wire.log)
    else:
        assert ended.report is not None


def test_g3_credentials_of_another_account_end_after_the_question_who_it_is() -> None:
    scene = opened(prepared("rules"))
    saved = scene.plan("rules, changed")
    other = LiveAccount("somebody-else", APP, scene.clock, MARKS)
    scene.wire = Wire(other)
    told = refused(scene.apply("rules, changed", saved), 11)
    assert 'the account is "somebody-else"' in told
    assert {"/api/v2/users/me", f"/sc/v2/apps/{APP}", "/oauth/tokens"} >= {line.split()[1] for line in scene.wire.log}
    assert [] == other.writes


# -- approvals --------------------------------------------------------------------------------------------------


def _approval(plan: Plan, until: str) -> Approval:
    """For the one effect that is drift."""
    (found,) = [
        (step.id, effect.digest(change))
        for step in plan.steps
        for effect, change in effects(step)
        if change is not None and change.cause.kind in ("drift", "conflict")
    ]
    return Approval(step=found[0], effect=found[1], by="lead@maison-lune.example", reason="agreed", until=until)


def _careful(scene: Scene, *approvals: Approval) -> None:
    """Drift blocks, but for what is approved."""
    load = scene.load
    scene.load = lambda setup, bindings: replace(
        load(setup, bindings), policy=Policy(drift="block"), approvals=approvals
    )


def _drifted() -> tuple[Scene, Approval]:
    scene = opened(prepared("rules"))
    click(scene, GROUP, {"description": "drifted"})
    _careful(scene)
    made = scene.plan("rules")
    assert made.plan.is_blocked
    return scene, _approval(made.plan, "2026-03-09")


def _with(approval: Approval, scene: Scene, change: Callable[[Scene], None] = lambda scene: None) -> Scene:
    _careful(scene, approval)
    change(scene)
    return scene


def test_an_approved_drift_is_overwritten() -> None:
    scene, approval = _drifted()
    _with(approval, scene)
    assert {"update:group/team-a": "applied"} == results(scene.apply("rules", scene.plan("rules")))
    assert "first" == description(scene, GROUP)


def test_an_approval_is_void_for_another_change() -> None:
    scene, approval = _drifted()
    _with(approval, scene, lambda scene: click(scene, GROUP, {"description": "drifted again"}))
    made = scene.plan("rules")
    assert made.plan.is_blocked
    refused(scene.apply("rules", made), 11)
    assert "drifted again" == description(scene, GROUP)


def test_an_approval_is_void_for_another_manifest() -> None:
    scene, approval = _drifted()
    _careful(scene, approval)
    made = scene.plan("rules, changed")
    assert ["update:group/team-a"] == [each.id for each in made.plan.steps if each.blocked]


def test_an_approval_ends_on_its_day_even_in_a_plan_that_used_it() -> None:
    scene, approval = _drifted()
    _with(replace(approval, until="2026-03-03"), scene)
    saved = scene.plan("rules")
    assert not saved.plan.is_blocked
    scene.now += timedelta(days=2)
    refused(scene.apply("rules", saved), 12)
    assert scene.plan("rules").plan.is_blocked
    assert "drifted" == description(scene, GROUP)
