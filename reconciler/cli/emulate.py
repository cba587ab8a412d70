"""`reconciler emulate`."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.errors import ReconcilerError, UsageError


@shared(
    examples=(
        "reconciler emulate --account maison-lune-sandbox=8901 --account maison-lune=8902",
        "reconciler emulate --account acme=8901 --seed seed.json --rate-limit 200",
    )
)
@click.option(
    "--account",
    "accounts",
    multiple=True,
    required=True,
    metavar="SUBDOMAIN=PORT",
    help="Serve this account; repeat for more.",
)
@click.option("--seed", "seed_file", type=click.Path(path_type=Path), help="Objects to start with, as JSON.")
@click.option("--db", "db_file", type=click.Path(path_type=Path), help="Keep the accounts in this SQLite file.")
@click.option("--latency-ms", type=click.IntRange(0, 60_000), default=0, help="Wait before each answer.")
@click.option("--rate-limit", type=click.IntRange(1), help="Requests a minute before 429.")
@click.option("--token-ttl-seconds", type=click.IntRange(1), default=1800, help="How long an OAuth token lasts.")
@click.option(
    "--lacks",
    multiple=True,
    type=click.Choice(["custom_roles", "queues"]),
    help="A feature that the accounts' plan does not have: 403; repeat for more.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="INDEX:before|after:DO[=NUMBER]",
    help="Break a request on purpose; repeat for more.",
)
def emulate(
    setting: Setting,
    accounts: tuple[str, ...],
    seed_file: Path | None,
    db_file: Path | None,
    latency_ms: int,
    rate_limit: int | None,
    token_ttl_seconds: int,
    lacks: tuple[str, ...],
    faults: tuple[str, ...],
) -> int:
    """Serve a local Zendesk on 127.0.0.1, one account a port, until interrupted.

    Any non-empty credential is accepted; the word "refused" never is. To point an environment at it, set
    RECONCILER_<ENV>_BASE_URL=http://127.0.0.1:PORT.
    """
    serve = load_emulator().serve
    ports = {}
    for each in accounts:
        subdomain, _, port = each.partition("=")
        if not subdomain or not port.isdigit() or not 0 <= int(port) < 65536:
            raise UsageError(f'"{each}" is not SUBDOMAIN=PORT', fix="Write it like --account maison-lune=8901")
        ports[subdomain] = int(port)

    def ready(bound: dict[str, int]) -> None:
        if setting.is_json:
            setting.console.json(
                "emulate", 0, {subdomain: f"http://127.0.0.1:{port}" for subdomain, port in bound.items()}
            )
            return
        for subdomain, port in bound.items():
            setting.console.data(f"{subdomain}: http://127.0.0.1:{port}")
        setting.console.talk("serving until interrupted (Ctrl-C)")

    try:
        serve(
            ports,
            seed_file=seed_file,
            db_file=db_file,
            latency_ms=latency_ms,
            rate_limit=rate_limit,
            token_ttl_seconds=token_ttl_seconds,
            lacks=lacks,
            fault=faults,
            ready=ready,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None
    return 0


def load_emulator() -> ModuleType:
    """The emulator's server module; a clear error where its extra is not installed."""
    try:
        from reconciler.emulator import server
    except ImportError:
        raise ReconcilerError(
            "the emulator is not installed", fix="Install it: pip install 'reconciler[emulator]'"
        ) from None
    return server


command = emulate
