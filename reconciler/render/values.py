"""One value or one change as lines of plain, safe text; it refuses to know terminals, markdown and whole plans.

Every text that leaves this module went through `visible`: it holds no control, bidi or zero-width character.
A secret's value cannot be shown, because only the name of its source is ever looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from reconciler.core.canonical import canonical_json
from reconciler.core.plan import Change
from reconciler.core.resource import Json
from reconciler.core.text import visible

Sign = Literal["-", "+", "↕", "~", " "]

LONG_CHARACTERS = 60
"""A text beyond this length, or with a line feed, is shown as a line diff."""

_SHORT_LIST_CHARACTERS = 40
_ABSENT: Any = object()
_PLAIN_WORD = re.compile(r"[^\W_][\w./:+-]*")
_SECRET_SOURCE = re.compile(r"[a-z][a-z0-9+.-]*://[\w./:@%~+-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff; `↕` is an item that moved, `~` heads a nested diff, a blank sign is context."""

    sign: Sign
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """What happens to one dotted path: in one `value` (with what was `before`), or, where that is empty, in `lines`."""

    path: str
    value: str
    lines: tuple[Line, ...] = ()
    before: str = ""

    @property
    def one_line(self) -> str:
        """`before → value`, or only the value, or nothing where lines say it."""
        return f"{self.before} → {self.value}" if self.before else self.value


def shown_value(value: Json) -> str:
    """A canonical value on one line: texts quoted, references by what they name."""
    if value is None:
        return "null"
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return _reference(value) or _braced(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(shown_value, value)) + "]"
    return visible(str(value))


def shown_change(change: Change, *, is_new: bool = False) -> tuple[Field, ...]:
    """A change as fields: one, or for a nested mapping one per sub-path that differs; never none.

    `is_new` says that the whole object does not exist yet, so that there is nothing to compare with.
    """
    path = visible(change.path)
    if change.op == "write_secret":
        return (Field(path, shown_secret(change.after)),)
    if change.op == "release":
        return (Field(path, _released(change.before)),)
    if change.op == "clear":
        return (Field(path, "(cleared)", before=_before(change.before, path)),)
    before = _ABSENT if is_new and change.before is None else change.before
    return tuple(_fields(path, before, change.after)) or (Field(path, f"{shown_value(change.after)} (the same)"),)


def shown_secret(after: Json) -> str:
    """That a secret will be written and from where; anything but the form of a source is left out."""
    source = after.get("from") if isinstance(after, Mapping) else None
    if isinstance(source, str) and _SECRET_SOURCE.fullmatch(source):
        return f"(secret) {visible(source)} will be written"
    return "(secret) will be written"


def is_long(value: Json) -> bool:
    """Whether a value is a text that deserves lines of its own."""
    return isinstance(value, str) and ("\n" in value or len(value) > LONG_CHARACTERS)


def text_lines(text: str) -> tuple[str, ...]:
    """A text line by line, each safe to print."""
    return tuple(visible(line) for line in text.split("\n"))


def _released(before: Json) -> str:
    left = f"; live stays {shown_value(before)}" if before is not None and not is_long(before) else ""
    return f"(no longer managed{left})"


def _before(before: Json, path: str) -> str:
    if before is None:
        return "(nothing)"
    if isinstance(before, list | tuple) and _holds_rules(path, before):
        return "[" + ", ".join(map(_shown_item, before)) + "]"
    return shown_value(before)


def _fields(path: str, before: Json, after: Json) -> Iterator[Field]:
    """The fields below `path` that differ."""
    if _is_tree(after) and (before is _ABSENT or before is None or _is_tree(before)):
        olds = before if isinstance(before, Mapping) else {}
        if after or olds:
            for key in sorted({*olds, *after}):
                old, new = olds.get(key, _ABSENT), after.get(key, _ABSENT)
                if not _equal(old, new):
                    yield from _fields(f"{path}.{visible(str(key))}", old, new)
            return
    if after is _ABSENT:
        yield Field(path, "(gone)", before=_before(before, path))
    elif isinstance(after, list | tuple) and (before is _ABSENT or before is None or isinstance(before, list | tuple)):
        yield _list_field(path, before, after)
    elif is_long(after) or is_long(before):
        yield _long_field(path, before, after)
    elif before is _ABSENT:
        yield Field(path, shown_value(after))
    elif not _equal(before, after):
        if _look_alike(before, after):
            yield Field(path, _with_marks_written(after), before=_with_marks_written(before))
        else:
            yield Field(path, shown_value(after), before=_before(before, path))


def _look_alike(before: Json, after: Json) -> bool:
    """Whether two texts differ in nothing that can be seen: one has letters and marks where the other has letters."""
    texts = isinstance(before, str) and isinstance(after, str)
    return texts and unicodedata.normalize("NFC", before) == unicodedata.normalize("NFC", after)


def _with_marks_written(text: str) -> str:
    """A text on one line in which every mark that stands apart from its letter is written as `\\u{hex}`."""
    return "".join(
        f"\\u{{{ord(each):x}}}" if unicodedata.category(each).startswith("M") else each for each in _quoted(text)
    )


def _long_field(path: str, before: Json, after: Json) -> Field:
    if isinstance(before, str) and isinstance(after, str):
        return Field(path, "", tuple(_text_diff(before, after)))
    olds = [] if before is _ABSENT or before is None else _marked("-", before)
    return Field(path, "", (*olds, *_marked("+", after)))


def _marked(sign: Sign, value: Json) -> list[Line]:
    if isinstance(value, str) and "\n" in value:
        return [Line(sign, text) for text in text_lines(value)]
    return [Line(sign, shown_value(value))]


def _text_diff(before: str, after: str) -> Iterator[Line]:
    """Removed and added lines, with a count instead of the lines that stay."""
    if "\n" not in before and "\n" not in after:
        yield Line("-", shown_value(before))
        yield Line("+", shown_value(after))
        return
    olds, news = before.split("\n"), after.split("\n")
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, olds, news).get_opcodes():
        if tag == "equal":
            yield from _context(old_to - old_from, "line", olds[old_from])
            continue
        yield from (Line("-", visible(line)) for line in olds[old_from:old_to])
        yield from (Line("+", visible(line)) for line in news[new_from:new_to])


def _context(count: int, noun: str, only: str) -> Iterator[Line]:
    if count == 1 and len(only) <= LONG_CHARACTERS:
        yield Line(" ", visible(only))
    elif count:
        yield Line(" ", f"… {count} unchanged {noun}{'s' if count > 1 else ''}")


def _list_field(path: str, before: Json, after: Sequence[Json]) -> Field:
    olds: Sequence[Json] = before if isinstance(before, list | tuple) else ()
    if not _holds_rules(path, [*olds, *after]) and _is_short(after) and _is_short(olds):
        if before is _ABSENT:
            return Field(path, shown_value(after))
        return Field(path, shown_value(after), before=_before(before, path))
    if not after:
        gone = tuple(_item_lines("-", olds))
        return Field(path, "", (*gone, Line(" ", "(the list becomes empty)"))) if gone else Field(path, "(empty list)")
    return Field(path, "", tuple(_list_diff(olds, after)))


def _is_short(items: Sequence[Json]) -> bool:
    if any(isinstance(item, list | tuple) or _is_tree(item) for item in items):
        return False
    return len(shown_value(items)) <= _SHORT_LIST_CHARACTERS


def _list_diff(olds: Sequence[Json], news: Sequence[Json]) -> Iterator[Line]:
    """A sequence diff in the new order; an item that left one place and came back in another has moved."""
    old_keys, new_keys = [canonical_json(item) for item in olds], [canonical_json(item) for item in news]
    codes = SequenceMatcher(None, old_keys, new_keys).get_opcodes()
    left, came = Counter[bytes](), Counter[bytes]()
    for tag, old_from, old_to, new_from, new_to in codes:
        if tag != "equal":
            left.update(old_keys[old_from:old_to])
            came.update(new_keys[new_from:new_to])
    moved = left & came
    staying, arriving = Counter(moved), Counter(moved)
    for tag, old_from, old_to, new_from, new_to in codes:
        if tag == "equal":
            yield from _context(old_to - old_from, "item", _shown_item(olds[old_from]))
            continue
        gone = [olds[index] for index in range(old_from, old_to) if not _taken(staying, old_keys[index])]
        came_back = [_taken(arriving, key) for key in new_keys[new_from:new_to]]
        fresh = [news[new_from + index] for index, is_back in enumerate(came_back) if not is_back]
        partners, left_over = _same_field_partners(gone, fresh)
        yield from _item_lines("-", left_over)
        for index, is_back in zip(range(new_from, new_to), came_back, strict=True):
            item, partner = news[index], None if is_back else next(partners)
            if is_back:
                was = old_keys.index(new_keys[index])
                places = f" from place {was + 1} to {index + 1}" if was != index else ""
                yield Line("↕", f"{_shown_item(item)} (moved{places})")
            elif partner is not None:
                yield Line("~", f"{_item_head(item)}:")
                yield from (Line(line.sign, f"  {line.text}") for line in _text_diff(partner["value"], item["value"]))
            else:
                yield from _item_lines("+", [item])


def _taken(counts: Counter[bytes], key: bytes) -> bool:
    if counts[key] > 0:
        counts[key] -= 1
        return True
    return False


def _same_field_partners(gone: list[Json], fresh: list[Json]) -> tuple[Iterator[Json], list[Json]]:
    """For each fresh item the rule it replaces with another long text, or None; and what of `gone` is left over."""
    left = list(gone)
    partners: list[Json] = []
    for new in fresh:
        candidates = left if _has_long_text(new) else []
        place = next((index for index, old in enumerate(candidates) if _is_same_rule(old, new)), None)
        partners.append(None if place is None else left.pop(place))
    return iter(partners), left


def _is_same_rule(old: Json, new: Json) -> bool:
    return _has_long_text(old) and _item_head(old) == _item_head(new)


def _has_long_text(item: Json) -> bool:
    return _is_rule(item) and is_long(item["value"])


def _item_lines(sign: Sign, items: Sequence[Json]) -> Iterator[Line]:
    for item in items:
        if _has_long_text(item) and "\n" in item["value"]:
            yield Line(sign, f"{_item_head(item)}:")
            yield from (Line(sign, f"  {text}") for text in text_lines(item["value"]))
        else:
            yield Line(sign, _shown_item(item))


def _is_rule(item: Json) -> bool:
    return isinstance(item, Mapping) and {"field", "value"} <= set(item) <= {"field", "operator", "value"}


def _holds_rules(path: str, items: Sequence[Json]) -> bool:
    return bool(items) and all(map(_is_rule, items)) and path.endswith(("conditions.all", "conditions.any", "actions"))


def _item_head(item: Mapping[str, Json]) -> str:
    return f"{_word(item['field'])} {_word(item['operator']) if 'operator' in item else '='}"


def _shown_item(item: Json) -> str:
    """A condition as `via_id is whatsapp`, an action as `group_id = group/equipe-japon`, else the value."""
    return f"{_item_head(item)} {_word(item['value'])}" if _is_rule(item) else shown_value(item)


def _word(value: Json) -> str:
    return value if isinstance(value, str) and value.isascii() and _PLAIN_WORD.fullmatch(value) else shown_value(value)


def _quoted(text: str) -> str:
    return '"' + visible(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _reference(value: Mapping[str, Json]) -> str:
    match value:
        case {"ref": str(address), **rest} if set(rest) <= {"part"}:
            # A child is named as manifests name it: by its resource and its own name.
            child = str(rest.get("part", "")).partition("/")[2]
            return visible(f"{address}/{child}" if child else address)
        case {"external": str(key), "kind": str(), **rest} if not rest:
            return f"{_quoted(key)} (external)"
        case {"id": str(live_id), **rest} if not rest:
            return f"id {visible(live_id)}"
    return ""


def _braced(value: Mapping[str, Json]) -> str:
    return "{" + ", ".join(f"{visible(str(key))}: {shown_value(value[key])}" for key in sorted(value)) + "}"


def _is_tree(value: Json) -> bool:
    return isinstance(value, Mapping) and not _reference(value)


def _equal(one: Json, other: Json) -> bool:
    if one is _ABSENT or other is _ABSENT:
        return one is other
    return canonical_json(one) == canonical_json(other)
