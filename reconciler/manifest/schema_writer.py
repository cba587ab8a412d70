"""Generates the JSON Schemas from the kinds' pydantic models; it refuses to know who reads them.

Only keywords that mean the same in draft 2020-12 and draft-07 are used, since editors differ. In the published
schemas everything that is not free text also admits `${values.x}` through the one definition `ValueReference`;
the verdict on a resolved document is given with that definition replaced by `false`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from reconciler.core.plan import ACTIONS, FORMAT
from reconciler.kinds._model import Tombstone
from reconciler.kinds._registry import documentation, find_kind, manifest_kinds
from reconciler.manifest.environment import Address, Approval, Attestation, Binding, Environment, Project
from reconciler.manifest.values import NO_VALUES, PATTERN

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VALUE_REFERENCE = {"$ref": "#/$defs/ValueReference"}
_NOT_FREE = ("pattern", "enum", "const", "format")


class _Generator(GenerateJsonSchema):
    """Leaves out defaults: what a manifest does not state is not managed, so no default may be suggested."""

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


def schema_files() -> dict[str, bytes]:
    """Every published schema: file name to bytes."""
    kinds = {name: kind_schema(name) for name in manifest_kinds()}
    files = {f"{name}.schema.json": schema for name, schema in kinds.items()}
    files["manifest.schema.json"] = _combined(kinds)
    files["environment.schema.json"] = _titled(_generated(Environment), "environment", "environment.yaml")
    files["project.schema.json"] = _titled(_generated(Project), "project", "reconciler.yaml")
    files["bindings.schema.json"] = _titled(_generated(dict[Address, Binding]), "bindings", "bindings.yaml")
    files["approvals.schema.json"] = _titled(_generated(list[Approval]), "approvals", "approvals.yaml")
    files["attestations.schema.json"] = _titled(_generated(list[Attestation]), "attestations", "attestations.yaml")
    files["plan.schema.json"] = plan_schema()
    return {name: encode(schema) for name, schema in sorted(files.items())}


def encode(schema: Mapping[str, Any]) -> bytes:
    """A schema's bytes as they are published."""
    return (json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=False) + "\n").encode()


def kind_schema(name: str) -> dict[str, Any]:
    """The published schema of one kind: its manifests, or a tombstone."""
    kind = find_kind(name)
    schema = _generated(kind.model)
    definitions = schema.pop("$defs", {})
    if "oneOf" not in schema:
        definitions[schema.get("title", name).replace(" ", "")] = schema
        schema = {"$ref": f"#/$defs/{schema.get('title', name).replace(' ', '')}"}
    schema.pop("discriminator", None)
    for definition in definitions.values():
        _admit_values(
            definition, is_manifest="name" in definition.get("properties", {}) and "kind" in definition["properties"]
        )
    tombstone = _generated(Tombstone)
    tombstone["properties"]["kind"] = {"const": name}
    definitions["Tombstone"] = tombstone
    definitions["ValueReference"] = {
        "type": "string",
        "pattern": PATTERN,
        "description": "A value of environment.yaml.",
    }
    return {
        "$schema": DIALECT,
        "$id": f"{name}.schema.json",
        "title": kind.title,
        "description": (documentation(name)).strip(),
        "type": "object",
        "if": {"required": ["removed"]},
        "then": {"$ref": "#/$defs/Tombstone"},
        "else": schema,
        "$defs": dict(sorted(definitions.items())),
    }


def _generated(model: Any) -> dict[str, Any]:
    schema = TypeAdapter(model).json_schema(schema_generator=_Generator, by_alias=True)
    cleaned: dict[str, Any] = _without_generated_titles(schema)
    return cleaned


def _without_generated_titles(schema: Any, *, is_properties: bool = False) -> Any:
    if isinstance(schema, dict):
        kept = {
            key: _without_generated_titles(value, is_properties=key in ("properties", "$defs"))
            for key, value in schema.items()
            if is_properties or key != "title" or "properties" in schema
        }
        return kept
    if isinstance(schema, list):
        return [_without_generated_titles(item) for item in schema]
    return schema


def _admit_values(definition: dict[str, Any], *, is_manifest: bool) -> None:
    if definition.get("title") in ("LifecycleShape", "External", "SecretGeneration"):
        if definition["title"] == "SecretGeneration":
            _admit_in_properties(definition, NO_VALUES)
        return
    _admit_in_properties(definition, NO_VALUES if is_manifest else frozenset())


def _admit_in_properties(definition: dict[str, Any], excepted: frozenset[str]) -> None:
    for key, schema in definition.get("properties", {}).items():
        if key not in excepted:
            definition["properties"][key] = _admitting(schema)


def _admitting(schema: dict[str, Any]) -> dict[str, Any]:
    schema = _admitting_inside(schema)
    if "anyOf" in schema:
        branches = [_admitting_inside(branch) for branch in schema["anyOf"]]
        if any(_is_free_text(branch) for branch in branches):
            return {**schema, "anyOf": branches}
        return {**schema, "anyOf": [*branches, VALUE_REFERENCE]}
    if _is_free_text(schema) or "$ref" in schema:
        return schema
    described = {key: schema[key] for key in ("description",) if key in schema}
    inner = {key: value for key, value in schema.items() if key not in described}
    return {**described, "anyOf": [inner, VALUE_REFERENCE]}


def _admitting_inside(schema: dict[str, Any]) -> dict[str, Any]:
    """With what the items of a list and the values of a free mapping admit."""
    inner = {key: schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)}
    admitted = {**schema, **{key: _admitting(each) for key, each in inner.items()}}
    if "patternProperties" in schema:
        admitted["patternProperties"] = {form: _admitting(each) for form, each in schema["patternProperties"].items()}
    return admitted


def _is_free_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and not any(keyword in schema for keyword in _NOT_FREE)


def _combined(kinds: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    definitions: dict[str, Any] = {"ValueReference": next(iter(kinds.values()))["$defs"]["ValueReference"]}
    for name, schema in kinds.items():
        for inner, definition in schema["$defs"].items():
            if inner != "ValueReference":
                definitions[f"{name}.{inner}"] = _moved(definition, name)
        definitions[name] = _moved({key: schema[key] for key in ("title", "if", "then", "else")}, name)
    return {
        "$schema": DIALECT,
        "$id": "manifest.schema.json",
        "title": "Manifest",
        "description": "A manifest of any kind.",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": sorted(kinds), "description": "What the manifest is of."}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in kinds
        ],
        "$defs": dict(sorted(definitions.items())),
    }


def _moved(schema: Any, kind: str) -> Any:
    if isinstance(schema, dict):
        return {
            key: f"#/$defs/{kind}.{value.removeprefix('#/$defs/')}"
            if key == "$ref" and value != VALUE_REFERENCE["$ref"]
            else _moved(value, kind)
            for key, value in schema.items()
        }
    return [_moved(item, kind) for item in schema] if isinstance(schema, list) else schema


def _titled(schema: dict[str, Any], name: str, title: str) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": f"{name}.schema.json", **schema, "title": title}


def plan_schema() -> dict[str, Any]:
    """The schema of a plan file; what it cannot say (digest, seal, canonical form) `read_plan_file` checks."""
    text = {"type": "string"}
    texts = {"type": "array", "items": text}
    sha256 = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
    counts = [*ACTIONS, "waiting", "blocked", "requests"]
    cause = _object({"kind": text, "file": text, "line": {"type": "integer", "minimum": 0}})
    change = _object(
        {
            "path": text,
            "op": {"enum": ["set", "clear", "release", "write_secret"]},
            "before": {},
            "after": {},
            "cause": cause,
        },
        {"address": text, "part": text, "hazard": text},
    )
    observed = {
        "oneOf": [
            _object({"absent": {"const": True}}),
            _object({"digest": sha256}),
            _object({"after": text}),
            _object({}),
        ]
    }
    step = _object(
        {
            "id": text,
            "action": {"enum": list(ACTIONS)},
            "address": text,
            "part": text,
            "live_id": text,
            "depends_on": texts,
            "observed": observed,
            "binding": text,
            "changes": {"type": "array", "items": change},
            "reason": text,
            "risk": text,
            "reversible": {"type": "boolean"},
            "takes": texts,
            "blocked": texts,
            "waits_for": texts,
        },
        {"exposed_until": text, "sequence": texts, "manual": {"type": "object"}},
    )
    plan = _object(
        {
            "format": {"const": FORMAT},
            "environment": text,
            "target": _object({"subdomain": text, "app_id": text}),
            "memory": {"enum": ["full", "none", "older"]},
            "digests": _object({"manifests": sha256, "schemas": sha256, "policy": sha256}),
            "steps": {"type": "array", "items": step},
            "summary": _object({**{name: {"type": "integer", "minimum": 0} for name in counts}, "warnings": texts}),
        },
        {"approvals": {"type": "array", "items": {"type": "object"}}},
    )
    return {
        "$schema": DIALECT,
        "$id": "plan.schema.json",
        "title": "Plan file",
        "description": "What an apply may do: the plan, its digest, what varies, and a seal over all of it.",
        **_object({"plan": plan, "digest": sha256, "envelope": {"type": "object"}, "seal": sha256}),
    }


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": sorted(required),
        "properties": {**required, **(optional or {})},
    }
