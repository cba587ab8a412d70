"""The bytes of a YAML file as checked text with lines and columns; it refuses to know what the YAML says."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Protocol

from reconciler.core.diagnostic import Diagnostic, Position
from reconciler.manifest import yaml_problems

MAXIMUM_BYTES = 5_000_000
MAXIMUM_PROBLEMS = 100
"""After so many problems the rest of a file is not reported: a reader repairs, then asks again."""

_BOM = b"\xef\xbb\xbf"
_LINE_BREAK = re.compile("\r\n|\r|\n")
_INDENTATION = re.compile(r"[ \t]*")
# YAML 1.1 reads U+0085, U+2028 and U+2029 as line breaks and YAML 1.2 as text: an editor and we would disagree.
_REFUSED_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class Mark(Protocol):
    """A place as the YAML parser gives it: line and column in code points, both from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class Source:
    """The text of one file, without its byte order mark; lines end at CR LF, CR or LF, and nothing else."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; never empty."""
        return _LINE_BREAK.split(self.text)

    @cached_property
    def tabbed_lines(self) -> dict[int, int]:
        """Of every line (from 0) whose indentation has a tab, the width of that indentation in characters."""
        if "\t" not in self.text:
            return {}
        indentations = ((line, _INDENTATION.match(text)) for line, text in enumerate(self.lines))
        return {line: match.end() for line, match in indentations if match and "\t" in match.group()}

    def position(self, start: Mark, end: Mark | None = None) -> Position:
        """The span from `start` to `end`, cut at the end of its first line, at least one column long.

        A mark past the end, which parsers give to what is missing there, becomes the place behind the last text.
        """
        if (start.line, start.column) >= (self._end.line - 1, self._end.column - 1):
            return self._end
        if end is not None and end.line == start.line:
            length = end.column - start.column
        elif end is not None:
            length = len(self.lines[start.line].rstrip()) - start.column
        else:
            length = 1
        return Position(self.file, start.line + 1, start.column + 1, max(length, 1))

    def tab_position(self, line: int) -> Position:
        """The first tab in the indentation of `line` (from 0), up to the end of the indentation."""
        column = self.lines[line].index("\t")
        return Position(self.file, line + 1, column + 1, self.tabbed_lines[line] - column)

    def position_of_offset(self, offset: int) -> Position:
        """The one character at `offset` of the text."""
        line = bisect_right(self._line_starts, offset)
        return Position(self.file, line, offset - self._line_starts[line - 1] + 1)

    @cached_property
    def _end(self) -> Position:
        """The place behind the last text."""
        return self.position_of_offset(len(self.text.rstrip()))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]


def split_lines(data: bytes) -> list[str]:
    """The lines of a file as positions count them, for excerpts; what is not UTF-8 becomes U+FFFD."""
    return _LINE_BREAK.split(data.removeprefix(_BOM).decode("utf-8", "replace"))


def read_source(data: bytes, file: str) -> tuple[Source | None, list[Diagnostic]]:
    """The text of `data`, or what is wrong with its size, its encoding or its characters."""
    if len(data) > MAXIMUM_BYTES:
        return None, [yaml_problems.too_large(len(data), MAXIMUM_BYTES, file)]
    data = data.removeprefix(_BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [_not_utf8(data, file, error.start)]
    source = Source(text, file)
    problems = [
        yaml_problems.control_character(ord(match.group()), source.position_of_offset(match.start()))
        for match, _ in zip(_REFUSED_CHARACTER.finditer(text), range(MAXIMUM_PROBLEMS), strict=False)
    ]
    if problems and _looks_like_utf16(data):
        return None, [_not_utf8(data, file, data.index(0))]
    return (None, problems) if problems else (source, [])


def _looks_like_utf16(data: bytes) -> bool:
    start = data[:64]
    return start[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(start) >= 4 and start.count(0) >= 0.4 * len(start))


def _not_utf8(data: bytes, file: str, offset: int) -> Diagnostic:
    before = Source(data[:offset].decode("utf-8"), file)
    what = "the file, which looks like UTF-16," if _looks_like_utf16(data) else f"the byte 0x{data[offset]:02x}"
    return yaml_problems.not_utf8(what, before.position_of_offset(len(before.text)))
