from __future__ import annotations

import sys
import unicodedata

import pytest

from reconciler.core.text import display_width, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", r"\u{1b}[31mred\u{1b}[0m"),
        ("\x1b]52;c;aGk=\x07", r"\u{1b}]52;c;aGk=\u{7}"),
        ("\x9b2J", r"\u{9b}2J"),
        ("ok\rbad", r"ok\u{d}bad"),
        ("a\x08b\x7f", r"a\u{8}b\u{7f}"),
        ("\u202eevil\u2066", r"\u{202e}evil\u{2066}"),
        ("ad\u200bmin", r"ad\u{200b}min"),
        ("\U000e0041", r"\u{e0041}"),
        ("\ud800", r"\u{d800}"),
        ("a\nb\tc", r"a\u{a}b\u{9}c"),
    ],
)
def test_what_acts_or_hides_is_spelled_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@pytest.mark.parametrize("text", ["Maison Lune", "été à 12\u00a0h", "フランス", "🌙", "e\u0301", "العربية", "\\u{1b}"])
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_multiline_text_keeps_line_feeds_and_tabs_and_nothing_else() -> None:
    assert visible("a\n\tb\r\n\x1b\u2028", multiline=True) == "a\n\tb\\u{d}\n\\u{1b}\\u{2028}"


def test_no_control_separator_surrogate_or_bidi_character_of_unicode_gets_through() -> None:
    bidi = {"LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    dangerous = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") or unicodedata.bidirectional(character) in bidi
    ]
    assert [character for character in dangerous if visible(character) == character] == []


@pytest.mark.parametrize(
    ("text", "expected"), [("abc", 3), ("フラ", 4), ("Ａ", 2), ("e\u0301", 1), ("é", 1), ("🌙", 2), ("", 0)]
)
def test_width_counts_terminal_columns(text: str, expected: int) -> None:
    assert display_width(text) == expected
