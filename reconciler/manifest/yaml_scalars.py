"""What an unquoted YAML scalar means, as strictly as in JSON; it refuses to know where the scalar stands.

`null`, `true`, `false` in lower case; nothing at all (`key:`) is null; integers `-?(0|[1-9][0-9]*)` of up to 18
digits; floats with digits on both sides of a dot and no exponent. Everything else is text: `no`, `on`, `~`, `NULL`,
`12:30`, `+33612345678`, `014`, `0x1f`, `1_000`, `1e3`, `.5`, `.inf`, `.nan`, `2024-01-01`, `=`.
"""

from __future__ import annotations

import re
from decimal import Decimal

MAXIMUM_INTEGER_DIGITS = 18
_MAXIMUM_FLOAT_CHARACTERS = 40
_EXACT_FLOAT_CHARACTERS = 16
"""A sign or not, a dot and up to 15 digits: IEEE 754 binary64 gives every such decimal back as it was written."""

_WORDS: dict[str, bool | None] = {"": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+\Z")
_NUMBER_STARTS = frozenset("-0123456789")

Scalar = str | int | float | bool | None


class NumberTooLong(ValueError):
    """A number that could not be held as it is written; the message never repeats it."""


def resolve_plain(text: str) -> Scalar:
    """The value of an unquoted scalar; raises NumberTooLong rather than change a digit."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.match(text):
        digits = len(text) - (text[0] == "-")
        if digits > MAXIMUM_INTEGER_DIGITS:
            raise NumberTooLong(f"the number has {digits} digits, the limit is {MAXIMUM_INTEGER_DIGITS}")
        return int(text)
    if _FLOAT.match(text):
        return _resolve_float(text)
    return text


def _resolve_float(text: str) -> float:
    if len(text) > _MAXIMUM_FLOAT_CHARACTERS:
        raise NumberTooLong(f"the number has {len(text)} characters, the limit is {_MAXIMUM_FLOAT_CHARACTERS}")
    number = float(text)
    if len(text) > _EXACT_FLOAT_CHARACTERS and Decimal(repr(number)) != Decimal(text):
        raise NumberTooLong("the number has more digits than a floating-point number keeps")
    return number
