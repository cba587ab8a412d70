"""The one way to write a JSON value as bytes (RFC 8785); it refuses to know what the value means.

Two equal values have equal bytes, whatever wrote them, so digests and byte comparisons can be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
"""A JSON value as `json.loads` makes it, without floats."""

LARGEST_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 8785 §3.2.2.3, RFC 7493 §2.2)."""


def canonical_json(value: object) -> bytes:
    """`value` as RFC 8785 bytes: keys sorted by UTF-16 code units, no white space, UTF-8.

    Takes None, booleans, integers, text, lists, tuples and mappings with text keys.
    Raises ValueError for a float, an integer beyond ±(2**53 - 1), a lone surrogate, a key that is not text, any other
    type, and nesting too deep for the interpreter; the message never holds the value.
    """
    pieces: list[str] = []
    try:
        _write(value, pieces)
        return "".join(pieces).encode()
    except UnicodeEncodeError:
        raise ValueError("a lone surrogate has no place in JSON") from None
    except RecursionError:
        raise ValueError("the value is nested too deep") from None


def _write(value: object, pieces: list[str]) -> None:
    if isinstance(value, str):
        pieces.append(encode_basestring(value))
    elif value is None:
        pieces.append("null")
    elif value is True:
        pieces.append("true")
    elif value is False:
        pieces.append("false")
    elif isinstance(value, int):
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise ValueError("an integer beyond ±(2**53 - 1) is not exact in JSON")
        pieces.append(int.__repr__(value))
    elif isinstance(value, Mapping):
        _write_object(value, pieces)
    elif isinstance(value, list | tuple):
        separator = "["
        for item in value:
            pieces.append(separator)
            _write(item, pieces)
            separator = ","
        pieces.append("]" if value else "[]")
    else:
        raise ValueError(f"a value of type {type(value).__name__} has no canonical JSON form")


def _write_object(members: Mapping[object, object], pieces: list[str]) -> None:
    names: list[str] = []
    for name in members:
        if not isinstance(name, str):
            raise ValueError("a key of a JSON object must be text")
        names.append(name)
    # Code points and UTF-16 code units sort alike until a name holds U+E000 or above.
    names.sort(key=None if all(map(str.isascii, names)) else _utf16_units)
    separator = "{"
    for name in names:
        pieces.append(separator + encode_basestring(name) + ":")
        _write(members[name], pieces)
        separator = ","
    pieces.append("}" if names else "{}")


def _utf16_units(name: str) -> bytes:
    return name.encode("utf-16-be")
