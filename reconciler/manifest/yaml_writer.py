"""Writes a manifest as a person would: short things on one line, long texts as blocks; it refuses to know what it says.

What is written reads back through `yaml_reader` as exactly the same values: every text that could mean something else
without quotes, here or to another YAML reader, has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.resource import Json
from reconciler.core.text import visible
from reconciler.manifest.yaml_scalars import NumberTooLong, resolve_plain

LINE_LENGTH = 110
"""Where a line is full."""

_PLAIN = re.compile(r"[^\W\d_][^\n\t:#\[\]{},&*!|>'\"%@`\\]*(?<! )\Z")
_PLAIN_IN_LINES = re.compile(r"[^\W\d_](?:[^\n\t:#\"\\]|:(?=[^\s])|(?<! )#)*(?<![ :])\Z")
_ELSEWHERE_NO_TEXT = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|nan|inf)\Z")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_REFERENCE_KEYS = frozenset({"external", "id"})
_SHORT_ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def document_as_yaml(document: Mapping[str, Json]) -> str:
    """One document as text that ends with a newline; keys keep their order."""
    return "".join(f"{line}\n" for line in _mapping(document, 0))


def _mapping(value: Mapping[str, Json], indent: int) -> Iterator[str]:
    for key, inner in value.items():
        yield from _entry(f"{' ' * indent}{_key(key)}:", inner, indent)


def _entry(head: str, value: Json, indent: int) -> Iterator[str]:
    """A value behind a head that ends with a colon or a dash."""
    if isinstance(value, str):
        yield from _text(head, value, indent)
        return
    flow = _flow(value)
    if not isinstance(value, Mapping | list) or not value or _fits(head, flow, value):
        yield f"{head} {flow}"
    elif isinstance(value, Mapping):
        yield head
        yield from _mapping(value, indent + 2)
    else:
        yield head
        yield from _sequence(value, indent + 2)


def _sequence(value: Sequence[Json], indent: int) -> Iterator[str]:
    for inner in value:
        dash = f"{' ' * indent}-"
        flow = _flow(inner)
        if isinstance(inner, Mapping) and inner and not _fits(dash, flow, inner):
            lines = list(_mapping(inner, indent + 2))
            yield f"{dash} {lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield from _entry(dash, inner, indent)


def _fits(head: str, flow: str, value: Mapping[str, Json] | Sequence[Json]) -> bool:
    """Whether a mapping or list stands on one line: it is short, and the only mappings in it are references."""
    inner = value.values() if isinstance(value, Mapping) else value
    return all(map(_is_simple, inner)) and "\\n" not in flow and len(head) + 1 + len(flow) <= LINE_LENGTH


def _is_simple(value: Json) -> bool:
    if isinstance(value, Mapping):
        return len(value) == 1 and all(key in _REFERENCE_KEYS and _is_simple(inner) for key, inner in value.items())
    return not isinstance(value, list) or all(map(_is_simple, value))


def _flow(value: Json) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    if isinstance(value, str):
        return value if _is_plain(value, _PLAIN) else _quoted(value)
    return json.dumps(value)


def _text(head: str, text: str, indent: int) -> Iterator[str]:
    plain = text if _is_plain(text, _PLAIN_IN_LINES) else _quoted(text)
    margin = " " * (indent + 2)
    if "\n" in text and _is_printable(text.replace("\n", "")) and text.strip("\n") and not text.startswith((" ", "\n")):
        body = text.rstrip("\n")
        trailing = len(text) - len(body)
        yield f"{head} |{('-', '')[trailing] if trailing < 2 else '+'}"
        yield from (f"{margin}{line}" if line else "" for line in body.split("\n"))
        yield from [""] * (trailing - 1)
    elif len(head) + 1 + len(plain) > LINE_LENGTH and _is_foldable(text):
        yield f"{head} >-"
        yield from (f"{margin}{line}" for line in _folded(text, LINE_LENGTH - len(margin)))
    else:
        yield f"{head} {plain}"


def _is_foldable(text: str) -> bool:
    return _is_printable(text) and "\n" not in text and "  " not in text and text == text.strip(" ") and " " in text


def _folded(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _is_plain(text: str, allowed: re.Pattern[str]) -> bool:
    if not allowed.match(text) or _ELSEWHERE_NO_TEXT.match(text) or not _is_printable(text):
        return False
    try:
        return resolve_plain(text) == text and not text.endswith(":") and ": " not in text and " #" not in text
    except NumberTooLong:
        return False


def _is_printable(text: str) -> bool:
    return "\t" not in text and visible(text) == text


def _key(key: str) -> str:
    is_plain = _KEY.match(key) and not _ELSEWHERE_NO_TEXT.match(key)
    return key if is_plain else _quoted(key)


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if visible(character) == character:
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
