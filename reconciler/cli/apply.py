"""`reconciler apply`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from reconciler.cli.failure import INTERRUPTED
from reconciler.cli.options import Setting, load, make_world, open_backend
from reconciler.cli.options import command as shared
from reconciler.core.errors import Blocked, PlanNotAcceptable, UsageError
from reconciler.core.plan import PlanFile
from reconciler.core.report import Report


@shared(
    formats=("text", "markdown", "json"),
    environment="optional",
    is_online=True,
    examples=(
        "reconciler apply plans/sandbox.json",
        "reconciler apply -e sandbox",
        "reconciler apply plans/production.json --expect-digest sha256:…",
    ),
)
@click.argument("path", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option("--auto-approve", is_flag=True, help="Without a plan file: do not ask.")
@click.option("--expect-digest", metavar="DIGEST", help="Refuse a plan with another digest than the reviewed one.")
@click.option("--skip-blocked", is_flag=True, help="Run what does not depend on a blocked step.")
@click.option("--only-fresh", is_flag=True, help="Run what does not depend on a stale step.")
@click.option(
    "--wait-for-lease",
    metavar="SECONDS",
    type=float,
    default=0.0,
    help="Wait that long for another run to end, or to turn out to be dead.",
)
def apply(
    setting: Setting,
    path: Path | None,
    auto_approve: bool,
    expect_digest: str | None,
    skip_blocked: bool,
    only_fresh: bool,
    wait_for_lease: float,
) -> int:
    """Run an approved plan, or plan, ask, and run.

    The plan file is an upper bound: what is in it and still needed runs, what is done already is said to be, and what it
    lacks is never done. The same file may be applied again: it resumes.
    """
    from reconciler.engine.applying import ApplyOptions, apply_plan
    from reconciler.engine.session import open_session

    made = _approved(setting, path, auto_approve)
    name = made.plan.environment
    if expect_digest is not None and expect_digest != made.plan.digest():
        raise PlanNotAcceptable(
            f"the plan's digest is {made.plan.digest()}, not the expected one",
            fix="Write the digest in full, as the plan's .md ends with it."
            if made.plan.digest().removeprefix("sha256:").startswith(expect_digest.removeprefix("sha256:"))
            else "Review this plan, or make a new one.",
        )
    require_fitting(setting, made)
    environment = load(setting, name)
    require_unblocked(made, skip_blocked)
    backend = open_backend(setting, is_read_only=False)
    with _interruptible(setting) as is_interrupted:
        world = make_world(setting, name, is_interrupted)
        if world.base_url and backend.is_shared:
            setting.console.talk(
                f"{name} points at {world.base_url}, and everyone who uses {backend.describe()} will remember that account"
            )
        session = open_session(environment, world, read_only=False)
        try:
            report = apply_plan(session, backend, made, ApplyOptions(skip_blocked, only_fresh, wait_for_lease))
        finally:
            session.close()
            backend.close()
    _print_report(setting, report, made)
    return report.exit_code()


def require_fitting(setting: Setting, made: PlanFile) -> None:
    """PlanNotAcceptable when the plan is for another environment than the one that was asked for."""
    name = made.plan.environment
    if setting.environment and setting.environment != name:
        raise PlanNotAcceptable(
            f'the plan is for the environment "{name}", not for "{setting.environment}"',
            fix="Leave out -e, or name the plan of that environment.",
        )


def require_unblocked(made: PlanFile, skip_blocked: bool) -> None:
    """Blocked when a step of the plan is, unless the rest was asked for."""
    if made.plan.is_blocked and not skip_blocked:
        raise Blocked(
            "the plan has blocked steps, so nothing of it runs",
            detail="\n".join(f"{step.id}: {reason}" for step in made.plan.steps for reason in step.blocked),
            fix="Remove the reasons and plan again, or run the rest with --skip-blocked.",
        )


def _approved(setting: Setting, path: Path | None, auto_approve: bool) -> PlanFile:
    from reconciler.cli.plan import make_plan_file, print_plan
    from reconciler.cli.show import read_plan

    if path is not None:
        return read_plan(setting.located(path))
    if not setting.environment:
        raise UsageError("apply needs a plan file, or -e ENV to make a plan first")
    made = make_plan_file(setting, setting.environment)
    if setting.format == "text":
        print_plan(setting, made.plan)
    if not auto_approve and any(step.is_change and not step.blocked for step in made.plan.steps):
        if not sys.stdin.isatty():
            raise UsageError(
                "there is nobody to ask", fix="Apply a reviewed plan file, or say --auto-approve to run without asking."
            )
        if not click.confirm(f"Run this plan against {made.plan.target['subdomain']}?", err=True):
            setting.console.talk("not confirmed: nothing was written")
            raise click.exceptions.Exit(INTERRUPTED)
    return made


@contextmanager
def _interruptible(setting: Setting) -> Iterator[Callable[[], bool]]:
    """The first interrupt ends the run after the request in hand; the second one at once."""
    interrupts = 0

    def note(signum: int, frame: FrameType | None) -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts > 1:
            raise KeyboardInterrupt
        setting.console.talk("interrupted: finishing the request in hand (once more to stop at once)")

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: interrupts > 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print_report(setting: Setting, report: Report, made: PlanFile) -> None:
    console = setting.console
    if setting.is_json:
        console.json("apply", report.exit_code(), report.as_json())
    elif setting.format == "markdown":
        from reconciler.render.report_text import report_as_markdown

        console.data(report_as_markdown(report, made.plan))
    else:
        from reconciler.render.report_text import report_as_text

        console.data(
            report_as_text(report, made.plan, colour=console.colour, width=console.width, ascii_only=console.is_ascii)
        )


command = apply
