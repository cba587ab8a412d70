"""`reconciler drift`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from reconciler.cli.options import Setting, make_world
from reconciler.cli.options import command as shared
from reconciler.core.attribution import Attribution
from reconciler.core.errors import UsageError
from reconciler.core.plan import Plan, Step
from reconciler.core.text import visible

_DRIFT = frozenset({"drift", "conflict", "vanished"})
_SHORTEST_WATCH_SECONDS = 10.0


@shared(
    environment="required",
    is_online=True,
    examples=("reconciler drift -e production", "reconciler drift -e production --watch 300"),
)
@click.option(
    "--watch",
    "watch_seconds",
    metavar="SECONDS",
    type=float,
    help="Keep looking, with so long a pause, and say what is new; an interrupt ends it.",
)
def drift(setting: Setting, watch_seconds: float | None) -> int:
    """Say what was changed in an account since the last apply, and by whom where the account has an audit log.

    Ends 3 with drift, 2 with changes of the manifests that are not applied yet, 4 with both, and 11 where something could
    not be compared. Without a memory of earlier applies the account is compared with the manifests, and every difference
    counts as drift.
    """
    if watch_seconds is None:
        plan, drifted, found = _look(setting)
        return _say(setting, plan, drifted, found)
    if watch_seconds < _SHORTEST_WATCH_SECONDS:
        raise UsageError(
            f"--watch {watch_seconds:g} is too often",
            detail=f"Every look reads all collections; the shortest pause is {_SHORTEST_WATCH_SECONDS:g} seconds.",
        )
    clock = make_world(setting, setting.environment).clock
    said: Any = None
    while True:
        plan, drifted, found = _look(setting)
        if [step.as_json() for step in drifted] != said:
            said = [step.as_json() for step in drifted]
            _say(setting, plan, drifted, found)
        clock.sleep(watch_seconds)


def _look(setting: Setting) -> tuple[Plan, list[Step], list[Attribution]]:
    from reconciler.cli.plan import planned_account
    from reconciler.engine.attributing import attribute

    with planned_account(setting, setting.environment) as (session, backend, made, planned):
        plan = made.plan
        wanted = _DRIFT | {"unknown"} if plan.memory != "full" else _DRIFT
        # What only a person can set drifts too, although the way back is a manual step and no change.
        drifted = [
            step
            for step in plan.steps
            if (step.is_change or step.action == "manual")
            and any(change.cause.kind in wanted for change in step.changes)
        ]
        return plan, drifted, attribute(session, backend, planned, drifted)


def _say(setting: Setting, plan: Plan, drifted: Sequence[Step], found: Sequence[Attribution]) -> int:
    from reconciler.cli.plan import difference_code
    from reconciler.render.drift_text import fields_as_text

    code = difference_code(plan)
    if plan.memory != "full" and drifted:
        code = 3 if code in (0, 2, 3) and all(step in drifted for step in plan.steps if step.is_change) else 4
    elif any(step.action == "manual" for step in drifted):
        code = {0: 3, 2: 4}.get(code, code)
    unknown = [step for step in plan.steps if step.action in ("adopt", "update") and step.blocked and not step.changes]
    if unknown:
        # What could not be compared may have drifted: neither "no drift" nor a difference would be true.
        code = 11
    admin_center = f"https://{plan.target['subdomain']}.zendesk.com/admin"
    if setting.is_json:
        result = {
            "memory": plan.memory,
            "steps": [step.as_json() for step in drifted],
            "plan": plan.digest(),
            "changed_by": [each.as_json() for each in found],
            "admin_center": admin_center,
            "not_compared": {step.id: list(step.blocked) for step in unknown},
        }
        setting.console.json("drift", code, result)
        return code
    console = setting.console
    if plan.memory != "full":
        console.talk("no memory of earlier applies: the account is compared with the manifests")
    if drifted:
        console.data(
            fields_as_text(drifted, found, colour=console.colour, width=console.width, ascii_only=console.is_ascii)
        )
        console.talk(f"Admin Center: {admin_center}")
        console.talk(f"take it into the manifests: reconciler accept -e {setting.environment} ADDRESS")
    else:
        console.data(f"no drift {'is seen ' if unknown else ''}in {plan.target['subdomain']}")
    for step in unknown:
        console.data(visible(f"not compared: {step.address}: {'; '.join(step.blocked)}"))
    if code in (2, 4):
        console.talk(f"changes of the manifests are not applied yet: reconciler plan -e {setting.environment}")
    return code


command = drift
