"""Puts a value at its place in a manifest file, or in `environment.yaml` where the manifest takes it from there.

It refuses to know where the value comes from. What others share is never changed behind their back.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.codec import MISSING, Names
from reconciler.core.errors import UsageError
from reconciler.core.part import Field
from reconciler.core.resource import Json, path_keys
from reconciler.core.standing import FieldDifference
from reconciler.kinds._registry import find_kind
from reconciler.manifest.file_edits import FileEdits
from reconciler.manifest.inventory import SETTINGS, expanded
from reconciler.manifest.schema_errors import schema_errors
from reconciler.manifest.schema_files import is_valid
from reconciler.manifest.values import escaped, resolve_values, value_names

_BARE = re.compile(r"\$\{values\.([a-z0-9_]+)\}")

_NOTHING_KEPT: Mapping[int, int] = {}


class Unplaceable(Exception):
    """A value that cannot be put there; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a value was put, and what stood there."""

    file: str
    difference: FieldDifference


def place_canonical(files: FileEdits, address: str, each: Field, value: Json, names: Names) -> Placed:
    """State a field's canonical value in the manifest's own form; see `place_value` for what is refused.

    Items of a list that the manifest states already stay as they are written, and in their order where order means
    nothing. Null where a manifest cannot say so means that the field is not stated any more.
    """
    stated = None if value is None else each.codec.manifest(value, names)
    if stated is MISSING:
        raise Unplaceable("a manifest cannot state it")
    present = stated_value_at(files, address, each.path)
    if isinstance(stated, list) and isinstance(present, list):
        ordered, kept = _kept_items(each, present, stated, value, names)
        return place_value(files, address, each.path, ordered, kept)
    try:
        return place_value(files, address, each.path, stated)
    except Unplaceable:
        if stated is not None:
            raise
        return place_value(files, address, each.path, MISSING)


def _kept_items(
    each: Field, present: list[Json], stated: list[Json], value: Json, names: Names
) -> tuple[list[Json], dict[int, int]]:
    """The items in the order to write them, and which of them are written already: new place to present place."""
    forms = [each.codec.desired([item], names) for item in present]
    wanted = [each.codec.desired([item], names) for item in stated]
    staying = [item for item, form in zip(present, forms, strict=True) if form in wanted]
    arriving = [item for item, form in zip(stated, wanted, strict=True) if form not in forms]
    in_present_order = [*staying, *arriving]
    ordered = in_present_order if each.codec.desired(in_present_order, names) == value else stated
    kept: dict[int, int] = {}
    for index, item in enumerate(ordered):
        form = each.codec.desired([item], names)
        free = next((at for at, other in enumerate(forms) if other == form and at not in kept.values()), None)
        if free is not None:
            kept[index] = free
    return ordered, kept


def place_value(
    files: FileEdits, address: str, path: str, value: Json, kept: Mapping[int, int] = _NOTHING_KEPT
) -> Placed:
    """State `value` at a field's path of an address's manifest; MISSING: state the field no longer.

    Of a list, `kept` maps the items that stay as they are written to the places where they are written now.
    Raises Unplaceable, and then nothing is edited: where the manifest takes the field from a value that others use too,
    or builds it from one, where a keyed list has no such item, and where the manifest would not be valid.
    """
    document: Any = copy.deepcopy(dict(files.document(address)))
    keys = _places(address, document, path)
    written = document
    for key in keys[:-1]:
        if isinstance(_at(written, key), str):
            raise Unplaceable(f"the manifest takes it from {_at(written, key)}: edit environment.yaml yourself")
        if _at(written, key) is MISSING:
            written[key] = {}
        written = written[key]
    present = _at(written, keys[-1])
    if isinstance(present, str) and any(value_names(present)):
        return _place_in_settings(files, address, present, value)
    if value is MISSING:
        written.pop(keys[-1], None)
    else:
        new = escaped(value)
        written[keys[-1]] = [present[kept[i]] if i in kept else each for i, each in enumerate(new)] if kept else new
    _require_valid(address, resolve_values(document, files.values()).value)
    try:
        files.bring(address, document)
    except UsageError as error:
        raise Unplaceable(f"{error.summary}. {error.fix}") from None
    is_new, is_stated = present is MISSING, value is not MISSING
    difference = FieldDifference(path, None if is_new else present, value if is_stated else None, not is_new, is_stated)
    return Placed(files.display(files.path_of(address)), difference)


def stated_value_at(files: FileEdits, address: str, path: str) -> Json:
    """What a manifest states at a field's path, its values put in; MISSING where it states nothing."""
    resolved = resolve_values(dict(files.document(address)), files.values()).value
    value: Json = expanded(address.partition("/")[0], resolved)
    for key in path_keys(path):
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return value


def _places(address: str, document: Mapping[str, Json], path: str) -> list[str | int]:
    """The keys of a field's path in a document as it is written, where keyed lists are lists."""
    found: list[str | int] = []
    written: Any = document
    full: Any = expanded(address.partition("/")[0], document)
    for key in path_keys(path):
        if isinstance(written, list):
            keys = list(full) if isinstance(full, Mapping) else []
            if key not in keys:
                raise Unplaceable(f'the manifest has no item "{key}" there')
            found.append(keys.index(key))
            written = written[keys.index(key)]
        else:
            found.append(key)
            written = written.get(key) if isinstance(written, Mapping) else None
        full = full.get(key) if isinstance(full, Mapping) else None
    return found


def _at(written: Any, key: str | int) -> Json:
    if isinstance(written, list) and isinstance(key, int):
        return written[key]
    return written.get(key, MISSING) if isinstance(written, Mapping) else MISSING


def _place_in_settings(files: FileEdits, address: str, written: str, value: Json) -> Placed:
    bare = _BARE.fullmatch(written)
    if bare is None or value is MISSING:
        raise Unplaceable(f"the manifest builds it from {written}: edit environment.yaml or the manifest yourself")
    name = bare[1]
    documents = files.inventory.documents
    users = [each for each in documents for used in value_names(documents[each].document) if used == name]
    if len(users) > 1:
        others = ", ".join(dict.fromkeys(each for each in users if each != address)) or "another field"
        raise Unplaceable(f"the manifest takes it from values.{name}, which {others} uses too")
    before = files.values().get(name)
    _require_valid(address, resolve_values(dict(files.document(address)), {**files.values(), name: value}).value)
    files.set_values({name: value})
    return Placed(files.display(SETTINGS), FieldDifference(f"values.{name}", before, value))


def _require_valid(address: str, resolved: Mapping[str, Json]) -> None:
    problem = why_invalid(address.partition("/")[0], resolved)
    if problem:
        raise Unplaceable(f"a manifest cannot state it: {problem}")


def why_invalid(kind: str, resolved: Mapping[str, Json]) -> str:
    """What is wrong with a document whose values are put in, or an empty string."""
    if not is_valid(kind, resolved):
        return next((each.summary for each in schema_errors(kind, resolved)), "it does not fit the schema")
    for rule in find_kind(kind).rules:
        for broken in rule(resolved):
            if broken.severity == "error":
                return broken.summary
    return ""
