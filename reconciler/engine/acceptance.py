"""Whether an approved plan may run here and now: before anything is asked of the account, or written.

It refuses to know what is live; whether single steps still hold is decided elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.core.errors import PlanNotAcceptable, SecretUnavailable
from reconciler.core.plan import Plan, PlanFile
from reconciler.core.secret import Secret
from reconciler.core.state import State
from reconciler.engine.session import STAMP_FORMAT, World, resolve_secret
from reconciler.manifest.loader import LoadedEnvironment


def check_acceptable(saved: PlanFile, environment: LoadedEnvironment, now: datetime) -> None:
    """Whether a plan file may run here and now; PlanNotAcceptable says why not. Nothing is asked of the account."""
    plan = saved.plan
    again = f"Make a new one: reconciler plan -e {environment.name}"
    if plan.environment != environment.name:
        raise PlanNotAcceptable(
            f'the plan is for the environment "{plan.environment}", not for "{environment.name}"', fix=again
        )
    target = {"subdomain": environment.subdomain, "app_id": environment.app_id}
    if dict(plan.target) != target:
        raise PlanNotAcceptable(
            f'the plan is for the account "{plan.target.get("subdomain")}" (app {plan.target.get("app_id")})',
            detail=f'environment.yaml names "{environment.subdomain}" (app {environment.app_id}).',
            fix=again,
        )
    moved = {
        "manifests": "the manifests",
        "schemas": "the schemas (another version of reconciler)",
        "policy": "the policy in environment.yaml",
    }
    changed = [words for name, words in moved.items() if plan.digests.get(name) != environment.digests[name]]
    if changed:
        raise PlanNotAcceptable(f"{' and '.join(changed)} changed since the plan was made", fix=again)
    age_hours = (now - _made_at(saved)).total_seconds() / 3600
    limit = environment.policy.max_plan_age_hours
    if age_hours > limit:
        raise PlanNotAcceptable(
            f"the plan is {age_hours:.0f} hours old, the limit is {limit} (policy.max_plan_age_hours)", fix=again
        )
    today = now.date().isoformat()
    expired = [str(each.get("step") or each.get("limit")) for each in plan.approvals if str(each["until"]) < today]
    if expired:
        raise PlanNotAcceptable(f"the approval of {', '.join(expired)} has expired", fix=again)


def _made_at(saved: PlanFile) -> datetime:
    try:
        return datetime.strptime(str(saved.envelope["made_at"]), STAMP_FORMAT).replace(tzinfo=UTC)
    except (KeyError, ValueError):
        raise PlanNotAcceptable(
            "the plan file does not say when it was made",
            fix=f"Make a new one: reconciler plan -e {saved.plan.environment}",
        ) from None


def require_newer(state: State | None, saved: PlanFile) -> None:
    """PlanNotAcceptable when the memory is older than the one that the plan was made with."""
    if state is not None and saved.envelope.get("lineage") == state.lineage:
        planned_serial = saved.envelope.get("serial", 0)
        if isinstance(planned_serial, int) and state.serial < planned_serial:
            raise PlanNotAcceptable(
                f"the memory is older than the one the plan was made with (serial {state.serial}, not {planned_serial})",
                detail="It was probably restored from a copy; what was done since then would be forgotten.",
                fix="Bring the newest memory back, or make a new plan with this one.",
            )


def plan_secrets(plan: Plan, world: World) -> dict[str, Secret]:
    """Every secret that this plan writes, by its reference; SecretUnavailable names those that do not resolve."""
    secrets: dict[str, Secret] = {}
    missing: list[str] = []
    for step in plan.steps:
        for change in step.changes:
            if change.op != "write_secret" or step.is_waiting:
                continue
            reference = str(change.after["from"])
            try:
                secrets[reference] = resolve_secret(reference, world)
            except SecretUnavailable as error:
                missing.append(f"{step.address} {change.path}: {error.summary}")
                continue
            if world.stand_in is None:
                _require_form(step.address, change.path, secrets[reference], missing)
    if missing:
        raise SecretUnavailable(
            "secrets that this plan writes are not available" if len(missing) > 1 else missing[0],
            detail="\n".join(missing) if len(missing) > 1 else "",
            fix="Provide them, then apply the same plan again; nothing was written.",
        )
    return secrets


def _require_form(address: str, path: str, secret: Secret, missing: list[str]) -> None:
    from reconciler.kinds._registry import find_kind

    requirement = find_kind(address.split("/")[0]).secret_requirements.get(path)
    reason = requirement(secret.reveal()) if requirement else ""
    if reason:
        missing.append(f"{address} {path}: {reason}")
