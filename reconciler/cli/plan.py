"""`reconciler plan`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from reconciler.cli.options import Setting, load, make_world, open_backend
from reconciler.cli.options import command as shared
from reconciler.core.errors import PlanNotAcceptable
from reconciler.core.plan import Plan, PlanFile, read_plan_file


@shared(
    formats=("text", "markdown", "json"),
    environment="required",
    is_online=True,
    examples=("reconciler plan -e sandbox", "reconciler plan -e production --exit-code --format json"),
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write FILE and FILE's .md instead of plans/ENV.json and .md."
)
@click.option("--exit-code", "wants_exit_code", is_flag=True, help="End 2 with changes, 3 with drift, 4 with both.")
def plan(setting: Setting, out: Path | None, wants_exit_code: bool) -> int:
    """Compare the manifests with an account and write what would change.

    The account is only read. The plan is written to plans/ENV.json, which apply takes, and plans/ENV.md, for reviewers.
    With blocked steps it ends 11.
    """
    made = make_plan_file(setting, setting.environment)
    path = setting.located(out) if out else setting.root / "plans" / f"{setting.environment}.json"
    write_plan(setting, made, path)
    print_plan(setting, made.plan)
    shown = out or path.relative_to(setting.root)
    if setting.format == "text":
        setting.console.talk(f"\nWritten to {shown} and {shown.with_suffix('.md')}.")
        if not made.plan.is_blocked and any(step.is_change for step in made.plan.steps):
            setting.console.talk(f"Apply exactly this: reconciler apply {shown}")
    if made.plan.is_blocked:
        return 11
    return difference_code(made.plan) if wants_exit_code else 0


def make_plan_file(setting: Setting, name: str) -> PlanFile:
    """A fresh plan of an environment, made through a transport that can only read."""
    made: PlanFile = make_planned(setting, name)[0]
    return made


def make_planned(setting: Setting, name: str) -> Any:
    """The same, and what was seen while it was made."""
    with planned_account(setting, name) as (_, _, made, planned):
        return made, planned


@contextmanager
def planned_account(setting: Setting, name: str) -> Iterator[tuple[Any, Any, PlanFile, Any]]:
    """An environment's open session and store, which can only be read, with a fresh plan and what was seen for it."""
    from reconciler.engine.planning import plan_environment
    from reconciler.engine.session import open_session

    environment = load(setting, name)
    world = make_world(setting, name)
    backend = open_backend(setting, is_read_only=True)
    session = open_session(environment, world, read_only=True)
    try:
        yield session, backend, *plan_environment(session, backend, _predecessor(setting, name))
    finally:
        session.close()
        backend.close()
    requests = session.account.requests
    setting.console.talk(
        f"read {environment.subdomain}: {requests['reads']} requests for collections, {requests['identity']} for identity, "
        f"{requests['tokens']} for tokens",
        level=1,
    )


def _predecessor(setting: Setting, name: str) -> PlanFile | None:
    """The environment's plan file of earlier, when there is a whole one."""
    try:
        return read_plan_file((setting.root / "plans" / f"{name}.json").read_bytes())
    except (OSError, PlanNotAcceptable):
        return None


def write_plan(setting: Setting, made: PlanFile, path: Path) -> None:
    """Both files of a plan, each whole or not at all."""
    from reconciler.render.plan_markdown import plan_as_markdown
    from reconciler.store.files import write_whole

    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, made.encode(), mode=0o644)
    shown = path.relative_to(setting.root).as_posix() if path.is_relative_to(setting.root) else path.name
    text = plan_as_markdown(made.plan, digest=made.plan.digest(), plan_path=shown)
    write_whole(path.with_suffix(".md"), setting.console.redactor.redact(text).encode(), mode=0o644)


def print_plan(setting: Setting, plan: Plan) -> None:
    """The plan in the format that was asked for; JSON is the plan itself."""
    console = setting.console
    if setting.format == "json":
        import json

        console.data(json.dumps(plan.as_json(), ensure_ascii=False, indent=2))
    elif setting.format == "markdown":
        from reconciler.render.plan_markdown import plan_as_markdown

        console.data(plan_as_markdown(plan, digest=plan.digest()))
    else:
        from reconciler.render.plan_text import plan_as_text

        console.data(
            plan_as_text(
                plan,
                digest=plan.digest(),
                colour=console.colour,
                width=console.width,
                ascii_only=console.is_ascii,
                verbose=console.verbosity > 0,
            )
        )


def difference_code(plan: Plan) -> int:
    """0 nothing, 2 changes, 3 drift, 4 both; manual and waiting steps are neither."""
    causes = [change.cause.kind for step in plan.steps if step.is_change for change in step.changes]
    has_drift = any(kind in ("drift", "conflict", "vanished") for kind in causes)
    has_changes = any(
        step.is_change
        and (
            not step.changes
            or any(change.cause.kind not in ("drift", "conflict", "vanished") for change in step.changes)
        )
        for step in plan.steps
    )
    return {(False, False): 0, (True, False): 2, (False, True): 3, (True, True): 4}[has_changes, has_drift]


command: Any = plan
