"""How the manifests of two environments stand to each other, as a pure function."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.resource import Resource
from reconciler.core.standing import Comparison, FieldDifference, Standing
from reconciler.engine.environment_comparison import Side, compare_manifests, stated_fields
from reconciler.kinds._registry import find_kind, manifest_kinds
from reconciler.manifest.yaml_reader import parse
from tests.unit.engine.situations import resource


def side(name: str, *resources: Resource, only: dict[str, str] | None = None, **written: Any) -> Side:
    by_address = {each.address: each for each in resources}
    raw = {address: {**dict(each.document), **written} for address, each in by_address.items()}
    return Side(name, by_address, raw, only or {})


def standings(left: Side, right: Side) -> dict[str, Standing]:
    return {each.address: each for each in compare_manifests(left, right).standings}


def test_the_same_manifests_are_in_step() -> None:
    group = resource("group", "france", title="France")
    compared = compare_manifests(side("a", group), side("b", group))
    assert compared == Comparison("a", "b", (Standing("group/france", "in_step"),))
    assert compared.is_in_step


def test_a_field_that_differs_is_named_with_both_values() -> None:
    left, right = resource("group", "france", title="France"), resource("group", "france", title="FR", description="x")
    found = standings(side("a", left), side("b", right))["group/france"]
    assert found.verdict == "different"
    assert found.differences == (
        FieldDifference("title", "France", "FR"),
        FieldDifference("description", None, "x", is_in_left=False),
    )


def test_a_field_that_both_take_from_one_value_differs_by_design() -> None:
    left, right = resource("group", "france", title="France"), resource("group", "france", title="FR")
    found = standings(side("a", left, title="${values.title}"), side("b", right, title="${values.title}"))
    assert found["group/france"].verdict == "in_step"
    assert found["group/france"].by_design == (FieldDifference("title", "France", "FR", value="title"),)


def test_a_value_on_one_side_and_another_text_on_the_other_is_a_difference() -> None:
    left, right = resource("group", "france", title="France"), resource("group", "france", title="FR")
    assert not compare_manifests(side("a", left, title="${values.title}"), side("b", right)).is_in_step


def test_a_value_and_a_text_that_come_to_the_same_are_in_step() -> None:
    group = resource("group", "france", title="France")
    assert compare_manifests(side("a", group, title="${values.title}"), side("b", group)).is_in_step


def test_what_is_on_one_side_only_is_allowed_when_only_lists_it() -> None:
    group = resource("group", "france", title="France")
    listed = side("a", group, only={"group/france": "no sandbox seats"})
    assert not compare_manifests(side("a", group), side("b")).is_in_step
    assert compare_manifests(listed, side("b")).is_in_step
    assert standings(side("b"), listed)["group/france"] == Standing(
        "group/france", "only_right", allowed="no sandbox seats"
    )


def test_a_tombstone_is_as_good_as_no_manifest() -> None:
    stone = resource("group", "france", removed="keep")
    assert compare_manifests(side("a", stone), side("b")).standings == ()
    left = side("a", resource("group", "france", title="France"))
    assert standings(left, side("b", stone))["group/france"].verdict == "only_left"


def test_live_ids_never_count() -> None:
    def trigger(live_id: str) -> Resource:
        return resource(
            "trigger", "t", title="T", category="c", actions=[{"field": "group_id", "value": {"id": live_id}}]
        )

    assert compare_manifests(side("a", trigger("1")), side("b", trigger("2"))).is_in_step


def test_an_order_of_tags_is_no_difference_and_an_order_of_conditions_is_one() -> None:
    def trigger(*tags: str, conditions: tuple[str, str] = ("a", "b")) -> Resource:
        return resource(
            "trigger",
            "t",
            title="T",
            category="c",
            conditions={"all": [{"field": each, "operator": "is", "value": "x"} for each in conditions]},
            actions=[{"field": "current_tags", "value": list(tags)}],
        )

    assert compare_manifests(side("a", trigger("x", "y")), side("b", trigger("y", "x"))).is_in_step
    assert not compare_manifests(side("a", trigger("x")), side("b", trigger("x", conditions=("b", "a")))).is_in_step


@pytest.mark.parametrize("is_left", [True, False])
def test_a_renamed_manifest_is_the_one_it_was_before(is_left: bool) -> None:
    new = resource("group", "new", title="France", moved_from=["old"])
    old = resource("group", "old", title="France")
    pair = (side("a", new), side("b", old)) if is_left else (side("a", old), side("b", new))
    (found,) = compare_manifests(*pair).standings
    assert found.verdict == "different"
    assert found.note == (
        f"group/{'new' if is_left else 'old'} in a is group/{'old' if is_left else 'new'} in b, by moved_from"
    )


@pytest.mark.parametrize("kind", manifest_kinds())
def test_every_kind_can_be_compared(kind: str) -> None:
    for document in parse(find_kind(kind).example.encode(), kind).documents:
        assert stated_fields(Resource(kind, document["name"], document))
