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
    examples=(
        'reconciler attest -e production manual:auto_reply/merci#set --by "Camille Roy"',
        "reconciler attest -e sandbox manual:auto_reply/merci#set manual:messaging_trigger/accueil#set",
    ),
)
@click.argument("steps", metavar="STEP...", nargs=-1, required=True)
@click.option("--by", help="Who vouches for it; your user name where it is not said.")
def attest(setting: Setting, steps: tuple[str, ...], by: str | None) -> int:
    """Vouch that manual steps are done which no API shows.

    Writes who, when and for which content into environments/ENV/attestations.yaml, which is reviewed and committed like a
    manifest. When the content changes, the step is asked for again.
    """
    from reconciler.cli.options import make_world
    from reconciler.cli.plan import make_plan_file
    from reconciler.manifest.attestations_file import with_attestations
    from reconciler.store.files import write_whole

    plan = make_plan_file(setting, setting.environment).plan
    open_steps = {each.id: each for each in plan.steps if each.manual is not None and each.manual.get("digest")}
    unknown = [step for step in steps if step not in open_steps]
    if unknown:
        shown = ", ".join(open_steps) or "none"
        raise UsageError(
            f'"{unknown[0]}" is no step that somebody has to vouch for now',
            detail=f"There are: {shown}. A step that a read verifies needs nobody's word.",
            fix=did_you_mean(unknown[0], open_steps),
        )
    day = make_world(setting, setting.environment).now().date().isoformat()
    entries = [
        {
            "step": step,
            "digest": str((open_steps[step].manual or {})["digest"]),
            "by": by or getpass.getuser(),
            "on": day,
        }
        for step in dict.fromkeys(steps)
    ]
    path = setting.root / "environments" / setting.environment / "attestations.yaml"
    write_whole(path, with_attestations(path, setting.root, entries), mode=0o644)
    if setting.is_json:
        setting.console.json("attest", 0, {"attested": entries})
    for entry in [] if setting.is_json else entries:
        setting.console.data(f"{entry['by']} vouches for {entry['step']}: written to {path.relative_to(setting.root)}")
    return 0


command = attest
