"""What is wrong with a YAML file, in words: one function per rule; it refuses to know how a problem is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.diagnostic import Diagnostic, Position, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

_SHORT = 60
"""So many characters of a name are repeated in a message, and among so many names is a similar one looked for."""


def duplicate_key(key: str, position: Position, first: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/duplicate-key",
        f'the key "{_short(key)}" stands twice in this mapping',
        position,
        why="Only one of the two values could count, and parsers disagree which.",
        fix="Remove or rename one of the two.",
        related=((first, "first written here"),),
    )


def merge_key(position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/merge-key",
        'the merge key "<<" is not supported',
        position,
        why="YAML 1.2 has no merge keys, and a reviewer could not see the values that they bring in.",
        fix="Write the keys out.",
    )


def non_text_key(kind: str, text: str, position: Position) -> Diagnostic:
    """`kind` says what the key is; `text` is how it is written, empty where quotes would not help."""
    return Diagnostic(
        "yaml/non-text-key",
        f"a key is {kind}, not text",
        position,
        why="Keys are text, as in JSON.",
        fix=f'Quote it: write it as "{_short(text)}".'
        if text
        else "Write a text as the key; a value of environment.yaml is written ${values.name}, with one brace.",
    )


def unknown_tag(tag: str, position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/unknown-tag",
        f'the tag "{_short(tag)}" is not supported',
        position,
        why="A tag may ask a parser to build anything; manifests are plain values.",
        fix='Remove the tag, or put text that starts with "!" in quotes.',
    )


def wrong_tag(tag: str, position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/wrong-tag", f'the tag "{tag}" does not fit what it stands before', position, fix="Remove the tag."
    )


def number_too_long(summary: str, position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/number-too-long",
        summary,
        position,
        why="It would be rounded by other programs that read it.",
        fix="Put it in quotes: an id or a phone number is text.",
    )


def undefined_alias(name: str, anchors: Collection[str], position: Position) -> Diagnostic:
    is_searched = len(name) <= _SHORT and len(anchors) <= _SHORT
    return Diagnostic(
        "yaml/undefined-alias",
        f'the alias "*{_short(name)}" has no anchor before it in this document',
        position,
        fix=(did_you_mean(name, anchors) if is_searched else "") or 'Put text that starts with "*" in quotes.',
    )


def recursive_alias(name: str, position: Position, anchor: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/recursive-alias",
        f'the alias "*{_short(name)}" stands inside what it stands for',
        position,
        why="A document that holds itself has no end.",
        fix="Write out the part that is meant.",
        related=((anchor, "the anchor"),),
    )


def duplicate_anchor(name: str, position: Position, first: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/duplicate-anchor",
        f'the anchor "&{_short(name)}" is used twice in this document',
        position,
        fix="Give one of the two another name.",
        related=((first, "first used here"),),
    )


def too_deep(limit: int, position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/too-deep",
        f"lists and mappings are nested deeper than {limit} levels",
        position,
        why="An alias counts as what it stands for.",
        fix="Write it flatter.",
    )


def too_many_nodes(limit: int, position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/too-many-nodes",
        f"the file has more than {limit} keys and values",
        position,
        why="An alias counts as what it stands for.",
        fix="Split it into several files, and write fewer aliases of aliases.",
    )


def tab_indentation(position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/tab-indentation",
        "a tab stands in the indentation",
        position,
        why="YAML indents with spaces only: a tab has no width of its own.",
        fix="Replace the tab by spaces.",
    )


def surrogate(position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/surrogate",
        "an escape names half of a UTF-16 pair, or no character at all",
        position,
        why=r"JSON writes characters past U+FFFF as two escapes; YAML has one, \U with eight digits.",
        fix=r'Write the character itself, or its one escape, such as "\U0001F600".',
    )


def too_large(size_bytes: int, limit_bytes: int, file: str) -> Diagnostic:
    return Diagnostic(
        "yaml/too-large",
        f"the file has {size_bytes} bytes, the limit is {limit_bytes}",
        Position(file),
        fix="Split it into several files: a folder may hold any number.",
    )


def not_utf8(what: str, position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/not-utf8",
        f"{what} is not UTF-8",
        position,
        why="Manifests are UTF-8, with or without a byte order mark.",
        fix="Save the file again with the encoding UTF-8.",
    )


def control_character(code: int, position: Position) -> Diagnostic:
    return Diagnostic(
        "yaml/control-character",
        f"the character U+{code:04X} may not stand in a manifest",
        position,
        why="It cannot be seen in a review, and editors and parsers disagree on what it means.",
        fix=f'Delete it, or write it as "\\u{code:04X}" inside double quotes.',
    )


def _short(name: str) -> str:
    return name if len(name) <= _SHORT else name[:_SHORT] + "…"
