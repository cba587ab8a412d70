"""Writes what was found as documents, and judges them as `validate` will; pure functions.

It refuses to know files and YAML. What a document cannot say is left out and named with its reason.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.diagnostic import Path
from reconciler.core.kind import MISSING, Field, Part
from reconciler.core.resource import Json
from reconciler.engine.importing_discovery import Found
from reconciler.engine.importing_names import ImportNames
from reconciler.engine.live import observe
from reconciler.kinds._registry import find_kind
from reconciler.manifest.schema_errors import dotted_integers, schema_errors
from reconciler.manifest.schema_files import is_valid


@dataclass(slots=True)
class Draft:
    """A document in the making. `left_out` maps a field to why it is not stated; `refused` says why nothing can be.

    `secrets` maps a secret field to the reference that was put in its place, `bare_ids` a field to the ids in it.
    """

    found: Found
    name: str
    document: dict[str, Json]
    left_out: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    bare_ids: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The manifest's address."""
        return f"{self.found.kind}/{self.name}"


def write_document(
    found: Found, name: str, names: ImportNames, unwanted: Mapping[str, str], *, with_secrets: bool
) -> Draft:
    """The document that states what is live, valid, or the reason why there is none.

    `unwanted` maps fields to the reason why they are not stated although they could be.
    """
    kind = find_kind(found.kind)
    head = {"kind": found.kind, "name": name, **({"type": found.type} if found.type else {})}
    parts = kind.parts({**found.form, **head})
    draft = Draft(found, name, head)
    own_id = found.live_id
    for part in parts:
        if part.arrangement is not None:
            present = part.arrangement.present(own_id, names)
            if present is not MISSING:
                _state(draft, part.fields[0], present, names, unwanted)
        elif part.name in found.pieces:
            _state_part(draft, part, names, unwanted, with_secrets=with_secrets)
    _keep_what_is_valid(draft, parts)
    if not draft.refused:
        _keep_what_is_exact(draft, parts, names)
        _keep_what_is_valid(draft, parts)
    draft.left_out.update({path: why for path, why in unwanted.items() if path not in draft.left_out})
    return draft


def _state_part(
    draft: Draft, part: Part, names: ImportNames, unwanted: Mapping[str, str], *, with_secrets: bool
) -> None:
    live = draft.found.pieces[part.name].live
    for each in sorted(part.fields, key=lambda each: not each.is_key):
        if each.is_secret:
            if with_secrets and each.path not in unwanted:
                reference = f"env://{_variable(draft.found.kind, draft.name, each.path)}"
                draft.secrets[each.path] = reference
                _put(draft.document, each.path, reference)
            continue
        value = observe(each, live, names)
        if not each.is_readable:
            draft.left_out[each.path] = "the service does not show it"
        elif value is not MISSING and not _is_left_to_the_service(each, value):
            _state(draft, each, value, names, unwanted)


def _is_left_to_the_service(each: Field, value: Json) -> bool:
    """Whether a person would not write the value: nothing at all, or what the service gives anyway."""
    return value is None or value in ("", [], {}) or value in (each.default, each.service_default)


def _state(draft: Draft, each: Field, value: Json, names: ImportNames, unwanted: Mapping[str, str]) -> None:
    if each.path in unwanted:
        return
    stated = each.codec.manifest(value, names)
    if stated is MISSING:
        draft.left_out[each.path] = f"no manifest can say it: {value}"
        return
    ids = tuple(dict.fromkeys(_bare_ids(value)))
    if ids:
        draft.bare_ids[each.path] = ids
    _put(draft.document, each.path, stated)


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


def _keep_what_is_valid(draft: Draft, parts: Sequence[Part]) -> None:
    """Leave out field after field that stands in the way of a valid document; without a way the draft is refused."""
    fields = {each.path: each for part in parts for each in part.fields}
    while not draft.refused:
        problem = next(_problems(draft.document), None)
        if problem is None:
            return
        path, why = problem
        blamed = _field_at(path, fields, draft.document)
        if blamed is None or fields[blamed].is_key:
            draft.refused = why
        else:
            _leave_out(draft, blamed, why)


def _problems(document: Mapping[str, Json]) -> Iterator[tuple[Path, str]]:
    name = str(document["kind"])
    if not is_valid(name, document):
        for error in schema_errors(name, document):
            yield error.path, _sentence(error.summary, error.why)
        return
    for error in dotted_integers(document):
        yield error.path, _sentence(error.summary, error.why)
    for rule in find_kind(name).rules:
        for problem in rule(document):
            if problem.severity == "error":
                yield problem.path, _sentence(problem.summary, problem.why)


def _sentence(summary: str, why: str) -> str:
    return f"{summary}. {why}".rstrip(". ") if why else summary


def _field_at(path: Path, fields: Container[str], document: Mapping[str, Json]) -> str | None:
    """The stated field in which a path lies."""
    keys = [str(key) for key in path]
    for length in range(len(keys), 0, -1):
        dotted = ".".join(keys[:length])
        if dotted in fields and _is_stated(document, dotted):
            return dotted
    return None


def _keep_what_is_exact(draft: Draft, parts: Sequence[Part], names: ImportNames) -> None:
    """Leave out what a manifest would not say exactly as it is: the first plan must find nothing to change."""
    for part in parts:
        piece = draft.found.pieces.get(part.name)
        if piece is None or part.arrangement is not None:
            continue
        for each in part.fields:
            if each.is_secret or not _is_stated(draft.document, each.path):
                continue
            if each.codec.desired(_get(draft.document, each.path), names) == observe(each, piece.live, names):
                continue
            if each.is_key:
                draft.refused = f"{each.path} cannot be written as it is"
                return
            _leave_out(draft, each.path, "a manifest cannot say it exactly as it is")


def _leave_out(draft: Draft, path: str, why: str) -> None:
    draft.left_out[path] = why
    draft.secrets.pop(path, None)
    draft.bare_ids.pop(path, None)
    _remove(draft.document, path.split("."))


def _put(document: dict[str, Json], path: str, value: Json) -> None:
    *above, last = path.split(".")
    place: Any = document
    for key in above:
        place = place.setdefault(key, {})
    place[last] = value


def _get(document: Mapping[str, Json], path: str) -> Json:
    value: Json = document
    for key in path.split("."):
        value = value[key]
    return value


def _is_stated(document: Mapping[str, Json], path: str) -> bool:
    value: Json = document
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True


def _remove(document: dict[str, Json], keys: Sequence[str]) -> None:
    if len(keys) == 1:
        document.pop(keys[0], None)
        return
    inner = document.get(keys[0])
    if isinstance(inner, dict):
        _remove(inner, keys[1:])
        if not inner:
            del document[keys[0]]


def _variable(kind: str, name: str, path: str) -> str:
    return "_".join((kind, name, path)).upper().replace("-", "_").replace(".", "_")
