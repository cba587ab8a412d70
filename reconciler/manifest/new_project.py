"""The files of a new repository; it refuses to know where they are written, and what is there already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.errors import UsageError
from reconciler.core.resource import Json
from reconciler.manifest.schema_errors import schema_errors
from reconciler.manifest.schema_files import is_valid, schema_directory
from reconciler.manifest.yaml_writing import document_text

PRODUCTION = "production"
"""The environment that gets the careful policy."""

_CAREFUL = {"max_deletes": 5, "drift": "block", "removal": "tombstone"}
_FREE = {"max_deletes": 20, "drift": "overwrite"}


@dataclass(frozen=True, slots=True)
class NewEnvironment:
    """An environment's name, its account's subdomain, and the id of its Conversations app."""

    name: str
    subdomain: str
    app_id: str

    def variables(self) -> dict[str, str]:
        """The environment variables that hold its credentials, by what they are."""
        prefix = f"ZD_{self.name.upper().replace('-', '_')}"
        return {
            "client_id": f"{prefix}_CLIENT_ID",
            "client_secret": f"{prefix}_CLIENT_SECRET",
            "key_id": f"{prefix}_SC_KEY_ID",
            "secret": f"{prefix}_SC_SECRET",
        }

    def document(self) -> dict[str, Json]:
        """Its `environment.yaml`; nothing is ever removed from production because a file is missing."""
        where = {what: f"env://{name}" for what, name in self.variables().items()}
        return {
            "kind": "environment",
            "name": self.name,
            "account": {"subdomain": self.subdomain, "app_id": self.app_id},
            "credentials": {
                "support": {each: where[each] for each in ("client_id", "client_secret")},
                "conversations": {each: where[each] for each in ("key_id", "secret")},
            },
            "policy": _CAREFUL if self.name == PRODUCTION else _FREE,
        }


def project_files(environments: Sequence[NewEnvironment], store: str) -> dict[str, bytes]:
    """Every file by its path from the root; raises UsageError for an environment that could not be valid."""
    names = [each.name for each in environments]
    files: dict[str, bytes] = {}
    for each in environments:
        document = each.document()
        if not is_valid("environment", document):
            error = schema_errors("environment", document)[0]
            raise UsageError(f"{each.name}: {error.summary}", detail=error.why, fix=error.fix)
        head = "# yaml-language-server: $schema=../../schemas/environment.schema.json\n"
        files[f"environments/{each.name}/environment.yaml"] = (head + document_text(document)).encode()
    stored = {"type": "sqlite", "path": ".reconciler/state.sqlite3"} if store == "sqlite" else {"type": store}
    head = "# yaml-language-server: $schema=schemas/project.schema.json\n"
    files["reconciler.yaml"] = (head + document_text({"format": 1, "store": stored})).encode()
    files[".gitignore"] = b".reconciler/\n"
    files[".vscode/settings.json"] = _as_json(_editor_settings())
    files[".vscode/extensions.json"] = _as_json({"recommendations": ["redhat.vscode-yaml"]})
    files["ci/reconciler.sh"] = _PIPELINE.format(environments=" ".join(names)).encode()
    for path in sorted(schema_directory().glob("*.schema.json")):
        files[f"schemas/{path.name}"] = path.read_bytes()
    return files


def _editor_settings() -> dict[str, Json]:
    """Which schema judges which file; what stands beside the manifests has schemas of its own."""
    beside = ("environment", "bindings", "approvals", "attestations")
    return {
        "yaml.schemas": {
            "./schemas/project.schema.json": "/reconciler.yaml",
            **{f"./schemas/{each}.schema.json": f"/environments/*/{each}.yaml" for each in beside},
            "./schemas/manifest.schema.json": "/environments/*/*/**/*.yaml",
        },
        "files.insertFinalNewline": True,
    }


def _as_json(value: Json) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


_PIPELINE = """\
#!/bin/sh
# What a pipeline runs. Give it the variables that environments/*/environment.yaml names.
#   on every pull request:  ci/reconciler.sh check    (show plans/*.md to the reviewers, and commit plans/)
#   on merge:               ci/reconciler.sh apply    (runs exactly the plans that were reviewed)
# Pipelines start on a new machine each time: let reconciler.yaml name a store that they share, such as
# store: {{type: git}}.
set -eu

environments="{environments}"

case "${{1:-}}" in
check)
    reconciler validate
    for environment in $environments; do reconciler plan -e "$environment"; done
    ;;
apply)
    for environment in $environments; do
        status=0
        reconciler apply "plans/$environment.json" || status=$?
        # 18: everything is done but what a person has to do.
        case $status in 0 | 18) ;; *) exit "$status" ;; esac
    done
    ;;
*)
    echo "usage: $0 check|apply" >&2
    exit 64
    ;;
esac
"""
