"""Writes what was found as documents, and judges them as `validate` will; pure functions.

It refuses to know files and YAML. What a document cannot say is left out and named with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.codec import MISSING
from reconciler.core.diagnostic import Path
from reconciler.core.part import Field
from reconciler.core.resource import Json
from reconciler.engine.importing_discovery import Brood, Found
from reconciler.engine.importing_names import ImportNames
from reconciler.engine.live import Live, observe
from reconciler.engine.requests import raw_value
from reconciler.kinds._codecs import Record
from reconciler.kinds._registry import find_kind
from reconciler.manifest.schema_errors import dotted_integers, schema_errors
from reconciler.manifest.schema_files import is_valid

Keys = tuple[str | int, ...]
"""A place in a document: keys of mappings and indexes of lists."""


@dataclass(slots=True)
class Draft:
    """A document in the making. `left_out` maps a field to why it is not stated; `refused` says why nothing can be.

    `live` maps the parts of it to live ids. `secrets` maps a secret field to the reference that was put in its place,
    `bare_ids` a field to the ids in it. The path of an item's field has the item's place in brackets: `values[0].title`.
    """

    found: Found
    name: str
    document: dict[str, Json]
    live: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    bare_ids: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The manifest's address."""
        return f"{self.found.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class _Stated:
    """A field of the document or of an item of one of its lists, and the live object that it is read from."""

    field: Field
    keys: Keys
    live: Live

    @property
    def path(self) -> str:
        """As people read it; unlike the paths of parts it has an item's place, not its key."""
        return shown_path(self.keys)


def write_document(
    found: Found,
    name: str,
    items: Mapping[str, str],
    names: ImportNames,
    unwanted: Mapping[str, str],
    *,
    with_secrets: bool,
) -> Draft:
    """The document that states what is live, valid, or the reason why there is none.

    `items` are the names of list items by live id. `unwanted` maps fields to the reason why they are not stated although
    they could be.
    """
    kind = find_kind(found.kind)
    head = {"kind": found.kind, "name": name, **({"type": found.type} if found.type else {})}
    parts = kind.parts({**found.form, **head})
    draft = Draft(found, name, head, {part: piece.live_id for part, piece in found.pieces.items()})
    stated: list[_Stated] = []
    for part in parts:
        if part.arrangement is not None:
            if not found.pieces.keys() >= set(part.follows):
                continue
            present = part.arrangement.present(found.live_id, names)
            if present is not MISSING:
                _state(draft, _Stated(part.fields[0], _keys(part.fields[0].path), {}), present, names, unwanted)
        elif part.lives_as in found.pieces:
            live = found.pieces[part.lives_as].live
            fields = [_Stated(each, _keys(each.path), live) for each in _keys_first(part.fields)]
            _state_all(draft, fields, names, unwanted, with_secrets=with_secrets)
            stated += fields
    for brood in found.broods:
        stated += _state_items(draft, brood, items, names, unwanted)
    if found.gathered is not None:
        draft.document.update(found.gathered.document)
    fields_by_keys = {each.keys: each.field for each in stated}
    fields_by_keys |= {_keys(part.fields[0].path): part.fields[0] for part in parts if part.arrangement is not None}
    _keep_what_is_valid(draft, fields_by_keys)
    if not draft.refused:
        _keep_what_is_exact(draft, stated, names)
        _name_what_items_hold_besides(draft, stated)
        _keep_what_is_valid(draft, fields_by_keys)
    _find_items(draft)
    if not draft.refused and kind.shorten is not None:
        draft.document = kind.shorten(draft.document)
    draft.left_out.update({path: why for path, why in unwanted.items() if path not in draft.left_out})
    return draft


def _state_all(
    draft: Draft, fields: Sequence[_Stated], names: ImportNames, unwanted: Mapping[str, str], *, with_secrets: bool
) -> None:
    for each in fields:
        if each.field.is_additive:
            # What stands there besides the stated items is nobody's business.
            continue
        if each.field.is_secret:
            if with_secrets and each.path not in unwanted:
                reference = f"env://{_variable(draft.found.kind, draft.name, each.path)}"
                draft.secrets[each.path] = reference
                _put(draft.document, each.keys, reference)
            continue
        value = observe(each.field, each.live, names)
        if not each.field.is_readable:
            draft.left_out[each.path] = "the service does not show it"
        elif value is not MISSING and not is_left_to_the_service(each.field, value):
            _state(draft, each, value, names, unwanted)


def _state_items(
    draft: Draft, brood: Brood, items: Mapping[str, str], names: ImportNames, unwanted: Mapping[str, str]
) -> list[_Stated]:
    """State the items of a list, one for each live object."""
    children = brood.children
    stated: list[_Stated] = []
    if not brood.objects:
        return stated
    _put(draft.document, _keys(children.path), [])
    for index, live in enumerate(brood.objects):
        live_id = str(live["id"])
        item: dict[str, Json] = {"name": items[live_id]} if live_id in items else {}
        _get(draft.document, _keys(children.path)).append(item)
        place = (*_keys(children.path), index)
        fields = [_Stated(each, (*place, *_keys(each.path)), live) for each in _keys_first(children.fields)]
        _state_all(draft, fields, names, unwanted, with_secrets=False)
        stated += fields
    return stated


def _find_items(draft: Draft) -> None:
    """Which live object each item is, by the part that the resource will have for it."""
    expand = find_kind(draft.found.kind).expand
    if draft.refused or expand is None:
        return
    expanded = expand(draft.document)
    for brood in draft.found.broods:
        stated = expanded.get(brood.children.path, {})
        if len(stated) != len(brood.objects) and stated:
            draft.refused = f"two items of {brood.children.path} cannot be told apart"
            return
        for key, live in zip(stated, brood.objects, strict=False):
            draft.live[brood.children.part(key).name] = str(live["id"])


def _keys_first(fields: Sequence[Field]) -> list[Field]:
    return sorted(fields, key=lambda each: not each.is_key)


def is_left_to_the_service(each: Field, value: Json) -> bool:
    """Whether a person would not write the value: nothing at all, or what the service gives anyway."""
    if value == [] and each.is_slice:
        return False
    return value is None or value in ("", [], {}) or value in (each.default, each.service_default)


def _state(draft: Draft, each: _Stated, value: Json, names: ImportNames, unwanted: Mapping[str, str]) -> None:
    if each.path in unwanted:
        return
    stated = each.field.codec.manifest(value, names)
    if stated is MISSING:
        draft.left_out[each.path] = f"no manifest can say it: {value}"
        return
    ids = tuple(dict.fromkeys(_bare_ids(value)))
    if ids:
        draft.bare_ids[each.path] = ids
    _put(draft.document, each.keys, stated)


def _bare_ids(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.keys() == {"id"} and isinstance(value["id"], str):
            yield value["id"]
            return
        for inner in value.values():
            yield from _bare_ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _bare_ids(inner)


def _keep_what_is_valid(draft: Draft, fields: Mapping[Keys, Field]) -> None:
    """Leave out field after field that stands in the way of a valid document; without a way the draft is refused."""
    while not draft.refused:
        problem = next(_problems(draft.document), None)
        if problem is None:
            return
        path, why = problem
        blamed = _field_at(path, fields, draft.document)
        if blamed is None or fields[blamed].is_key:
            draft.refused = next(
                (f"{each}: {said}" for each, said in draft.left_out.items() if f'"{each.partition(".")[0]}"' in why),
                why,
            )
        else:
            _leave_out(draft, blamed, why)


def _problems(document: Mapping[str, Json]) -> Iterator[tuple[Path, str]]:
    name = str(document["kind"])
    if not is_valid(name, document):
        for error in schema_errors(name, document):
            is_missing = error.rule == "manifest/missing-field"
            yield error.path, _sentence(error.summary, "the account has no value for it" if is_missing else error.why)
        return
    for error in dotted_integers(document):
        yield error.path, _sentence(error.summary, error.why)
    for rule in find_kind(name).rules:
        for problem in rule(document):
            if problem.severity == "error":
                yield problem.path, _sentence(problem.summary, problem.why)


def _sentence(summary: str, why: str) -> str:
    return f"{summary}: {why}".rstrip(". ") if why else summary


def _field_at(path: Path, fields: Container[Keys], document: Json) -> Keys | None:
    """The stated field in which a path lies."""
    for length in range(len(path), 0, -1):
        if path[:length] in fields and _is_stated(document, path[:length]):
            return path[:length]
    return None


def _keep_what_is_exact(draft: Draft, stated: Sequence[_Stated], names: ImportNames) -> None:
    """Leave out what a manifest would not say exactly as it is: the first plan must find nothing to change."""
    for each in stated:
        if each.field.is_secret or not _is_stated(draft.document, each.keys):
            continue
        wanted = each.field.codec.desired(_get(draft.document, each.keys), names)
        if wanted == observe(each.field, each.live, names):
            continue
        if each.field.is_key:
            draft.refused = f"{each.path} cannot be written as it is"
            return
        _leave_out(draft, each.keys, "a manifest cannot say it exactly as it is")


def _name_what_items_hold_besides(draft: Draft, stated: Sequence[_Stated]) -> None:
    """Name the members of mappings in a list that manifests have no word for; the rest of their item is stated."""
    for each in stated:
        if not isinstance(each.field.codec, Record) or not _is_stated(draft.document, each.keys):
            continue
        items = raw_value(each.field, each.live)
        for name in sorted({key for item in items for key in item} - set(each.field.codec.keys.values())):
            draft.left_out[f"{each.path}[].{name}"] = "manifests have no word for it"


def _leave_out(draft: Draft, keys: Keys, why: str) -> None:
    path = shown_path(keys)
    draft.left_out[path] = why
    draft.secrets.pop(path, None)
    draft.bare_ids.pop(path, None)
    _remove(draft.document, keys)


def shown_path(keys: Keys) -> str:
    """A path for people: `values[0].title`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def _keys(path: str) -> Keys:
    return tuple(path.split("."))


def _put(document: Json, keys: Keys, value: Json) -> None:
    place = document
    for key in keys[:-1]:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
    place[keys[-1]] = value


def _get(document: Json, keys: Keys) -> Json:
    for key in keys:
        document = document[key]
    return document


def _is_stated(document: Json, keys: Keys) -> bool:
    place = document
    for key in keys:
        is_there = key in place if isinstance(place, Mapping) else isinstance(place, list) and key in range(len(place))
        if not is_there:
            return False
        place = place[key]
    return True


def _remove(document: Json, keys: Keys) -> None:
    """Remove a value, and the mappings that are empty without it; items of lists stay."""
    if len(keys) == 1:
        document.pop(keys[0], None)
        return
    inner = document[keys[0]]
    _remove(inner, keys[1:])
    if inner == {} and isinstance(document, dict):
        del document[keys[0]]


def _variable(kind: str, name: str, path: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", f"{kind}_{name}_{path}".upper())
