"""`reconciler validate`."""

from __future__ import annotations

from typing import Any

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.errors import InvalidManifests


@shared(
    environment="optional",
    examples=("reconciler validate", "reconciler validate -e sandbox", "reconciler validate --format json"),
)
def validate(setting: Setting) -> int:
    """Judge the manifests of one environment, or of all, offline.

    Every problem of every file is reported in one go, with its place and what to do about it. No secret is resolved
    and no account is asked.
    """
    from reconciler.manifest.loader import environments_in, judge_project, load_environment

    names = [setting.environment] if setting.environment else environments_in(setting.root)
    if not names:
        raise InvalidManifests(
            "there are no environments",
            (),
            fix="Add a folder environments/NAME with an environment.yaml, or name the place of yours with -C DIR.",
        )
    loaded = [load_environment(setting.root, name) for name in names]
    for each in loaded:
        for secret in each.suspected_secrets:
            setting.console.redactor.learn(secret)
    of_project = judge_project(setting.root)
    diagnostics = [*of_project, *(diagnostic for each in loaded for diagnostic in each.diagnostics)]
    code = 10 if of_project or any(each.environment is None for each in loaded) else 0
    counts: list[dict[str, Any]] = [
        {
            "environment": name,
            "valid": each.environment is not None,
            "files": each.files,
            "resources": len(each.environment.resources) if each.environment else None,
        }
        for name, each in zip(names, loaded, strict=True)
    ]
    if setting.is_json:
        setting.console.json("validate", code, counts, diagnostics)
        return code
    if diagnostics:
        setting.console.diagnostics(diagnostics, to_stdout=True)
    for count in counts:
        if count["valid"]:
            setting.console.data(
                f"{count['environment']}: {count['resources']} resources in {count['files']} files are valid"
            )
    return code


command = validate
