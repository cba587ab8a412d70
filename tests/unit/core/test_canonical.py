from __future__ import annotations

import enum
import json
import types
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.canonical import LARGEST_INTEGER, canonical_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=30)


@given(VALUES)
def test_it_writes_what_the_rfc8785_package_writes(value: Any) -> None:
    assert rfc8785.dumps(value) == canonical_json(value)


@given(VALUES)
def test_reading_it_gives_the_value_back_and_writing_that_the_same_bytes(value: Any) -> None:
    body = canonical_json(value)

    assert value == json.loads(body)
    assert body == canonical_json(json.loads(body))


def test_keys_are_sorted_by_utf16_units_as_in_the_example_of_the_rfc() -> None:
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}

    expected = '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'
    assert expected.encode() == canonical_json(value)


def test_tuples_mappings_and_enumerations_are_written_as_their_json_kin() -> None:
    class Size(enum.IntEnum):
        LARGE = 3

    class Colour(enum.StrEnum):
        RED = "red"

    value = types.MappingProxyType({"b": (1, ()), "a": {}, "c": Size.LARGE, "d": Colour.RED})

    assert b'{"a":{},"b":[1,[]],"c":3,"d":"red"}' == canonical_json(value)


@pytest.mark.parametrize("integer", [LARGEST_INTEGER, -LARGEST_INTEGER])
def test_the_largest_integers_are_written(integer: int) -> None:
    assert str(integer).encode() == canonical_json(integer)


DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        LARGEST_INTEGER + 1,
        -LARGEST_INTEGER - 1,
        "\ud800",
        "\ud83d\ude00",
        {"\udfff": 1},
        {"\udfff": 1, "é": 2},
        {1: 2},
        {None: 2},
        b"bytes",
        {1, 2},
        object(),
        pytest.param(DEEP, id="deep"),
    ],
)
def test_what_has_no_exact_form_is_refused_without_being_shown(value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        canonical_json({"member": [value]})

    assert type(caught.value) is ValueError
    assert "\ud800" not in str(caught.value)
    assert str(LARGEST_INTEGER + 1) not in str(caught.value)
