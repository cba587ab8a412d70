"""Says what is wrong with a document that its schema refused, in words for people who do not read schemas.

Values are shown only outside of secret fields, so that a secret that was pasted into a manifest is never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reconciler.core.diagnostic import Path, did_you_mean
from reconciler.core.resource import Json
from reconciler.manifest.schema_files import verdict_schema
from reconciler.manifest.suspicion import sounds_secret

_TYPE_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One violation: `at_key` says that the key at `path` is to blame, `hides_value` that its line holds a secret."""

    rule: str
    path: Path
    summary: str
    why: str = ""
    fix: str = ""
    at_key: bool = False
    hides_value: bool = False


def schema_errors(name: str, document: Json, secret_paths: frozenset[str] = frozenset()) -> list[SchemaError]:
    """Every violation of a refused document, in the order of the document; never empty.

    `name` is the schema's; `secret_paths` are the dotted paths of the kind's secret fields.
    """
    schema = _branch(verdict_schema(name), document)
    found: list[SchemaError] = []
    for error in _validator()(schema).iter_errors(document):
        found.extend(_translated(error, document, secret_paths))
    unique = list(dict.fromkeys(found))
    return unique or [
        SchemaError(
            "manifest/invalid", (), f'the document does not fit the schema "{name}"', fix="Compare it with its schema."
        )
    ]


def dotted_integers(document: Json) -> list[SchemaError]:
    """The whole numbers written with a dot in a document that its schema, without fields for fractions, accepted.

    To JSON Schema 5.0 is an integer; to a plan it is no number at all.
    """
    return [
        SchemaError(
            "manifest/wrong-type",
            path,
            f"{_dotted(path)} must be a whole number, not {value}",
            fix=f"Write {value:.0f}.",
        )
        for path, value in _floats(document, ())
    ]


def _floats(value: Json, path: Path) -> Iterator[tuple[Path, float]]:
    if isinstance(value, float):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _floats(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _floats(inner, (*path, index))


@cache
def _validator() -> Any:
    """A validator whose patterns are judged as the verdict judges them.

    To Python's `re`, `$` also stands before a line break at the end, and white space is a different set of characters.
    """
    import jsonschema_rs
    from jsonschema import Draft202012Validator, ValidationError, validators

    extend: Any = validators.extend

    def pattern(validator: Any, wanted: str, instance: Json, schema: Json) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not jsonschema_rs.is_valid({"pattern": wanted}, instance):
            yield ValidationError(f"{instance!r} does not match {wanted!r}")

    return extend(Draft202012Validator, {"pattern": pattern})


def _branch(schema: Mapping[str, Any], document: Json) -> Mapping[str, Any]:
    """The one definition that applies: the tombstone, the definition of the document's type, or the whole schema."""
    if "if" not in schema or not isinstance(document, Mapping):
        return schema
    chosen = schema["then"] if "removed" in document else schema["else"]
    for option in chosen.get("oneOf", ()):
        definition = schema["$defs"][option["$ref"].removeprefix("#/$defs/")]
        if definition["properties"].get("type", {}).get("const") == document.get("type"):
            chosen = option
    return {"$schema": schema["$schema"], "$defs": schema["$defs"], **chosen}


def known_types(name: str) -> tuple[str, ...]:
    """The types of a kind's manifests, or none where it has no types."""
    schema = verdict_schema(name)
    options = schema.get("else", {}).get("oneOf", ())
    definitions = (schema["$defs"][option["$ref"].removeprefix("#/$defs/")] for option in options)
    return tuple(definition["properties"]["type"]["const"] for definition in definitions)


def _translated(error: Any, document: Json, secrets: frozenset[str]) -> Iterator[SchemaError]:
    path = tuple(error.absolute_path)
    if _is_secret(path, secrets):
        yield _literal_secret(path, secrets)
        return
    translate: Callable[..., Iterator[SchemaError]] = _TRANSLATIONS.get(error.validator, _other)
    yield from translate(error, path, secrets)


def _is_secret(path: Path, secrets: frozenset[str]) -> bool:
    keys = [key for key in path if isinstance(key, str)]
    return any(".".join(keys[:length]) in secrets for length in range(1, len(keys) + 1))


def _literal_secret(path: Path, secrets: frozenset[str]) -> SchemaError:
    length = next((end for end in range(1, len(path)) if _is_secret(path[:end], secrets)), len(path))
    name = str(path[length - 1])
    return SchemaError(
        "secret/literal",
        path[:length],
        f"{_dotted(path[:length])} must be a reference to a secret, never the secret itself",
        "Manifests are read by many people and stay in git for ever.",
        f"Put the secret into the pipeline's environment and write {name}: env://NAME (or file://path). "
        "If it was committed, replace it at its source: it is no longer secret.",
        hides_value=True,
    )


def _unknown_fields(error: Any, path: Path, secrets: frozenset[str]) -> Iterator[SchemaError]:
    known = list(error.schema.get("properties", ()))
    patterns = list(error.schema.get("patternProperties", ()))
    for key in error.instance:
        if key not in known and not any(re.search(each, str(key)) for each in patterns):
            forms = [_FORMS.get(each, f"the form {each}") for each in patterns]
            known_text = ", ".join([*sorted(known), *forms]) if len(known) <= 12 else ""
            yield SchemaError(
                "manifest/unknown-field",
                (*path, key),
                f'unknown field "{key}"',
                why=f"It takes: {known_text}." if known_text else "",
                fix=did_you_mean(str(key), known) or "Remove it, or see reconciler explain for the fields there are.",
                at_key=True,
                hides_value=sounds_secret(str(key)),
            )


def _missing_fields(error: Any, path: Path, secrets: frozenset[str]) -> Iterator[SchemaError]:
    known = error.schema.get("properties", {})
    for name in error.validator_value:
        if name not in error.instance and not _is_misspelt(name, error.instance, known):
            described = error.schema.get("properties", {}).get(name, {}).get("description", "")
            where = f" in {_dotted(path)}" if path else ""
            yield SchemaError(
                "manifest/missing-field", path, f'the field "{name}" is missing{where}', described, f"Add {name}."
            )


def _is_misspelt(name: str, instance: Mapping[str, Json], known: Mapping[str, Any]) -> bool:
    """Whether an unknown field is a misspelling of the missing one: that is one mistake, reported at the unknown one."""
    return any(f'"{name}"' in did_you_mean(str(key), known) for key in instance if key not in known)


def _wrong_type(error: Any, path: Path, secrets: frozenset[str]) -> Iterator[SchemaError]:
    wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    yield _type_error(path, error.instance, wanted)


def _type_error(path: Path, value: Json, wanted: list[str]) -> SchemaError:
    words = " or ".join(dict.fromkeys(_TYPE_WORDS.get(each, each) for each in wanted))
    fix = f"Write {words}."
    if wanted == ["object"]:
        fix = "Write it as fields with values, such as {field: value}."
    if "string" in wanted and isinstance(value, (int, float)) and not isinstance(value, bool):
        fix = f'Put it in quotes: "{value}".'
    elif "string" in wanted and isinstance(value, bool):
        fix = f'Put it in quotes: "{str(value).lower()}".'
    elif "array" in wanted and not isinstance(value, (dict, list)):
        fix = f"Write it as a list: [{shown_value(value)}]."
    elif wanted == ["array"]:
        fix = 'Write it as a list: every entry starts with "- ".'
    return SchemaError(
        "manifest/wrong-type", path, f"{_dotted(path)} must be {words}, not {kind_of_value(value)}", fix=fix
    )


def _unknown_value(error: Any, path: Path, secrets: frozenset[str]) -> Iterator[SchemaError]:
    wanted = error.validator_value if error.validator == "enum" else [error.validator_value]
    yield SchemaError(
        "manifest/unknown-value",
        path,
        f"{_dotted(path)} does not take {shown_value(error.instance)}",
        f"It takes: {', '.join(shown_value(each) for each in wanted)}.",
        did_you_mean(str(error.instance), [str(each) for each in wanted]) or f"Write {shown_value(wanted[0])}.",
    )


def _bad_form(error: Any, path: Path, secrets: frozenset[str]) -> Iterator[SchemaError]:
    yield _form_error(path, error.instance, error.validator_value)


_DAY = "(monday|tuesday|wednesday|thursday|friday|saturday|sunday)"

_FORMS = {
    r"^[a-z0-9][a-z0-9-]{0,99}$": "lower-case letters, digits and hyphens, such as lune-bot",
    r"^\+[1-9][0-9]{7,14}$": "a number with + and country code, such as +33755531200",
    r"^[0-9]+$": "digits only",
    r"^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$": "a colour of 3 or 6 digits and letters from a to f, without #, such as 17494d",
    r"^https://[^\s/]+(/[^\s]*)?$": "an address that starts with https://",
    r"^https?://[^/:\s]+(:[0-9]+)?$": "a site without a path, such as https://www.maison-lune.example",
    r"^[A-Za-z0-9_-]{1,128}$": "letters, digits, - and _",
    r"^(env|file)://[^\s]+$": "env://NAME or file://path",
    r"^[0-9a-f]{24}$": "24 digits and letters from a to f, as shown where the API key was created",
    r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$": "the first part of the account's address only, such as acme of acme.zendesk.com",
    r"^[a-z0-9][a-z0-9-]*$": "lower-case letters, digits and hyphens, as the environment's folder",
    r"^[a-z_]+/[a-z0-9][a-z0-9-]*(#[a-z_]+(/.+)?)?$": "a kind and a name, such as channel/messenger-fr",
    r"^[a-z0-9][a-z0-9-]{0,99}/[a-z0-9][a-z0-9-]{0,99}$": "a skill's manifest and one of its values, such as langue/japonais",
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$": "a language code, such as fr or zh-cn",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "a day, such as 2026-03-31",
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "a day, such as 2026-03-31",
    r"^([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$": "two times of one day, such as 09:00-12:30",
    f"^{_DAY}(-{_DAY})?$": "a day, such as monday, or a range of days, such as monday-friday",
    r"^sha256:[0-9a-f]{64}$": "sha256: and 64 digits and letters from a to f, as the plan prints it",
    r"^[A-Za-z0-9-]+$": "letters, digits and hyphens",
    r"^refs(/[A-Za-z0-9_-]+)+$": "the beginning of refs, such as refs/reconciler",
    r"^[a-z0-9_]+$": "lower-case letters, digits and underscores",
}


def _form_error(path: Path, value: Json, pattern: str) -> SchemaError:
    form = _FORMS.get(pattern, f"the form {pattern}")
    return SchemaError(
        "manifest/bad-form", path, f"{_dotted(path)} cannot be {shown_value(value)}", fix=f"It must be {form}."
    )


def _out_of_range(error: Any, path: Path, secrets: frozenset[str]) -> Iterator[SchemaError]:
    limit = error.validator_value
    words = {
        "minimum": f"is below the minimum of {limit}",
        "maximum": f"is above the maximum of {limit}",
        "minLength": f"is shorter than {limit} characters" if limit != 1 else "must not be empty",
        "maxLength": f"is longer than {limit} characters (it has {len(str(error.instance))})",
        "minItems": f"needs at least {limit} item{'s' if limit != 1 else ''}",
        "maxItems": f"takes at most {limit} items",
    }
    yield SchemaError(
        "manifest/out-of-range",
        path,
        f"{_dotted(path)} {words.get(error.validator, 'is out of range')}",
        fix="Change it to fit.",
    )


_VALUE_REFERENCE = {"$ref": "#/$defs/ValueReference"}
"""The branch that a resolved document never takes; beside it everything is as if there were no branches."""


def _no_branch(error: Any, path: Path, secrets: frozenset[str]) -> Iterator[SchemaError]:
    branches = error.validator_value
    targets = {branch.get("$ref", "") for branch in branches if isinstance(branch, Mapping)}
    value = error.instance
    if "#/$defs/SecretGeneration" in targets:
        yield _literal_secret(path, secrets)
        return
    if "#/$defs/External" in targets and isinstance(value, str):
        yield SchemaError(
            "reference/title-written-bare",
            path,
            f"{shown_value(value)} is not the name of a manifest",
            "A bare name is always a manifest's; a live object that no manifest manages is written differently.",
            f"Write the manifest's name, or {{external: {shown_value(value)}}} for a live object that nobody manages here.",
        )
        return
    inner = [each for each in error.context or () if each.validator is not None]
    if len([each for each in branches if each != _VALUE_REFERENCE]) == 1:
        for each in inner:
            yield from _translated(each, None, secrets)
        return
    if isinstance(value, Mapping) and "type" in value:
        inner = _of_the_type(inner, len(branches))
        names = {each.validator_value for each in inner if _is_of_another_type(each)}
        if len(names) > 1:
            yield SchemaError(
                "manifest/unknown-value",
                (*path, "type"),
                f"{_dotted((*path, 'type'))} does not take {shown_value(value['type'])}",
                f"It takes: {', '.join(shown_value(each) for each in sorted(names))}.",
                did_you_mean(str(value["type"]), names) or f"Write {shown_value(min(names))}.",
            )
            return
    untyped = [each for each in inner if each.validator == "required" and "type" in each.validator_value]
    if isinstance(value, Mapping) and "type" not in value and len(untyped) == len(branches):
        yield from _missing_fields(untyped[0], path, secrets)
        return
    deep = [each for each in inner if len(each.absolute_path) > len(path)]
    fitting = [each for each in inner if each.validator not in ("type", "const") or each in deep]
    if fitting:
        chosen = max(fitting, key=lambda each: (len(each.absolute_path), each.validator != "required"))
        yield from _translated(chosen, None, secrets)
        return
    wanted = [each.validator_value for each in inner if each.validator == "type"]
    flat = [name for each in wanted for name in (each if isinstance(each, list) else [each])]
    yield _type_error(path, value, flat or ["object"])


def _of_the_type(errors: list[Any], branches: int) -> list[Any]:
    """The errors of the branches whose `type` is the stated one; all of them where there is no such branch."""
    others = {each.relative_schema_path[0] for each in errors if _is_of_another_type(each)}
    return [each for each in errors if each.relative_schema_path[0] not in others or len(others) == branches]


def _is_of_another_type(error: Any) -> bool:
    return error.validator == "const" and list(error.relative_path) == ["type"]


def _other(error: Any, path: Path, secrets: frozenset[str]) -> Iterator[SchemaError]:
    yield SchemaError(
        "manifest/invalid",
        path,
        f"{_dotted(path)} breaks the rule {error.validator} of its schema",
        fix="See reconciler explain for what it takes.",
    )


_TRANSLATIONS: dict[str, Callable[..., Iterator[SchemaError]]] = {
    "additionalProperties": _unknown_fields,
    "required": _missing_fields,
    "type": _wrong_type,
    "enum": _unknown_value,
    "const": _unknown_value,
    "pattern": _bad_form,
    "anyOf": _no_branch,
    "oneOf": _no_branch,
    **dict.fromkeys(("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"), _out_of_range),
}


def _dotted(path: Path) -> str:
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key + 1}]" if text else f"entry {key + 1}"
        else:
            text += f".{key}" if text else str(key)
    return text or "the document"


def shown_value(value: Json) -> str:
    """A value as a message shows it, cut to a readable length."""
    if isinstance(value, str):
        return f'"{value if len(value) <= 60 else value[:57] + "…"}"'
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    return kind_of_value(value) if isinstance(value, (dict, list)) else str(value)


def kind_of_value(value: Json) -> str:
    """What sort of value it is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"
