"""The published schemas: current, valid, readable for every editor, and open for values where values may stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from reconciler.kinds._registry import find_kind, kind_names, manifest_kinds
from reconciler.manifest.schema_files import is_valid, read_schema, schema_directory, verdict_schema
from reconciler.manifest.schema_writer import schema_files
from reconciler.manifest.yaml_reader import parse
from tests.unit.manifest.schema_samples import (
    damaged,
    kinds_and_types,
    least_document,
    paths,
    tombstone,
    value_at,
    whole_document,
    with_value,
)

NAMES = sorted(schema_files())
SAME_IN_BOTH_DRAFTS = {
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "description",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "if",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "properties",
    "propertyNames",
    "required",
    "then",
    "title",
    "type",
    "uniqueItems",
}
ANNOTATIONS = {"description", "title", "default"}
BESIDE_A_REFERENCE = {"$ref", "$schema", "$id", "$defs", *ANNOTATIONS}
SCHEMAS_BY_NAME = ("properties", "patternProperties", "$defs")
VALUE = "${values.x}"


def _schema(name: str) -> Any:
    return json.loads((schema_directory() / name).read_bytes())


def test_the_schema_files_are_the_generated_ones() -> None:
    present = {path.name: path.read_bytes() for path in schema_directory().glob("*.json")}
    assert schema_files() == present


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_under_its_meta_schema(name: str) -> None:
    schema = _schema(name)
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema_rs.meta.validate(schema)


def _keywords(schema: Any, where: str = "#") -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every keyword with its place and the schema that it stands in."""
    if not isinstance(schema, Mapping):
        return
    for keyword, value in schema.items():
        yield keyword, f"{where}/{keyword}", schema
        if keyword in SCHEMAS_BY_NAME:
            for key, inner in value.items():
                yield from _keywords(inner, f"{where}/{keyword}/{key}")
        elif keyword in ("enum", "const", "default", "required", "type"):
            continue
        elif isinstance(value, Mapping):
            yield from _keywords(value, f"{where}/{keyword}")
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from _keywords(inner, f"{where}/{keyword}/{index}")


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_has_only_keywords_that_mean_the_same_in_draft_07(name: str) -> None:
    unknown = [
        where
        for keyword, where, schema in _keywords(_schema(name))
        if (keyword not in SAME_IN_BOTH_DRAFTS and not (keyword == "$defs" and where == "#/$defs"))
        or (keyword == "items" and not isinstance(schema["items"], dict))
    ]
    assert [] == unknown


@pytest.mark.parametrize("name", NAMES)
def test_nothing_binding_stands_beside_a_reference_since_draft_07_ignores_it(name: str) -> None:
    ignored = [
        where
        for keyword, where, schema in _keywords(_schema(name))
        if "$ref" in schema and keyword not in BESIDE_A_REFERENCE
    ]
    assert [] == ignored


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_stays_inside_its_file(name: str) -> None:
    schema = _schema(name)
    wanted = {each["$ref"] for keyword, _, each in _keywords(schema) if keyword == "$ref"}
    known = {f"#/$defs/{each}" for each in schema.get("$defs", {})}
    assert wanted <= known


def _sparse(kind: str, type_: str) -> list[Any]:
    """Every seventh damaged document: enough for slow judges."""
    documents = [document for _, document in damaged(kind, type_)]
    return [whole_document(kind, type_), least_document(kind, type_), tombstone(kind), *documents[::7]]


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_draft_07_editors_give_the_same_verdict(kind: str, type_: str) -> None:
    published = dict(read_schema(kind))
    old = jsonschema_rs.Draft7Validator({**published, "$schema": "http://json-schema.org/draft-07/schema#"})
    new = jsonschema_rs.Draft202012Validator(published)
    assert [] == [each for each in _sparse(kind, type_) if old.is_valid(each) != new.is_valid(each)]


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_the_combined_schema_gives_the_verdict_of_the_kind(kind: str, type_: str) -> None:
    combined = jsonschema_rs.validator_for(dict(read_schema("manifest")))
    alone = jsonschema_rs.validator_for(dict(read_schema(kind)))
    documents = [each for each in _sparse(kind, type_) if isinstance(each, dict) and each.get("kind") == kind]
    assert [] == [each for each in documents if combined.is_valid(each) != alone.is_valid(each)]
    assert [] == [each for each in documents if is_valid("manifest", each) != is_valid(kind, each)]
    assert combined.is_valid(whole_document(kind, type_))


@pytest.mark.parametrize("document", [{}, {"name": "a-name"}, {"kind": "chanel", "name": "a-name"}, {"kind": 1}, [], 1])
def test_the_combined_schema_refuses_what_is_of_no_kind(document: Any) -> None:
    assert not jsonschema_rs.validator_for(dict(read_schema("manifest"))).is_valid(document)


TAKES_NO_VALUES = {"kind", "name", "type", "lifecycle"}
DECIDES_WHAT_IT_IS = TAKES_NO_VALUES | {"moved_from", "labels"}


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_a_value_may_stand_wherever_something_is_stated_but_not_where_it_decides_what_the_manifest_is(
    kind: str, type_: str
) -> None:
    published = jsonschema_rs.validator_for(dict(read_schema(kind)))
    whole = whole_document(kind, type_)
    places = [path for path in paths(whole) if path and not isinstance(value_at(whole, path), dict)]
    admitting = {path for path in places if published.is_valid(with_value(whole, path, VALUE))}
    assert {path for path in places if path[0] not in DECIDES_WHAT_IT_IS} <= admitting
    assert set() == {path for path in admitting if path[0] in TAKES_NO_VALUES}


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_the_lifecycle_takes_no_value_as_a_whole(kind: str, type_: str) -> None:
    published = jsonschema_rs.validator_for(dict(read_schema(kind)))
    assert not published.is_valid({**least_document(kind, type_), "lifecycle": VALUE})


def _is_free_text(path: tuple[str | int, ...], kind: str, whole: Any) -> bool:
    return isinstance(value_at(whole, path), str) and is_valid(kind, with_value(whole, path, "any text at all, even %"))


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_the_verdict_takes_no_reference_to_a_value_but_as_free_text(kind: str, type_: str) -> None:
    whole = whole_document(kind, type_)
    places = [path for path in paths(whole) if path and not _is_free_text(path, kind, whole)]
    assert [] == [path for path in places if is_valid(kind, with_value(whole, path, VALUE))]


@pytest.mark.parametrize("text", ["${values.X}", "${values.}", "${value.x}", " ${values.x}", "${values.x}${values.y}"])
def test_what_only_looks_like_a_value_is_refused_outside_of_text(text: str) -> None:
    document = {"kind": "switchboard", "name": "main", "enabled": text}
    assert not jsonschema_rs.validator_for(dict(read_schema("switchboard"))).is_valid(document)


@pytest.mark.parametrize("kind", manifest_kinds())
def test_the_example_of_a_kind_is_valid_for_the_schemas_and_for_its_own_rules(kind: str) -> None:
    example = parse(find_kind(kind).example.encode(), "example.yaml").documents[0]
    assert kind == example["kind"]
    assert is_valid(kind, example)
    assert is_valid("manifest", example)
    assert [] == [problem for rule in find_kind(kind).rules for problem in rule(example)]


def test_every_kind_of_manifest_has_a_schema_and_only_those() -> None:
    known = {name.removesuffix(".schema.json") for name in NAMES}
    assert set(manifest_kinds()) == known & set(kind_names())


@pytest.mark.parametrize("kind", manifest_kinds())
def test_every_field_is_described_for_editors(kind: str) -> None:
    undescribed = [
        f"{title}.{name}"
        for title, definition in verdict_schema(kind)["$defs"].items()
        if isinstance(definition, dict)
        for name, schema in definition.get("properties", {}).items()
        if name not in ("kind", "type", "name", "removed") and not _description(schema, verdict_schema(kind)["$defs"])
    ]
    assert [] == undescribed


def _description(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    target = definitions.get(schema.get("$ref", "").removeprefix("#/$defs/"), {})
    return str(schema.get("description") or target.get("description") or "")
