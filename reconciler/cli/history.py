"""`reconciler history`."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.options import Setting, open_backend
from reconciler.cli.options import command as shared
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import UsageError
from reconciler.core.history import PastRun


@shared(
    environment="optional",
    examples=(
        "reconciler history -e production",
        "reconciler history -e production 20261122T101500Z-5f0e1c2d",
    ),
)
@click.argument("run", metavar="[RUN]", required=False)
def history(setting: Setting, run: str | None) -> int:
    """List the runs that wrote something, the newest first, or show one in full.

    The store knows them: what each set out to do, what was there before, who ran it, and how it ended.
    """
    if run is None:
        return _list(setting)
    past, _ = find_run(setting, run)
    if setting.is_json:
        setting.console.json("history", 0, past.as_json(in_full=True))
    else:
        from reconciler.render.history_text import run_as_text

        setting.console.data(run_as_text(past, setting.console.screen()))
    return 0


def _list(setting: Setting) -> int:
    if not setting.environment:
        raise UsageError("history needs -e ENV, or a run")
    runs = _runs(setting, setting.environment)
    if setting.is_json:
        setting.console.json("history", 0, [each.as_json() for each in runs])
    else:
        from reconciler.render.history_text import runs_as_text

        setting.console.data(runs_as_text(runs, setting.console.screen()))
    return 0


def find_run(setting: Setting, name: str) -> tuple[PastRun, list[PastRun]]:
    """The run of that name in the environment, or in any where none is said, and those before it, newest first.

    Raises UsageError where there is none, or where the store knows that it was but not what was there before.
    """
    from reconciler.manifest.loader import environments_in

    names = [setting.environment] if setting.environment else environments_in(setting.root)
    known: list[str] = []
    for environment in names:
        runs = _runs(setting, environment)
        for index, run in enumerate(runs):
            if run.run == name:
                return run, runs[index + 1 :]
        known.extend(each.run for each in runs)
        if _was(setting, environment, name):
            raise UsageError(
                f'what was there before the run "{name}" is not known any more',
                detail=f"The memory of {environment} names the run, but its document is gone from the store.",
                fix="Take the manifests from before it out of git's history, and plan again.",
            )
    raise UsageError(
        f'no run "{name}" is stored' + (f" for {setting.environment}" if setting.environment else ""),
        detail="A store that was lost, or another machine's, knows nothing of it." if not known else "",
        fix=did_you_mean(name, known) or "List them with: reconciler history -e ENV",
    )


def _runs(setting: Setting, environment: str) -> list[PastRun]:
    from reconciler.engine.recording import read_runs

    with_environment(setting, environment)
    backend = open_backend(setting, is_read_only=True)
    try:
        return read_runs(_store(backend, environment))
    finally:
        backend.close()


def _was(setting: Setting, environment: str, name: str) -> bool:
    """Whether the store remembers that the run was, by its outcome or as the last writer of the memory."""
    backend = open_backend(setting, is_read_only=True)
    try:
        store = _store(backend, environment)
        state, _ = store.load()
        return (state is not None and state.run == name) or store.load_outcome(name) is not None
    finally:
        backend.close()


def _store(backend: Any, environment: str) -> Any:
    from reconciler.store.state_store import StateStore

    return StateStore(backend, environment)


def with_environment(setting: Setting, environment: str) -> None:
    """UsageError unless there is such an environment."""
    from dataclasses import replace

    from reconciler.cli.options import require_environment

    require_environment(replace(setting, environment=environment))


command = history
