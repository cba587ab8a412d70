"""`reconciler schema write|check`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared


@shared(examples=("reconciler schema check", "reconciler schema write"))
@click.argument("action", type=click.Choice(["write", "check"]))
def schema(setting: Setting, action: str) -> int:
    """Write the JSON Schemas that editors and validate use, or check that the written ones are current.

    They are generated from the kinds. check ends 10 when a file is missing, different, or not ours.
    """
    from reconciler.manifest.schema_writer import schema_files

    folder = setting.root / "schemas"
    wanted = schema_files()
    present = {path.name: path.read_bytes() for path in sorted(folder.glob("*.schema.json"))} if folder.is_dir() else {}
    differing = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
    if action == "write":
        _write(folder, wanted, present)
    code = 10 if action == "check" and differing else 0
    if setting.is_json:
        setting.console.json("schema", code, {"folder": str(folder), "differing": differing})
    elif action == "write":
        setting.console.data(f"{len(wanted)} schemas written, {len(differing)} of them changed")
    elif differing:
        setting.console.data(f"not current: {', '.join(differing)}. Run reconciler schema write.")
    else:
        setting.console.data(f"{len(wanted)} schemas are current")
    return code


def _write(folder: Path, wanted: dict[str, bytes], present: dict[str, bytes]) -> None:
    from reconciler.store.files import write_whole

    folder.mkdir(exist_ok=True)
    for name, data in wanted.items():
        if present.get(name) != data:
            write_whole(folder / name, data, mode=0o644)
    for name in present.keys() - wanted.keys():
        (folder / name).unlink()


command = schema
