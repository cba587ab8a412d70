"""Where in a YAML file a value stands, for files that have something to report; it builds no values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.core.diagnostic import Path, Position
from reconciler.manifest.yaml_builder import is_empty_document
from reconciler.manifest.yaml_events import open_events

if TYPE_CHECKING:
    from reconciler.manifest.yaml_source import Source

_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)+(?=\S)")


class _Place:
    """One node: its span; its entries; for an alias, the place that it stands for."""

    __slots__ = ("entries", "items", "position", "target")

    def __init__(self, position: Position) -> None:
        self.position = position
        self.entries: dict[str, tuple[_Place, _Place]] | None = None
        self.items: list[_Place] | None = None
        self.target: _Place | None = None


class Locator:
    """The spans of every key and value of one file, read once; documents are counted as `parse` counts them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._documents = _read_places(source)

    def position(self, document_index: int, path: Path, *, key: bool = False) -> Position:
        """The first line of the value at `path`, or of its key; of the nearest ancestor where `path` leads nowhere.

        A list entry and a whole document have no key: their value stands for it. What is reached through an
        alias is shown where it is written. A document that does not exist gives the file as a whole.
        """
        place, its_key = self._find(document_index, path)
        if place is None:
            return Position(self._source.file)
        return its_key.position if key and its_key is not None else place.position

    def source(self, document_index: int, path: Path) -> str:
        """The first line of the value at `path` as it is written, without anchor and tag; empty where there is none.

        An alias gives `*name`; a value of several lines gives its first one.
        """
        place, _ = self._find(document_index, path, is_exact=True)
        if place is None:
            return ""
        start = place.position.column - 1
        line = self._source.lines[place.position.line - 1]
        return line[start : start + place.position.length].rstrip()

    def _find(self, document_index: int, path: Path, *, is_exact: bool = False) -> tuple[_Place | None, _Place | None]:
        if not 0 <= document_index < len(self._documents):
            return None, None
        place, key = self._documents[document_index], None
        for step in path:
            inside = place.target or place
            if inside.entries is not None and step in inside.entries:
                key, place = inside.entries[str(step)]
            elif inside.items is not None and isinstance(step, int) and 0 <= step < len(inside.items):
                key, place = None, inside.items[step]
            else:
                return (None, None) if is_exact else (place, key)
        return place, key


class _Open:
    """A collection that is still open, and the key that waits for its value."""

    __slots__ = ("key", "place")

    def __init__(self, place: _Place) -> None:
        self.place = place
        self.key: tuple[str, _Place] | None = None

    def take(self, place: _Place, text: str) -> None:
        """The next key, value or entry; a mapping in block style is shown by its first key."""
        if self.place.items is not None:
            self.place.items.append(place)
        elif self.place.entries is not None:
            if self.key is None:
                self.key = (text, place)
                if not self.place.entries and self.place.position.column == place.position.column:
                    self.place.position = place.position
            else:
                self.place.entries[self.key[0]] = (self.key[1], place)
                self.key = None


def _read_places(source: Source) -> list[_Place]:
    """The root of every document that is not empty; the source is one in which nothing was refused."""
    next_event = open_events(source)
    roots: list[_Place] = []
    open_collections: list[_Open] = []
    anchors: dict[str, tuple[_Place, str]] = {}
    while not isinstance(event := next_event(), yaml.StreamEndEvent):
        if isinstance(event, yaml.DocumentStartEvent):
            anchors = {}
        elif isinstance(event, yaml.CollectionEndEvent):
            _close(open_collections.pop().place, event, source)
        elif isinstance(event, yaml.NodeEvent) and (open_collections or not is_empty_document(event)):
            place = _Place(_span(event, source))
            text: str = getattr(event, "value", "")
            if isinstance(event, yaml.AliasEvent):
                target, text = anchors[str(event.anchor)]
                place.target = target.target or target
            elif event.anchor:
                anchors[event.anchor] = (place, text)
            if open_collections:
                open_collections[-1].take(place, text)
            else:
                roots.append(place)
            if isinstance(event, yaml.MappingStartEvent):
                place.entries = {}
                open_collections.append(_Open(place))
            elif isinstance(event, yaml.SequenceStartEvent):
                place.items = []
                open_collections.append(_Open(place))
    return roots


def _close(place: _Place, event: Any, source: Source) -> None:
    """Widen the span of a collection in brackets to its end, where that stands on the same line."""
    line, column = place.position.line, place.position.column
    if source.lines[line - 1][column - 1] in "{[" and event.end_mark.line + 1 == line:
        place.position = Position(source.file, line, column, event.end_mark.column + 1 - column)


def _span(event: Any, source: Source) -> Position:
    """The token of a scalar or an alias without anchor and tag; of a collection, its first character."""
    position = source.position(event.start_mark, event.end_mark)
    line = source.lines[position.line - 1]
    start = position.column - 1
    properties = _PROPERTIES.match(line, start)
    if properties is not None and not isinstance(event, yaml.AliasEvent):
        start = properties.end()
    if isinstance(event, yaml.CollectionStartEvent):
        return Position(source.file, position.line, start + 1, 1)
    length = max(position.length - (start + 1 - position.column), 1)
    return Position(source.file, position.line, start + 1, length)
