"""The vendor's OpenAPI files as a judge of single exchanges; it refuses to know who sent or answered them.

Rules that hold for every exchange:

* `required` binds requests; in answers it does not bind write-only attributes, nor any attribute of an integration,
  because the real service leaves attributes out that its contract calls required.
* An integration is judged by the schema of its type, in both directions.
* Answers may carry attributes that the contract does not know; requests may not.
* `exceptions.yaml` lists every other exception with its source.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from jsonschema import ValidationError
from jsonschema.validators import extend
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator

FILES = {
    "conversations": "sunshine-conversations-openapi-17.12.1.yaml",
    "support": "zendesk-support-oas.yaml",
}
PREFIXES = {"conversations": "/sc", "support": ""}
SCHEMAS = "#/components/schemas/"


class _Loader(yaml.CSafeLoader):
    """A loader to which `=` and dates are text, as in JSON; one plain `=` in the Support file is no YAML 1.1 value."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":value", ":timestamp"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def directory() -> Path:
    """Where the vendor files should be."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "contracts"
    return Path(os.environ.get("RECONCILER_CONTRACTS", beside))


needs_contracts = pytest.mark.skipif(
    not all((directory() / name).is_file() for name in FILES.values()),
    reason=f"the vendor's contract files are not in {directory()}; RECONCILER_CONTRACTS can say where they are",
)


@cache
def document(api: str) -> dict[str, Any]:
    """One vendor file, parsed, as it is."""
    with (directory() / FILES[api]).open("rb") as stream:
        parsed: dict[str, Any] = yaml.load(stream, _Loader)
    return parsed


@cache
def exceptions() -> list[dict[str, str]]:
    """The listed exceptions: `match` (a regular expression on the problem), `reason`, `source`."""
    listed: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_name("exceptions.yaml").read_text("utf-8"))
    return listed


used_exceptions: set[str] = set()


def check_exchange(
    api: str,
    method: str,
    path: str,
    query: str | Mapping[str, str],
    request_body: Any,
    status: int,
    response_body: Any,
) -> list[str]:
    """The problems of one exchange under the vendor's contract, request and answer; empty when there are none.

    `api` is `conversations` or `support`; `path` is the path of the request, with `/sc` for Conversations; the bodies
    are parsed JSON, None for an empty one.
    """
    return request_problems(api, method, path, query, request_body, response_body) + answer_problems(
        api, method, path, status, response_body
    )


def request_problems(
    api: str, method: str, path: str, query: str | Mapping[str, str], body: Any, response_body: Any = None
) -> list[str]:
    """The problems of a request; the answer helps to tell the type of an integration that is patched."""
    found = _operation(api, method, path)
    if found is None:
        return _unexcused([f"request {method} {path}: not in the contract"])
    template, operation, parameters = found
    where = f"request {method} {template}"
    problems = [f"{where}: {problem}" for problem in _query_problems(api, parameters, query)]
    schema = _content_schema(operation.get("requestBody", {}))
    if schema is not None and body is not None:
        schema = _patched_schema(api, schema, response_body)
        problems += [f"{where}: {problem}" for problem in _schema_problems(api, schema, body, is_request=True)]
        problems += [f"{where}: {problem}" for problem in _unknown_attributes(api, schema, body, "$")]
    elif schema is not None and operation["requestBody"].get("required"):
        problems.append(f"{where}: the body is missing")
    return _unexcused(problems)


def answer_problems(api: str, method: str, path: str, status: int, body: Any) -> list[str]:
    """The problems of an answer; an undocumented error status is only judged where the API has one error shape."""
    found = _operation(api, method, path)
    if found is None:
        return _unexcused([f"answer {method} {path}: not in the contract"])
    template, operation, _ = found
    where = f"answer {method} {template} {status}"
    documented = operation["responses"].get(str(status))
    if documented is None:
        if status < 400:
            return _unexcused([f"{where}: the status is not in the contract"])
        if api != "conversations":
            return []
        schema: dict[str, Any] | None = {"$ref": f"{SCHEMAS}errorResponse"}
    else:
        schema = _content_schema(documented)
    if schema is None:
        return _unexcused([f"{where}: there should be no body"] if body is not None else [])
    if body is None:
        return _unexcused([f"{where}: the body is missing"])
    return _unexcused([f"{where}: {problem}" for problem in _schema_problems(api, schema, body, is_request=False)])


def _unexcused(problems: list[str]) -> list[str]:
    kept = []
    for problem in problems:
        excuse = next((entry["match"] for entry in exceptions() if re.search(entry["match"], problem)), None)
        if excuse is None:
            kept.append(problem)
        else:
            used_exceptions.add(excuse)
    return kept


@cache
def _templates(api: str) -> list[tuple[re.Pattern[str], str]]:
    """Path templates, those with fewer variables first, so that `/triggers/active` is not an id."""
    paths = sorted(document(api)["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), path) for path in paths]


def _operation(api: str, method: str, path: str) -> tuple[str, dict[str, Any], list[dict[str, Any]]] | None:
    path = path.removeprefix(PREFIXES[api]).removesuffix(".json")
    for pattern, template in _templates(api):
        if pattern.fullmatch(path):
            item = document(api)["paths"][template]
            if method.lower() in item:
                operation = item[method.lower()]
                return template, operation, item.get("parameters", []) + operation.get("parameters", [])
    return None


def _content_schema(holder: dict[str, Any]) -> dict[str, Any] | None:
    content = holder.get("content", {}).get("application/json")
    schema: dict[str, Any] | None = content.get("schema", {}) if content is not None else None
    return schema


def _query_problems(api: str, parameters: list[dict[str, Any]], query: str | Mapping[str, str]) -> Iterator[str]:
    pairs = parse_qsl(query, keep_blank_values=True) if isinstance(query, str) else list(query.items())
    known = {}
    for parameter in parameters:
        resolved = _resolve(api, parameter)
        if resolved["in"] == "query":
            known[resolved["name"]] = resolved
    for name, text in pairs:
        outer, _, inner = name.partition("[")
        parameter = known.get(name) or known.get(outer)
        if parameter is None:
            yield f"query {name}: not in the contract"
            continue
        schema = _resolve(api, parameter["schema"])
        if inner and name not in known:
            schema = schema.get("properties", {}).get(inner.removesuffix("]"))
            if schema is None:
                yield f"query {name}: not in the contract"
                continue
        for problem in _schema_problems(api, schema, _typed(text, schema), is_request=True):
            yield f"query {name}: {problem}"
    names = {name.partition("[")[0] for name, _ in pairs} | {name for name, _ in pairs}
    for name, parameter in known.items():
        if parameter.get("required") and name not in names:
            yield f"query {name}: missing"


def _typed(text: str, schema: dict[str, Any]) -> Any:
    """A query value as the JSON value that its schema is about."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if schema.get("type") == "array":
        return [_typed(each, schema.get("items", {})) for each in text.split(",")]
    if schema.get("type") == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _resolve(api: str, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = document(api)
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def _patched_schema(api: str, schema: dict[str, Any], response_body: Any) -> dict[str, Any]:
    """The update schema of one type in place of the choice of sixteen that nothing discriminates."""
    if schema.get("$ref") != f"{SCHEMAS}integrationUpdate":
        return schema
    integration = response_body.get("integration", {}) if isinstance(response_body, dict) else {}
    wanted = f"{integration.get('type')}Update".lower()
    name = next((name for name in document(api)["components"]["schemas"] if name.lower() == wanted), None)
    return {"$ref": f"{SCHEMAS}{name}"} if name else {"anyOf": _resolve(api, schema)["oneOf"]}


def _typed_integration(validator: Any, mapping: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The keyword behind the discriminator of integrations."""
    kind = instance.get("type") if isinstance(instance, dict) else None
    if kind not in mapping:
        yield ValidationError(f"{kind!r} is no integration type of the contract")
        return
    yield from validator.descend(instance, {"$ref": mapping[kind]})


_KEYWORDS = {"x-typed-integration": _typed_integration}
_VALIDATORS = {True: extend(OAS30WriteValidator, _KEYWORDS), False: extend(OAS30ReadValidator, _KEYWORDS)}


@cache
def _components(api: str, is_request: bool) -> dict[str, Any]:
    """The contract's schemas with the discriminator of integrations made a keyword."""
    components = document(api)["components"]
    schemas = dict(components["schemas"])
    integration = schemas.get("integration")
    if integration and "discriminator" in integration:
        mapping = integration["discriminator"]["mapping"]
        plain = {key: value for key, value in integration.items() if key != "discriminator"}
        schemas["x-integration"] = plain
        schemas["integration"] = {"x-typed-integration": mapping}
        for reference in mapping.values():
            name = reference.removeprefix(SCHEMAS)
            parts = [_untyped(part, is_request) for part in schemas[name]["allOf"]]
            schemas[name] = {**schemas[name], "allOf": parts}
    return {**components, "schemas": schemas}


def _untyped(part: dict[str, Any], is_request: bool) -> dict[str, Any]:
    if part.get("$ref") == f"{SCHEMAS}integration":
        return {"$ref": f"{SCHEMAS}x-integration"}
    return part if is_request else {key: value for key, value in part.items() if key != "required"}


@cache
def _judge(api: str, is_request: bool) -> Any:
    """A validator whose references point into the contract; made once, because crawling the file takes long."""
    return _VALIDATORS[is_request]({"components": _components(api, is_request)})


def _schema_problems(api: str, schema: dict[str, Any], value: Any, *, is_request: bool) -> list[str]:
    errors = _judge(api, is_request).descend(value, schema)
    return [f"{error.json_path}: {error.message[:300]}" for error in errors]


def _unknown_attributes(api: str, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    """The attributes of a request that no part of its schema knows."""
    if isinstance(value, list):
        items = [part["items"] for part in _parts(api, schema, value) if "items" in part]
        for number, item in enumerate(value if items else []):
            yield from _unknown_attributes(api, {"allOf": items}, item, f"{where}[{number}]")
    if not isinstance(value, dict):
        return
    parts = list(_parts(api, schema, value))
    is_open = any(part.get("additionalProperties") for part in parts)
    known: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        for name, inner in part.get("properties", {}).items():
            known.setdefault(name, []).append(inner)
    for name, inner_value in value.items():
        if name in known:
            yield from _unknown_attributes(api, {"allOf": known[name]}, inner_value, f"{where}.{name}")
        elif known and not is_open:
            yield f"{where}.{name}: not in the contract"


def _parts(api: str, schema: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
    """Every schema that has a say in a value: through references, combinations, and the type of an integration."""
    schema = _resolve(api, schema)
    yield schema
    mapping = schema.get("discriminator", {}).get("mapping", {})
    if isinstance(value, dict) and value.get("type") in mapping:
        typed = _resolve(api, {"$ref": mapping[value["type"]]})
        yield from (part for inner in typed["allOf"][1:] for part in _parts(api, inner, None))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(keyword, []):
            yield from _parts(api, inner, value)
