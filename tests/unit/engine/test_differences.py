"""Differences in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.differences import describe_difference

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("expected", "seen", "words"),
    [
        ("a", None, 'it is null, not "a"'),
        ({"field": "status", "value": "open"}, {"field": "status", "value": "new"}, 'value is "new", not "open"'),
        ([{"value": "a"}, {"value": "b"}], [{"value": "a"}, {"value": "c"}], '[2].value is "c", not "b"'),
        (["a", "b"], ["a"], '[2] is missing ("b")'),
        ([], [{"field": "x"}], '[1] is there besides ({field: "x"})'),
    ],
)
def test_the_place_and_both_values_are_named(expected: object, seen: object, words: str) -> None:
    assert words == describe_difference(expected, seen)


@given(values, values)
def test_what_differs_is_always_said(expected: object, seen: object) -> None:
    if expected != seen and type(expected) is type(seen):
        assert describe_difference(expected, seen)
