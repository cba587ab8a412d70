"""No plan file but the one that was written is accepted: every byte changed, cut, appended or said twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from reconciler.core.errors import PlanNotAcceptable
from reconciler.core.plan import read_plan_file
from tests.fault.example_scene import example_scene, plan
from tests.fault.extent import amount, is_full
from tests.fault.history import opened, prepared
from tests.fault.simulation import in_process

RecordProperty = Callable[[str, object], None]

SHARDS = amount(1, 16)


@cache
def _small() -> bytes:
    """A plan with an update, a create and an order."""
    with in_process():
        return opened(prepared("rules")).plan("rules, changed").encode()


@cache
def _large() -> bytes:
    """The example's first plan."""
    with in_process():
        return plan(example_scene()).encode()


def _count_refused(mutants: Iterator[bytes]) -> int:
    tried = 0
    for mutant in mutants:
        tried += 1
        with pytest.raises(PlanNotAcceptable):
            read_plan_file(mutant)
    return tried


def _changed(data: bytes, places: range, masks: range | tuple[int, ...]) -> Iterator[bytes]:
    for place in places:
        for mask in masks:
            yield data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_p1_r5_no_plan_with_one_byte_changed_is_accepted(shard: int, record_property: RecordProperty) -> None:
    data = _small()
    step = SHARDS if is_full() else 7
    masks = tuple(1 << bit for bit in range(8)) if is_full() else (1,)
    record_property("tried", _count_refused(_changed(data, range(shard, len(data), step), masks)))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_p1_r5_no_plan_of_the_example_with_one_byte_changed_is_accepted(
    shard: int, record_property: RecordProperty
) -> None:
    data = _large()
    every = 4 if is_full() else len(data) // 30
    record_property("tried", _count_refused(_changed(data, range(every * shard, len(data), every * SHARDS), (0x20,))))


def test_p1_no_plan_that_was_cut_is_accepted(record_property: RecordProperty) -> None:
    data = _small()
    record_property("tried", _count_refused(data[:length] for length in range(0, len(data), amount(11, 1))))


def test_p1_no_plan_with_a_byte_appended_or_inserted_is_accepted(record_property: RecordProperty) -> None:
    data = _small()
    tried = _count_refused(data + bytes([byte]) for byte in range(256))
    places = range(0, len(data), amount(50, 1))
    tried += _count_refused(data[:place] + byte + data[place:] for place in places for byte in (b" ", b"\n", b"0"))
    record_property("tried", tried)


def test_p1_no_plan_with_a_key_twice_or_in_another_order_is_accepted(record_property: RecordProperty) -> None:
    data = _small()
    keys = [b'"digest":', b'"envelope":', b'"plan":', b'"seal":', b'"steps":', b'"action":', b'"format":']
    mutants = []
    for key in keys:
        place = data.index(key)
        for value in (b"null", b"{}", b'"x"'):
            mutants.append(data[:place] + key + value + b"," + data[place:])
    mutants.append(data.replace(b'{"digest":', b'{"Digest":"","digest":', 1))
    record_property("tried", _count_refused(iter(mutants)))


def test_the_plan_itself_is_accepted() -> None:
    for data in (_small(), _large()):
        assert data == read_plan_file(data).encode()
