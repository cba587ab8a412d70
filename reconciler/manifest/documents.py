"""Turns the documents of manifest files into resources, collecting every problem on the way.

It judges one document at a time; what documents say about each other is `references`' affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.diagnostic import Diagnostic, Path, Position, did_you_mean
from reconciler.core.kind import Kind
from reconciler.core.resource import Json, Lifecycle, Resource
from reconciler.core.secret import Secret
from reconciler.kinds._registry import find_kind, kind_names
from reconciler.manifest.schema_errors import SchemaError, dotted_integers, known_types, schema_errors
from reconciler.manifest.schema_files import is_valid
from reconciler.manifest.sources import Positions, Sources
from reconciler.manifest.values import Resolution, resolve_values

NOT_MANIFESTS = {"environment": "it belongs into environment.yaml"}


@dataclass(slots=True)
class Documents:
    """What came of reading documents: the good resources, everything that is wrong, and which values were used."""

    resources: list[Resource] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    used_values: set[str] = field(default_factory=set)
    suspected_secrets: list[Secret] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """What a document is judged against: the environment's values and where they stand."""

    sources: Sources
    values: Mapping[str, Json]
    environment_file: str


def read_document(document: Json, file: str, index: int, context: Context, into: Documents) -> None:
    """Judge one document and add its resource, or what is wrong with it, to `into`."""
    reader = _Reader(document, file, index, context, into)
    if isinstance(document, dict):
        reader.read()
    else:
        reader.report(
            "manifest/not-a-mapping", (), "a manifest is a mapping of fields", fix="Start it with kind: and name:."
        )


class _Reader:
    def __init__(self, document: Json, file: str, index: int, context: Context, into: Documents) -> None:
        self.document, self.file, self.index, self.context, self.into = document, file, index, context, into
        self.address = ""
        self.resolution = Resolution()

    def read(self) -> None:
        name = self._kind_name()
        if name is None:
            return
        kind = find_kind(name)
        self.address = f"{name}/{self.document.get('name', '?')}"
        self.resolution = resolve_values(self.document, self.context.values)
        self.into.used_values |= self.resolution.used
        if self.resolution.problems:
            for problem in self.resolution.problems:
                self._report_value(problem.path, problem.reason, problem.name)
            return
        resolved = self.resolution.value
        if not self._has_known_type(name, resolved):
            return
        if not is_valid(name, resolved):
            for error in schema_errors(name, resolved, _secret_paths(kind, resolved)):
                self._report_schema(error)
            return
        dotted = dotted_integers(resolved)
        if dotted:
            for error in dotted:
                self._report_schema(error)
            return
        if "removed" not in resolved and not self._holds_rules(kind, resolved):
            return
        self.into.resources.append(self._resource(resolved))

    def _kind_name(self) -> str | None:
        value = self.document.get("kind")
        manifest_kinds = [name for name in kind_names() if name == value and find_kind(name).model is not None]
        if manifest_kinds:
            return str(value)
        if value is None:
            self.report("manifest/missing-kind", (), "the manifest has no kind", fix="Add kind: on its first line.")
        elif value in NOT_MANIFESTS:
            self.report(
                "manifest/unknown-kind",
                ("kind",),
                f'a document of kind "{value}" is no manifest',
                fix=f"Move it: {NOT_MANIFESTS[value]}.",
            )
        elif value in kind_names():
            self.report(
                "manifest/unknown-kind",
                ("kind",),
                f'"{value}" cannot be managed by a manifest',
                "It is only looked up.",
                'Refer to it as {external: "…"} where it is needed.',
            )
        else:
            known = [name for name in kind_names() if find_kind(name).model is not None]
            self.report(
                "manifest/unknown-kind",
                ("kind",),
                f'unknown kind "{value}"',
                f"There are: {', '.join(known)}.",
                did_you_mean(str(value), known) or "See reconciler explain for all kinds.",
            )
        return None

    def _has_known_type(self, name: str, resolved: Mapping[str, Json]) -> bool:
        known = known_types(name)
        if not known or "removed" in resolved or resolved.get("type") in known:
            return True
        if "type" not in resolved:
            self.report(
                "manifest/missing-field", (), f"a {name} needs a type", fix=f"Add type: one of {', '.join(known)}."
            )
        else:
            self.report(
                "manifest/unknown-type",
                ("type",),
                f'unknown type "{resolved["type"]}" of {name}',
                f"There are: {', '.join(known)}.",
                did_you_mean(str(resolved["type"]), known) or f"See reconciler explain {name}.",
            )
        return False

    def _holds_rules(self, kind: Kind, resolved: Mapping[str, Json]) -> bool:
        is_held = True
        for rule in kind.rules:
            for problem in rule(resolved):
                self.report(problem.rule, problem.path, problem.summary, problem.why, problem.fix, problem.severity)
                is_held = is_held and problem.severity != "error"
        return is_held

    def _resource(self, resolved: Mapping[str, Json]) -> Resource:
        return Resource(
            kind=resolved["kind"],
            name=resolved["name"],
            document=resolved,
            positions=Positions(self.context.sources, self.file, self.index, self.document),
            lifecycle=Lifecycle(**resolved.get("lifecycle", {})),
            moved_from=tuple(resolved.get("moved_from", ())),
            removed=resolved.get("removed"),
        )

    def _report_value(self, path: Path, reason: str, name: str) -> None:
        known = list(self.context.values)
        texts = {
            "unknown": (
                f'unknown value "{name}"',
                f"{self.context.environment_file} has no such value.",
                did_you_mean(name, known) or f"Add {name} under values: in {self.context.environment_file}.",
            ),
            "not-scalar": (
                f'the value "{name}" is a list or mapping inside a text',
                "Only texts, numbers and booleans fit there.",
                "Let the reference stand alone, without text around it.",
            ),
            "not-allowed": (
                f"{name} takes no values",
                "It decides what the manifest is, the same in every environment.",
                "Write it out.",
            ),
            "malformed": (
                f'"{name}" is not a reference to a value',
                "A reference is written ${values.name}.",
                "Correct it, or write $${ where ${ is meant as text.",
            ),
        }
        summary, why, fix = texts[reason]
        self.report(f"value/{reason}", path, summary, why, fix)

    def _report_schema(self, error: SchemaError) -> None:
        related: tuple[tuple[Position, str], ...] = ()
        source = self._value_source(error.path)
        if source is not None:
            where = self.context.sources.position(self.context.environment_file, 0, ("values", source), at_key=True)
            related = ((where, f'the value "{source}" comes from here'),)
        if error.hides_value:
            self._suspect(error.path)
        self.report(error.rule, error.path, error.summary, error.why, error.fix, at_key=error.at_key, related=related)

    def _value_source(self, path: Path) -> str | None:
        for length in range(len(path), 0, -1):
            if path[:length] in self.resolution.sources:
                return self.resolution.sources[path[:length]]
        return None

    def _suspect(self, path: Path) -> None:
        for root in (self.document, self.resolution.value):
            value: Any = root
            for key in path:
                value = value[key] if _has(value, key) else None
            self.into.suspected_secrets.extend(Secret(text) for text in _texts(value) if len(text) >= 4)

    def report(
        self,
        rule: str,
        path: Path,
        summary: str,
        why: str = "",
        fix: str = "",
        severity: Any = "error",
        *,
        at_key: bool = False,
        related: tuple[tuple[Position, str], ...] = (),
    ) -> None:
        position = self.context.sources.position(self.file, self.index, path, at_key=at_key)
        self.into.diagnostics.append(Diagnostic(rule, summary, position, severity, why, fix, self.address, related))


def _has(value: Json, key: str | int) -> bool:
    return key in value if isinstance(value, dict) else isinstance(key, int) and key < len(value)


def _texts(value: Json) -> Iterable[str]:
    if isinstance(value, str):
        yield value
        yield from (line.strip() for line in value.splitlines())
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _secret_paths(kind: Kind, document: Mapping[str, Json]) -> frozenset[str]:
    if "removed" in document:
        return frozenset()
    try:
        parts = kind.parts(document)
    except (KeyError, TypeError):
        return frozenset()
    return frozenset(each.path for part in parts for each in part.fields if each.is_secret)
