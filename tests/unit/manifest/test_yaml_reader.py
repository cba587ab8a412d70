from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.diagnostic import Path, Position
from reconciler.manifest import yaml_events
from reconciler.manifest.yaml_builder import MAXIMUM_NODES
from reconciler.manifest.yaml_reader import locate, parse, split_lines
from reconciler.manifest.yaml_source import MAXIMUM_BYTES, MAXIMUM_PROBLEMS

CHANNEL = """\
# a comment
kind: channel
name: &slug messenger-fr
labels: {team: été, 'quoted key': "12"}
conditions:
  - field: status   # why
    value: >-
      folded
      text
  - [1, 22, !!str 333]
empty:
same: *slug
---
# nothing here
---
- フランス: 日本
"""


def rules(data: bytes | str) -> list[str]:
    return [problem.rule for problem in parse(data.encode() if isinstance(data, str) else data, "a.yaml").diagnostics]


def all_paths(value: Any, path: Path = ()) -> list[Path]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for step, child in entries for deeper in all_paths(child, (*path, step)))]


class TestDiagnosticsOfAFile:
    def test_all_problems_come_at_once_with_the_syntax_error_last(self) -> None:
        text = "a: 1\na: 2\n<<: x\n12: y\nb: !x y\nc: 'open\n"
        expected = ["duplicate-key", "merge-key", "non-text-key", "unknown-tag", "syntax"]
        assert rules(text) == [f"yaml/{rule}" for rule in expected]

    def test_a_duplicate_key_points_at_both_lines(self) -> None:
        (problem,) = parse(b"name: a\nkind: b\n  \n'name': c\n", "a.yaml").diagnostics
        assert problem.position == Position("a.yaml", 4, 1, 6)
        assert problem.related == ((Position("a.yaml", 1, 1, 4), "first written here"),)

    def test_a_number_as_a_key_is_told_to_be_quoted(self) -> None:
        (problem,) = parse("é: {12: x}".encode(), "a.yaml").diagnostics
        assert (problem.position, problem.fix) == (
            Position("a.yaml", 1, 5, 2),
            'Quote it: write it as "12".',
        )

    def test_a_long_number_is_told_to_be_quoted_and_never_repeated(self) -> None:
        (problem,) = parse(b"token: 1234567890123456789", "a.yaml").diagnostics
        assert problem.summary == "the number has 19 digits, the limit is 18"
        assert problem.fix == "Put it in quotes: an id or a phone number is text."
        assert "1234567890" not in repr(problem)

    def test_an_alias_that_is_nearly_an_anchor_is_suggested(self) -> None:
        (problem,) = parse(b"a: &lune 1\nb: *lunne", "a.yaml").diagnostics
        assert problem.fix == 'Did you mean "lune"?'

    def test_a_syntax_error_at_the_end_points_behind_the_last_text(self) -> None:
        (problem,) = parse(b"a: [1,\n  2\n\n\n", "a.yaml").diagnostics
        assert (problem.position.line, problem.position.column) == (2, 4)
        assert [place.line for place, _ in problem.related] == [1]

    def test_an_escaped_surrogate_is_refused_by_both_parsers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert rules('a: "\\ud800"') == ["yaml/surrogate"]
        monkeypatch.setattr(yaml_events, "CParser", None)
        assert rules('a: "\\ud800"') == ["yaml/surrogate"]

    def test_columns_count_code_points_after_a_byte_order_mark(self) -> None:
        (problem,) = parse("\ufeff🌙é: !x 1".encode(), "a.yaml").diagnostics
        assert problem.position.column == 5

    def test_a_name_of_any_length_makes_a_short_message(self) -> None:
        key = "k" * 100_000
        (problem,) = parse(f'? "{key}"\n: 1\n? "{key}"\n: 2\n'.encode(), "a.yaml").diagnostics
        assert len(problem.summary) < 120

    def test_a_file_reports_a_bounded_number_of_problems(self) -> None:
        assert len(rules("- !x y\n" * 1000)) == MAXIMUM_PROBLEMS
        assert len(rules("\x00" * 1000)) == 1
        assert len(rules("ab\x00\n" * 1000)) == MAXIMUM_PROBLEMS

    def test_lines_for_an_excerpt_are_counted_as_positions_are(self) -> None:
        data = b"\xef\xbb\xbfa: 1\rb: \xe2\x80\xa8\x0c\xff\r\nc: 2\n"
        assert split_lines(data) == ["a: 1", "b: \u2028\x0c\ufffd", "c: 2", ""]


class TestLimits:
    def test_a_file_of_the_greatest_size_is_read_and_one_byte_more_is_not(self) -> None:
        text = b"a: " + b"x" * (MAXIMUM_BYTES - 3)
        assert rules(text) == []
        assert rules(text + b"x") == ["yaml/too-large"]

    def test_the_greatest_number_of_nodes_is_read_and_one_more_is_not(self) -> None:
        entries = MAXIMUM_NODES - 2
        assert rules("[" + "1," * entries + "]") == []
        assert rules("[" + "1," * (entries + 1) + "]") == ["yaml/too-many-nodes"]

    def test_an_alias_counts_as_what_it_stands_for(self) -> None:
        anchored = "- &a [" + "1," * 99_996 + "]\n"
        assert rules(anchored + "- *a\n" + "- 1\n" * 4) == []
        assert rules(anchored + "- *a\n" + "- 1\n" * 5) == ["yaml/too-many-nodes"]

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{"])
    def test_nesting_of_any_depth_is_refused_before_anything_is_composed(self, opening: str) -> None:
        assert rules(opening * 200_000)[-1] == "yaml/too-deep"

    @pytest.mark.parametrize(
        ("bomb", "rule"),
        [
            ("---\n" * 250_000, "yaml/too-many-nodes"),
            ("- &a 1\n" * 250_000, "yaml/duplicate-anchor"),
            ("- *a\n" * 250_000, "yaml/undefined-alias"),
            ("a: 1\n" * 250_000, "yaml/duplicate-key"),
            ("%a\n" * 250_000, "yaml/syntax"),
        ],
    )
    def test_long_files_of_one_thing_end_in_a_refusal(self, bomb: str, rule: str) -> None:
        assert rule in rules(bomb)


class TestAliases:
    def test_what_two_aliases_stand_for_is_not_shared(self) -> None:
        (document,) = parse(b"a: &a {x: [1]}\nb: *a\nc: *a\n", "a.yaml").documents
        document["b"]["x"].append(2)
        assert document == {"a": {"x": [1]}, "b": {"x": [1, 2]}, "c": {"x": [1]}}


class TestLocator:
    @pytest.mark.parametrize(
        ("index", "path", "expected"),
        [
            (0, (), (2, 1, 4)),
            (0, ("kind",), (2, 7, 7)),
            (0, ("name",), (3, 13, 12)),
            (0, ("labels",), (4, 9, 31)),
            (0, ("labels", "team"), (4, 16, 3)),
            (0, ("labels", "quoted key"), (4, 35, 4)),
            (0, ("conditions",), (6, 3, 1)),
            (0, ("conditions", 0), (6, 5, 5)),
            (0, ("conditions", 0, "field"), (6, 12, 6)),
            (0, ("conditions", 0, "value"), (7, 12, 2)),
            (0, ("conditions", 1, 2), (10, 19, 3)),
            (0, ("empty",), (11, 7, 1)),
            (0, ("same",), (12, 7, 5)),
            (1, (0, "フランス"), (16, 9, 2)),
        ],
    )
    def test_a_value_has_the_span_of_its_first_line(self, index: int, path: Path, expected: tuple[int, ...]) -> None:
        assert locate(CHANNEL.encode(), "a.yaml").position(index, path) == Position("a.yaml", *expected)

    @pytest.mark.parametrize(
        ("index", "path", "expected"),
        [
            (0, ("name",), (3, 1, 4)),
            (0, ("labels", "quoted key"), (4, 21, 12)),
            (0, ("conditions", 0, "value"), (7, 5, 5)),
            (0, ("conditions", 1), (10, 5, 18)),
            (0, ("conditions", 0, "value", "deeper"), (7, 5, 5)),
            (1, (0, "フランス"), (16, 3, 4)),
        ],
    )
    def test_a_key_has_its_own_span(self, index: int, path: Path, expected: tuple[int, ...]) -> None:
        assert locate(CHANNEL.encode(), "a.yaml").position(index, path, key=True) == Position("a.yaml", *expected)

    @pytest.mark.parametrize(
        ("path", "ancestor"),
        [
            (("labels", "missing"), ("labels",)),
            (("labels", 0), ("labels",)),
            (("conditions", 7, "field"), ("conditions",)),
            (("conditions", "field"), ("conditions",)),
            (("conditions", -1), ("conditions",)),
            (("missing",), ()),
        ],
    )
    def test_a_path_that_leads_nowhere_falls_back_to_its_nearest_ancestor(self, path: Path, ancestor: Path) -> None:
        locator = locate(CHANNEL.encode(), "a.yaml")
        assert locator.position(0, path) == locator.position(0, ancestor)
        assert locator.source(0, path) == ""

    def test_a_document_that_does_not_exist_gives_the_whole_file(self) -> None:
        assert locate(b"", "a.yaml").position(0, ("a",)) == Position("a.yaml")

    @pytest.mark.parametrize(("text", "column"), [(b"? a", 4), (b"? a\n", 4), (b"a:", 3), (b"- a:\n\n", 5)])
    def test_a_value_that_is_missing_at_the_end_is_behind_the_last_text(self, text: bytes, column: int) -> None:
        path: Path = (0, "a") if text.startswith(b"-") else ("a",)
        assert locate(text, "a.yaml").position(0, path) == Position("a.yaml", 1, column)

    def test_what_an_alias_stands_for_is_shown_where_it_is_written(self) -> None:
        locator = locate(b"a: &a\n  x: {y: 1}\nb: *a\nc: &k z\nd: {*k : 2}\n", "a.yaml")
        assert locator.position(0, ("b",)) == Position("a.yaml", 3, 4, 2)
        assert locator.position(0, ("b", "x", "y")) == Position("a.yaml", 2, 10, 1)
        assert locator.position(0, ("d", "z"), key=True) == Position("a.yaml", 5, 5, 2)

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            (("kind",), "channel"),
            (("name",), "messenger-fr"),
            (("labels", "quoted key"), '"12"'),
            (("conditions", 1), "[1, 22, !!str 333]"),
            (("conditions", 1, 2), "333"),
            (("conditions", 0, "value"), ">-"),
            (("same",), "*slug"),
            (("empty",), ""),
        ],
    )
    def test_a_value_is_given_as_it_is_written(self, path: Path, expected: str) -> None:
        assert locate(CHANNEL.encode(), "a.yaml").source(0, path) == expected


JSON_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), max_codepoint=0xFFFD))
# YAML lets a key before a colon be 1024 characters long, escapes included.
JSON_KEYS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), max_codepoint=0xFFFD), max_size=100
)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | st.floats(1e-4, 1e15).map(lambda number: -number)
    | st.floats(1e-4, 1e15)
    | JSON_TEXT,
    lambda children: st.lists(children, max_size=5) | st.dictionaries(JSON_KEYS, children, max_size=5),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_what_json_writes_comes_back_equal(value: Any) -> None:
    assert repr(parse(json.dumps(value).encode(), "a.yaml").documents) == repr((value,))


@given(JSON_VALUES)
def test_what_yaml_writes_in_quotes_comes_back_equal(value: Any) -> None:
    class Copying(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    text = yaml.dump(value, Dumper=Copying, default_style='"', sort_keys=False, allow_unicode=False)
    assert repr(parse(text.encode(), "a.yaml").documents) == repr((value,))


YAML_PARTS = (
    *("a", "b: ", "- ", "? ", ": ", "\n", "\n  ", "\t", "&a ", "*a ", "!x ", "!!str ", "[", "]", "{", "}", ", ", "'"),
    *('"', "|\n", ">-\n ", "---\n", "...\n", "%YAML 1.2\n", "# c", "<<: ", "12", "1.5", "é", "\\x", "\r", "\\ud800"),
)
YAML_LIKE = st.lists(st.sampled_from(YAML_PARTS), max_size=30).map(lambda parts: "".join(parts).encode())


@pytest.mark.parametrize("is_pure", [False, True])
@settings(max_examples=400)
@given(data=st.binary(max_size=200) | YAML_LIKE)
def test_arbitrary_bytes_give_values_with_places_or_problems_and_never_raise(data: bytes, is_pure: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if is_pure:
            patch.setattr(yaml_events, "CParser", None)
        parsed = parse(data, "a.yaml")
        lines = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for problem in parsed.diagnostics:
            assert 0 < problem.position.line <= len(lines)
        if not parsed.diagnostics:
            locator = locate(data, "a.yaml")
            for index, document in enumerate(parsed.documents):
                for path in all_paths(document):
                    position = locator.position(index, path)
                    assert 0 < position.column <= len(lines[position.line - 1]) + 1
                    locator.source(index, path)
