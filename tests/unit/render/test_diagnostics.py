from __future__ import annotations

import re

import pytest

from reconciler.core.diagnostic import Diagnostic, Position
from reconciler.core.text import display_width
from reconciler.render.diagnostics import diagnostics_as_json, render_diagnostics

FILES = {
    "a.yaml": ["kind: routing", "name: default", "group: support-fr", "respnder: welcome", "priority: 10"],
    "wide.yaml": ["フランス: 日本 # x", "\tname: x", "e\u0301te\u0301: x", "n\u202eame: \x1b[31mx", "ab\tc\td"],
    "long.yaml": ["a" * 50 + "フ" * 50 + "TARGET" + "z" * 200, "short"],
}


def read_line(file: str, line: int) -> str | None:
    lines = FILES.get(file, [])
    return lines[line - 1] if 1 <= line <= len(lines) else None


def render(*diagnostics: Diagnostic, colour: bool = False, width: int = 80) -> str:
    return render_diagnostics(diagnostics, read_line, colour=colour, width=width)


def test_a_diagnostic_has_excerpt_caret_and_remarks() -> None:
    diagnostic = Diagnostic(
        "manifest/unknown-field",
        'unknown field "respnder"',
        Position("a.yaml", 4, 1, 8),
        why="A routing has no such field.",
        fix='Did you mean "responder"?',
        address="routing/default",
        related=((Position("b.yaml", 12, 3), "the other end"),),
    )
    expected = """\
error[manifest/unknown-field]: unknown field "respnder"
 --> a.yaml:4:1
  |
3 | group: support-fr
4 | respnder: welcome
  | ^^^^^^^^
5 | priority: 10
  = in: routing/default
  = why: A routing has no such field.
  = help: Did you mean "responder"?
  = note: b.yaml:12:3: the other end

Found 1 error in 1 file.
"""
    assert render(diagnostic) == expected


def test_diagnostics_are_sorted_by_file_and_position_and_counted() -> None:
    rendered = render(
        Diagnostic("r/d", "d", Position("b.yaml", 1, 1), severity="warning"),
        Diagnostic("r/c", "c", Position("a.yaml", 2, 7)),
        Diagnostic("r/b", "b", Position("a.yaml", 2, 1)),
        Diagnostic("r/a", "a", Position("a.yaml")),
    )
    assert re.findall(r"^(?:error|warning)\[.*", rendered, re.MULTILINE) == [
        "error[r/a]: a",
        "error[r/b]: b",
        "error[r/c]: c",
        "warning[r/d]: d",
    ]
    assert rendered.endswith("\n\nFound 3 errors and 1 warning in 2 files.\n")


def test_no_diagnostics_draw_nothing() -> None:
    assert render() == ""


@pytest.mark.parametrize("position", [Position("a.yaml"), Position("gone.yaml", 3, 1), Position("a.yaml", 99, 1)])
def test_a_place_that_cannot_be_read_has_no_excerpt(position: Position) -> None:
    expected = f"error[r/a]: a\n --> {position}\n\nFound 1 error in 1 file.\n"
    assert render(Diagnostic("r/a", "a", position)) == expected


@pytest.mark.parametrize(
    ("line", "column", "length", "excerpt", "caret"),
    [
        (1, 7, 2, "フランス: 日本 # x", " " * 10 + "^^^^"),
        (2, 2, 4, "    name: x", " " * 4 + "^^^^"),
        (3, 6, 1, "e\u0301te\u0301: x", " " * 3 + "^"),
        (3, 1, 5, "e\u0301te\u0301: x", "^^^"),
        (4, 1, 6, r"n\u{202e}ame: \u{1b}[31mx", "^" * 13),
        (4, 8, 1, r"n\u{202e}ame: \u{1b}[31mx", " " * 14 + "^" * 6),
        (5, 4, 1, "ab  c   d", " " * 4 + "^"),
        (5, 6, 1, "ab  c   d", " " * 8 + "^"),
        (2, 99, 5, "    name: x", " " * 11 + "^"),
    ],
)
def test_the_caret_stands_under_what_is_seen(line: int, column: int, length: int, excerpt: str, caret: str) -> None:
    lines = render(Diagnostic("r/a", "a", Position("wide.yaml", line, column, length))).split("\n")
    index = next(number for number, text in enumerate(lines) if text.startswith(f"{line} | "))
    assert lines[index : index + 2] == [f"{line} | {excerpt}", f"  | {caret}"]


@pytest.mark.parametrize("width", [1, 30, 41, 60, 80])
@pytest.mark.parametrize("column", [1, 40, 51, 52, 99, 101, 250, 306])
def test_a_long_line_is_cut_around_the_caret(width: int, column: int) -> None:
    lines = render(Diagnostic("r/a", "a", Position("long.yaml", 1, column)), width=width).split("\n")
    excerpt, caret = lines[3:5]
    assert display_width(excerpt) <= max(width, 24)
    assert "…" in excerpt
    under = caret.index("^")
    columns = [character for character in excerpt for _ in range(display_width(character))]
    assert columns[under] == FILES["long.yaml"][0][column - 1]


def test_the_caret_of_a_long_span_ends_with_the_excerpt() -> None:
    lines = render(Diagnostic("r/a", "a", Position("long.yaml", 1, 100, 200)), width=60).split("\n")
    assert display_width(lines[3]) == 60
    assert display_width(lines[4]) == 60


def test_a_line_of_megabytes_is_cut_too() -> None:
    line = "x" * 4_000_000 + "TARGET" + "y" * 1_000_000
    diagnostic = Diagnostic("r/a", "a", Position("a.yaml", 1, 4_000_001, 6))
    rendered = render_diagnostics([diagnostic], lambda _, number: line if number == 1 else None, colour=False, width=80)
    excerpt, caret = rendered.split("\n")[3:5]
    assert excerpt[caret.index("^") : caret.rindex("^") + 1] == "TARGET"


def test_nothing_acts_on_the_terminal() -> None:
    hostile = "\x1b]0;title\x07\u202e\r\x9b2J"
    rendered = render(
        Diagnostic(
            hostile,
            hostile,
            Position(hostile, 1, 1),
            why=hostile,
            fix=hostile,
            address=hostile,
            related=((Position(hostile, 2, 2), hostile),),
        ),
        Diagnostic("r/a", "a", Position("wide.yaml", 4, 9)),
    )
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", rendered) == []


def test_a_remark_of_several_lines_stays_behind_the_margin() -> None:
    rendered = render(Diagnostic("r/a", "a", Position("a.yaml"), fix="Write:\nkind: x\n::add-mask::y"))
    assert "  = help: Write:\n  |       kind: x\n  |       ::add-mask::y\n" in rendered


def test_colour_adds_escape_codes_and_nothing_else() -> None:
    diagnostics = [
        Diagnostic("r/a", "a", Position("a.yaml", 4, 1, 8), why="w\nx", related=((Position("b.yaml", 1, 1), "n"),)),
        Diagnostic("r/b", "b", Position("a.yaml", 5, 1, 8), severity="warning"),
    ]
    coloured = render(*diagnostics, colour=True)
    assert "\x1b[1;31m^^^^^^^^\x1b[0m" in coloured
    assert "\x1b[1;33mwarning[r/b]\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == render(*diagnostics)


def test_json_has_the_same_order_and_leaves_out_what_is_empty() -> None:
    diagnostics = [
        Diagnostic("r/b", "b", Position("b.yaml", 1, 1)),
        Diagnostic("r/a", "a", Position("a.yaml", 2, 3, 4)),
    ]
    expected = [
        {"rule": "r/a", "severity": "error", "file": "a.yaml", "line": 2, "column": 3, "length": 4, "summary": "a"},
        {"rule": "r/b", "severity": "error", "file": "b.yaml", "line": 1, "column": 1, "length": 1, "summary": "b"},
    ]
    assert diagnostics_as_json(diagnostics) == expected
