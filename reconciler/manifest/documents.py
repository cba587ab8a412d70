"""Turns the documents of manifest files into resources, collecting every problem on the way.

It judges one document at a time; what documents say about each other is `references`' affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from reconciler.core.diagnostic import Diagnostic, Path, Position, closest, did_you_mean
from reconciler.core.kind import Kind
from reconciler.core.resource import Json, Lifecycle, Resource
from reconciler.core.secret import Secret
from reconciler.kinds._registry import find_kind, kind_names, manifest_kinds
from reconciler.manifest.claims import Claims
from reconciler.manifest.schema_errors import (
    SchemaError,
    dotted_integers,
    kind_of_value,
    known_types,
    schema_errors,
    shown_value,
)
from reconciler.manifest.schema_files import is_valid
from reconciler.manifest.sources import Positions, Sources
from reconciler.manifest.values import UNFILLED, Resolution, resolve_values

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*\Z")

NOT_MANIFESTS = {"environment": "it belongs into environment.yaml"}


@dataclass(slots=True)
class Documents:
    """What came of reading documents: the good resources, everything that is wrong, and which values were used.

    `claims` holds what the broken ones may have been; `are_all_read` is false where there may be more than was seen.
    """

    resources: list[Resource] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    used_values: set[str] = field(default_factory=set)
    claims: Claims = field(default_factory=Claims)
    are_all_read: bool = True
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
        if not reader.read():
            reader.claim()
    else:
        into.claims.names.add(PurePosixPath(file).stem)
        reader.report(
            "manifest/not-a-mapping",
            (),
            f"a manifest consists of fields, this is {kind_of_value(document)}",
            fix="Start it with kind: and name:.",
        )


class _Reader:
    def __init__(self, document: Json, file: str, index: int, context: Context, into: Documents) -> None:
        self.document, self.file, self.index, self.context, self.into = document, file, index, context, into
        self.address = ""
        self.resolution = Resolution()

    def read(self) -> bool:
        """Whether the document became a resource; all that stands in the way is reported."""
        self.resolution = resolve_values(self.document, self.context.values)
        self.into.used_values |= self.resolution.used
        name = self._kind_name()
        if name is None:
            return False
        kind = find_kind(name)
        self.address = f"{name}/{self._name() or '?'}"
        if self.resolution.problems:
            for problem in self.resolution.problems:
                self._report_value(problem.path, problem.reason, problem.name)
            return False
        resolved = self.resolution.value
        if not self._has_known_type(name, resolved):
            self._judge_as_meant(name, kind, resolved)
            return False
        if not is_valid(name, resolved):
            for error in schema_errors(name, resolved, _secret_paths(kind, resolved)):
                self._report_schema(error)
            return False
        dotted = dotted_integers(resolved)
        if dotted:
            for error in dotted:
                self._report_schema(error)
            return False
        if "removed" not in resolved and not self._holds_rules(kind, resolved):
            return False
        self.into.resources.append(self._resource(resolved))
        return True

    def claim(self) -> None:
        """Note what this broken document may have been meant to define."""
        claims, name = self.into.claims, self._name()
        if not self.address:
            claims.names.add(name or PurePosixPath(self.file).stem)
        elif _SLUG.match(name):
            claims.addresses.add(self.address)
        else:
            claims.kinds.add(self.address.split("/")[0])

    def _name(self) -> str:
        name = self.document.get("name")
        return name if isinstance(name, str) else ""

    def _kind_name(self) -> str | None:
        value = self.document.get("kind")
        if isinstance(value, str) and value in kind_names() and find_kind(value).model is not None:
            return value
        if value is None:
            self.report(
                "manifest/missing-kind",
                (),
                "the manifest has no kind",
                f"There are: {', '.join(manifest_kinds())}.",
                "Write kind: and one of them on its first line.",
            )
        elif not isinstance(value, str):
            self.report(
                "manifest/unknown-kind",
                ("kind",),
                f"kind must be a text, not {kind_of_value(value)}",
                f"There are: {', '.join(manifest_kinds())}.",
                "Write one of them.",
            )
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
            known = manifest_kinds()
            self.report(
                "manifest/unknown-kind",
                ("kind",),
                f'unknown kind "{value}"',
                f"There are: {', '.join(known)}.",
                did_you_mean(value, known) or "See reconciler explain for all kinds.",
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
                f"unknown type {shown_value(resolved['type'])} of {name}",
                f"There are: {', '.join(known)}.",
                did_you_mean(str(resolved["type"]), known) or f"See reconciler explain {name}.",
            )
        return False

    def _judge_as_meant(self, name: str, kind: Kind, resolved: Mapping[str, Json]) -> None:
        """Report what else is wrong with a document whose type is only misspelt, as of the type that is meant."""
        meant = closest(str(resolved.get("type", "")), known_types(name))
        if meant:
            guessed = {**resolved, "type": meant}
            if not is_valid(name, guessed):
                for error in schema_errors(name, guessed, _secret_paths(kind, guessed)):
                    self._report_schema(error)

    def _holds_rules(self, kind: Kind, resolved: Mapping[str, Json]) -> bool:
        is_held = True
        for rule in kind.rules:
            for problem in rule(resolved):
                self.report(problem.rule, problem.path, problem.summary, problem.why, problem.fix, problem.severity)
                is_held = is_held and problem.severity != "error"
        return is_held

    def _resource(self, resolved: Mapping[str, Json]) -> Resource:
        expand = find_kind(resolved["kind"]).expand
        document = expand(resolved) if expand is not None and "removed" not in resolved else resolved
        return Resource(
            kind=resolved["kind"],
            name=resolved["name"],
            document=document,
            positions=Positions(self.context.sources, self.file, self.index, self.document, document),
            lifecycle=Lifecycle(**resolved.get("lifecycle", {})),
            moved_from=tuple(resolved.get("moved_from", ())),
            removed=resolved.get("removed"),
        )

    def _report_value(self, path: Path, reason: str, name: str) -> None:
        known = list(self.context.values)
        similar = did_you_mean(name, known) if reason == "unknown" else ""
        # The one that was meant is not "unused" only because it is misspelt here.
        self.into.used_values |= {value for value in known if f'"{value}"' in similar}
        texts = {
            "unknown": (
                f'unknown value "{name}"',
                f"{self.context.environment_file} has no such value.",
                similar or f"Add {name} under values: in {self.context.environment_file}.",
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
        if source is not None and self.context.values[source] == UNFILLED:
            return
        if source is not None:
            where = self.context.sources.position(self.context.environment_file, 0, ("values", source), at_key=True)
            related = ((where, f'the value "{source}" comes from here'),)
        if error.hides_value:
            self._suspect(error.path)
        self.report(
            error.rule,
            error.path,
            error.summary,
            error.why,
            error.fix,
            at_key=error.at_key,
            related=related,
            hides_length=error.hides_value and not error.at_key,
        )

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
        hides_length: bool = False,
    ) -> None:
        position = self.context.sources.position(self.file, self.index, path, at_key=at_key)
        position = replace(position, length=1) if hides_length else position
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
