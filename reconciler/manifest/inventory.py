"""What stands in the files of an environment, before values are put in: which document of which file is which address.

It refuses to judge what the documents say; only files that cannot be read as YAML, and an address written twice, are
errors here. What edits files works on this, since an environment that waits for a value to be filled in is not valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.core.diagnostic import Diagnostic, Position
from reconciler.core.errors import InvalidManifests
from reconciler.core.resource import Json
from reconciler.kinds._registry import find_kind
from reconciler.manifest.files import SourceFile, display_name, manifest_paths, read_file
from reconciler.manifest.values import resolve_values
from reconciler.manifest.yaml_reader import locate, parse

SETTINGS = "environment.yaml"


@dataclass(frozen=True, slots=True)
class Written:
    """One document as it stands in a file, its values not put in; `path` counts from the environment's folder."""

    address: str
    path: str
    index: int
    document: Mapping[str, Json]


@dataclass(slots=True)
class Inventory:
    """The files of an environment by their path from its folder, and the documents in them by address."""

    name: str
    directory: Path
    files: dict[str, SourceFile] = field(default_factory=dict)
    documents: dict[str, Written] = field(default_factory=dict)
    settings: Mapping[str, Json] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, Json]:
        """The values of `environment.yaml`."""
        values = self.settings.get("values")
        return values if isinstance(values, Mapping) else {}

    @property
    def only(self) -> dict[str, str]:
        """The reasons of `only:`, by address."""
        entries = self.settings.get("only")
        return {
            str(each.get("address")): str(each.get("reason"))
            for each in (entries if isinstance(entries, list) else ())
            if isinstance(each, Mapping)
        }

    def count_in(self, path: str) -> int:
        """How many documents a file holds."""
        return len(parse(self.files[path].data, self.files[path].name).documents)

    def resolved(self, address: str) -> Json:
        """A document with its values put in; what cannot be resolved stays as it is written."""
        return resolve_values(dict(self.documents[address].document), self.values).value


def expanded(kind: str, document: Mapping[str, Json]) -> Mapping[str, Json]:
    """A document with its short forms written out and its keyed lists as mappings; as it is where it is not valid."""
    try:
        expand = find_kind(kind).expand
        return expand(document) if expand is not None and "removed" not in document else document
    except (AttributeError, KeyError, TypeError, ValueError):
        return document


def read_inventory(root: Path, name: str) -> Inventory:
    """The files of an environment as they are now; raises InvalidManifests with all that cannot be read."""
    directory = root / "environments" / name
    inventory = Inventory(name, directory)
    found: list[Diagnostic] = []
    settings = _documents(directory / SETTINGS, root, inventory, found)
    if settings and isinstance(settings[0], Mapping):
        inventory.settings = settings[0]
    for path in manifest_paths(directory):
        for index, document in enumerate(_documents(path, root, inventory, found)):
            if isinstance(document, Mapping):
                _add(inventory, path.relative_to(directory).as_posix(), index, document, found)
    if found:
        raise InvalidManifests(f'the files of "{name}" cannot be read', found)
    return inventory


def _documents(path: Path, root: Path, inventory: Inventory, found: list[Diagnostic]) -> tuple[Json, ...]:
    file = read_file(path, root)
    if isinstance(file, Diagnostic):
        found.append(file)
        return ()
    parsed = parse(file.data, display_name(path, root))
    found.extend(parsed.diagnostics)
    inventory.files[path.relative_to(inventory.directory).as_posix()] = file
    return parsed.documents


def _add(inventory: Inventory, path: str, index: int, document: Mapping[str, Json], found: list[Diagnostic]) -> None:
    address = f"{document.get('kind')}/{document.get('name')}"
    first = inventory.documents.setdefault(address, Written(address, path, index, document))
    if (first.path, first.index) != (path, index):
        found.append(
            Diagnostic(
                "manifest/duplicate-address",
                f"{address} is defined twice",
                _position(inventory, path, index),
                why="A kind and a name together are the one address of a resource.",
                fix="Rename one of them, or remove it.",
                address=address,
                related=((_position(inventory, first.path, first.index), "it is defined here first"),),
            )
        )


def _position(inventory: Inventory, path: str, index: int) -> Position:
    file = inventory.files[path]
    return locate(file.data, file.name).position(index, ("name",))
