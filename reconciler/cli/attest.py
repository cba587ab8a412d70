"""`reconciler attest`."""

from __future__ import annotations

import getpass

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import UsageError


@shared(
    environment="required",
    is_online=True,
    examples=('reconciler attest -e production manual:auto_reply/merci#set --by "Camille Roy"',),
)
@click.argument("step", metavar="STEP")
@click.option("--by", help="Who vouches for it; your user name where it is not said.")
def attest(setting: Setting, step: str, by: str | None) -> int:
    """Vouch that a manual step is done which no API shows.

    Writes who, when and for which content into environments/ENV/attestations.yaml, which is reviewed and committed like a
    manifest. When the content changes, the step is asked for again.
    """
    from reconciler.cli.options import make_world
    from reconciler.cli.plan import make_plan_file
    from reconciler.manifest.attestations_file import with_attestation
    from reconciler.store.files import write_whole

    plan = make_plan_file(setting, setting.environment).plan
    open_steps = {each.id: each for each in plan.steps if each.manual is not None and each.manual.get("digest")}
    if step not in open_steps:
        shown = ", ".join(open_steps) or "none"
        raise UsageError(
            f'"{step}" is no step that somebody has to vouch for now',
            detail=f"There are: {shown}. A step that a read verifies needs nobody's word.",
            fix=did_you_mean(step, open_steps),
        )
    day = make_world(setting, setting.environment).now().date().isoformat()
    entry = {
        "step": step,
        "digest": str((open_steps[step].manual or {})["digest"]),
        "by": by or getpass.getuser(),
        "on": day,
    }
    path = setting.root / "environments" / setting.environment / "attestations.yaml"
    write_whole(path, with_attestation(path, setting.root, entry), mode=0o644)
    if setting.is_json:
        setting.console.json("attest", 0, entry)
    else:
        setting.console.data(f"{entry['by']} vouches for {step}: written to {path.relative_to(setting.root)}")
    return 0


command = attest
