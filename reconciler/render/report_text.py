"""A run's report as text and as markdown; it refuses to know how the run went about it."""

from __future__ import annotations

from itertools import groupby

from reconciler.core.plan import ACTIONS, Plan
from reconciler.core.report import Outcome, Report
from reconciler.core.text import visible
from reconciler.render import report_words as words
from reconciler.render.manual_markdown import manual_task
from reconciler.render.markdown import code, fence, prose
from reconciler.render.plan_text import write_manual_step, write_warnings
from reconciler.render.plan_words import memory_sentence, place_named, short
from reconciler.render.screen import Screen, Style

_STYLES: dict[str, Style] = {
    "unknown": "alarm",
    "failed": "alarm",
    "conflict": "alarm",
    "diverged": "alarm",
    "no outcome": "alarm",
    "skipped": "yellow",
    "unplanned": "yellow",
    "waiting": "dim",
    "applied": "green",
    "already": "dim",
}
_STOPPED = "What stopped the run"
_RESULT_COLUMNS = max(map(len, words.WORST_FIRST)) + 1
_ACTION_COLUMNS = max(map(len, ACTIONS)) + 1


def report_as_text(report: Report, plan: Plan | None, *, colour: bool, width: int, ascii_only: bool = False) -> str:
    """Every step of the report (and of the plan, if given) with its outcome, worst first, then the truth in a sentence.

    Commands to type stand indented on lines of their own, never wrapped.
    """
    screen = Screen(colour=colour, width=width, ascii_only=ascii_only)
    found = words.rows(report, plan)
    headline = [f"Run {visible(report.run)}", visible(report.environment.upper()), f"plan {short(report.plan_digest)}"]
    screen.wrap(" · ".join([*headline, words.summary(found)]), first="", rest="  ", style="bold")
    screen.wrap(words.requests(report), first="  ", style="dim")
    if sentence := memory_sentence(report.memory):
        screen.wrap(sentence, first="", style="yellow")
    for result, members in groupby(found, key=lambda row: row.result):
        screen.blank()
        screen.put(screen.paint(screen.plain(words.HEADINGS[result]), "bold"))
        for number, row in enumerate(members):
            if number and row.result == "manual":
                screen.blank()
            _write_row(screen, row, plan)
    write_warnings(screen, report.warnings)
    if report.failure:
        screen.blank()
        screen.put(screen.paint(screen.plain(_STOPPED), "bold"))
        screen.prose(report.failure, first="  ")
    screen.blank()
    screen.wrap(words.end_state(report, found), first="", style="bold")
    return screen.text()


def report_as_markdown(report: Report, plan: Plan | None) -> str:
    """The same as markdown, for a job summary: headline, the sentence about the end, every step by outcome.

    Nothing in the report can make markup, mention or link. It has no budget: a job summary holds 1 MiB.
    """
    found = words.rows(report, plan)
    lines = [
        f"### Run {code(report.run)} for {code(report.environment)}",
        "",
        f"**{words.summary(found)}** · plan {code(short(report.plan_digest))} · {prose(words.requests(report))}",
        "",
        words.end_state(report, found),
        "",
    ]
    if sentence := memory_sentence(report.memory):
        lines += [sentence, ""]
    for result, members in groupby(found, key=lambda row: row.result):
        lines += [f"#### {words.HEADINGS[result]}", ""]
        for row in members:
            lines += _markdown_row(row, plan)
        lines.append("")
    if report.failure:
        lines += [f"#### {_STOPPED}", "", *(f"- {prose(line)}" for line in report.failure.splitlines()), ""]
    if report.warnings:
        lines += ["#### Warnings", "", *(f"- {prose(warning)}" for warning in report.warnings), ""]
    return "\n".join(lines)


def _write_row(screen: Screen, row: words.Row, plan: Plan | None) -> None:
    outcome = row.outcome
    manual = words.manual_of(outcome, plan)
    if row.result == "manual" and manual is not None:
        write_manual_step(screen, manual, "     ", outcome.step, words.why_by_hand_of(outcome, plan))
    else:
        head = f"  {row.result:<{_RESULT_COLUMNS}}{visible(outcome.action):<{_ACTION_COLUMNS}}"
        live_id = f"  id {visible(outcome.live_id)}" if outcome.live_id else ""
        screen.put(screen.paint(screen.plain(f"{head}{_place(outcome)}{live_id}"), _STYLES.get(row.result, "")))
        if outcome.detail:
            screen.prose(outcome.detail, first=" " * (2 + _RESULT_COLUMNS))
    for command in outcome.commands:
        screen.put(" " * (4 + _RESULT_COLUMNS) + screen.plain(visible(command)))


def _markdown_row(row: words.Row, plan: Plan | None) -> list[str]:
    outcome = row.outcome
    manual = words.manual_of(outcome, plan)
    if row.result == "manual" and manual is not None:
        why = words.why_by_hand_of(outcome, plan)
        lines = manual_task(manual, outcome.step, [why] if why else [])
    else:
        live_id = f" id {code(outcome.live_id)}" if outcome.live_id else ""
        detail = f": {prose(outcome.detail)}" if outcome.detail else ""
        lines = [f"- {row.result} {code(f'{outcome.action} {_place(outcome)}')}{live_id}{detail}"]
    if outcome.commands:
        lines += ["", fence(map(visible, outcome.commands), "sh", indent="  ")]
    return lines


def _place(outcome: Outcome) -> str:
    return place_named(outcome.step, outcome.action, outcome.address, outcome.part)
