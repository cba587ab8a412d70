"""Puts an environment's values in the place of `${values.x}`; it refuses to know what the values mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.core.diagnostic import Path
from reconciler.core.resource import Json

PATTERN = r"^\$\{values\.[a-z0-9_]+\}$"
"""What a bare reference to a value looks like, for the published schemas."""

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)\}?")
_NAME = re.compile(r"values\.([a-z0-9_]+)\Z")

NO_VALUES = frozenset({"kind", "name", "type", "lifecycle", "moved_from", "removed", "labels"})
"""The keys of a manifest that take no values: they decide what it is."""

UNFILLED = "TODO"
"""The value that stands where a person has to fill one in; with it nothing validates."""


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """A reference that cannot be replaced: `reason` is `unknown`, `not-scalar`, `not-allowed` or `malformed`."""

    path: Path
    reason: str
    name: str


@dataclass(slots=True)
class Resolution:
    """What came of one document: the resolved value, where values went, which were used, and what failed."""

    value: Json = None
    sources: dict[Path, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    problems: list[ValueProblem] = field(default_factory=list)


def resolve_values(document: Json, values: Mapping[str, Json]) -> Resolution:
    """The document with every `${values.x}` replaced and every `$${` unescaped.

    A bare reference keeps the value's type, lists included; inside longer text the value must be a scalar.
    """
    resolution = Resolution()
    resolution.value = _resolve(document, (), values, resolution)
    return resolution


def escaped(value: Json) -> Json:
    """A value as a manifest has to write it, so that what looks like a reference in it stays text."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, dict):
        return {key: escaped(inner) for key, inner in value.items()}
    return [escaped(inner) for inner in value] if isinstance(value, list) else value


def value_names(written: Json) -> Iterator[str]:
    """The values that a document refers to, each as often as it does."""
    if isinstance(written, str):
        for match in _REFERENCE.finditer(written):
            name = _NAME.match(match[1] or "") if match[0].endswith("}") else None
            if name is not None:
                yield name[1]
    elif isinstance(written, Mapping):
        for inner in written.values():
            yield from value_names(inner)
    elif isinstance(written, list):
        for inner in written:
            yield from value_names(inner)


def _resolve(value: Json, path: Path, values: Mapping[str, Json], into: Resolution) -> Json:
    if isinstance(value, str):
        return _resolve_text(value, path, values, into) if "${" in value else value
    if isinstance(value, dict):
        return {key: _resolve(inner, (*path, key), values, into) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolve(inner, (*path, index), values, into) for index, inner in enumerate(value)]
    return value


def _resolve_text(text: str, path: Path, values: Mapping[str, Json], into: Resolution) -> Json:
    matches = list(_REFERENCE.finditer(text))
    if any(match[0] != "$${" for match in matches) and path and path[0] in NO_VALUES:
        into.problems.append(ValueProblem(path, "not-allowed", str(path[0])))
        return text
    if len(matches) == 1 and matches[0].span() == (0, len(text)) and matches[0][0] != "$${":
        return _look_up(matches[0], path, values, into, is_bare=True)
    return _REFERENCE.sub(lambda match: str(_look_up(match, path, values, into, is_bare=False)), text)


def _look_up(match: re.Match[str], path: Path, values: Mapping[str, Json], into: Resolution, *, is_bare: bool) -> Json:
    if match[0] == "$${":
        return "${"
    name = _NAME.match(match[1] or "") if match[0].endswith("}") else None
    if name is None:
        into.problems.append(ValueProblem(path, "malformed", match[0]))
        return match[0]
    into.used.add(name[1])
    if name[1] not in values:
        into.problems.append(ValueProblem(path, "unknown", name[1]))
        return match[0]
    value = values[name[1]]
    into.sources[path] = name[1]
    if not is_bare:
        if isinstance(value, (dict, list)) or value is None:
            into.problems.append(ValueProblem(path, "not-scalar", name[1]))
            return match[0]
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else value
    return value
