"""Plain values as YAML that a person would have written; it refuses to know manifests and files.

What is written reads back, under the strict rules of `yaml_reader`, as exactly the value that was given. Text is
written plain where nobody could take it for something else, otherwise in double quotes, with escapes for what nobody
would see; text of several lines as a literal block where it stands in a block, a long line as a folded one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.text import visible
from reconciler.manifest.yaml_nodes import Style

Json = Any

LONGEST_TEXT = 120
"""Where the line of a text of one line ends at the latest."""

WIDTH = 110
"""A list or mapping that fits into so many columns stands on one line."""

_INDENT = 2
_PLAIN_BLOCK = re.compile(r"(?:[^\W\d_]|[/$_])(?:[^\r\n:#\t]|:(?=[^\s:])|(?<=[^\s])#)*\Z")
_PLAIN_FLOW = re.compile(r"[^\W\d_][\w/.@+ ’'-]*\Z")
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w/#-]*\Z")
_LOOKS_LIKE_A_WORD = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"})
_REFERENCE_KEYS = frozenset({"external", "id"})
_NOT_LITERAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[ \t](?:\n|\\Z)|\t")


def scalar(value: Json, *, is_flow: bool, style: Style = "plain") -> str:
    """One value that is no list and no mapping, on one line; text keeps the quotes of `style` where they can hold it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if not isinstance(value, str):
        return str(value)
    if style == "single" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style not in ("double", "single") and _may_be_plain(value, is_flow=is_flow):
        return value
    return "".join(map(_escaped, json.dumps(value, ensure_ascii=False)))


def _escaped(character: str) -> str:
    """What can be seen, or its escape."""
    if visible(character) == character:
        return character
    number = ord(character)
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"


def flow(value: Json) -> str:
    """Any value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(flow_entry(key, inner) for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value, is_flow=True)


def literal_lines(value: Json) -> tuple[str, list[str]] | None:
    """The header and the lines of a literal block, or None where a text is not one that a block can hold."""
    if not isinstance(value, str) or "\n" not in value.strip("\n") or value[0] in " \n":
        return None
    if _NOT_LITERAL.search(value) or value.endswith("\n\n") or visible(value, multiline=True) != value:
        return None
    header = "|" if value.endswith("\n") else "|-"
    return header, value.removesuffix("\n").split("\n")


def folded_lines(value: Json, indent: int, column: int) -> list[str] | None:
    """The lines of a folded block for a text that is too long for its line, or None where it fits or cannot be folded."""
    if not isinstance(value, str) or column + 1 + len(value) <= LONGEST_TEXT or visible(value) != value:
        return None
    words = value.split(" ")
    if not all(words):
        return None
    lines = [words[0]]
    for word in words[1:]:
        if indent + len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return lines if len(lines) > 1 else None


def flow_entry(key: str, value: Json) -> str:
    """A field of a mapping in brackets."""
    return f"{_key(key, is_flow=True)}: {flow(value)}"


def entry_lines(key: str, value: Json, indent: int) -> list[str]:
    """A field of a mapping in block style, as lines that begin in the column `indent`."""
    lead = " " * indent + _key(key, is_flow=False) + ":"
    first, *below = value_lines(value, indent, len(lead))
    return [lead + first, *below]


def item_lines(value: Json, indent: int) -> list[str]:
    """An item of a list in block style, as lines that begin in the column `indent`."""
    first, *below = value_lines(value, indent, indent + 1, is_item=True)
    return [" " * indent + "-" + first, *below]


def value_lines(value: Json, indent: int, column: int, *, is_item: bool = False, quotes: Style = "plain") -> list[str]:
    """What follows the `:` or `-` that ends before `column`, on its line, and the lines below it.

    `indent` is the column in which the key or the dash begins, `quotes` the style of the text that is replaced.
    """
    literal = literal_lines(value)
    if literal is not None:
        return [f" {literal[0]}", *(" " * (indent + _INDENT) + line if line else "" for line in literal[1])]
    folded = folded_lines(value, indent + _INDENT, column) if quotes == "plain" else None
    if folded is not None:
        return [" >-", *(" " * (indent + _INDENT) + line for line in folded)]
    if not isinstance(value, Mapping | list):
        return [" " + scalar(value, is_flow=False, style=quotes)]
    if not value or _fits(value, column + 1):
        return [" " + flow(value)]
    lines = block_lines(value, indent + _INDENT)
    return [" " + lines[0].lstrip(" "), *lines[1:]] if is_item else ["", *lines]


def block_lines(value: Json, indent: int) -> list[str]:
    """A list or mapping with something in it in block style, as lines that begin in the column `indent`."""
    if isinstance(value, Mapping):
        return [line for key, inner in value.items() for line in entry_lines(key, inner, indent)]
    return [line for inner in value for line in item_lines(inner, indent)]


def document_text(value: Mapping[str, Json]) -> str:
    """A whole document, without `---`."""
    return "\n".join(block_lines(value, 0)) + "\n"


def _fits(value: Json, column: int) -> bool:
    """Whether a list or mapping is short and shallow enough for one line; a list of mappings never is, but for references."""
    if _has_long_text(value) or _holds_list_of_mappings(value):
        return False
    return column + len(flow(value)) <= WIDTH


def _holds_list_of_mappings(value: Json) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_list_of_mappings, value.values()))
    return isinstance(value, list) and any(
        (isinstance(each, Mapping) and not each.keys() <= _REFERENCE_KEYS) or isinstance(each, list) for each in value
    )


def _has_long_text(value: Json) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_long_text, value.values()))
    return any(map(_has_long_text, value)) if isinstance(value, list) else literal_lines(value) is not None


def _key(key: str, *, is_flow: bool) -> str:
    return scalar(key, is_flow=is_flow, style="plain" if _PLAIN_KEY.match(key) else "double")


def _may_be_plain(text: str, *, is_flow: bool) -> bool:
    if text.lower() in _LOOKS_LIKE_A_WORD or text != text.strip() or not text.isprintable():
        return False
    return (_PLAIN_FLOW if is_flow else _PLAIN_BLOCK).match(text) is not None
