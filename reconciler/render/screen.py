"""Lines on a terminal: width, colour, wrapping, an ASCII fallback; it refuses to know what the lines say.

Whatever is written, no line can be read as a command by a build service that looks for them in its log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reconciler.core.text import display_width, visible

Style = str

_STYLES: dict[Style, str] = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "alarm": "1;31",
}

_ASCII = str.maketrans({"→": "->", "·": "|", "…": "...", "↕": "%", "—": "-", "–": "-", "’": "'", "›": ">"})

# GitHub reads `::name::` at a line's start after any blanks (actions/runner, ActionCommand.cs); the older
# `##[name]` and Azure's `##vso[name]` are found anywhere in a line.
_COMMAND_AT_START = re.compile(r"^(\s*):(?=:)")
_COMMAND_ANYWHERE = re.compile(r"#(?=#(?:vso)?\[)", re.IGNORECASE)


def harmless(line: str) -> str:
    """A line without anything that a build service takes for a command; the character that made it one is escaped."""
    if "::" in line:
        line = _COMMAND_AT_START.sub(r"\1\\u{3a}", line)
    return _COMMAND_ANYWHERE.sub(r"\\u{23}", line) if "##" in line else line


class Screen:
    """Collects lines of at most `width` columns, except where an identifier alone is wider: it is never broken."""

    def __init__(self, *, colour: bool, width: int, ascii_only: bool) -> None:
        self._colour = colour
        self._ascii_only = ascii_only
        self.width = max(40, width)
        self._lines: list[str] = []

    def text(self) -> str:
        """Everything written so far, one newline at the end, no blanks at line ends."""
        return "".join(f"{line}\n" for line in self._lines)

    def plain(self, text: str) -> str:
        """`text` in what this screen can show."""
        if not self._ascii_only or text.isascii():
            return text
        return "".join(
            character if character.isascii() else f"\\u{{{ord(character):x}}}" for character in text.translate(_ASCII)
        )

    def paint(self, text: str, style: Style) -> str:
        """`text` in a style, where colours are wanted; the style never carries meaning alone."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._colour and style and text else text

    def padded(self, text: str, columns: int) -> str:
        """`text` and blanks up to `columns`."""
        return text + " " * max(0, columns - display_width(text))

    def blank(self) -> None:
        """An empty line, never two in a row and never the first."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def put(self, line: str) -> None:
        """One line as it is."""
        self._lines.append(harmless(line.rstrip()))

    def wrap(self, text: str, *, first: str, rest: str = "", style: Style = "") -> None:
        """`text` after `first`, its further lines after `rest` or as many blanks, broken at spaces only."""
        self.put_tokens(text.split(" "), first=first, rest=rest, style=style)

    def put_tokens(self, tokens: Sequence[str], *, first: str, rest: str = "", style: Style = "") -> None:
        """Tokens that are never broken, separated by blanks; East-Asian text may break between its characters."""
        lead, follow = self.plain(first), self.plain(rest) or " " * display_width(self.plain(first))
        room = max(16, self.width - max(display_width(lead), display_width(follow)))
        for line in _filled([self.plain(token) for token in tokens], room):
            self.put(lead + self.paint(line, style))
            lead = follow

    def prose(self, text: str, *, first: str, rest: str = "", style: Style = "") -> None:
        """Sentences; a line of the text that starts with two blanks is a command and stays whole on its own line."""
        lead, follow = first, rest or " " * display_width(self.plain(first))
        for line in text.split("\n"):
            if line.startswith("  "):
                self.put(self.plain(follow + visible(line)))
            elif line:
                self.wrap(visible(line), first=lead, rest=follow, style=style)
            lead = follow


def _filled(tokens: Sequence[str], room: int) -> Iterator[str]:
    line, used = "", 0
    for number, token in enumerate(tokens):
        columns = display_width(token)
        if number and used + 1 + columns <= room:
            line, used = f"{line} {token}", used + 1 + columns
            continue
        if columns > room and not token.isascii():
            *whole, token = _broken(f"{line} {token}" if number else token, room)
            yield from whole
            line, used = token, display_width(token)
            continue
        if number:
            yield line
        line, used = token, columns
    yield line


def _broken(text: str, room: int) -> list[str]:
    """`text` cut where a wide character allows it; narrow runs stay whole."""
    pieces, line, used = [], "", 0
    for run in _runs(text):
        columns = display_width(run)
        if line and used + columns > room:
            pieces.append(line)
            line, used = run.lstrip(" "), display_width(run.lstrip(" "))
        else:
            line, used = line + run, used + columns
    return [*pieces, line]


def _runs(text: str) -> Iterator[str]:
    run = ""
    for character in text:
        if display_width(character) == 2 or character == " ":
            if run:
                yield run
            yield character
            run = ""
        else:
            run += character
    if run:
        yield run
