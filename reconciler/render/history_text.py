"""Past runs as text: one line each, or one in full; it refuses to know what can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.core.history import PastRun
from reconciler.core.plan import Cause, Change
from reconciler.core.text import visible
from reconciler.render.plan_text import write_fields
from reconciler.render.screen import Screen
from reconciler.render.values import Field, shown_change


def runs_as_text(runs: Sequence[PastRun], screen: Screen) -> str:
    """Every run on two lines: when, its name, how it ended; then who, which plan, and how its steps ended."""
    for run in runs:
        style = "green" if run.exit_code == 0 else "yellow"
        screen.put(f"{visible(run.started_at)}  {visible(run.run)}  {screen.paint(_ending(run), style)}")
        screen.wrap(f"{_who(run)}, plan {visible(run.plan)}", first="    ", style="dim")
        screen.wrap(_counted(run), first="    ")
    if not runs:
        screen.put("no runs are stored")
    return screen.text()


def run_as_text(run: PastRun, screen: Screen) -> str:
    """One run in full: every step with its result and its changes."""
    screen.put(screen.paint(f"run {visible(run.run)} in {visible(run.environment)}", "bold"))
    screen.wrap(f"{visible(run.started_at)} to {visible(run.finished_at) or '?'}, {_who(run)}", first="  ")
    screen.wrap(f"plan {visible(run.plan)}", first="  ")
    screen.wrap(f"{_ending(run)}: {_counted(run)}", first="  ")
    for step in run.steps:
        screen.blank()
        result = run.result_of(str(step["id"])) or "not known"
        screen.put(
            f"{screen.plain(visible(str(step['id'])))}  {screen.paint(result, '' if result == 'applied' else 'yellow')}"
        )
        detail = next((str(each.get("detail", "")) for each in run.outcomes if each["step"] == step["id"]), "")
        if detail:
            screen.wrap(visible(detail), first="    ", style="dim")
        is_new = step["action"] == "create"
        write_fields(screen, [(row, "", "") for change in step["changes"] for row in _rows(change, is_new=is_new)])
    others = [each for each in run.outcomes if each["step"] not in {step["id"] for step in run.steps}]
    if others:
        screen.blank()
        screen.put("did not run")
        for each in others:
            screen.wrap(
                visible(f"{each['result']} {each.get('detail', '')}"), first=f"  {visible(str(each['step']))}  "
            )
    return screen.text()


def _rows(change: Mapping[str, Any], *, is_new: bool) -> Iterable[Field]:
    shown = Change(change["path"], change["op"], change["before"], change["after"], Cause(""))
    return shown_change(shown, is_new=is_new)


def _who(run: PastRun) -> str:
    return " on ".join(visible(each) for each in (run.who, run.host) if each) or "somebody"


def _ending(run: PastRun) -> str:
    return f"ended {run.exit_code}" if run.is_finished else "did not come to its end"


def _counted(run: PastRun) -> str:
    counts = ", ".join(f"{count} {result}" for result, count in run.counts().items())
    return counts or f"{len(run.steps)} step{'s' if len(run.steps) != 1 else ''} set out"
