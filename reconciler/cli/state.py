"""`reconciler state list|show|pull|bindings|mv|rm`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.console import current_console
from reconciler.cli.failure import INTERRUPTED
from reconciler.cli.options import Setting, make_world, open_backend, require_environment
from reconciler.cli.options import command as shared
from reconciler.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.core.state import Entry, State


@click.group(
    name="state",
    epilog="\b\nExamples:\n  reconciler state list -e sandbox\n  reconciler state --format json show channel/site-web -e sandbox",
)
@click.option("--format", "wanted", type=click.Choice(["text", "json"]), help="How to print the result.")
@click.pass_context
def state_group(context: click.Context, wanted: str | None) -> None:
    """Look at, and repair, the memory of applies.

    It says what is ours and what was last agreed. No command here asks or changes an account.
    """
    if wanted is not None:
        context.obj = {**(context.obj or {}), "format": wanted}


@shared(environment="required", examples=("reconciler state list -e sandbox",))
def list_(setting: Setting) -> int:
    """List every address with its live ids."""
    state = _load(setting)
    if setting.is_json:
        setting.console.json("state", 0, None if state is None else _as_json(state))
    elif state is None:
        setting.console.data(f"no memory of {setting.environment}: nothing was applied yet")
    else:
        from reconciler.render.state_text import state_as_text

        setting.console.data(state_as_text(state, setting.console.screen()))
    return 0


@shared(environment="required", examples=("reconciler state show channel/site-web -e sandbox",))
@click.argument("address")
def show(setting: Setting, address: str) -> int:
    """Show what the memory knows of one address."""
    from reconciler.engine.state_editing import require_entry

    entry = require_entry(_required(setting), address)
    members = {"address": address, **_members(entry)}
    if setting.is_json:
        setting.console.json("state", 0, members)
    else:
        import yaml

        # An object of one part has no name for it.
        named = {key: value.get("", value) if isinstance(value, dict) else value for key, value in members.items()}
        setting.console.data(yaml.safe_dump(named, sort_keys=False, allow_unicode=True, width=setting.console.width))
    return 0


@shared(environment="required", examples=("reconciler state pull -e sandbox > memory.json",))
def pull(setting: Setting) -> int:
    """Print the stored document.

    It is canonical JSON with its seal, byte for byte, and one newline.
    """
    import json

    from reconciler.core.state import dump_state

    document = dump_state(_required(setting)).decode()
    if setting.is_json:
        setting.console.json("state", 0, json.loads(document))
    else:
        setting.console.data(document)
    return 0


@shared(environment="required", examples=("reconciler state bindings -e sandbox --write",))
@click.option(
    "--write", "is_written", is_flag=True, help="Append the missing lines to the environment's bindings.yaml."
)
def bindings(setting: Setting, is_written: bool) -> int:
    """Print the lines that bindings.yaml should have.

    Some objects have no readable key (web, ios, android, unity and x_dm channels), so only the memory can tell which
    they are. With their lines in bindings.yaml a run without memory finds them too. Lines that are there already stay
    as they are.
    """
    from reconciler.engine.state_editing import keyless_bindings

    found = list(keyless_bindings(_required(setting)))
    added: list[str] = []
    if is_written:
        added = _append(setting, {key: live_id for key, live_id, _ in found})
    if setting.is_json:
        lines = [{"key": key, "id": live_id} for key, live_id, _ in found]
        setting.console.json("state", 0, {"bindings": lines, "added": added})
        return 0
    if found:
        setting.console.data("\n".join(line for _, _, line in found))
    else:
        setting.console.talk("everything that is ours has a readable key: no line is needed")
    if is_written:
        setting.console.talk(
            f"{len(added)} of {len(found)} lines added to environments/{setting.environment}/bindings.yaml"
        )
    return 0


def _append(setting: Setting, ids: dict[str, str]) -> list[str]:
    from reconciler.manifest.bindings_file import with_bindings
    from reconciler.store.files import write_whole

    path = setting.root / "environments" / setting.environment / "bindings.yaml"
    data, added = with_bindings(path, setting.root, ids)
    if added:
        write_whole(path, data, mode=0o644)
    return added


@shared(environment="required", examples=("reconciler state mv channel/web channel/site-web -e sandbox",))
@click.argument("old")
@click.argument("new")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")
def mv(setting: Setting, old: str, new: str, is_confirmed: bool) -> int:
    """Rename an address in the memory.

    For a manifest that was renamed. moved_from in the manifest does the same, reviewed and for every environment.
    """
    from reconciler.engine.state_editing import bound_to, moved, require_entry

    before = _required(setting)
    moved(before, old, new)
    _confirm(f"Let {new} be what {old} was, {bound_to(require_entry(before, old))}?", is_confirmed)
    after = _edit(setting, "state mv", lambda state: moved(state, old, new))
    return _done(setting, f"{old} is {new} now", after, {"moved": {"from": old, "to": new}})


@shared(environment="required", examples=("reconciler state rm channel/site-web -e sandbox",))
@click.argument("address")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")
def rm(setting: Setting, address: str, is_confirmed: bool) -> int:
    """Forget an address; the live object stays.

    With its manifest still there, the next plan proposes to adopt it again, if it has a readable key.
    """
    from reconciler.engine.state_editing import bound_to, forgotten, keyless_bindings, require_entry

    before = _required(setting)
    entry = require_entry(before, address)
    _confirm(f"Forget {address} ({bound_to(entry)})? The live object stays.", is_confirmed)
    after = _edit(setting, "state rm", lambda state: forgotten(state, address))
    lines = [line for key, _, line in keyless_bindings(before) if key.split("#")[0] == address]
    if lines:
        setting.console.talk("to find it again, bindings.yaml needs: " + "; ".join(lines))
    said = f"{address} is forgotten; the live object stays: {bound_to(entry)}"
    return _done(setting, said, after, {"forgotten": address, "live": dict(entry.live)})


def _confirm(question: str, is_confirmed: bool) -> None:
    if is_confirmed:
        return
    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask", fix="Say --yes to change the memory without asking.")
    if not click.confirm(question, err=True):
        current_console().talk("not confirmed: nothing was changed")
        raise click.exceptions.Exit(INTERRUPTED)


def _edit(setting: Setting, operation: str, edit: Callable[[State], State]) -> State:
    from reconciler.engine.state_editing import edit_state

    backend = open_backend(setting, is_read_only=False)
    try:
        return edit_state(backend, setting.environment, make_world(setting, setting.environment), operation, edit)
    finally:
        backend.close()


def _done(setting: Setting, said: str, state: State, result: dict[str, Any]) -> int:
    if setting.is_json:
        setting.console.json("state", 0, {**result, "serial": state.serial})
    else:
        setting.console.data(f"{said} (serial {state.serial})")
    return 0


def _load(setting: Setting) -> State | None:
    from reconciler.store.state_store import StateStore

    require_environment(setting)
    backend = open_backend(setting, is_read_only=True)
    try:
        state, _ = StateStore(backend, setting.environment).load()
    finally:
        backend.close()
    return state


def _required(setting: Setting) -> State:
    from reconciler.engine.state_editing import require_state

    return require_state(_load(setting), setting.environment)


def _as_json(state: State) -> dict[str, Any]:
    return {
        "environment": state.environment,
        "target": {"subdomain": state.target.subdomain, "app_id": state.target.app_id},
        "serial": state.serial,
        "lineage": state.lineage,
        "run": state.run,
        "resources": {address: _members(entry) for address, entry in sorted(state.resources.items())},
        "open_intents": [
            {"address": each.address, "part": each.part, "run": each.run, "status": each.status}
            for each in state.intents
        ],
    }


def _members(entry: Entry) -> dict[str, Any]:
    return {
        "live": dict(entry.live),
        "key": None if entry.key is None else dict(entry.key),
        "applied": {part: dict(fields) for part, fields in entry.applied.items()},
        "generations": dict(entry.generations),
        "protect": entry.protect,
        "on_remove": entry.on_remove,
        "retired": entry.retired,
        "created": entry.created,
    }


for each in (list_, show, pull, bindings, mv, rm):
    state_group.add_command(each)

command = state_group
