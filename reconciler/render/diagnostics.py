"""Diagnostics as a reader sees them in a terminal or a log; it refuses to know what found them or where files are.

What a file says is shown as it stands there: a caller whose lines may hold a secret masks them in its `read_line`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.core.text import display_width, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.core.diagnostic import Diagnostic, Position

    ReadLine = Callable[[str, int], str | None]

_TAB_COLUMNS = 4
_NARROWEST_EXCERPT = 20
_WIDEST_EXCERPT = 400
_CUT = "…"

_BOLD, _RED, _YELLOW, _BLUE, _RESET = "\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[0m"


def render_diagnostics(diagnostics: Iterable[Diagnostic], read_line: ReadLine, *, colour: bool, width: int) -> str:
    """All diagnostics by file and position, each with its excerpt, and a line that counts them; empty for none.

    `read_line(file, line)` gives a line (from 1) without its end, or None where there is none. `width` is the number
    of columns that an excerpt may take; sentences are not wrapped. Nothing from a file or a message reaches the
    terminal as a control: see `core.text.visible`. Without `colour` there is no escape code at all.
    """
    in_order = sorted(diagnostics, key=lambda diagnostic: (diagnostic.position, diagnostic.severity, diagnostic.rule))
    if not in_order:
        return ""
    paint = _painted if colour else _plain
    blocks = ["\n".join(_block(diagnostic, read_line, paint, width)) for diagnostic in in_order]
    return "\n\n".join([*blocks, _count_line(in_order)]) + "\n"


def diagnostics_as_json(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """All diagnostics by file and position as plain values."""
    in_order = sorted(diagnostics, key=lambda diagnostic: (diagnostic.position, diagnostic.severity, diagnostic.rule))
    return [diagnostic.as_json() for diagnostic in in_order]


def _plain(text: str, style: str) -> str:
    del style
    return text


def _painted(text: str, style: str) -> str:
    return f"{style}{text}{_RESET}"


def _block(diagnostic: Diagnostic, read_line: ReadLine, paint: Callable[[str, str], str], width: int) -> list[str]:
    position = diagnostic.position
    style = _RED if diagnostic.severity == "error" else _YELLOW
    lines = _nearby_lines(position, read_line)
    gutter = len(str(max(lines))) if lines else 1
    margin = " " * gutter
    head = paint(f"{diagnostic.severity}[{visible(diagnostic.rule)}]", style)
    block = [
        f"{head}{paint(': ' + visible(diagnostic.summary), _BOLD)}",
        f"{margin}{paint('-->', _BLUE)} {visible(str(position))}",
    ]
    if lines:
        block.append(f"{margin} {paint('|', _BLUE)}")
        block += _excerpt(position, lines, gutter, width, lambda text: paint(text, style), paint)
    for label, text in _remarks(diagnostic):
        first, *others = visible(text, multiline=True).expandtabs(_TAB_COLUMNS).split("\n")
        block.append(f"{margin} {paint('=', _BLUE)} {paint(label + ':', _BOLD)} {first}")
        block += [f"{margin} {paint('|', _BLUE)} {' ' * len(label)}  {other}".rstrip() for other in others]
    return block


def _remarks(diagnostic: Diagnostic) -> list[tuple[str, str]]:
    remarks = [("in", diagnostic.address), ("why", diagnostic.why), ("help", diagnostic.fix)]
    remarks += [("note", f"{position}: {text}") for position, text in diagnostic.related]
    return [(label, text) for label, text in remarks if text]


def _nearby_lines(position: Position, read_line: ReadLine) -> dict[int, str]:
    """The line of `position` with the one before and the one after, by number; none when it cannot be read."""
    if position.line < 1 or read_line(position.file, position.line) is None:
        return {}
    numbers = range(max(position.line - 1, 1), position.line + 2)
    read = {number: read_line(position.file, number) for number in numbers}
    return {number: text for number, text in read.items() if text is not None}


def _excerpt(
    position: Position,
    lines: dict[int, str],
    gutter: int,
    width: int,
    paint_caret: Callable[[str], str],
    paint: Callable[[str, str], str],
) -> list[str]:
    room = min(max(width - gutter - 3, _NARROWEST_EXCERPT), _WIDEST_EXCERPT)
    index = max(position.column - 1, 0)
    first = max(index - _WIDEST_EXCERPT, 0)
    lines = {number: text[first : first + 4 * _WIDEST_EXCERPT] for number, text in lines.items()}
    cells = _cells(lines[position.line])
    start = sum(map(display_width, cells[: index - first]))
    span = cells[index - first :][: position.length]
    length = max(sum(map(display_width, span)), 1)
    longest = max(start + length, *(sum(map(display_width, _cells(text))) for text in lines.values()))
    is_in_sight = longest <= room or start + length < room
    left = 0 if is_in_sight else max(start - room // 3, 0)
    drawn = []
    for number, text in lines.items():
        shown = _window(_cells(text), left, room)
        drawn.append(f"{paint(f'{number:>{gutter}} |', _BLUE)} {shown}".rstrip())
        if number == position.line and position.column > 0:
            run = "^" * min(length, room - (start - left))
            drawn.append(f"{' ' * gutter} {paint('|', _BLUE)} {' ' * (start - left)}{paint_caret(run)}")
    return drawn


def _cells(line: str) -> list[str]:
    """What every character of `line` looks like: tabs as spaces to the next stop, controls spelled out."""
    cells: list[str] = []
    column = 0
    for character in line:
        cell = " " * (_TAB_COLUMNS - column % _TAB_COLUMNS) if character == "\t" else visible(character)
        column += display_width(cell)
        cells.append(cell)
    return cells


def _window(cells: Sequence[str], left: int, room: int) -> str:
    """The columns from `left` on, `room` of them at most, with a mark on each side where something is cut away."""
    total = sum(map(display_width, cells))
    right = left + room
    is_cut_left, is_cut_right = left > 0 and total > 0, total > right
    inner_left, inner_right = left + is_cut_left, right - is_cut_right
    shown: list[str] = []
    column = 0
    for cell in cells:
        for character in cell:
            width = display_width(character)
            if column >= inner_left and column + width <= inner_right:
                shown.append(character)
            elif width and (column < inner_left < column + width or column < inner_right < column + width):
                shown.append(" ")
            column += width
    return (_CUT if is_cut_left else "") + "".join(shown) + (_CUT if is_cut_right else "")


def _count_line(diagnostics: Sequence[Diagnostic]) -> str:
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    files = len({diagnostic.position.file for diagnostic in diagnostics})
    counts = [_counted(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count]
    return f"Found {' and '.join(counts)} in {_counted(files, 'file')}."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
