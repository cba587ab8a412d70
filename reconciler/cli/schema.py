"""`reconciler schema write|check`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared


@shared(examples=("reconciler schema check", "reconciler schema write"))
@click.argument("action", type=click.Choice(["write", "check"]))
def schema(setting: Setting, action: str) -> int:
    """Write the files that are generated from the kinds, or check that the written ones are current.

    These are the JSON Schemas that editors and validate use, and the pages of docs/reference/kinds where that folder
    exists. check ends 10 when a file is missing, different, or not ours.
    """
    from reconciler.manifest.schema_writer import schema_files

    sets = [_Generated(setting.root / "schemas", "*.schema.json", schema_files())]
    reference = setting.root / "docs" / "reference" / "kinds"
    if reference.is_dir():
        from reconciler.render.explanation import reference_pages
        from reconciler.render.kind_facts import all_kinds

        sets.append(_Generated(reference, "*.md", reference_pages(all_kinds())))
    differing = [name for each in sets for name in each.differing()]
    if action == "write":
        for each in sets:
            each.write()
    code = 10 if action == "check" and differing else 0
    total = sum(len(each.wanted) for each in sets)
    if setting.is_json:
        setting.console.json("schema", code, {"folders": [str(each.folder) for each in sets], "differing": differing})
    elif action == "write":
        setting.console.data(f"{total} files written, {len(differing)} of them changed")
    elif differing:
        setting.console.data(f"not current: {', '.join(differing)}. Run reconciler schema write.")
    else:
        setting.console.data(f"{total} generated files are current")
    return code


@dataclass(slots=True)
class _Generated:
    """A folder of generated files: every file of the pattern in it is ours."""

    folder: Path
    pattern: str
    wanted: dict[str, bytes]

    def present(self) -> dict[str, bytes]:
        if not self.folder.is_dir():
            return {}
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob(self.pattern))}

    def differing(self) -> list[str]:
        present = self.present()
        names = self.wanted.keys() | present.keys()
        return sorted(name for name in names if self.wanted.get(name) != present.get(name))

    def write(self) -> None:
        from reconciler.store.files import write_whole

        present = self.present()
        self.folder.mkdir(exist_ok=True)
        for name, data in self.wanted.items():
            if present.get(name) != data:
                write_whole(self.folder / name, data, mode=0o644)
        for name in present.keys() - self.wanted.keys():
            (self.folder / name).unlink()


command = schema
