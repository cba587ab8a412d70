"""The values of a YAML file with the exact place of each in its text; it refuses to change anything.

Where a value begins and ends is counted in characters, so that an edit can cut it out and leave all others as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import yaml

from reconciler.manifest.yaml_builder import is_empty_document
from reconciler.manifest.yaml_events import open_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.manifest.yaml_source import Source

Style = Literal["plain", "single", "double", "literal", "folded", "block", "flow", "alias"]

_STYLES: dict[str | None, Style] = {"'": "single", '"': "double", "|": "literal", ">": "folded"}
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)+(?=\S)")
_LINE_BREAK = re.compile("\r\n|\r|\n")
_BLANK_OR_COMMENT = re.compile(r"(?:[ \t]|\r\n|\r|\n|(?:(?<=[ \t\r\n])|\A)#[^\r\n]*)*")


@dataclass(slots=True)
class Node:
    """One value: `start` without anchor and tag, `end` behind its last character; nothing at all has both in one place.

    `entries` holds the keys of a mapping in their order, `items` the values of a list, `text` what an unquoted or
    quoted scalar says. An alias has neither: what it stands for is written elsewhere.
    """

    start: int
    end: int
    style: Style
    text: str = ""
    entries: dict[str, tuple[Node, Node]] | None = None
    items: list[Node] | None = None


@dataclass(slots=True)
class DocumentSpan:
    """One document that is not empty: its root, where its part of the file begins, and its `---` where it has one."""

    root: Node
    start: int
    marker: int | None
    end: int = 0


@dataclass(slots=True)
class NodeTree:
    """The documents of a source, in order and without the empty ones, as `parse` counts them."""

    text: str
    documents: list[DocumentSpan] = field(default_factory=list)

    @property
    def line_break(self) -> str:
        """The line break that the file uses."""
        found = _LINE_BREAK.search(self.text)
        return found.group() if found else "\n"

    def line_start(self, offset: int) -> int:
        """Where the line of `offset` begins."""
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    def previous_line(self, line: int) -> int:
        """Where the line above the one that begins at `line` begins."""
        return self.line_start(line - (2 if self.text[:line].endswith("\r\n") else 1))

    def line_end(self, offset: int) -> int:
        """Where the line of `offset` ends, before its line break."""
        found = _LINE_BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)

    def next_line(self, offset: int) -> int:
        """Where the line after that of `offset` begins; the end of the text where there is none."""
        found = _LINE_BREAK.search(self.text, offset)
        return found.end() if found else len(self.text)

    def column(self, offset: int) -> int:
        """The column of `offset`, from 0."""
        return offset - self.line_start(offset)

    def skip_blank(self, offset: int) -> int:
        """The first place from `offset` on that is neither blank nor comment."""
        found = _BLANK_OR_COMMENT.match(self.text, offset)
        return found.end() if found else offset


def read_nodes(source: Source) -> NodeTree:
    """The nodes of a source in which `parse` finds nothing wrong."""
    tree = NodeTree(source.text)
    starts = [0, *(match.end() for match in _LINE_BREAK.finditer(source.text))]

    def offset(mark: Any) -> int:
        place = starts[mark.line] + mark.column if mark.line < len(starts) else len(source.text)
        return min(place, len(source.text))

    next_event = open_events(source)
    open_nodes: list[tuple[Node, list[tuple[str, Node]]]] = []
    part_start, marker = 0, None
    anchors: dict[str, str] = {}
    while not isinstance(event := next_event(), yaml.StreamEndEvent):
        if isinstance(event, yaml.DocumentStartEvent):
            anchors = {}
            marker = offset(event.start_mark) if event.explicit else None
            if marker is not None and tree.documents:
                tree.documents[-1].end = marker
            part_start = 0 if not tree.documents else offset(event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            node, _ = open_nodes.pop()
            node.end = offset(event.end_mark) if node.style == "flow" else max(node.start, _content_end(node))
        elif isinstance(event, yaml.NodeEvent) and (open_nodes or not is_empty_document(event)):
            node = _node(event, tree, offset)
            if isinstance(event, yaml.AliasEvent):
                node.text = anchors.get(str(event.anchor), "")
            elif event.anchor:
                anchors[str(event.anchor)] = node.text
            if open_nodes:
                _attach(node, *open_nodes[-1])
            else:
                tree.documents.append(DocumentSpan(node, part_start, marker, len(source.text)))
            if isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append((node, []))
    return tree


def _attach(node: Node, outer: Node, waiting_keys: list[tuple[str, Node]]) -> None:
    if outer.items is not None:
        outer.items.append(node)
    elif outer.entries is not None:
        if waiting_keys:
            text, key = waiting_keys.pop()
            outer.entries[text] = (key, node)
        else:
            waiting_keys.append((node.text, node))


def _node(event: Any, tree: NodeTree, offset: Callable[[Any], int]) -> Node:
    start, end = offset(event.start_mark), offset(event.end_mark)
    if isinstance(event, yaml.AliasEvent):
        return Node(start, end, "alias")
    properties = _PROPERTIES.match(tree.text, start)
    if properties is not None:
        start = min(properties.end(), end) if isinstance(event, yaml.ScalarEvent) else properties.end()
    if isinstance(event, yaml.ScalarEvent):
        style = _STYLES.get(event.style, "plain")
        if style in ("literal", "folded"):
            end = _block_end(tree.text, start, end)
        return Node(start, end, style, event.value)
    start = tree.skip_blank(start)
    style = "flow" if event.flow_style else "block"
    is_mapping = isinstance(event, yaml.MappingStartEvent)
    return Node(start, start, style, entries={} if is_mapping else None, items=None if is_mapping else [])


def _content_end(node: Node) -> int:
    if node.entries:
        key, value = list(node.entries.values())[-1]
        return max(key.end, value.end)
    return node.items[-1].end if node.items else node.start


def _block_end(text: str, start: int, end: int) -> int:
    """A block scalar's end without the blank lines after it, unless its header says that they are kept."""
    header = text[start : text.find("\n", start) if "\n" in text[start:] else len(text)]
    if "+" in header.partition("#")[0]:
        return end - 1 if text[end - 1 : end] == "\n" else end
    return start + len(text[start:end].rstrip(" \t\r\n"))
