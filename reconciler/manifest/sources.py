"""Keeps the bytes of what was read, and finds positions in them only when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.diagnostic import Path, Position
from reconciler.core.resource import Json, Resource
from reconciler.manifest.files import SourceFile
from reconciler.manifest.yaml_reader import Locator, locate


class Sources:
    """The files of a run; each is read again with positions at most once."""

    def __init__(self) -> None:
        self._files: dict[str, SourceFile] = {}
        self._locators: dict[str, Locator] = {}

    def add(self, file: SourceFile) -> None:
        """Remember a file that parsed."""
        self._files[file.name] = file

    def position(self, file: str, document: int, path: Path, *, at_key: bool = False) -> Position:
        """The place of a value (or of its key) in a file that was added."""
        if file not in self._files:
            return Position(file)
        if file not in self._locators:
            self._locators[file] = locate(self._files[file].data, file)
        return self._locators[file].position(document, path, key=at_key)


class Positions(Mapping[Path, Position]):
    """The positions of one document, found on first use: a path is in it when the document has it.

    `expanded` is the document with its keyed lists as mappings, in the same order; a key in a path counts as the
    index of its item.
    """

    def __init__(self, sources: Sources, file: str, index: int, document: Json, expanded: Json = None) -> None:
        self._sources = sources
        self._file = file
        self._index = index
        self._document = document
        self._expanded = document if expanded is None else expanded

    @property
    def file(self) -> str:
        """The file that holds the document."""
        return self._file

    @property
    def document(self) -> Json:
        """The document as it is written, its values not put in."""
        return self._document

    def __getitem__(self, path: Path) -> Position:
        if path not in self:
            raise KeyError(path)
        return self._sources.position(self._file, self._index, self._as_written(path), at_key=bool(path))

    def of_value(self, path: Path) -> Position:
        """The place of the value at `path`, or of the nearest ancestor; also of values inside others."""
        return self._sources.position(self._file, self._index, self._as_written(path))

    def _as_written(self, path: Path) -> Path:
        """The path with the keys of keyed lists as the indexes of their items."""
        value, expanded = self._document, self._expanded
        written: list[str | int] = []
        for key in path:
            is_keyed = isinstance(value, list) and isinstance(expanded, dict) and key in expanded
            place = list(expanded).index(key) if is_keyed else key
            written.append(place)
            value, expanded = _member(value, place), _member(expanded, key)
        return tuple(written)

    def __contains__(self, path: object) -> bool:
        value = self._document
        for key in self._as_written(path) if isinstance(path, tuple) else ():
            value = _member(value, key)
            if value is _ABSENT:
                return False
        return True

    def __iter__(self) -> Iterator[Path]:
        yield ()
        if isinstance(self._document, dict):
            yield from ((key,) for key in self._document)

    def __len__(self) -> int:
        return sum(1 for _ in self)


_ABSENT: Json = object()


def _member(value: Json, key: str | int) -> Json:
    if isinstance(value, dict):
        return value.get(key, _ABSENT)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else _ABSENT


def position_in(resource: Resource, path: Path) -> Position:
    """The place of the value at `path` in a resource's manifest, or of its nearest known ancestor."""
    if isinstance(resource.positions, Positions):
        return resource.positions.of_value(path)
    for length in range(len(path), -1, -1):
        if path[:length] in resource.positions:
            return resource.positions[path[:length]]
    return Position(resource.address)
