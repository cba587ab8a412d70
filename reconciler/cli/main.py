"""The command line's one entrance and exit: finds commands, maps errors to exit codes, prints nothing itself."""

from __future__ import annotations

import importlib
import keyword
import sys
from typing import Any

import click

from reconciler import __version__

COMMANDS = {
    "init": "Set up a new repository for your accounts.",
    "validate": "Judge the manifests, offline.",
    "plan": "Compare the manifests with an account and write what would change.",
    "show": "Show a plan file.",
    "rehearse": "Run a plan in a copy of the account on this machine.",
    "apply": "Run an approved plan.",
    "drift": "Say what was changed in an account since the last apply.",
    "accept": "Write what was changed in an account into its manifest.",
    "import": "Write manifests of what is live in an account.",
    "coverage": "Say how much of an account manifests describe.",
    "compare": "Say where two environments are in step.",
    "promote": "Bring the manifests of one environment to those of another.",
    "attest": "Vouch that a manual step is done which no API shows.",
    "history": "List past runs, or show one in full.",
    "undo": "Edit the manifests back to what was live before a run.",
    "responder": "Fetch the secret that the service made for a bot or a channel.",
    "buttons": "Make the links and buttons with which customers write to us.",
    "state": "Look at, and repair, the memory of applies.",
    "unlock": "Free the lease of a run that died.",
    "schema": "Write or check the JSON Schemas.",
    "doctor": "Say whether credentials, rights, account, clock and store are fine.",
    "explain": "Say what a kind is, which fields it has, and what the API cannot do.",
    "rule": "Explain a rule by the id that a message carries.",
    "graph": "Show which manifest refers to which.",
    "emulate": "Serve a local Zendesk.",
    "demo": "Walk through the example against a local Zendesk.",
    "completion": "Print what lets a shell complete commands and options.",
    "version": "Say which version this is.",
}


def module_name(command: str) -> str:
    """The module of a command; a word of Python's own has an underscore behind it."""
    return f"{command}_" if keyword.iskeyword(command) else command


class LazyGroup(click.Group):
    """Imports a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"reconciler.cli.{module_name(cmd_name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from reconciler.core.diagnostic import did_you_mean

            raise click.UsageError(f'there is no command "{name}". {did_you_mean(name, COMMANDS)}'.rstrip(), ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: reconciler demo",
)
@click.version_option(__version__, "-V", "--version", message="reconciler %(version)s")
@click.option("-C", "directory", metavar="DIR", help="Run as if started in DIR.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), help="When to colour the output.")
@click.option("-q", "--quiet", count=True, help="Say less on stderr.")
@click.option("-v", "--verbose", count=True, help="Say more on stderr.")
@click.pass_context
def program(ctx: click.Context, /, **options: Any) -> None:
    """Configuration as code for Zendesk social messaging."""
    ctx.obj = {name: value for name, value in options.items() if value}


def main() -> None:
    """Run the program and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; no exception leaves this function."""
    from reconciler.cli.console import use_console
    from reconciler.cli.failure import report_failure

    use_console(None)
    if not arguments:
        arguments = ["--help"]
    try:
        result = program.main(args=arguments, prog_name="reconciler", standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 - the last exit: nothing may reach the user as a traceback
        return report_failure(error, arguments)
    return result if isinstance(result, int) else 0
