"""The one place that touches the YAML parser: its events, and its complaints in our words.

It refuses to compose anything: the recursive composer of libyaml dies of deep input, the event stream does not.
Without libyaml the pure parser reads the same, but slowly, and it also refuses a tab between two tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from reconciler.core.diagnostic import Diagnostic, Position
from reconciler.manifest import yaml_problems

try:
    from yaml._yaml import CParser
except ImportError:
    CParser = None  # type: ignore[assignment, misc]

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.manifest.yaml_source import Mark, Source

BROKEN_SYNTAX = (yaml.YAMLError, ValueError, OverflowError)
"""What the parsers raise; the pure one lets `int()` and `chr()` speak for themselves."""

_FIXES = (
    ("mapping values are not allowed", 'Put text that holds ": " in quotes, or check the indentation of this line.'),
    ("could not find expected ':'", 'Write "key: value", and check that the lines above close their quotes.'),
    ("expected key", "Check the indentation: the keys of one mapping start in the same column."),
    ("expected <block end>", "Check the indentation: the entries of one collection start in the same column."),
    ("expected '-' indicator", "Check the indentation: the entries of one list start in the same column."),
    ("expected ',' or", "Close the bracket, or put a comma between the entries."),
    ("unexpected end of stream", "Close the quote that was opened before."),
    (r"'\t' that cannot start", "Replace the tab by spaces."),
    ("cannot start any token", "Put text that starts with this character in quotes."),
    ("expected alphabetic or numeric character", 'Put text that starts with "*" or "&" in quotes.'),
    ("unknown escape character", "Write a backslash twice inside double quotes, or use single quotes."),
)

_SUMMARIES = (
    ("mapping values are not allowed", 'a second ": " stands in this line, or the line is indented too far'),
    ("could not find expected ':'", "this line is no field with a value"),
    ("expected key", "this is not where a field may begin"),
    ("expected <block end>", "this is not where an entry may begin"),
    ("expected '-' indicator", "this is not where an entry of the list may begin"),
    ("expected ',' or", "a bracket is not closed, or a comma is missing"),
    ("unexpected end of stream", "a quote is not closed"),
)

_WHERE = {
    "while parsing a flow sequence": "This stands in a list in square brackets.",
    "while parsing a flow mapping": "This stands in fields in curly brackets.",
    "while parsing a block mapping": "This stands among fields that begin in the same column.",
    "while parsing a block collection": "This stands in a list whose entries begin in the same column.",
    "while scanning a quoted scalar": "This stands in a text in quotes.",
}


class _PureParser(Reader, Scanner, Parser):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def open_events(source: Source) -> Callable[[], Any]:
    """A function that gives the next event of `source`, with libyaml where it is there; raises BROKEN_SYNTAX."""
    parser: Any = CParser(source.text) if CParser is not None else _PureParser(source.text)
    next_event: Callable[[], Any] = parser.get_event
    return next_event


def describe_syntax_error(error: Exception, source: Source, last_mark: Mark | None) -> Diagnostic:
    """The parser's complaint as a diagnostic; `last_mark` is where it stood when the error has no place of its own."""
    problem = str(getattr(error, "problem", None) or "this cannot be read as YAML")
    mark: Mark | None = getattr(error, "problem_mark", None) or last_mark
    position = Position(source.file) if mark is None else source.position(mark)
    if mark is not None and mark.line in source.tabbed_lines and mark.column <= source.tabbed_lines[mark.line]:
        return yaml_problems.tab_indentation(source.tab_position(mark.line))
    if "Unicode character escape" in problem:
        return yaml_problems.surrogate(position)
    context_mark: Mark | None = getattr(error, "context_mark", None)
    context = str(getattr(error, "context", None) or "")
    related: tuple[tuple[Position, str], ...] = ()
    if context_mark is not None and (start := source.position(context_mark)).line != position.line:
        related = ((start, "it begins here"),)
    return Diagnostic(
        "yaml/syntax",
        next((summary for words, summary in _SUMMARIES if words in problem), problem),
        position,
        why=_WHERE.get(context, ""),
        fix=next((fix for words, fix in _FIXES if words in problem), ""),
        related=related,
    )
