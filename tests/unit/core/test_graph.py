"""Components, circles and orders against a simple oracle: what can be reached by walking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.graph import components, cycles, in_order

NAMES = "abcdef"
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES), max_size=4), max_size=6)


def reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    """Everything that can be walked to from `start` in one step or more."""
    found: set[str] = set()
    front = set(edges.get(start, ()))
    while front:
        found |= front
        front = {each for node in front for each in edges.get(node, ())} - found
    return found


@given(GRAPHS)
def test_two_nodes_share_a_component_exactly_when_each_reaches_the_other(edges: dict[str, set[str]]) -> None:
    nodes = set(edges) | {each for needs in edges.values() for each in needs}
    expected = {
        frozenset(
            {node} | {each for each in nodes if each in reachable(node, edges) and node in reachable(each, edges)}
        )
        for node in nodes
    }
    found = components(edges)
    assert {frozenset(each) for each in found} == expected
    assert sorted(name for each in found for name in each) == sorted(nodes)


@given(GRAPHS)
def test_what_is_needed_comes_before_what_needs_it(edges: dict[str, set[str]]) -> None:
    place = {name: index for index, each in enumerate(components(edges)) for name in each}
    assert [(node, need) for node, needs in edges.items() for need in needs if place[need] > place[node]] == []


@given(GRAPHS)
def test_every_circle_is_real_and_every_group_with_one_is_found(edges: dict[str, set[str]]) -> None:
    found = cycles(edges)
    for circle in found:
        assert all(circle[(index + 1) % len(circle)] in edges[each] for index, each in enumerate(circle))
    in_circles = {node for node in edges if node in reachable(node, edges)}
    groups = {
        frozenset(each for each in in_circles if each in reachable(node, edges) and node in reachable(each, edges))
        for node in in_circles
    }
    assert len(found) == len(groups)


@given(st.permutations(NAMES), GRAPHS)
def test_an_order_holds_everything_once_behind_its_needs_or_names_the_circle(
    names: list[str], needs: dict[str, set[str]]
) -> None:
    if any(node in reachable(node, needs) for node in needs):
        with pytest.raises(ValueError, match="circle"):
            in_order(names, needs)
        return
    ordered = in_order(names, needs)
    assert sorted(ordered) == sorted(names)
    place = {name: index for index, name in enumerate(ordered)}
    assert [(node, need) for node in needs for need in needs[node] if place[need] > place[node]] == []


@given(st.permutations(NAMES))
def test_without_needs_the_order_is_the_one_given(names: list[str]) -> None:
    assert in_order(names, {}) == list(names)
