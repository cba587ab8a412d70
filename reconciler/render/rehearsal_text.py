"""What came of a rehearsal as text and as markdown; it refuses to know how the rehearsal went about it.

Both take what `--format json` prints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.core.text import visible
from reconciler.render.markdown import code, prose
from reconciler.render.plan_words import counted, short
from reconciler.render.report_words import WORST_FIRST
from reconciler.render.screen import Screen, Style

_LONGEST_LIST = 20
"""So many lines of what is only told for completeness; JSON has all of them."""

_STYLES: dict[str, Style] = {"applied": "green", "already": "dim", "waiting": "dim", "manual": "dim"}


def rehearsal_as_text(result: Mapping[str, Any], screen: Screen, *, with_requests: bool) -> str:
    """What would fail first, then every step in its order, what is left, and what the copy is not."""
    screen.wrap(" · ".join(visible(each) for each in _headline(result)), first="", rest="  ", style="bold")
    screen.wrap(visible(_copied(result)), first="  ", style="dim")
    if result["would_fail"] or result["failure"]:
        _title(screen, "Would fail")
        for outcome in _failing(result):
            _write_outcome(screen, outcome, "  ")
        if result["failure"]:
            screen.prose(str(result["failure"]), first="  ")
    if _running(result):
        _title(screen, "In this order")
    for number, outcome in enumerate(_running(result), start=1):
        _write_outcome(screen, outcome, f"{number:>4}. ")
    if with_requests and result["requests"]:
        _title(screen, "Requests to the copy, in this order")
        for sent in result["requests"]:
            screen.put(f"  {screen.plain(_request(sent))}")
    for title, lines in _remarks(result):
        _title(screen, title)
        for line in lines:
            screen.wrap(visible(line), first="  ", rest="    ")
    screen.blank()
    screen.wrap(visible(_verdict(result)), first="", style="bold")
    return screen.text()


def rehearsal_as_markdown(result: Mapping[str, Any]) -> str:
    """The same, for a comment or a job summary; nothing in it can make markup, mention or link."""
    headline = _headline(result)
    lines = [f"### {prose(headline[0])} for {code(str(result['environment']))}", ""]
    lines += [f"**{prose(headline[-1])}** · {prose(headline[-2])} · {prose(_copied(result))}", "", _verdict(result), ""]
    if result["would_fail"] or result["failure"]:
        lines += ["#### Would fail", "", *(_markdown_outcome(each, "- ") for each in _failing(result))]
        lines += [f"- {prose(line)}" for line in str(result["failure"]).splitlines()]
        lines.append("")
    if _running(result):
        lines += ["#### In this order", "", *(_markdown_outcome(each, "1. ") for each in _running(result)), ""]
    for title, remarks in _remarks(result):
        lines += [f"#### {title}", "", *(f"- {prose(each)}" for each in remarks), ""]
    return "\n".join(lines)


def _headline(result: Mapping[str, Any]) -> list[str]:
    counts = Counter(each["result"] for each in result["outcomes"])
    told = ", ".join(f"{counts[each]} {each}" for each in WORST_FIRST if counts[each]) or "no steps"
    return ["Rehearsal", str(result["environment"]).upper(), f"plan {short(str(result['plan']))}", told]


def _copied(result: Mapping[str, Any]) -> str:
    objects = counted(result["copied_objects"], "object")
    reads = counted(result["reads"], "request")
    return (
        f"in a copy of {result['account']['subdomain']}: {objects}, read with {reads}; "
        f"{result['writes_to_the_account']} writes to the account"
    )


def _failing(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in result["outcomes"] if each["step"] in result["would_fail"]]


def _running(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What runs, in its order; what is left for people stands in a line of its own."""
    return [each for each in result["outcomes"] if each["result"] in ("applied", "already", "diverged")]


def _request(sent: Mapping[str, Any]) -> str:
    return visible(f"{sent['method']} {sent['path']} -> {sent['status']}")


def _remarks(result: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """What else is worth knowing, each with its title; long lists are cut and say so."""
    unplanned = [each["step"] for each in result["outcomes"] if each["result"] == "unplanned"]
    told = (
        ("Needed now, but not in this plan: plan again", unplanned),
        ("A second plan would still do", result["left_for_the_next_plan"]),
        ("Warnings", result["warnings"]),
        ("The account does not show", result["not_shown"]),
        ("The copy does not hold, or holds otherwise", result["not_held"]),
        ("Not copied", [*result["not_copied"], "secrets, tickets, customers, and what no API lists"]),
    )
    for title, lines in told:
        if lines:
            more = len(lines) - _LONGEST_LIST
            yield title, [*lines[:_LONGEST_LIST], *([f"and {more} more (--format json has all)"] if more > 0 else [])]


def _verdict(result: Mapping[str, Any]) -> str:
    people = sum(each["result"] in ("manual", "waiting") for each in result["outcomes"])
    if result["would_fail"] or result["failure"]:
        left = counted(len(result["would_fail"]), "step")
        verdict = f"This plan would not come to its end: {left} of it would not happen as planned."
    elif result["left_for_the_next_plan"]:
        verdict = "This plan would be done, and the next one would not be empty."
    else:
        verdict = "This plan would be done, and the next one would change nothing."
    if people:
        verdict += f" Left for people: {counted(people, 'step')}."
    return verdict


def _title(screen: Screen, title: str) -> None:
    screen.blank()
    screen.put(screen.paint(screen.plain(title), "bold"))


def _write_outcome(screen: Screen, outcome: Mapping[str, Any], first: str) -> None:
    style = _STYLES.get(outcome["result"], "alarm")
    screen.put(screen.paint(screen.plain(f"{first}{outcome['result']:<9}{visible(outcome['step'])}"), style))
    if outcome.get("detail"):
        screen.prose(str(outcome["detail"]), first=" " * (len(first) + 9))


def _markdown_outcome(outcome: Mapping[str, Any], first: str) -> str:
    detail = f": {prose(str(outcome['detail']))}" if outcome.get("detail") else ""
    return f"{first}{outcome['result']} {code(str(outcome['step']))}{detail}"
