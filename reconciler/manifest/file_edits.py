"""Edits the files of one environment in memory, address by address; it refuses to write them.

Every file that is not touched has the bytes that were read, and every touched one parses to exactly what was intended.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.edits import FileChange
from reconciler.core.errors import UsageError
from reconciler.core.resource import Json
from reconciler.manifest.inventory import SETTINGS, Inventory
from reconciler.manifest.yaml_editing import document_text, with_document, with_values, without_document
from reconciler.manifest.yaml_reader import parse

SCHEMA_LINE = "# yaml-language-server: $schema="


class FileEdits:
    """The files of an inventory with edits made; paths count from the environment's folder."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._files: dict[str, bytes | None] = {path: file.data for path, file in inventory.files.items()}

    def holds(self, path: str) -> bool:
        """Whether there is such a file now."""
        return self._files.get(path) is not None

    def data(self, path: str) -> bytes:
        """The file's bytes with the edits made so far; KeyError where there is no such file."""
        data = self._files[path]
        if data is None:
            raise KeyError(path)
        return data

    def bring(self, address: str, value: Mapping[str, Json]) -> None:
        """Bring the document of an address to another value, in its place; see `with_values` for what is refused."""
        path, index = self._place(address)
        self._files[path] = with_values(self.data(path), self.display(path), {index: value})

    def overwrite(self, address: str, text: str) -> None:
        """Put the text of a whole document in the place of an address's document."""
        path, index = self._place(address)
        left = without_document(self.data(path), self.display(path), index)
        self._files[path] = text.encode() if left is None else with_document(left, self.display(path), text)

    def add(self, path: str, text: str) -> None:
        """Add a document to a file, which need not be there yet."""
        data = self._files.get(path)
        self._files[path] = text.encode() if data is None else with_document(data, self.display(path), text)

    def remove(self, address: str) -> None:
        """Remove the document of an address, and its file when nothing else is in it."""
        path, index = self._place(address)
        self._files[path] = without_document(self.data(path), self.display(path), index)

    def move(self, path: str, new_path: str) -> None:
        """Give a file another name; there must be none of that name."""
        self._files[new_path], self._files[path] = self.data(path), None

    def values(self) -> Mapping[str, Json]:
        """The values of `environment.yaml` with the edits made so far."""
        settings = parse(self.data(SETTINGS), SETTINGS).documents[0]
        return settings.get("values") or {}

    def set_values(self, values: Mapping[str, Json]) -> None:
        """Set values in `environment.yaml`; the others stay."""
        data = self.data(SETTINGS)
        settings = parse(data, self.display(SETTINGS)).documents[0]
        present = settings.get("values") or {}
        wanted = {**settings, "values": {**present, **values}}
        self._files[SETTINGS] = with_values(data, self.display(SETTINGS), {0: wanted})

    def document(self, address: str) -> Mapping[str, Json]:
        """The document of an address with the edits made so far."""
        path, index = self._place(address)
        value: Mapping[str, Json] = parse(self.data(path), path).documents[index]
        return value

    def changes(self) -> tuple[FileChange, ...]:
        """What differs from the files that were read, sorted by file."""
        before = {path: file.data for path, file in self.inventory.files.items()}
        return tuple(
            FileChange(self.display(path), before.get(path), data)
            for path, data in sorted(self._files.items())
            if data != before.get(path)
        )

    def display(self, path: str) -> str:
        """A file's path from the project's root."""
        return f"environments/{self.inventory.name}/{path}"

    def path_of(self, address: str) -> str:
        """The file in which an address stands now."""
        return self._place(address)[0]

    def count_in(self, path: str) -> int:
        """How many documents a file holds now."""
        return len(parse(self.data(path), path).documents)

    def _place(self, address: str) -> tuple[str, int]:
        known = self.inventory.documents.get(address)
        paths = [known.path] if known else []
        for path in [*paths, *self._files]:
            data = self._files.get(path)
            for index, document in enumerate(parse(data, path).documents if data and path != SETTINGS else ()):
                if isinstance(document, Mapping) and f"{document.get('kind')}/{document.get('name')}" == address:
                    return path, index
        raise UsageError(f"{address} has no manifest in {self.inventory.name}")


def text_of(inventory: Inventory, address: str) -> str:
    """An address's document as it is written, with its comments and the line that tells editors the schema."""
    written = inventory.documents[address]
    file = inventory.files[written.path]
    text = document_text(file.data, file.name, written.index)
    first = file.data.decode("utf-8-sig").partition("\n")[0]
    is_schema = first.startswith(SCHEMA_LINE)
    return f"{first}\n{text}" if is_schema and not text.startswith(SCHEMA_LINE) else text
