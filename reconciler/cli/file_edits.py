"""How a command that edits manifest files ends: it shows the edits, asks, writes, and says what comes next."""

from __future__ import annotations

import sys

import click

from reconciler.cli.failure import INTERRUPTED
from reconciler.cli.options import Setting
from reconciler.core.edits import Edits
from reconciler.core.errors import UsageError


def finish_edits(setting: Setting, command: str, edits: Edits, *, is_agreed: bool) -> int:
    """Show the edits, ask unless `is_agreed`, and write all files or none; 0 also where there is nothing to edit."""
    from reconciler.engine.writing_files import write_files
    from reconciler.render.edits_text import edits_as_text

    console = setting.console
    if not setting.is_json:
        console.data(edits_as_text(edits, console.screen()))
    if edits.changes and not is_agreed:
        if setting.is_json or not sys.stdin.isatty():
            raise UsageError(
                "there is nobody to ask", fix="Say --yes to edit the files without being asked. Nothing was written."
            )
        if not click.confirm(f"Edit these files of {edits.environment}?", err=True):
            console.talk("not confirmed: nothing was written")
            raise click.exceptions.Exit(INTERRUPTED)
    write_files(setting.root, edits.changes)
    if setting.is_json:
        console.json(command, 0, edits.as_json())
    elif edits.changes:
        files = len(edits.changes)
        console.talk(f"{files} file{'s' if files > 1 else ''} written.")
        first = (
            f"Fill in what is TODO in environments/{edits.environment}/environment.yaml, review"
            if edits.unfilled
            else "Review"
        )
        console.talk(f"{first} and commit, then:")
        console.talk(f"  reconciler plan -e {edits.environment}")
    return 0
