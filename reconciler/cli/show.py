"""`reconciler show`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.errors import PlanNotAcceptable, UsageError
from reconciler.core.plan import PlanFile, read_plan_file


@shared(
    formats=("text", "markdown", "json"),
    examples=("reconciler show plans/sandbox.json", "reconciler show plans/sandbox.json --format markdown"),
)
@click.argument("path", metavar="PLAN", type=click.Path(path_type=Path))
def show(setting: Setting, path: Path) -> int:
    """Show a plan file, offline; a file that was changed after it was made is refused."""
    from reconciler.cli.plan import print_plan

    print_plan(setting, read_plan(setting.located(path)).plan)
    return 0


def read_plan(path: Path) -> PlanFile:
    """The plan in a file; UsageError when there is no such file, PlanNotAcceptable when it is no whole plan."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f'the plan file "{path}" cannot be read: {error.strerror}', fix="Make one: reconciler plan -e ENV"
        ) from None
    read = read_plan_file(data)
    _require_shape(data)
    return read


def _require_shape(data: bytes) -> None:
    """The hashes show that nobody changed the file, not who made it: its values are judged by the published schema."""
    import json

    from reconciler.manifest.schema_files import is_valid

    if not is_valid("plan", json.loads(data)):
        raise PlanNotAcceptable(
            "the plan file's content does not have the shape of a plan",
            detail="Its digest and seal hold, but reconciler did not write it.",
            fix="Make a new one: reconciler plan -e ENV",
        )


command = show
