"""Plain values from the events of a YAML file, and everything in it that we refuse; it knows no manifest keys."""

from __future__ import annotations

from typing import Any, NoReturn

import yaml

from reconciler.core.diagnostic import Diagnostic, Position
from reconciler.manifest import yaml_problems
from reconciler.manifest.yaml_events import BROKEN_SYNTAX, describe_syntax_error, open_events
from reconciler.manifest.yaml_scalars import NumberTooLong, resolve_plain
from reconciler.manifest.yaml_source import MAXIMUM_PROBLEMS, Mark, Source

MAXIMUM_DEPTH = 64
MAXIMUM_NODES = 200_000
"""Keys, values and documents of one file, every alias counted as what it stands for."""

_NO_KEY = object()
_DROPPED = object()
_CORE_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS: dict[str, type] = {"null": type(None), "bool": bool, "int": int, "float": float}


class _Stop(Exception):
    """A limit is passed: nothing more of this file is read."""


class _Anchor:
    """What an alias stands for; `size` 0 while the node is still open."""

    __slots__ = ("height", "mark", "size", "value")

    def __init__(self, mark: Mark, value: Any = None, size: int = 0, height: int = 0) -> None:
        self.mark = mark
        self.value = value
        self.size = size
        self.height = height


class _Frame:
    """A collection that is still open; `seen` holds the first event of every key of a mapping, None for a list."""

    __slots__ = ("anchor", "container", "height", "key", "nodes_before", "seen")

    def __init__(self, container: Any, seen: dict[str, Any] | None, anchor: _Anchor | None, nodes_before: int) -> None:
        self.container = container
        self.seen = seen
        self.anchor = anchor
        self.nodes_before = nodes_before
        self.key: Any = _NO_KEY
        self.height = 0


def is_empty_document(root: Any) -> bool:
    """Whether the first event of a document says that there is nothing in it but comments."""
    return (
        isinstance(root, yaml.ScalarEvent)
        and root.value == ""
        and not root.style
        and root.anchor is None
        and root.tag is None
    )


class Builder:
    """Reads one source once; `documents` are whole only when `problems` is empty."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.documents: list[Any] = []
        self.problems: list[Diagnostic] = []
        self._frames: list[_Frame] = []
        self._anchors: dict[str, _Anchor] = {}
        self._nodes = 0
        self._mark: Mark | None = None
        self._reported_tabs: set[int] = set()

    def build(self) -> None:
        """Fill `documents` and `problems`; never raises for what the source says."""
        try:
            self._read_events()
        except _Stop:
            pass
        except BROKEN_SYNTAX as error:
            self.problems.append(describe_syntax_error(error, self.source, self._mark))

    def _read_events(self) -> None:
        next_event = open_events(self.source)
        tabbed_lines = self.source.tabbed_lines
        while True:
            event = next_event()
            kind = type(event)
            self._mark = mark = event.start_mark
            if tabbed_lines and tabbed_lines.get(mark.line) == mark.column and mark.line not in self._reported_tabs:
                self._refuse_tab(event)
            if kind is yaml.ScalarEvent:
                self._take_scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._open(event, {}, {}, "map")
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close(event)
            elif kind is yaml.SequenceStartEvent:
                self._open(event, [], None, "seq")
            elif kind is yaml.AliasEvent:
                self._take_alias(event)
            elif kind is yaml.DocumentStartEvent:
                self._anchors = {}
                self._count(1, event)
            elif kind is yaml.StreamEndEvent:
                return

    def _take_scalar(self, event: Any) -> None:
        if not self._frames and is_empty_document(event):
            return
        self._count(1, event)
        text: str = event.value
        value: Any = text
        if event.tag is not None:
            value = self._tagged_scalar(event)
        elif not event.style:
            try:
                value = resolve_plain(text)
            except NumberTooLong as error:
                value = _DROPPED
                if self._is_key_next():
                    self._refuse_key(event, "a number")
                else:
                    self._report(yaml_problems.number_too_long(str(error), self._position(event)))
        elif event.style == '"' and not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            self._report(yaml_problems.surrogate(self._position(event)))
        if event.anchor is not None:
            anchor = self._declare(event)
            anchor.value, anchor.size = value, 1
        self._attach(value, event)

    def _tagged_scalar(self, event: Any) -> Any:
        name = event.tag.removeprefix(_CORE_TAG)
        if name == "str" and event.tag != name:
            return event.value
        if name not in _SCALAR_TAGS or event.tag == name:
            self._refuse_tag(event)
            return _DROPPED
        try:
            value = resolve_plain(event.value)
        except NumberTooLong as error:
            self._report(yaml_problems.number_too_long(str(error), self._position(event)))
            return _DROPPED
        if type(value) is not _SCALAR_TAGS[name]:
            self._report(yaml_problems.wrong_tag(f"!!{name}", self._position(event)))
            return _DROPPED
        return value

    def _open(self, event: Any, container: Any, seen: dict[str, Any] | None, tag: str) -> None:
        if len(self._frames) >= MAXIMUM_DEPTH:
            self._refuse_depth(event)
        nodes_before = self._nodes
        self._count(1, event)
        if event.tag is not None and event.tag != _CORE_TAG + tag:
            self._refuse_tag(event)
        if self._is_key_next():
            self._refuse_key(event, "a list or a mapping")
        anchor = self._declare(event) if event.anchor is not None else None
        self._frames.append(_Frame(container, seen, anchor, nodes_before))

    def _close(self, event: Any) -> None:
        frame = self._frames.pop()
        height = frame.height + 1
        if frame.anchor is not None:
            frame.anchor.value = frame.container
            frame.anchor.size = self._nodes - frame.nodes_before
            frame.anchor.height = height
        if self._frames and self._frames[-1].height < height:
            self._frames[-1].height = height
        self._attach(frame.container, event)

    def _take_alias(self, event: Any) -> None:
        anchor = self._anchors.get(event.anchor)
        if anchor is None or not anchor.size:
            self._refuse_alias(event, anchor)
            self._attach(_DROPPED, event)
            return
        if len(self._frames) + anchor.height > MAXIMUM_DEPTH:
            self._refuse_depth(event)
        self._count(anchor.size, event)
        if self._frames and self._frames[-1].height < anchor.height:
            self._frames[-1].height = anchor.height
        if anchor.height and self._is_key_next():
            self._refuse_key(event, "a list or a mapping")
        self._attach(_copy(anchor.value), event)

    def _declare(self, event: Any) -> _Anchor:
        before = self._anchors.get(event.anchor)
        if before is not None:
            first = self.source.position(before.mark)
            self._report(yaml_problems.duplicate_anchor(event.anchor, self.source.position(event.start_mark), first))
        anchor = self._anchors[event.anchor] = _Anchor(event.start_mark)
        return anchor

    def _attach(self, value: Any, event: Any) -> None:
        if not self._frames:
            self.documents.append(value)
            return
        frame = self._frames[-1]
        if frame.seen is None:
            frame.container.append(value)
        elif frame.key is _NO_KEY:
            frame.key = self._accept_key(frame.seen, value, event)
        else:
            if frame.key is not _DROPPED:
                frame.container[frame.key] = value
            frame.key = _NO_KEY

    def _accept_key(self, seen: dict[str, Any], key: Any, event: Any) -> Any:
        """The key itself, or _DROPPED where it is refused here or was before."""
        if key is _DROPPED or isinstance(key, (dict, list)):
            return _DROPPED
        if type(key) is not str:
            self._refuse_key(event, "null" if key is None else "true or false" if type(key) is bool else "a number")
            return _DROPPED
        if key == "<<" and isinstance(event, yaml.ScalarEvent) and not event.style:
            self._report(yaml_problems.merge_key(self._position(event)))
            return _DROPPED
        if key in seen:
            self._report(yaml_problems.duplicate_key(key, self._position(event), self._position(seen[key])))
            return _DROPPED
        seen[key] = event
        return key

    def _is_key_next(self) -> bool:
        return bool(self._frames) and self._frames[-1].seen is not None and self._frames[-1].key is _NO_KEY

    def _count(self, nodes: int, event: Any) -> None:
        self._nodes += nodes
        if self._nodes > MAXIMUM_NODES:
            self._stop(yaml_problems.too_many_nodes(MAXIMUM_NODES, self.source.position(event.start_mark)))

    def _refuse_depth(self, event: Any) -> NoReturn:
        self._stop(yaml_problems.too_deep(MAXIMUM_DEPTH, self.source.position(event.start_mark)))

    def _refuse_tab(self, event: Any) -> None:
        if isinstance(event, yaml.NodeEvent):
            line: int = self._mark.line if self._mark is not None else 0
            self._reported_tabs.add(line)
            self._report(yaml_problems.tab_indentation(self.source.tab_position(line)))

    def _refuse_alias(self, event: Any, anchor: _Anchor | None) -> None:
        position = self._position(event)
        if anchor is None:
            self._report(yaml_problems.undefined_alias(event.anchor, self._anchors, position))
        else:
            declared = self.source.position(anchor.mark)
            self._report(yaml_problems.recursive_alias(event.anchor, position, declared))

    def _refuse_tag(self, event: Any) -> None:
        self._report(yaml_problems.unknown_tag(event.tag.replace(_CORE_TAG, "!!", 1), self._position(event)))

    def _refuse_key(self, event: Any, kind: str) -> None:
        text = event.value if isinstance(event, yaml.ScalarEvent) else ""
        position = self._position(event) if text else self.source.position(event.start_mark)
        self._report(yaml_problems.non_text_key(kind, text, position))

    def _position(self, event: Any) -> Position:
        return self.source.position(event.start_mark, event.end_mark)

    def _report(self, problem: Diagnostic) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MAXIMUM_PROBLEMS:
            raise _Stop

    def _stop(self, problem: Diagnostic) -> NoReturn:
        self.problems.append(problem)
        raise _Stop


def _copy(value: Any) -> Any:
    """Lists and mappings anew, so that a change behind one alias is not seen behind another."""
    if isinstance(value, dict):
        return {key: _copy(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_copy(child) for child in value]
    return value
