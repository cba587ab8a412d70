"""`reconciler completion`."""

from __future__ import annotations

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared

_SHELLS = ("bash", "zsh", "fish")


@shared(
    examples=(
        'eval "$(reconciler completion bash)"',
        "reconciler completion fish > ~/.config/fish/completions/reconciler.fish",
    )
)
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(setting: Setting, shell: str) -> int:
    """Print what lets a shell complete commands and options."""
    from click.shell_completion import get_completion_class

    from reconciler.cli.main import program

    made = get_completion_class(shell)
    if made is None:
        raise AssertionError(f"click knows no completion for {shell}. This is a bug in reconciler.")
    script = made(program, {}, "reconciler", "_RECONCILER_COMPLETE").source()
    if setting.is_json:
        setting.console.json("completion", 0, {"shell": shell, "script": script})
    else:
        setting.console.data(script)
    return 0


command = completion
