"""`reconciler promote`."""

from __future__ import annotations

import click

from reconciler.cli.file_edits import finish_edits
from reconciler.cli.options import Setting, learn_suspected_secrets, load
from reconciler.cli.options import command as shared
from reconciler.core.errors import UsageError


@shared(
    examples=(
        "reconciler promote sandbox production",
        "reconciler promote sandbox production trigger/line-vers-japon --yes",
    )
)
@click.argument("source", metavar="A")
@click.argument("target", metavar="B")
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--yes", "is_agreed", is_flag=True, help="Do not ask.")
def promote(setting: Setting, source: str, target: str, addresses: tuple[str, ...], is_agreed: bool) -> int:
    """Bring the manifests of B to those of A, with comments and formatting kept.

    Only files are edited, after they were shown; no account is asked. A value that B lacks is added as TODO, with which
    nothing validates until it is filled in. What B protects, what stands in B alone and what only: lists is left.
    """
    from reconciler.engine.promoting import promote as promotion
    from reconciler.manifest.inventory import read_inventory

    if source == target:
        raise UsageError(f'"{source}" cannot be promoted to itself', fix="Name two environments.")
    load(setting, source)
    learn_suspected_secrets(setting, target)
    edits = promotion(read_inventory(setting.root, source), read_inventory(setting.root, target), addresses)
    return finish_edits(setting, "promote", edits, is_agreed=is_agreed)


command = promote
