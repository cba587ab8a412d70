"""The shipped example keeps its own promises."""

from __future__ import annotations

from pathlib import Path

from reconciler.manifest.loader import load_environment, require_valid

ROOT = Path(__file__).resolve().parents[2]


def files(name: str) -> dict[str, bytes]:
    folder = ROOT / "environments" / name
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.yaml")}


def test_both_environments_hold_the_same_manifests_but_for_only() -> None:
    sandbox, production = files("sandbox"), files("production")
    differing = {name for name in sandbox.keys() | production.keys() if sandbox.get(name) != production.get(name)}

    assert {"environment.yaml", "canaux/line-jp.yaml"} == differing
    only = [
        each.address for each in require_valid(load_environment(ROOT, "production")).resources if each.name == "line-jp"
    ]
    assert ["channel/line-jp"] == only


def test_the_example_is_valid_without_a_warning() -> None:
    for name in ("sandbox", "production"):
        assert () == load_environment(ROOT, name).diagnostics


def test_every_manifest_names_the_schema_that_editors_read() -> None:
    for name in ("sandbox", "production"):
        folder = ROOT / "environments" / name
        for path in folder.rglob("*.yaml"):
            first = path.read_text().splitlines()[0]
            target = first.removeprefix("# yaml-language-server: $schema=")
            assert (path.parent / target).resolve().is_file(), path
