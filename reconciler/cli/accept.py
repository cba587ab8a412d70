"""`reconciler accept`."""

from __future__ import annotations

import click

from reconciler.cli.file_edits import finish_edits
from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared


@shared(
    environment="required",
    is_online=True,
    examples=(
        "reconciler accept -e production trigger/line-vers-japon",
        "reconciler accept -e production group/equipe-japon#title",
    ),
)
@click.argument("wanted", metavar="ADDRESS[#FIELD]...", nargs=-1, required=True)
def accept(setting: Setting, wanted: tuple[str, ...]) -> int:
    """Write what was changed in an account into its manifest, at its place and with all comments kept.

    The account is only read, and only files are edited. Without #FIELD every field is taken that the account changed since
    the last apply. What a manifest takes from a value of environment.yaml is changed there, if nobody else uses it.
    """
    from reconciler.cli.plan import make_planned
    from reconciler.engine.accepting import accept as accepted
    from reconciler.manifest.inventory import read_inventory

    _, planned = make_planned(setting, setting.environment)
    edits = accepted(planned, read_inventory(setting.root, setting.environment), wanted)
    return finish_edits(setting, "accept", edits, is_agreed=True)


command = accept
