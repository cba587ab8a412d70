"""`reconciler compare`."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.options import Setting, load
from reconciler.cli.options import command as shared
from reconciler.core.errors import UsageError


@shared(
    formats=("text", "markdown", "json"),
    is_online=True,
    examples=("reconciler compare sandbox production", "reconciler compare sandbox production --live"),
)
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.option("--live", "is_live", is_flag=True, help="Compare the accounts instead of the manifests.")
def compare(setting: Setting, left: str, right: str, is_live: bool) -> int:
    """Say where two environments are in step and where they are not.

    Manifests are compared after each side's values were put in; what both take from the same value of environment.yaml
    may differ, and so may what only: lists. Ends 2 when they are out of step.
    """
    if left == right:
        raise UsageError(f'"{left}" cannot be compared with itself', fix="Name two environments.")
    sides = [read_side(setting, name) for name in (left, right)]
    if is_live:
        comparison = _compare_live(setting, sides[0], sides[1])
    else:
        from reconciler.engine.environment_comparison import compare_manifests

        comparison = compare_manifests(sides[0], sides[1])
    code = 0 if comparison.is_in_step else 2
    console = setting.console
    if setting.is_json:
        console.json("compare", code, comparison.as_json())
    elif setting.format == "markdown":
        from reconciler.render.standing_text import comparison_as_markdown

        console.data(comparison_as_markdown(comparison))
    else:
        from reconciler.render.standing_text import comparison_as_text

        console.data(comparison_as_text(comparison, console.screen(), is_verbose=console.verbosity > 0))
    return code


def read_side(setting: Setting, name: str) -> Any:
    """What the files of an environment state; raises InvalidManifests when they are not valid."""
    from reconciler.engine.environment_comparison import Side
    from reconciler.manifest.inventory import expanded, read_inventory

    environment = load(setting, name)
    inventory = read_inventory(setting.root, name)
    return Side(
        name,
        {each.address: each for each in environment.resources},
        {address: expanded(address.partition("/")[0], each.document) for address, each in inventory.documents.items()},
        inventory.only,
        inventory.values,
    )


def _compare_live(setting: Setting, left: Any, right: Any) -> Any:
    from reconciler.cli.options import make_world, open_backend
    from reconciler.engine.account_comparison import compare_accounts, read_account
    from reconciler.engine.session import open_session

    backend = open_backend(setting, is_read_only=True)
    readings = []
    try:
        for side, other in ((left, right), (right, left)):
            session = open_session(load(setting, side.name), make_world(setting, side.name), read_only=True)
            try:
                readings.append(read_account(session, backend, side, other))
            finally:
                session.close()
    finally:
        backend.close()
    return compare_accounts(*readings)


command = compare
