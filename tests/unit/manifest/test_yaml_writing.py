"""Documents as a person would write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest.yaml_reader import parse
from reconciler.manifest.yaml_writing import document_text


def test_conditions_stand_one_to_a_line_and_references_where_they_are_used() -> None:
    document = {
        "conditions": {"all": [{"field": "group_id", "operator": "is", "value": {"external": "Support"}}]},
        "groups": [{"external": "Équipe"}, "autre"],
        "actions": [{"field": "status", "value": "on"}],
    }
    assert document_text(document) == (
        "conditions:\n"
        "  all:\n"
        "    - {field: group_id, operator: is, value: {external: Support}}\n"
        "groups: [{external: Équipe}, autre]\n"
        "actions:\n"
        '  - {field: status, value: "on"}\n'
    )


def test_a_text_of_several_lines_is_a_block() -> None:
    assert document_text({"text": "Bonjour,\n\nmerci.\n"}) == "text: |\n  Bonjour,\n\n  merci.\n"


def test_a_text_that_is_too_long_for_its_line_is_folded_between_words() -> None:
    lines = document_text({"text": "mot " * 40 + "fin"}).splitlines()
    assert lines[0] == "text: >-"
    assert max(map(len, lines)) <= 110


def test_what_nobody_would_see_is_escaped() -> None:
    assert document_text({"text": "a\u200bb\u202ec"}) == 'text: "a\\u200Bb\\u202Ec"\n'


@pytest.mark.parametrize("text", ["no", "12:30", "+33", "014", "null", "1.5", "-", "a: b", "a #b", "", " a", "#", "&x"])
def test_a_text_that_could_be_something_else_has_quotes(text: str) -> None:
    assert document_text({"text": text}) == f'text: "{text}"\n'


TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=" \n\t:#-[]{}\"'\\abcé日|>&*!%@,?~=.0123456789\u200b\u2028\x85\x00\r", max_size=12),
    st.text(alphabet="ab \n", min_size=100, max_size=300),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**17), 10**17), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["a", "on", "external", "x y"]), inner, max_size=3),
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["kind", "name", "x"]), VALUES, min_size=1))
def test_whatever_is_written_reads_back_as_it_was(document: dict[str, Any]) -> None:
    assert parse(document_text(document).encode(), "x").documents == (document,)
