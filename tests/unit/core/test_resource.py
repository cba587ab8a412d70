"""Paths of fields, and what a manifest states at them."""

from __future__ import annotations

import pytest

from reconciler.core.resource import Resource, path_keys


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("", ()),
        ("title", ("title",)),
        ("conditions.all", ("conditions", "all")),
        ("values[japonais].conditions.all", ("values", "japonais", "conditions", "all")),
        ("holidays[St. Jean [été] 2026-06-24].to", ("holidays", "St. Jean [été] 2026-06-24", "to")),
        ("week.hours[a.b]", ("week", "hours", "a.b")),
    ],
)
def test_a_path_is_dotted_and_one_key_stands_in_brackets(path: str, keys: tuple[str, ...]) -> None:
    assert keys == path_keys(path)


def test_a_member_of_an_item_is_stated_under_the_item_s_key() -> None:
    resource = Resource("skill", "langue", {"values": {"a.b": {"title": None}}})

    assert (True, None) == resource.stated("values[a.b].title")
    assert (False, None) == resource.stated("values[a.b].conditions.all")
    assert (False, None) == resource.stated("values[a].title")
