"""Adds and removes items of a manifest's keyed lists, each of which is a live object of its own.

It refuses to know why. A list is written in any of its short forms; its keys are those of the form written out.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from reconciler.core.errors import UsageError
from reconciler.core.resource import Json
from reconciler.core.standing import FieldDifference
from reconciler.engine.placing import Placed, Unplaceable, why_invalid
from reconciler.manifest.file_edits import FileEdits
from reconciler.manifest.inventory import expanded
from reconciler.manifest.values import resolve_values


def item_keys(address: str, document: Mapping[str, Json], path: str) -> list[str]:
    """The keys of a keyed list in the order in which its items are written."""
    items = expanded(address.partition("/")[0], document).get(path)
    return list(items) if isinstance(items, Mapping) else []


def remove_item(files: FileEdits, address: str, path: str, key: str) -> Placed | None:
    """Take an item out of the list; None where it is not in it. Raises Unplaceable."""
    document: Any = copy.deepcopy(dict(files.document(address)))
    keys = item_keys(address, document, path)
    if key not in keys:
        return None
    del document[path][keys.index(key)]
    return _bring(files, address, path, document)


def restore_item(files: FileEdits, address: str, path: str, key: str, earlier: Mapping[str, Json]) -> Placed | None:
    """Put an item back as an earlier document has it, in its place; None where it is in the list. Raises Unplaceable."""
    document: Any = copy.deepcopy(dict(files.document(address)))
    if key in item_keys(address, document, path):
        return None
    keys = item_keys(address, earlier, path)
    if key not in keys:
        raise Unplaceable(f"no earlier manifest is remembered that has it in {path}")
    items = document.setdefault(path, [])
    if not isinstance(items, list):
        raise Unplaceable(f"the manifest takes {path} from a value of environment.yaml: edit that yourself")
    items.insert(min(keys.index(key), len(items)), earlier[path][keys.index(key)])
    return _bring(files, address, path, document)


def _bring(files: FileEdits, address: str, path: str, document: Mapping[str, Json]) -> Placed:
    before = files.document(address)
    problem = why_invalid(address.partition("/")[0], resolve_values(dict(document), files.values()).value)
    if problem:
        raise Unplaceable(f"a manifest cannot state it: {problem}")
    try:
        files.bring(address, document)
    except UsageError as error:
        raise Unplaceable(f"{error.summary}. {error.fix}") from None
    difference = FieldDifference(path, before.get(path), document[path], path in before)
    return Placed(files.display(files.path_of(address)), difference)
