"""A manifest's JSON Schema in words that an administrator reads, and as a sample value.

It refuses to know kinds: it is given a schema and its definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from reconciler.kinds._model import Day, Digits, HexColour, HttpsUrl, LanguageCode, Name, SecretReference
from reconciler.kinds._skills import SkillName
from reconciler.kinds._week import Days, Hours

Schema = Mapping[str, Any]
LIVE_WORDS = "{external: natural key} or {id: live id}"
REFERENCE_WORDS = f"the name of a manifest, {LIVE_WORDS}"
SECRET_WORDS = "a secret reference: env://NAME, file://path, or {from: …, generation: N}"


def _pattern(alias: Any) -> str:
    return str(get_args(alias)[1].pattern)


_PATTERN_WORDS = {
    _pattern(alias): words
    for alias, words in (
        (Name, "a name: a-z, 0-9 and -"),
        (SecretReference, "env://NAME or file://path"),
        (HexColour, "3 or 6 hex digits"),
        (HttpsUrl, "an https:// address"),
        (Digits, "text of digits, in quotes"),
        (SkillName, "a skill: its manifest's name, a slash, and the name of a value"),
        (LanguageCode, "a language code such as fr or zh-cn"),
        (Day, "a day such as 2026-12-25"),
        (Days, "a day such as monday, or a range such as monday-friday"),
        (Hours, "two times such as 09:00-12:30"),
    )
}


def resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """The schema itself, or the definition that it refers to."""
    reference = schema.get("$ref")
    return definitions[reference.rsplit("/", 1)[1]] if reference else schema


def type_words(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    """What a value may be, without a verb: `text of 1 to 100 characters, or null`."""
    branches = _branches(schema)
    names = {branch.get("$ref", "").rsplit("/", 1)[-1] for branch in branches}
    is_nullable = {"type": "null"} in branches
    if "SecretGeneration" in names:
        words = SECRET_WORDS
    elif {"External", "Id"} <= names:
        others = [each for each in branches if each != {"type": "null"} and not _is_reference_branch(each)]
        lists = [each for each in others if each.get("type") == "array"]
        single = [_plain_words(each, definitions) for each in others if each not in lists]
        is_named = any(branch.get("pattern") == _pattern(Name) for branch in branches)
        pointer = REFERENCE_WORDS if is_named else LIVE_WORDS
        words = " or ".join([*single, pointer, *("a list of these" for _ in lists)])
    else:
        words = " or ".join(_plain_words(each, definitions) for each in branches if each != {"type": "null"})
    return f"{words}, or null" if is_nullable else words


def nested(schema: Schema, definitions: Mapping[str, Schema]) -> tuple[str, Schema] | None:
    """The mapping inside a field that has members of its own, and `[]` where it is a list of such mappings."""
    for branch in _branches(schema):
        inner, suffix = (branch["items"], "[]") if branch.get("type") == "array" else (branch, "")
        found = resolved(inner, definitions)
        is_shared = found.get("title") in ("External", "Id", "SecretGeneration")
        if "properties" in found and not is_shared:
            return suffix, found
    return None


def sample(schema: Schema, definitions: Mapping[str, Schema]) -> Any:
    """A small value of the schema's form, for asking what a field refers to; mappings hold their required members."""
    branch = resolved(_branches(schema)[-1 if _prefers_mapping(schema, definitions) else 0], definitions)
    if "properties" in branch:
        return {key: sample(branch["properties"][key], definitions) for key in branch.get("required", ())}
    if branch.get("type") == "array":
        return [sample(branch["items"], definitions)]
    return {"boolean": True, "integer": 1, "number": 1}.get(branch.get("type", ""), "sample")


def _branches(schema: Schema) -> list[Schema]:
    return list(schema.get("anyOf") or schema.get("oneOf") or [schema])


def _prefers_mapping(schema: Schema, definitions: Mapping[str, Schema]) -> bool:
    """Words such as `first` refer to nothing; the mapping beside them does."""
    branches = [each for each in _branches(schema) if each != {"type": "null"}]
    return len(branches) > 1 and "enum" in branches[0] and "properties" in resolved(branches[-1], definitions)


def _is_reference_branch(branch: Schema) -> bool:
    name = branch.get("$ref", "").rsplit("/", 1)[-1]
    return name in ("External", "Id") or branch.get("pattern") == _pattern(Name)


def _plain_words(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    schema = resolved(schema, definitions)
    if "const" in schema:
        return _shown(schema["const"])
    if "enum" in schema:
        words = [_shown(each) for each in schema["enum"]]
        return " or ".join(words) if len(words) <= 3 else f"one of {', '.join(words)}"
    if "anyOf" in schema:
        return type_words(schema, definitions)
    kind = schema.get("type", "")
    if kind == "array":
        return (
            f"a list{_counted(schema, 'minItems', 'maxItems', 'items')} of: {type_words(schema['items'], definitions)}"
        )
    if kind == "object":
        members = list(schema.get("properties", {}))
        keyed = [
            f"{_PATTERN_WORDS.get(pattern, f'a key of the form {pattern}')} to {type_words(inner, definitions)}"
            for pattern, inner in schema.get("patternProperties", {}).items()
        ]
        if keyed:
            return f"a mapping from {' or from '.join(keyed)}"
        return f"a mapping with {', '.join(members)}" if members else "a mapping of text to text"
    if kind == "integer":
        return _between("a whole number", schema.get("minimum"), schema.get("maximum"))
    if kind == "boolean":
        return "true or false"
    if "pattern" in schema:
        return _PATTERN_WORDS.get(schema["pattern"], f"text of the form {schema['pattern']}")
    return f"text{_counted(schema, 'minLength', 'maxLength', 'characters')}"


def _counted(schema: Schema, low: str, high: str, of: str) -> str:
    least, most = schema.get(low), schema.get(high)
    if most is not None:
        return f" of {least} to {most} {of}" if least else f" of up to {most} {of}"
    return f" of at least {least} {of}" if least and least > 1 else ""


def _between(words: str, least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f"{words} from {least} to {most}"
    return f"{words}, at least {least}" if least is not None else words


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
