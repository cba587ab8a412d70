"""The order of things among neighbours that nobody lists."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds._arrangements import arrange

ITEMS = "abcdefg"
CURRENT = st.permutations(ITEMS).flatmap(lambda all_of_them: st.integers(0, 7).map(lambda size: all_of_them[:size]))
WANTED = st.lists(st.sampled_from(ITEMS + "xyz"), unique=True, max_size=6)


def is_within(some: list[str], ordered: list[str]) -> bool:
    remaining = iter(ordered)
    return all(each in remaining for each in some)


@given(CURRENT, WANTED)
def test_listed_ones_stand_in_the_order_of_the_list(current: list[str], wanted: list[str]) -> None:
    assert [each for each in arrange(current, wanted) if each in wanted] == wanted


@given(CURRENT, WANTED)
def test_nothing_is_lost_or_doubled(current: list[str], wanted: list[str]) -> None:
    assert sorted(arrange(current, wanted)) == sorted({*current, *wanted})


@given(CURRENT, WANTED)
def test_unlisted_ones_keep_their_order(current: list[str], wanted: list[str]) -> None:
    unlisted = [each for each in current if each not in wanted]
    assert [each for each in arrange(current, wanted) if each not in wanted] == unlisted


@given(CURRENT, WANTED)
def test_a_second_time_changes_nothing(current: list[str], wanted: list[str]) -> None:
    once = arrange(current, wanted)
    assert arrange(once, wanted) == once


@given(CURRENT, WANTED)
def test_as_many_as_can_stay_do(current: list[str], wanted: list[str]) -> None:
    present = [each for each in wanted if each in current]
    longest = next(
        size
        for size in range(len(present), -1, -1)
        if any(is_within(list(some), current) for some in combinations(present, size))
    )
    unlisted = {each for each in current if each not in wanted}
    result = arrange(current, wanted)
    staying = max(
        (
            len(some)
            for size in range(len(present) + 1)
            for some in combinations(present, size)
            if is_within([each for each in current if each in unlisted or each in some], result)
        ),
        default=0,
    )
    assert staying >= longest


@given(CURRENT, WANTED)
def test_whoever_moves_stands_right_behind_its_predecessor_in_the_list(current: list[str], wanted: list[str]) -> None:
    result = arrange(current, wanted)
    arrived = [each for each in wanted[1:] if each not in current]
    before = {each: wanted[index] for index, each in enumerate(wanted[1:])}
    assert [result[result.index(each) - 1] for each in arrived] == [before[each] for each in arrived]
