"""Documents made from schemas: every kind and type with every field, and what can be wrong with each.

It refuses to know what a field means: a new kind needs at most a sample for a new pattern.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.kinds._registry import manifest_kinds
from reconciler.manifest.schema_files import verdict_schema

Path = tuple[str | int, ...]

SAMPLE_KEYS = ("monday",)
"""Keys of mappings whose keys have a form."""

SAMPLES_OF_PATTERNS = {
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "2026-12-25",
    r"^[a-z0-9][a-z0-9-]{0,99}$": "a-name",
    r"^(env|file)://[^\s]+$": "env://SOME_SECRET",
    r"^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$": "17494d",
    r"^https://[^\s/]+(/[^\s]*)?$": "https://www.maison-lune.example/chat",
    r"^[0-9]+$": "104857600000001",
    r"^\+[1-9][0-9]{7,14}$": "+33755531200",
    r"^https?://[^/:\s]+(:[0-9]+)?$": "https://www.maison-lune.example",
    r"^[A-Za-z0-9_-]{1,128}$": "an_Entry-1",
    r"^[A-Za-z0-9-]+$": "5f0e1c2d3b4a",
    r"^[a-z0-9][a-z0-9-]{0,99}/[a-z0-9][a-z0-9-]{0,99}$": "langue/japonais",
    r"^[^@\s,;<>\[\]]+@[^@\s,;<>\[\]]+$": "aiko@maison-lune.example",
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$": "zh-cn",
    r"^[a-z0-9][a-z0-9-]*$": "maison-lune",
}

EVIL: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    10,
    11,
    1.0,
    1.5,
    10**17,
    "",
    " ",
    "no",
    "1",
    "1.0",
    "x" * 100,
    "x" * 101,
    "x" * 128,
    "x" * 129,
    "🌙" * 100,
    "🌙" * 101,
    "é",
    "日本",
    "a\u0301",
    "line\nbreak",
    "nul\x00",
    "١٢٣",
    "a-name\n",
    "a-name\r",
    "a-name\u2028",
    "A-Name",
    "${values.x}",
    "env://",
    "env://A B",
    "env://A\u00a0B",
    "env://A\u0085B",
    "env://A\x1cB",
    "env://A\ufeffB",
    "env://A\u180eB",
    "env://A\u200bB",
    "vault://A",
    "https://",
    "https:// a",
    "https://a\u3000b",
    "https://a/\u2003",
    "http://a:1",
    "http://a:١",
    "+0123456789",
    "+3375553120\n",
    [],
    {},
    [None],
    [1],
    [[]],
    [""],
    ["a-name", {"external": "x"}],
    {"external": ""},
    {"external": "x"},
    {"external": "x", "id": "1"},
    {"external": None},
    {"id": "1"},
    {"id": 1},
    {"id": "1\n"},
    {"from": "env://A", "generation": 0},
    {"from": "env://A", "generation": 1.0},
    {"from": "env://A", "generation": True},
    {"from": "env://A", "generation": "2"},
    {"from": "env://A", "generation": 1_000_001},
    {"from": "env://A", "generation": 1_000_000},
    {"from_": "env://A", "generation": 1},
    {"from": "env://A"},
    {"unknown": 1},
)
"""Values that are wrong nearly everywhere, and right in a few places."""


def branches(kind: str) -> dict[str, dict[str, Any]]:
    """The verdict definitions of a kind's manifests: type (empty for a kind without types) to definition."""
    schema = verdict_schema(kind)
    definitions = schema["$defs"]
    chosen = schema["else"]
    options = chosen.get("oneOf") or [chosen]
    found = [definitions[option["$ref"].removeprefix("#/$defs/")] for option in options]
    return {each["properties"].get("type", {}).get("const", ""): each for each in found}


def kinds_and_types() -> list[tuple[str, str]]:
    """Every kind with each of its types."""
    return [(kind, type_) for kind in manifest_kinds() for type_ in branches(kind)]


def whole_document(kind: str, type_: str) -> dict[str, Any]:
    """A valid document that states every field."""
    document: dict[str, Any] = _sample(branches(kind)[type_], verdict_schema(kind)["$defs"])
    return document


def least_document(kind: str, type_: str) -> dict[str, Any]:
    """A valid document that states what it must."""
    whole = whole_document(kind, type_)
    return {name: whole[name] for name in branches(kind)[type_]["required"]}


def tombstone(kind: str) -> dict[str, Any]:
    """A valid tombstone."""
    return {"kind": kind, "name": "a-name", "removed": "keep"}


def _sample(schema: Mapping[str, Any] | bool, definitions: Mapping[str, Any]) -> Any:
    return next(iter(_samples(schema, definitions)))


def _samples(schema: Mapping[str, Any] | bool, definitions: Mapping[str, Any]) -> Iterator[Any]:
    if schema is False:
        return
    assert isinstance(schema, Mapping)
    if "$ref" in schema:
        yield from _samples(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _samples(each, definitions)
    elif "const" in schema:
        yield schema["const"]
    elif "enum" in schema:
        yield from schema["enum"]
    else:
        yield from _typed_samples(schema, definitions)


def _typed_samples(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[Any]:
    match schema["type"]:
        case "object":
            if isinstance(schema.get("additionalProperties"), dict):
                yield {"ein-label": _sample(schema["additionalProperties"], definitions)}
                return
            for pattern, each in schema.get("patternProperties", {}).items():
                key = next(key for key in SAMPLE_KEYS if re.search(pattern, key))
                yield {key: _sample(each, definitions)}
                return
            yield {name: _sample(each, definitions) for name, each in schema["properties"].items()}
        case "array":
            yield list(_samples(schema["items"], definitions))[: schema.get("maxItems")]
        case "string":
            yield SAMPLES_OF_PATTERNS[schema["pattern"]] if "pattern" in schema else "ein Text"
        case "integer":
            yield schema.get("minimum", 1)
        case "boolean":
            yield True
        case "null":
            yield None


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a document, the document itself first."""
    yield path
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))


def value_at(document: Any, path: Path) -> Any:
    """What stands at a place."""
    for key in path:
        document = document[key]
    return document


def with_value(document: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a place."""
    if not path:
        return copy.deepcopy(value)
    changed = copy.deepcopy(document)
    value_at(changed, path[:-1])[path[-1]] = copy.deepcopy(value)
    return changed


def without(document: Any, path: Path) -> Any:
    """A copy that lacks a place."""
    changed = copy.deepcopy(document)
    del value_at(changed, path[:-1])[path[-1]]
    return changed


def damaged(kind: str, type_: str) -> Iterator[tuple[str, Any]]:
    """Documents with one thing changed, and what was changed: each field in turn beside what must be there."""
    whole, least = whole_document(kind, type_), least_document(kind, type_)
    for name in whole:
        document = {**least, name: whole[name]}
        yield f"{name}: as it should be", document
        for path in paths(whole[name], (name,)):
            yield f"{path}: missing", without(document, path)
            old = value_at(document, path)
            texts = (f"{old}\n", f" {old}", f"{old}\u00a0", f"{old}é", old.upper()) if isinstance(old, str) else ()
            for value in (*EVIL, *texts):
                yield f"{path}: {value!r}", with_value(document, path, value)
            if isinstance(old, dict):
                yield f"{path}: an unknown key", with_value(document, (*path, "unknown"), "x")
            if isinstance(old, list):
                yield f"{path}: very long", with_value(document, path, old * 201)
    yield "an unknown key", {**least, "unknown": 1}
    yield "no key at all", {}
    for key, value in tombstone(kind).items():
        yield f"tombstone: {key} missing", without(tombstone(kind), (key,))
        for other in (*EVIL, f"{value}\n"):
            yield f"tombstone: {key}: {other!r}", {**tombstone(kind), key: other}
    yield "tombstone with more", {**tombstone(kind), "labels": {}}
