"""The limits of a plan, and what approvals cover."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.guard import guard
from reconciler.core.plan import Cause, Change, Step, effects
from reconciler.core.policy import Approval, Policy

TODAY = "2026-11-22"


def removal(address: str, action: str = "delete", part: str = "") -> Step:
    return Step(f"{action}:{address}", action, address, part)


def update(before: str = "live", cause: str = "drift", hazard: str = "") -> Step:
    return Step(
        "update:group/a",
        "update",
        "group/a",
        changes=(Change("title", "set", before, "mine", Cause(cause), hazard=hazard),),
    )


def reasons(
    *steps: Step, policy: Policy | None = None, approvals: tuple[Approval, ...] = (), **owned: int
) -> list[bool]:
    guarded, _ = guard(steps, policy or Policy(), approvals, owned=owned, today=TODAY)
    return [bool(step.blocked) for step in guarded]


def approval_printed_for(step: Step, policy: Policy) -> Approval:
    blocked = guard([step], policy, (), owned={}, today=TODAY)[0][0].blocked[0]
    effect = "sha256:" + blocked.split("effect: sha256:")[1][:64]
    return Approval("lea", "seen", "2026-12-31", step=step.id, effect=effect)


def test_as_many_removals_as_the_limit_pass_and_one_more_blocks_all() -> None:
    steps = [removal(f"group/{number}") for number in range(6)]
    assert reasons(*steps[:5], group=1000) == [False] * 5
    assert reasons(*steps, group=1000) == [True] * 6


def test_the_share_counts_from_ten_objects_on() -> None:
    steps = [removal(f"group/{number}") for number in range(3)]
    assert reasons(*steps, group=4, trigger=5) == [False] * 3
    assert reasons(*steps, group=4, trigger=6) == [True] * 3
    assert reasons(*steps[:2], group=4, trigger=6) == [False] * 2


def test_all_of_a_kind_is_refused_from_two_objects_on() -> None:
    assert reasons(removal("group/a"), group=1) == [False]
    assert reasons(removal("group/a"), removal("group/b"), group=2) == [True, True]


def test_the_parts_of_one_object_count_once() -> None:
    parts = [removal("responder/bot", part=part) for part in ("entry", "integration")]
    assert reasons(*parts, responder=2, group=1) == [False, False]
    assert reasons(*parts, policy=Policy(max_deletes=1), responder=3) == [False, False]


def test_an_approval_of_a_limit_holds_for_the_measured_number_alone() -> None:
    steps = [removal(f"group/{number}") for number in range(7)]
    passed = Approval("lea", "the team moved", "2026-12-31", limit="max_deletes", measured="7")
    assert reasons(*steps, approvals=(passed,), group=1000) == [False] * 7
    assert reasons(*steps[:6], approvals=(passed,), group=1000) == [True] * 6
    assert reasons(*steps, approvals=(replace(passed, until="2026-11-21"),), group=1000) == [True] * 7
    assert guard(steps, Policy(), (passed,), owned={"group": 1000}, today=TODAY)[1] == (passed.as_json(),)


def test_every_limit_prints_the_entry_that_lets_its_number_pass() -> None:
    steps = [removal("group/a"), removal("group/b")]
    for policy, owned in ((Policy(max_deletes=1), 1000), (Policy(max_delete_share=0.1), 12), (Policy(), 2)):
        blocked = guard(steps, policy, (), owned={"group": owned}, today=TODAY)[0][0].blocked[0]
        limit, measured = (blocked.split(f'{name}: "')[1].split('"')[0] for name in ("limit", "measured"))
        printed = Approval("lea", "seen", "2026-12-31", limit=limit, measured=measured)
        assert reasons(*steps, policy=policy, approvals=(printed,), group=owned) == [False, False]


def unprotect(address: str, *more: Change) -> Step:
    cleared = Change("lifecycle.protect", "release", True, None, Cause("intended"))
    return Step(f"update:{address}", "update", address, changes=(cleared, *more))


def test_protection_is_cleared_by_a_plan_that_changes_nothing_else() -> None:
    other = Change("title", "set", "a", "b", Cause("intended"))
    waiting = Step("create:group/z", "create", "group/z", waits_for=("manual:x",))
    assert reasons(unprotect("channel/a"), unprotect("channel/b"), waiting) == [False, False, False]
    assert reasons(unprotect("channel/a", other)) == [True]
    assert reasons(unprotect("channel/a"), update(cause="intended")) == [True, False]


def test_a_waiting_removal_removes_nothing() -> None:
    waiting = Step("delete:group/a", "delete", "group/a", waits_for=("manual:x",))
    assert reasons(waiting, policy=Policy(max_deletes=0)) == [False]


def test_drift_is_blocked_only_where_the_policy_says_so() -> None:
    assert [reasons(update(cause=cause)) for cause in ("drift", "conflict", "unknown")] == [[False]] * 3
    block = Policy(drift="block")
    assert [reasons(update(cause=cause), policy=block) for cause in ("drift", "conflict", "unknown", "intended")] == [
        [True],
        [True],
        [False],
        [False],
    ]


def test_an_approval_of_drift_is_void_when_live_moves_again() -> None:
    block = Policy(drift="block")
    approval = approval_printed_for(update(), block)
    assert reasons(update(), policy=block, approvals=(approval,)) == [False]
    assert reasons(update(before="moved again"), policy=block, approvals=(approval,)) == [True]


def test_an_approval_of_a_hazard_holds_whatever_live_was_before() -> None:
    hazardous = update(cause="intended", hazard="irreversible: never back")
    approval = approval_printed_for(hazardous, Policy())
    assert [effect.digest() for effect, _ in effects(hazardous)] == [approval.effect]
    moved = update(before="other", cause="intended", hazard="irreversible: never back")
    assert reasons(moved, approvals=(approval,)) == [False]


def test_an_approval_ends_with_its_day_and_stands_in_the_plan_when_it_was_used() -> None:
    hazardous = update(cause="intended", hazard="deletes_data: gone")
    approval = approval_printed_for(hazardous, Policy())
    last_day = replace(approval, until=TODAY)
    expired = replace(approval, until="2026-11-21")
    assert [reasons(hazardous, approvals=(each,)) for each in (last_day, expired)] == [[False], [True]]
    assert guard([hazardous], Policy(), (last_day, expired), owned={}, today=TODAY)[1] == (last_day.as_json(),)
