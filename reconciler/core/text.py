"""Text as a terminal can show it without being led astray; it refuses to know who prints it and in which colours."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: cursor movement, colours, window titles, clipboard
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, bidi overrides and isolates
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\uffff"  # blanks, variation selectors, BOM, annotations
    "\ud800-\udfff\ufdd0-\ufdef"  # lone surrogates, noncharacters
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # shorthand and musical format controls
    "\U000e0000-\U000e0fff"  # tags and more variation selectors: a whole hidden alphabet
    "]"
)


def visible(text: str, *, multiline: bool = False) -> str:
    r"""`text` with every character that acts or hides instead of being seen written as `\u{hex}`.

    Covers control characters, ANSI escapes, bidi controls, zero-width and ignorable characters, lone surrogates.
    With `multiline`, line feeds and tabs stay what they are; a carriage return never does.
    """
    return _UNSEEN.sub(_written_multiline if multiline else _written, text)


def display_width(text: str) -> int:
    """How many terminal columns `text` takes: two for East-Asian wide characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _written(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match.group()):x}}}"


def _written_multiline(match: re.Match[str]) -> str:
    return match.group() if match.group() in "\n\t" else _written(match)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
