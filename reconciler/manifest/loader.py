"""Loads one environment: its manifests, its `environment.yaml`, and the files beside them, with all problems at once.

It refuses to know the live account, the state, and what a secret reference stands for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reconciler.core.diagnostic import Diagnostic, Position, did_you_mean
from reconciler.core.diagnostic import Path as DocumentPath
from reconciler.core.errors import InvalidManifests, UsageError
from reconciler.core.plan import digest_of
from reconciler.core.policy import Approval, Binding, Policy, policy_from
from reconciler.core.resource import Json, Resource
from reconciler.core.secret import Secret
from reconciler.manifest.beside import (
    Place,
    check_bindings,
    check_entries,
    check_filled,
    check_value_names,
    is_value_name,
)
from reconciler.manifest.documents import Context, Documents, read_document
from reconciler.manifest.files import SourceFile, display_name, manifest_paths, read_file
from reconciler.manifest.references import check_references
from reconciler.manifest.relations import check_relations
from reconciler.manifest.schema_errors import schema_errors
from reconciler.manifest.schema_files import is_valid, schema_directory
from reconciler.manifest.sources import Sources
from reconciler.manifest.suspicion import is_reference, suspected_secrets
from reconciler.manifest.twins import check_twins
from reconciler.manifest.yaml_reader import parse, split_lines

CREDENTIAL_PATHS = frozenset(
    {
        "credentials.support.client_id",
        "credentials.support.client_secret",
        "credentials.support.api_token",
        "credentials.conversations.key_id",
        "credentials.conversations.secret",
    }
)


@dataclass(frozen=True, slots=True)
class LoadedEnvironment:
    """Everything that the files of an environment say, judged and resolved."""

    name: str
    subdomain: str
    app_id: str
    credentials: Mapping[str, Json]
    policy: Policy
    resources: tuple[Resource, ...]
    bindings: Mapping[str, Binding]
    approvals: tuple[Approval, ...]
    attested: Mapping[str, str]
    warnings: tuple[Diagnostic, ...]
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """An environment, or why there is none: `environment` is None when a diagnostic is an error."""

    environment: LoadedEnvironment | None
    diagnostics: tuple[Diagnostic, ...]
    suspected_secrets: tuple[Secret, ...]
    files: int


def environments_in(root: Path) -> list[str]:
    """The names of the environments, sorted."""
    folder = root / "environments"
    return sorted(each.name for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []


def load_project(root: Path) -> dict[str, Any]:
    """`reconciler.yaml`, or an empty mapping where there is none; raises InvalidManifests."""
    document, found = _read_project(root)
    if found:
        raise InvalidManifests("reconciler.yaml is invalid", found)
    return document


def judge_project(root: Path) -> tuple[Diagnostic, ...]:
    """What is wrong with `reconciler.yaml`; nothing where there is none."""
    return _read_project(root)[1]


def _read_project(root: Path) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    path = root / "reconciler.yaml"
    if not path.exists() and not path.is_symlink():
        return {}, ()
    found: list[Diagnostic] = []
    document = _single_document(path, root, "project", Sources(), found)
    return dict(document or {}), tuple(found)


def require_valid(loaded: Loaded) -> LoadedEnvironment:
    """The environment, or InvalidManifests with every diagnostic."""
    if loaded.environment is None:
        count = sum(each.severity == "error" for each in loaded.diagnostics)
        raise InvalidManifests(f"{count} problem{'s' if count != 1 else ''} in the manifests", loaded.diagnostics)
    return loaded.environment


def load_environment(root: Path, name: str) -> Loaded:
    """Read and judge all files of an environment; UsageError when there is no such environment."""
    directory = root / "environments" / name
    known = environments_in(root)
    if name not in known:
        raise UsageError(
            f'there is no environment "{name}"',
            detail=f"There are: {', '.join(known)}." if known else "There is no folder environments/ with one in it.",
            fix=did_you_mean(name, known)
            if known
            else "Run this where the folder environments/ is, or name that place with -C DIR.",
        )
    return _Loader(root, directory, name).load()


def load_settings(root: Path, name: str) -> LoadedEnvironment | None:
    """What `environment.yaml` alone says, without any manifest; None when that file is not valid."""
    return _Loader(root, root / "environments" / name, name).load_settings()


class _Loader:
    def __init__(self, root: Path, directory: Path, name: str) -> None:
        self.root, self.directory, self.name = root, directory, name
        self.sources = Sources()
        self.found: list[Diagnostic] = []
        self.suspected: list[Secret] = []

    def load(self) -> Loaded:
        environment_path = self.directory / "environment.yaml"
        environment_file = display_name(environment_path, self.root)
        document = self._environment(environment_path)
        documents = Documents()
        paths = list(manifest_paths(self.directory))
        values = document.get("values", {}) if document else {}

        def value_place(path: DocumentPath, at_key: bool) -> Position:
            return self.sources.position(environment_file, 0, path, at_key=at_key)

        self.found.extend(check_value_names(values, value_place))
        self.found.extend(check_filled(values, value_place))
        if document is not None:
            self._read_manifests(paths, Context(self.sources, values, environment_file), documents)
            self.found.extend(documents.diagnostics)
            self.found.extend(check_references(documents.resources, documents.claims))
            self.found.extend(check_twins(documents.resources))
            self.found.extend(check_relations(documents.resources))
            self._check_only(document, documents, environment_file)
            if documents.are_all_read:
                self._warn_of_unused_values(values, documents, environment_file)
        bindings = self._beside("bindings.yaml")
        approvals = self._beside("approvals.yaml")
        attestations = self._beside("attestations.yaml")
        if document is not None:
            self._check_beside(documents, bindings, approvals, attestations)
        self.suspected.extend(documents.suspected_secrets)
        is_good = document is not None and all(each.severity != "error" for each in self.found)
        loaded = (
            self._loaded(document, documents.resources, bindings, approvals, attestations)
            if is_good and document
            else None
        )
        return Loaded(loaded, tuple(self.found), tuple(self.suspected), len(paths) + 1)

    def load_settings(self) -> LoadedEnvironment | None:
        document = self._environment(self.directory / "environment.yaml")
        return self._loaded(document, (), None, None, None) if document is not None else None

    def _environment(self, path: Path) -> Mapping[str, Json] | None:
        if not path.exists():
            self.found.append(
                Diagnostic(
                    "environment/missing",
                    "the environment has no environment.yaml",
                    Position(display_name(path, self.root)),
                    why="It says which account the environment is and where its credentials are found.",
                    fix="Add one; the shipped example's environments/sandbox/environment.yaml shows its shape.",
                )
            )
            return None
        before = len(self.found)
        document = _single_document(path, self.root, "environment", self.sources, self.found, self.suspected)
        if document is not None and len(self.found) == before and document["name"] != self.name:
            self.found.append(
                Diagnostic(
                    "environment/other-name",
                    f'the environment\'s name is "{document["name"]}", its folder\'s "{self.name}"',
                    self.sources.position(display_name(path, self.root), 0, ("name",)),
                    why="A copied folder that still names the other environment would be applied to its account.",
                    fix=f"Write name: {self.name}, and look at account: too.",
                )
            )
        return document if len(self.found) == before else None

    def _read_manifests(self, paths: Sequence[Path], context: Context, documents: Documents) -> None:
        count = 0
        for path in paths:
            file = read_file(path, self.root)
            if isinstance(file, Diagnostic):
                documents.diagnostics.append(file)
                documents.claims.has_unread_file = True
                documents.are_all_read = False
                continue
            parsed = parse(file.data, file.name)
            documents.diagnostics.extend(parsed.diagnostics)
            if parsed.diagnostics:
                documents.claims.add_unparsed(file.name, file.data)
                documents.suspected_secrets.extend(suspected_secrets(split_lines(file.data)))
                documents.are_all_read = False
                continue
            self.sources.add(file)
            for index, document in enumerate(parsed.documents):
                read_document(document, file.name, index, context, documents)
                count += 1
        if not count and not documents.diagnostics:
            documents.are_all_read = False
            documents.diagnostics.append(
                Diagnostic(
                    "environment/empty",
                    "the environment has no manifests",
                    Position(display_name(self.directory, self.root)),
                    why="An empty folder is more often a wrong branch or a bad copy than a wish to manage nothing.",
                    fix="Add a manifest, or remove the folder.",
                )
            )

    def _check_only(self, document: Mapping[str, Json], documents: Documents, file: str) -> None:
        known = [each.address for each in documents.resources]
        for index, entry in enumerate(document.get("only", ())):
            kind, _, name = entry["address"].partition("/")
            if entry["address"] not in known and not documents.claims.may_hold(kind, name):
                self.found.append(
                    Diagnostic(
                        "environment/only-unknown",
                        f"only: names {entry['address']}, which has no manifest here",
                        self.sources.position(file, 0, ("only", index, "address")),
                        why="only: lists the manifests that stand in this environment alone.",
                        fix=did_you_mean(entry["address"], known) or "Remove the entry.",
                    )
                )

    def _warn_of_unused_values(self, values: Mapping[str, Json], documents: Documents, file: str) -> None:
        for key in values:
            if key not in documents.used_values and is_value_name(key):
                self.found.append(
                    Diagnostic(
                        "value/unused",
                        f'the value "{key}" is not used',
                        self.sources.position(file, 0, ("values", key), at_key=True),
                        "warning",
                        fix="Remove it, or use it as ${values." + key + "}.",
                    )
                )

    def _beside(self, name: str) -> Any:
        path = self.directory / name
        if not path.exists() and not path.is_symlink():
            return None
        schema = name.removesuffix(".yaml")
        return _single_document(path, self.root, schema, self.sources, self.found, self.suspected, may_be_empty=True)

    def _check_beside(self, documents: Documents, bindings: Any, approvals: Any, attestations: Any) -> None:
        known = [each.address for each in documents.resources]

        def place(name: str) -> Place:
            file = display_name(self.directory / name, self.root)
            return lambda path, at_key: self.sources.position(file, 0, path, at_key=at_key)

        self.found.extend(check_bindings(bindings or {}, known, documents.claims, place("bindings.yaml")))
        self.found.extend(check_entries(approvals or (), "until", known, place("approvals.yaml")))
        self.found.extend(check_entries(attestations or (), "on", known, place("attestations.yaml")))

    def _loaded(
        self,
        document: Mapping[str, Json],
        resources: Sequence[Resource],
        bindings: Any,
        approvals: Any,
        attestations: Any,
    ) -> LoadedEnvironment:
        policy = policy_from(document.get("policy", {}))
        account = document["account"]
        content = sorted([resource.address, _plain(resource.document)] for resource in resources)
        return LoadedEnvironment(
            name=self.name,
            subdomain=account["subdomain"],
            app_id=account["app_id"],
            credentials=document["credentials"],
            policy=policy,
            resources=tuple(sorted(resources, key=lambda each: each.address)),
            bindings={
                address: Binding(str(line.get("id", "")), tuple(line.get("none_of", ())))
                for address, line in (bindings or {}).items()
            },
            approvals=tuple(
                Approval(**{name: str(value) for name, value in entry.items()}) for entry in approvals or ()
            ),
            attested={entry["step"]: entry["digest"] for entry in attestations or ()},
            warnings=tuple(each for each in self.found if each.severity == "warning"),
            digests={
                "manifests": digest_of([self.name, dict(account), content]),
                "policy": digest_of(policy.as_json()),
                "schemas": schemas_digest(),
            },
        )


def schemas_digest() -> str:
    """The digest of the published schema of all manifests."""
    data = (schema_directory() / "manifest.schema.json").read_bytes()
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _plain(value: Json) -> Json:
    """The value without floats, which no digest takes."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _single_document(
    path: Path,
    root: Path,
    schema: str,
    sources: Sources,
    found: list[Diagnostic],
    suspected: list[Secret] | None = None,
    *,
    may_be_empty: bool = False,
) -> Any:
    """The one document of a file that is no manifest, judged by its schema; None with diagnostics added.

    A file with nothing but comments gives None without any where it `may_be_empty`.
    """
    file = read_file(path, root)
    if isinstance(file, Diagnostic):
        found.append(file)
        return None
    parsed = parse(file.data, file.name)
    found.extend(parsed.diagnostics)
    if parsed.diagnostics:
        if suspected is not None:
            suspected.extend(suspected_secrets(split_lines(file.data)))
        return None
    sources.add(file)
    if not parsed.documents and may_be_empty:
        return None
    if len(parsed.documents) != 1:
        found.append(
            Diagnostic(
                "file/one-document",
                f"the file must hold one document, it holds {len(parsed.documents)}",
                Position(file.name),
                fix="Write one document, without --- between parts of it.",
            )
        )
        return None
    document = parsed.documents[0]
    if not is_valid(schema, document):
        found.extend(_schema_diagnostics(schema, document, file, sources, suspected))
        return None
    return document


def _schema_diagnostics(
    schema: str, document: Json, file: SourceFile, sources: Sources, suspected: list[Secret] | None
) -> list[Diagnostic]:
    diagnostics = []
    for error in schema_errors(schema, document, CREDENTIAL_PATHS):
        hides_value = error.hides_value or error.path[:1] == ("credentials",)
        if hides_value and suspected is not None:
            value = document
            for key in error.path:
                value = value.get(key) if isinstance(value, dict) else None
            suspected.extend(_strings(value))
        position = sources.position(file.name, 0, error.path, at_key=error.at_key)
        if hides_value and not error.at_key:
            position = replace(position, length=1)
        diagnostics.append(Diagnostic(error.rule, error.summary, position, why=error.why, fix=error.fix))
    return diagnostics


def _strings(value: Json) -> list[Secret]:
    if isinstance(value, str):
        return [Secret(value)] if len(value) >= 4 and not is_reference(value) else []
    if isinstance(value, dict):
        return [secret for inner in value.values() for secret in _strings(inner)]
    return []
