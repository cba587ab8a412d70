"""`reconciler rehearse`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.apply import require_fitting, require_unblocked
from reconciler.cli.options import Setting, load, make_world, open_backend
from reconciler.cli.options import command as shared
from reconciler.core.errors import UsageError

if TYPE_CHECKING:
    from reconciler.core.plan import PlanFile
    from reconciler.engine.rehearsing import Rehearsal


@shared(
    formats=("text", "markdown", "json"),
    environment="optional",
    is_online=True,
    examples=(
        "reconciler rehearse plans/production.json",
        "reconciler rehearse -e production",
        "reconciler rehearse plans/production.json --format markdown",
    ),
)
@click.argument("path", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option("--skip-blocked", is_flag=True, help="Run what does not depend on a blocked step.")
@click.option("--only-fresh", is_flag=True, help="Run what does not depend on a stale step.")
def rehearse(setting: Setting, path: Path | None, skip_blocked: bool, only_fresh: bool) -> int:
    """Apply a plan to a copy of the account on this machine, and say what came of it.

    The account is only read. What it holds is loaded into a local Zendesk, with the same ids; there the plan file itself
    is applied, with a copy of the memory, and a second plan is made. Secrets of the manifests are not needed. Without a
    PLAN it makes one first. Ends as apply would, and 15 where the second plan would still change something.
    """
    from reconciler.cli.emulate import load_emulator
    from reconciler.engine.applying import ApplyOptions
    from reconciler.engine.rehearsing import rehearse_plan
    from reconciler.engine.session import open_session

    load_emulator()
    from reconciler.cli.account_copy import EmulatedCopy

    made = _plan(setting, path)
    require_fitting(setting, made)
    name = made.plan.environment
    environment = load(setting, name)
    require_unblocked(made, skip_blocked)
    backend = open_backend(setting, is_read_only=True)
    session = open_session(environment, make_world(setting, name), read_only=True)
    try:
        rehearsal = rehearse_plan(
            session,
            backend,
            made,
            ApplyOptions(skip_blocked, only_fresh),
            lambda copied: EmulatedCopy(environment.subdomain, copied),
        )
    finally:
        session.close()
        backend.close()
    _print(setting, rehearsal)
    return rehearsal.exit_code()


def _plan(setting: Setting, path: Path | None) -> PlanFile:
    from reconciler.cli.plan import make_plan_file
    from reconciler.cli.show import read_plan

    if path is not None:
        return read_plan(setting.located(path))
    if not setting.environment:
        raise UsageError("rehearse needs a plan file, or -e ENV to make a plan first")
    return make_plan_file(setting, setting.environment)


def _print(setting: Setting, rehearsal: Rehearsal) -> None:
    from reconciler.render.rehearsal_text import rehearsal_as_markdown, rehearsal_as_text

    console = setting.console
    result = rehearsal.as_json()
    if setting.is_json:
        console.json("rehearse", rehearsal.exit_code(), result)
    elif setting.format == "markdown":
        console.data(rehearsal_as_markdown(result))
    else:
        console.data(rehearsal_as_text(result, console.screen(), with_requests=console.verbosity > 0))


command = rehearse
