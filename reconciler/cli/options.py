"""The options that commands share, and what they come to: a root, a console, a world."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from reconciler import __version__
from reconciler.cli.console import Console, shared_redactor, use_console
from reconciler.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Setting:
    """What the shared options come to."""

    root: Path
    console: Console
    format: str
    environment: str = ""
    insecure_base_url: bool = False
    start: Path = Path()

    def located(self, path: Path) -> Path:
        """A path of the command line, which counts from where the command was told to start."""
        return self.start / path

    @property
    def is_json(self) -> bool:
        """Whether the output is for programs."""
        return self.format == "json"


def command(
    *,
    formats: tuple[str, ...] = ("text", "json"),
    environment: str = "",
    is_online: bool = False,
    examples: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], click.Command]:
    """A click command with the shared options; its function gets a `Setting` first.

    `environment` is "required", "optional" or empty for commands that have none.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        def invoked(**options: Any) -> Any:
            return function(_setting(options), **options)

        invoked.__doc__ = function.__doc__
        wrapped: Any = invoked
        wrapped.__click_params__ = list(getattr(function, "__click_params__", []))
        for option in _shared(formats, environment, is_online):
            wrapped = option(wrapped)
        epilog = "\b\nExamples:\n" + "\n".join(f"  {each}" for each in examples) if examples else None
        made: click.Command = click.command(name=function.__name__.rstrip("_"), epilog=epilog)(wrapped)
        return made

    return decorate


def _shared(formats: tuple[str, ...], environment: str, is_online: bool) -> list[Callable[..., Any]]:
    options = [
        click.option("-v", "--verbose", count=True, help="Say more on stderr."),
        click.option("-q", "--quiet", count=True, help="Say less on stderr."),
        click.option("--color", type=click.Choice(["auto", "always", "never"]), help="When to colour the output."),
        click.option("-C", "directory", metavar="DIR", help="Run as if started in DIR."),
        click.option(
            "--format",
            type=click.Choice(formats),
            default=formats[0],
            show_default=True,
            help="How to print the result.",
        ),
    ]
    if is_online:
        options.append(
            click.option(
                "--insecure-base-url",
                is_flag=True,
                help="Let RECONCILER_<ENV>_BASE_URL be an address other than this machine's.",
            )
        )
    if environment:
        options.append(
            click.option(
                "-e",
                "--environment",
                metavar="ENV",
                required=environment == "required",
                envvar="RECONCILER_ENVIRONMENT",
                help="The environment: a folder's name below environments/. [env: RECONCILER_ENVIRONMENT]",
            )
        )
    return options


def _setting(options: dict[str, Any]) -> Setting:
    context = click.get_current_context()
    inherited = context.obj or {}
    directory = options.pop("directory", None) or inherited.get("directory") or "."
    root = Path(directory)
    if not root.is_dir():
        raise UsageError(f'there is no folder "{directory}"')
    color = options.pop("color", None) or inherited.get("color") or "auto"
    louder = options.pop("verbose", 0) + inherited.get("verbose", 0)
    quieter = options.pop("quiet", 0) + inherited.get("quiet", 0)
    start = root.resolve()
    root = _project_root(start)
    console = Console.of_process(root, color, louder - quieter)
    use_console(console)
    format_ = options.pop("format")
    if context.get_parameter_source("format") is ParameterSource.DEFAULT:
        format_ = inherited.get("format", format_)
    return Setting(
        root,
        console,
        format_,
        options.pop("environment", None) or "",
        options.pop("insecure_base_url", False),
        start,
    )


def _project_root(start: Path) -> Path:
    """The nearest folder upwards with reconciler.yaml or environments/, otherwise where we are."""
    for folder in (start, *start.parents):
        if (folder / "reconciler.yaml").is_file() or (folder / "environments").is_dir():
            return folder
    return start


def load(setting: Setting, name: str) -> Any:
    """The environment, judged; its suspected literal secrets are taught to the redactor first."""
    from reconciler.manifest.loader import require_valid

    return require_valid(_load(setting, name))


def learn_suspected_secrets(setting: Setting, name: str) -> None:
    """Let nothing of an environment that looks like a literal secret be shown; its files need not be valid."""
    _load(setting, name)


def _load(setting: Setting, name: str) -> Any:
    from reconciler.manifest.loader import load_environment

    loaded = load_environment(setting.root, name)
    for secret in loaded.suspected_secrets:
        setting.console.redactor.learn(secret)
    return loaded


def require_environment(setting: Setting) -> None:
    """UsageError unless the environment has a folder; its files are not looked at."""
    from reconciler.core.diagnostic import did_you_mean
    from reconciler.manifest.loader import environments_in

    known = environments_in(setting.root)
    if setting.environment not in known:
        raise UsageError(
            f'there is no environment "{setting.environment}"',
            detail=f"There are: {', '.join(known)}." if known else "There is no folder environments/ with one in it.",
            fix=did_you_mean(setting.environment, known),
        )


def open_backend(setting: Setting, *, is_read_only: bool) -> Any:
    """The store that reconciler.yaml names."""
    from reconciler.manifest.loader import load_project
    from reconciler.store.open import open_store

    return open_store(load_project(setting.root), setting.root, is_read_only=is_read_only)


def make_world(setting: Setting, name: str, is_interrupted: Callable[[], bool] = lambda: False) -> Any:
    """What a session takes from this process: its environment variables, clock and host."""
    from reconciler.engine.session import World
    from reconciler.zendesk.clock import SystemClock

    variable = f"RECONCILER_{name.upper().replace('-', '_')}_BASE_URL"
    return World(
        root=setting.root,
        environ=os.environ,
        clock=SystemClock(),
        now=_now,
        new_run_id=lambda: f"{_now():%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}",
        new_lineage=lambda: str(uuid.uuid4()),
        host=socket.gethostname(),
        notice=setting.console.talk,
        redactor=shared_redactor(),
        version=__version__,
        user=user_name(),
        base_url=os.environ.get(variable) or None,
        insecure_base_url=setting.insecure_base_url,
        is_interrupted=is_interrupted,
    )


def user_name() -> str:
    """Who runs this, as the machine knows it; empty where it does not."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _now() -> datetime:
    """The time, or the day that RECONCILER_TODAY fixes for reproducible plans."""
    fixed = os.environ.get("RECONCILER_TODAY")
    if fixed:
        return datetime.strptime(fixed, "%Y-%m-%d").replace(tzinfo=UTC)
    return datetime.now(UTC)
