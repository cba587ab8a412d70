"""`reconciler drift`."""

from __future__ import annotations

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared

_DRIFT = frozenset({"drift", "conflict", "vanished"})


@shared(environment="required", is_online=True, examples=("reconciler drift -e production",))
def drift(setting: Setting) -> int:
    """Say what was changed in an account since the last apply.

    Ends 3 with drift, 2 with changes of the manifests that are not applied yet, 4 with both. Without a memory of earlier
    applies the account is compared with the manifests, and every difference counts as drift.
    """
    from reconciler.cli.plan import difference_code, make_plan_file
    from reconciler.render.drift_text import fields_as_text

    plan = make_plan_file(setting, setting.environment).plan
    wanted = _DRIFT | {"unknown"} if plan.memory != "full" else _DRIFT
    # What only a person can set drifts too, although the way back is a manual step and no change.
    drifted = [
        step
        for step in plan.steps
        if (step.is_change or step.action == "manual") and any(change.cause.kind in wanted for change in step.changes)
    ]
    code = difference_code(plan)
    if plan.memory != "full" and drifted:
        code = 3 if code in (0, 2, 3) and all(step in drifted for step in plan.steps if step.is_change) else 4
    elif any(step.action == "manual" for step in drifted):
        code = {0: 3, 2: 4}.get(code, code)
    if setting.is_json:
        setting.console.json(
            "drift", code, {"memory": plan.memory, "steps": [step.as_json() for step in drifted], "plan": plan.digest()}
        )
        return code
    console = setting.console
    if plan.memory != "full":
        console.talk("no memory of earlier applies: the account is compared with the manifests")
    if drifted:
        console.data(fields_as_text(drifted, colour=console.colour, width=console.width, ascii_only=console.is_ascii))
    else:
        console.data(f"no drift in {plan.target['subdomain']}")
    if code in (2, 4):
        console.talk(f"changes of the manifests are not applied yet: reconciler plan -e {setting.environment}")
    return code


command = drift
