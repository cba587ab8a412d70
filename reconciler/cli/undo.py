"""`reconciler undo`."""

from __future__ import annotations

import click

from reconciler.cli.file_edits import finish_edits
from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared


@shared(
    environment="optional",
    examples=("reconciler undo 20261122T101500Z-5f0e1c2d", "reconciler undo -e production 20261122T101500Z-5f0e1c2d"),
)
@click.argument("run", metavar="RUN")
def undo(setting: Setting, run: str) -> int:
    """Edit the manifests back to what was live before a run.

    Only files are edited: plan, review and apply follow as for any other edit. Edits that were made after the run and do
    not touch what it changed are kept; what cannot be undone is listed with the reason.
    """
    from reconciler.cli.history import find_run
    from reconciler.engine.undoing import undo as undone
    from reconciler.manifest.inventory import read_inventory

    past, earlier = find_run(setting, run)
    edits = undone(past, earlier, read_inventory(setting.root, past.environment))
    return finish_edits(setting, "undo", edits, is_agreed=True)


command = undo
