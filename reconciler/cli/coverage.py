"""`reconciler coverage`."""

from __future__ import annotations

import click

from reconciler.cli.import_ import check_kinds, load_what_there_is
from reconciler.cli.options import Setting, make_world, open_backend, require_environment
from reconciler.cli.options import command as shared


@shared(
    formats=("text", "markdown", "json"),
    environment="required",
    is_online=True,
    examples=("reconciler coverage -e production", "reconciler coverage -e sandbox group trigger --all"),
)
@click.argument("kinds", metavar="[KIND]...", nargs=-1)
@click.option("--all", "with_objects", is_flag=True, help="Name every object; JSON always does.")
def coverage(setting: Setting, kinds: tuple[str, ...], with_objects: bool) -> int:
    """Say how much of an account manifests describe: managed, watched, unmanaged, unreadable.

    The account is only read. Ends 16 when a KIND that was asked for cannot be read.
    """
    from reconciler.engine.importing_account import cover_account
    from reconciler.engine.session import open_session
    from reconciler.render.coverage_text import coverage_as_markdown, coverage_as_text

    wanted = check_kinds(kinds)
    require_environment(setting)
    environment = load_what_there_is(setting, setting.environment)
    backend = open_backend(setting, is_read_only=True)
    session = open_session(environment, make_world(setting, setting.environment), read_only=True)
    try:
        found = cover_account(session, backend, wanted)
    finally:
        session.close()
        backend.close()
    result = {
        "kinds": [each.as_json() for each in found.kinds],
        "not_described": [
            {"collection": each.collection, "id": each.live_id, "title": each.title, "type": each.type}
            for each in found.strays
        ],
    }
    code = 16 if kinds and any(each.unreadable for each in found.kinds) else 0
    if setting.is_json:
        setting.console.json("coverage", code, result)
    elif setting.format == "markdown":
        setting.console.data(coverage_as_markdown(result, with_objects=with_objects))
    else:
        setting.console.data(coverage_as_text(result, setting.console.screen(), with_objects=with_objects))
    return code


command = coverage
