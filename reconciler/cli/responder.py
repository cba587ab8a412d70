"""`reconciler responder secret`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import Setting, load, make_world, open_backend
from reconciler.cli.options import command as shared
from reconciler.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@click.group(name="responder")
def responder_group() -> None:
    """Fetch the secret that the service made for a bot or a channel."""


@shared(
    environment="required",
    is_online=True,
    examples=("reconciler responder secret responder/lune-bot -e sandbox --to file://secrets/lune-bot",),
)
@click.argument("address", metavar="ADDRESS")
@click.option("--to", "target", metavar="file://PATH", required=True, help="The file that gets it, mode 0600.")
@click.option("--force", "is_forced", is_flag=True, help="Replace a file that is there.")
def secret(setting: Setting, address: str, target: str, is_forced: bool) -> int:
    """Write a secret that the service made into a file, and nowhere else.

    A bot's webhook is called with such a secret, and WeChat's console asks for one. A relative path counts from the
    project's folder, as in file:// references of manifests.
    """
    from reconciler.engine.made_secrets import fetch_made_secret
    from reconciler.engine.session import open_session
    from reconciler.store.files import write_whole
    from reconciler.store.state_store import StateStore

    path = _file(setting, target, is_forced=is_forced)
    environment = load(setting, setting.environment)
    backend = open_backend(setting, is_read_only=True)
    try:
        state, _ = StateStore(backend, setting.environment).load()
    finally:
        backend.close()
    session = open_session(environment, make_world(setting, setting.environment), read_only=True)
    try:
        found = fetch_made_secret(session, state, address)
    finally:
        session.close()
    write_whole(path, found.reveal().encode(), mode=0o600)
    if setting.is_json:
        setting.console.json("responder", 0, {"address": address, "to": target})
    else:
        setting.console.data(f"the secret of {address} is in {path}")
    return 0


def _file(setting: Setting, target: str, *, is_forced: bool) -> Path:
    from reconciler.core.errors import SecretUnavailable
    from reconciler.secrets.references import parse_reference

    try:
        reference = parse_reference(target)
    except SecretUnavailable as error:
        raise UsageError("--to names no file", detail=error.summary, fix="Write file://PATH.") from None
    if reference.scheme != "file":
        raise UsageError("--to names no file", fix="Write file://PATH.")
    path = setting.root / reference.target
    if os.path.lexists(path) and (path.is_dir() or not is_forced):
        raise UsageError(
            f'"{path}" is there already',
            fix="Name another file." if path.is_dir() else "Name another file, or replace it with --force.",
        )
    return path


responder_group.add_command(secret)
command = responder_group
