"""`reconciler import`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.options import Setting, load, make_world, open_backend, require_environment
from reconciler.cli.options import command as shared
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import InvalidManifests, UsageError

if TYPE_CHECKING:
    from reconciler.engine.importing import Imported


@shared(
    formats=("text", "markdown", "json"),
    environment="required",
    is_online=True,
    examples=(
        "reconciler import -e sandbox",
        "reconciler import -e production group trigger trigger_category",
        "reconciler import -e production channel --secrets",
        "reconciler import -e production trigger --merge",
    ),
)
@click.argument("kinds", metavar="[KIND]...", nargs=-1)
@click.option("--secrets", "with_secrets", is_flag=True, help="State secret fields as env:// references to fill in.")
@click.option("--dir", "folder", default="", metavar="DIR", help="Write below environments/ENV/DIR.")
@click.option("--merge", "merges", is_flag=True, help="Bring manifests that are there already to what is live.")
def import_(setting: Setting, kinds: tuple[str, ...], with_secrets: bool, folder: str, merges: bool) -> int:
    """Write manifests of what is live in an account.

    The account is only read, and the memory of applies is not touched. What a manifest describes already is left alone,
    and no file is overwritten, but with --merge: then such a manifest gets what is live, and keeps its comments and its
    layout. The first plan of what was written has adopt and manual steps only. Ends 16 when a KIND that was asked for
    cannot be read.
    """
    from reconciler.engine.importing import Request
    from reconciler.engine.importing_account import import_account
    from reconciler.engine.session import open_session

    wanted = check_kinds(kinds)
    if PurePosixPath(folder).is_absolute() or ".." in PurePosixPath(folder).parts:
        raise UsageError(f'"{folder}" is not a folder below the environment\'s')
    require_environment(setting)
    environment = load_what_there_is(setting, setting.environment)
    backend = open_backend(setting, is_read_only=True)
    session = open_session(environment, make_world(setting, setting.environment), read_only=True)
    request = Request(wanted, with_secrets, folder, merges, _present(setting.root))
    try:
        imported = import_account(session, backend, request)
    finally:
        session.close()
        backend.close()
    bindings = _write(setting, imported)
    code = 16 if kinds and imported.unreadable else 0
    _print(setting, imported, bindings, code)
    return code


def check_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds that were asked for, or all that a manifest can have; UsageError for one that there is not."""
    from reconciler.kinds._registry import manifest_kinds

    known = manifest_kinds()
    for kind in kinds:
        if kind not in known:
            raise UsageError(
                f'there is no kind "{kind}"', detail=f"There are: {', '.join(known)}.", fix=did_you_mean(kind, known)
            )
    return tuple(dict.fromkeys(kinds)) or known


def load_what_there_is(setting: Setting, name: str) -> Any:
    """The environment, which may have no manifest yet; raises InvalidManifests for everything else that is wrong."""
    from reconciler.manifest.loader import load_settings

    try:
        return load(setting, name)
    except InvalidManifests as invalid:
        errors = [each.rule for each in invalid.diagnostics if each.severity == "error"]
        settings = load_settings(setting.root, name) if errors == ["environment/empty"] else None
        if settings is None:
            raise
        return settings


def _present(root: Path) -> frozenset[str]:
    """Every file below environments/, none of which is overwritten."""
    return frozenset(
        path.relative_to(root).as_posix() for path in (root / "environments").rglob("*") if not path.is_dir()
    )


def _write(setting: Setting, imported: Imported) -> list[str]:
    """Write all files, or none, and return the keys of the bindings that are new."""
    from reconciler.core.edits import FileChange
    from reconciler.engine.writing_files import write_files
    from reconciler.manifest.bindings_file import with_bindings

    changes = [*imported.changes, *(FileChange(path, None, text.encode()) for path, text in imported.texts.items())]
    added: list[str] = []
    if imported.bindings:
        bindings = setting.root / "environments" / setting.environment / "bindings.yaml"
        data, added = with_bindings(bindings, setting.root, imported.bindings)
        before = bindings.read_bytes() if bindings.exists() else None
        changes.append(FileChange(bindings.relative_to(setting.root).as_posix(), before, data))
    write_files(setting.root, changes)
    return added


def _print(setting: Setting, imported: Imported, bindings: list[str], code: int) -> None:
    from reconciler.render.import_text import import_as_markdown, import_as_text

    result = imported_as_json(imported, bindings)
    if setting.is_json:
        setting.console.json("import", code, result)
    elif setting.format == "markdown":
        setting.console.data(import_as_markdown(result))
    else:
        setting.console.data(import_as_text(result, setting.console.screen()))
        if imported.files or imported.changes:
            setting.console.talk(f"\nNext: reconciler plan -e {setting.environment}")


def imported_as_json(imported: Imported, bindings: list[str]) -> dict[str, Any]:
    """What came of an import, as plain values."""
    return {
        "written": [
            {"path": path, "address": draft.address, "ids": list(draft.live.values())}
            for path, draft in imported.files.items()
        ],
        "merged": [
            {"file": placed.file, "address": address, **placed.difference.as_json("before", "after")}
            for address, all_placed in imported.merged.placed.items()
            for placed in all_placed
        ],
        "not_merged": [each.as_json() for each in imported.merged.left],
        "bindings": {key: imported.bindings[key] for key in bindings},
        "secrets": [
            {"address": draft.address, "field": path, "reference": reference}
            for draft in imported.files.values()
            for path, reference in draft.secrets.items()
        ],
        "left_out": [
            {"address": draft.address, "field": path, "why": why}
            for draft in imported.files.values()
            for path, why in draft.left_out.items()
        ],
        "not_described": [
            *(
                {"kind": each.kind, "ids": list(each.live_ids), "title": each.title, "why": each.why}
                for each in imported.refused
            ),
            *(
                {
                    "kind": each.collection,
                    "ids": [each.live_id],
                    "title": each.title,
                    "why": f'no kind describes an object of type "{each.type}" here'
                    if each.type
                    else "no kind describes it",
                }
                for each in imported.strays
            ),
        ],
        "managed": list(imported.managed),
        "unreadable": dict(imported.unreadable),
        "not_shown_by_any_api": list(imported.unshown),
        "warnings": list(imported.warnings),
    }


command = import_
