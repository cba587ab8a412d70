"""`reconciler show`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.errors import UsageError
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
    return read_plan_file(data)


command = show
