"""The cuts in a YAML text that bring a node from one value to another; it refuses to say whether the result is right.

What it cannot do without touching a neighbour or a comment raises Refused. Offsets are those of the text before any cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from reconciler.manifest import yaml_writing
from reconciler.manifest.yaml_nodes import Node, NodeTree

Json = Any


class Refused(Exception):
    """This place cannot be edited without touching what else stands there."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node hangs: `lead` is the offset behind its `:` or `-`, `column` that of its key or dash."""

    lead: int
    column: int
    is_flow: bool
    is_item: bool = False


def is_same(one: Json, other: Json) -> bool:
    """Whether two values are equal and of the same types all the way down: 1, 1.0 and true are three values."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and bool(one == other)


class Splicing:
    """Collects cuts in a text; `text()` is the text with all of them made."""

    def __init__(self, tree: NodeTree) -> None:
        self._tree = tree
        self._cuts: list[tuple[int, int, str]] = []

    def text(self) -> str:
        """The text with every cut made; of two at one place the one that was made first stands first."""
        pieces, reached = [], 0
        for start, end, inserted in sorted(self._cuts, key=lambda each: each[:2]):
            if start < reached:
                raise Refused
            pieces += [self._tree.text[reached:start], inserted]
            reached = end
        return "".join([*pieces, self._tree.text[reached:]])

    def bring_root(self, node: Node, old: Json, new: Json) -> None:
        """Bring a document from its value to another; both are mappings or lists."""
        self._bring(node, old, new, None)

    def _cut(self, start: int, end: int, inserted: str) -> None:
        self._cuts.append((start, end, inserted.replace("\n", self._tree.line_break)))

    def _bring(self, node: Node, old: Json, new: Json, place: _Place | None) -> None:
        if is_same(old, new):
            return
        if node.entries and isinstance(old, Mapping) and isinstance(new, Mapping) and old.keys() & new.keys():
            self._bring_mapping(node, node.entries, old, new)
        elif node.items and isinstance(old, list) and isinstance(new, list) and new:
            self._bring_list(node, node.items, old, new)
        else:
            self._replace(node, new, place)

    def _replace(self, node: Node, new: Json, place: _Place | None) -> None:
        if place is None:
            self._cut(node.start, node.end, "\n".join(yaml_writing.block_lines(new, 0)))
            return
        quotes = node.style if node.style in ("single", "double") else "plain"
        if place.is_flow:
            is_scalar = not isinstance(new, Mapping | list)
            shown = yaml_writing.scalar(new, is_flow=True, style=quotes) if is_scalar else yaml_writing.flow(new)
            self._cut(node.start, node.end, (" " if node.start == node.end else "") + shown)
            return
        lines = yaml_writing.value_lines(
            new, place.column, self._tree.column(place.lead), is_item=place.is_item, quotes=quotes
        )
        self._put(node, lines, place)

    def _put(self, node: Node, lines: Sequence[str], place: _Place) -> None:
        """Lines in the place of a node in block style: the first on the line of its key, the others below.

        A comment behind the old value stays on the line of the key. Comments between the key and a value below it
        have no place of their own any more.
        """
        tree = self._tree
        first, below = lines[0], "".join(f"\n{line}" for line in lines[1:])
        if node.style in ("literal", "folded"):
            head = tree.text[node.start : tree.line_end(node.start)]
            comment = f"  #{head.partition('#')[2]}" if "#" in head else ""
            self._cut(place.lead, node.end, first + comment + below)
            return
        is_below_key = tree.line_start(node.start) != tree.line_start(place.lead)
        if is_below_key and tree.text[place.lead : node.start].strip():
            raise Refused
        if not below:
            start = place.lead if is_below_key or node.start == node.end else node.start
            self._cut(start, node.end, first if start == place.lead else first.lstrip())
            return
        rest = tree.text[node.end : tree.line_end(node.end)]
        self._cut(place.lead, node.end + len(rest), first + rest.rstrip() + below)

    # Mappings

    def _bring_mapping(self, node: Node, entries: Mapping[str, tuple[Node, Node]], old: Json, new: Json) -> None:
        is_flow = node.style == "flow"
        staying = [key for key in entries if key in new]
        for key in staying:
            its_key, value = entries[key]
            lead = self._tree.skip_blank(its_key.end) + 1
            self._bring(value, old[key], new[key], _Place(lead, self._tree.column(its_key.start), is_flow))
        spans = {key: (its_key.start, max(its_key.end, value.end)) for key, (its_key, value) in entries.items()}
        self._remove([spans[key] for key in entries if key not in new], list(spans.values()), is_flow)
        column = self._tree.column(entries[staying[0]][0].start)
        added: dict[str, list[str]] = {}
        preceding = staying[0]
        for key in new:
            if key in entries:
                preceding = key
            else:
                added.setdefault(preceding, []).append(key)
        for preceding, keys in added.items():
            if is_flow:
                self._add_to_flow(spans[preceding], [yaml_writing.flow_entry(key, new[key]) for key in keys])
            else:
                lines = [line for key in keys for line in yaml_writing.entry_lines(key, new[key], column)]
                self._add_to_block(spans[preceding], lines, column)

    # Lists

    def _bring_list(self, node: Node, items: Sequence[Node], old: list[Json], new: list[Json]) -> None:
        is_flow = node.style == "flow"
        starts = [item.start for item in items] if is_flow else self._dashes(node, items)
        spans = [(start, max(item.end, start + (not is_flow))) for start, item in zip(starts, items, strict=True)]
        column = self._tree.column(starts[0])
        removed: list[int] = []
        inserted: dict[int, list[Json]] = {}
        for tag, left, left_end, right, right_end in _operations(old, new):
            paired = min(left_end - left, right_end - right) if tag == "replace" else 0
            for offset in range(paired):
                place = _Place(starts[left + offset] + 1, column, is_flow, is_item=True)
                self._bring(items[left + offset], old[left + offset], new[right + offset], place)
            if tag != "equal":
                removed += range(left + paired, left_end)
                inserted.setdefault(left + paired, []).extend(new[right + paired : right_end])
        self._remove([spans[index] for index in removed], spans, is_flow)
        kept = [index for index in range(len(items)) if index not in removed]
        if not kept:
            raise Refused
        for before_index, values in inserted.items():
            if not values:
                continue
            preceding = max((index for index in kept if index < before_index), default=None)
            anchor = spans[kept[0] if preceding is None else preceding]
            if is_flow:
                shown = [yaml_writing.flow(value) for value in values]
                self._add_to_flow(anchor, shown, is_before=preceding is None)
                continue
            lines: list[str] = []
            for value in values:
                moved = next((index for index in removed if is_same(old[index], value)), None)
                if moved is None:
                    lines += yaml_writing.item_lines(value, column)
                else:
                    removed.remove(moved)
                    text = self._tree.text[spans[moved][0] : self._tree.line_end(spans[moved][1])]
                    lines += (" " * column + text).splitlines()
            self._add_to_block(anchor, lines, column, is_before=preceding is None)

    def _dashes(self, node: Node, items: Sequence[Node]) -> list[int]:
        found = []
        reached = node.start
        for item in items:
            dash = self._tree.skip_blank(reached)
            found.append(dash)
            reached = max(item.end, dash + 1)
        return found

    # What both are made of

    def _remove(self, removed: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]], is_flow: bool) -> None:
        if is_flow:
            self._remove_from_flow(removed, spans)
            return
        for span in removed:
            self._remove_from_block(span, spans)

    def _remove_from_block(self, span: tuple[int, int], spans: Sequence[tuple[int, int]]) -> None:
        tree = self._tree
        start, end = span
        line = tree.line_start(start)
        if not tree.text[line:start].strip(" "):
            self._cut(line, tree.next_line(self._last_line(span, start - line)), "")
            return
        following = next((each for each in spans if each[0] > start), None)
        if following is None or tree.text[tree.next_line(end) : following[0]].strip(" "):
            raise Refused
        self._cut(start, following[0], "")

    def _remove_from_flow(self, removed: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> None:
        """Each with the comma that follows; the last ones together with the comma before them."""
        text = self._tree.text
        kept_ends = [end for start, end in spans if (start, end) not in removed]
        last_kept = max(kept_ends, default=-1)
        trailing = [span for span in removed if span[0] > last_kept]
        if trailing:
            cut = (last_kept, max(end for _, end in trailing))
            if last_kept < 0 or "#" in text[cut[0] : trailing[0][0]]:
                raise Refused
            self._cut(*cut, "")
        for start, end in removed:
            if (start, end) in trailing:
                continue
            comma = self._tree.skip_blank(end)
            if "#" in text[end:comma]:
                raise Refused
            after = comma + 1
            while text[after : after + 1] == " ":
                after += 1
            self._cut(start, after, "")

    def _last_line(self, span: tuple[int, int], column: int) -> int:
        """Where the last line of an entry ends, with the comments below it that are indented deeper than it."""
        tree = self._tree
        end = tree.line_end(span[1])
        while True:
            following = tree.next_line(end)
            line = tree.text[following : tree.line_end(following)]
            if following == end or not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
                return end
            end = tree.line_end(following)

    def _add_to_flow(self, anchor: tuple[int, int], shown: Sequence[str], *, is_before: bool = False) -> None:
        joined = ", ".join(shown)
        if is_before:
            self._cut(anchor[0], anchor[0], f"{joined}, ")
        else:
            self._cut(anchor[1], anchor[1], f", {joined}")

    def _add_to_block(
        self, anchor: tuple[int, int], lines: Sequence[str], column: int, *, is_before: bool = False
    ) -> None:
        if is_before:
            at = self._first_line(anchor[0])
            text = "\n".join(lines)
            is_inside_line = self._tree.line_start(at) != at
            self._cut(at, at, f"{text.lstrip(' ')}\n{' ' * column}" if is_inside_line else f"{text}\n")
            return
        at = self._last_line(anchor, column)
        self._cut(at, at, "".join(f"\n{line}" for line in lines))

    def _first_line(self, start: int) -> int:
        """Where the comments directly above an entry begin; the entry itself where it does not begin its line."""
        tree = self._tree
        line = tree.line_start(start)
        indentation = tree.text[line:start]
        if indentation.strip(" "):
            return start
        while line > 0:
            above = tree.previous_line(line)
            if not tree.text[above:line].startswith(f"{indentation}#"):
                break
            line = above
        return line


def _operations(old: list[Json], new: list[Json]) -> list[tuple[str, int, int, int, int]]:
    left, right = ([yaml_writing.flow(each) for each in side] for side in (old, new))
    return list(SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes())
