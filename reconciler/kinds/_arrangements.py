"""Places objects among their neighbours with as few moves as possible.

Neighbours that no manifest lists keep their places; the longest run that is already in order stays, and every
other listed one goes behind its predecessor in the list.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from reconciler.core.kind import Problem
from reconciler.core.resource import Json

T = TypeVar("T")


def arrange(current: Sequence[T], wanted: Sequence[T]) -> list[T]:
    """`current` with the members of `wanted` in that order; those that are not in `current` yet arrive."""
    places = {item: index for index, item in enumerate(current)}
    present = [item for item in wanted if item in places]
    listed = set(wanted)
    staying = {present[index] for index in _longest_increasing_run([places[item] for item in present])}
    result = [item for item in current if item in staying or item not in listed]
    for index, item in enumerate(wanted):
        if item in staying:
            continue
        if index:
            result.insert(result.index(wanted[index - 1]) + 1, item)
        else:
            following = next((result.index(other) for other in wanted if other in staying), len(result))
            result.insert(following, item)
    return result


def reference_key(reference: Mapping[str, str]) -> str:
    """What tells one canonical reference from another in a sequence for people."""
    return reference.get("ref") or reference.get("external") or reference.get("id", "")


def listed_twice(document: Mapping[str, Json], path: str, rule: str, noun: str) -> Iterator[Problem]:
    """A problem for everything that the list at `path` names a second time."""
    seen: list[Json] = []
    for index, each in enumerate(document.get(path, ())):
        if each in seen:
            yield Problem(
                rule,
                (path, index),
                f"the order lists a {noun} twice",
                f"A {noun} has one place.",
                "Remove one of the two.",
            )
        seen.append(each)


def _longest_increasing_run(numbers: Sequence[int]) -> list[int]:
    """The indexes of a longest strictly increasing subsequence."""
    tails: list[int] = []
    tail_indexes: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        length = bisect_left(tails, number)
        before.append(tail_indexes[length - 1] if length else -1)
        if length == len(tails):
            tails.append(number)
            tail_indexes.append(index)
        else:
            tails[length], tail_indexes[length] = number, index
    run: list[int] = []
    index = tail_indexes[-1] if tail_indexes else -1
    while index >= 0:
        run.append(index)
        index = before[index]
    return run[::-1]
