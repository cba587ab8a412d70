"""Two environments side by side as text and as markdown; it refuses to know what would bring them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.core.plan import Cause, Change
from reconciler.core.standing import Comparison, FieldDifference, Standing
from reconciler.core.text import display_width, visible
from reconciler.render.markdown import code, fence, prose
from reconciler.render.plan_text import write_fields
from reconciler.render.screen import Screen
from reconciler.render.values import Field, shown_change, shown_value

_UNSTATED = "(not stated)"


def comparison_as_text(comparison: Comparison, screen: Screen, *, is_verbose: bool = False) -> str:
    """What is out of step first, field by field, then what may be; the counts at the end."""
    left, right = visible(comparison.left), visible(comparison.right)
    for title, standings in _groups(comparison):
        screen.blank()
        screen.put(screen.paint(title, "bold"))
        columns = max(display_width(visible(each.address)) for each in standings)
        for each in standings:
            lead = f"  {screen.padded(screen.plain(visible(each.address)), columns)}  "
            said = _said(each)
            if said:
                screen.wrap(visible(said), first=lead, style="dim" if each.allowed else "")
            else:
                screen.put(lead)
            write_fields(
                screen, [(row, "", "") for each in each.differences for row in _rows(each, left, right)], indent=6
            )
    designed = [each for each in comparison.standings if each.by_design]
    if designed and is_verbose:
        screen.blank()
        screen.put(screen.paint("different by environment.yaml", "bold"))
        for each in designed:
            screen.put(f"  {screen.plain(visible(each.address))}")
            rows = [(row, f"values.{item.value}", "dim") for item in each.by_design for row in _rows(item, left, right)]
            write_fields(screen, rows, indent=6)
    screen.blank()
    screen.put(_conclusion(comparison))
    return screen.text()


def comparison_as_markdown(comparison: Comparison) -> str:
    """One table of what is out of step or only on one side, and the differing fields below it."""
    left, right = comparison.left, comparison.right
    lines = [f"## {prose(left)} and {prose(right)}", "", prose(_conclusion(comparison)), ""]
    shown = [each for each in comparison.standings if each.verdict != "in_step"]
    if shown:
        lines += ["| address | standing | |", "| --- | --- | --- |"]
        lines += [
            f"| {_cell(code(each.address))} | {_words(each, comparison)} | {_cell(prose(_said(each)))} |"
            for each in shown
        ]
        lines.append("")
    for each in shown:
        if each.differences:
            rows = [_plain_row(row) for item in each.differences for row in _rows(item, visible(left), visible(right))]
            lines += [code(each.address), "", fence([line for row in rows for line in row], "diff")]
    return "\n".join(lines).rstrip("\n") + "\n"


def _groups(comparison: Comparison) -> Iterator[tuple[str, list[Standing]]]:
    titles = {
        "different": "different",
        "only_left": f"only in {visible(comparison.left)}",
        "only_right": f"only in {visible(comparison.right)}",
        "unclear": "not clear",
    }
    for verdict, title in titles.items():
        found = [each for each in comparison.standings if each.verdict == verdict]
        if found:
            yield title, sorted(found, key=lambda each: (bool(each.allowed), each.address))


def _said(standing: Standing) -> str:
    allowed = f"allowed: {standing.allowed}" if standing.allowed else ""
    return ". ".join(each for each in (allowed, standing.note) if each)


def _words(standing: Standing, comparison: Comparison) -> str:
    words = {
        "different": "different",
        "only_left": f"only in {prose(comparison.left)}",
        "only_right": f"only in {prose(comparison.right)}",
    }
    return words.get(standing.verdict, "not clear")


def _rows(difference: FieldDifference, left: str, right: str) -> Iterable[Field]:
    path = visible(difference.path)
    if not (difference.is_in_left and difference.is_in_right):
        one = shown_value(difference.left) if difference.is_in_left else _UNSTATED
        other = shown_value(difference.right) if difference.is_in_right else _UNSTATED
        return [Field(path, f"{left} {one} · {right} {other}")]
    change = Change(difference.path, "set", difference.left, difference.right, Cause(""))
    return [
        Field(each.path, f"{left} {each.before} · {right} {each.value}") if each.before else each
        for each in shown_change(change)
    ]


def _plain_row(field: Field) -> list[str]:
    head = f"  {field.path}: {field.value}".rstrip()
    return [head, *(f"{line.sign} {line.text}" for line in field.lines)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _conclusion(comparison: Comparison) -> str:
    counts = comparison.counts()
    words = (
        ("in_step", "in step"),
        ("different", "different"),
        ("only_left", f"only in {visible(comparison.left)}"),
        ("only_right", f"only in {visible(comparison.right)}"),
        ("unclear", "not clear"),
        ("allowed", "allowed by only:"),
    )
    said = ", ".join(f"{counts[key]} {word}" for key, word in words if counts[key]) or "nothing to compare"
    verdict = "in step" if comparison.is_in_step else "out of step"
    what = "the accounts of " if comparison.is_live else ""
    return f"{what}{visible(comparison.left)} and {visible(comparison.right)} are {verdict}: {said}"
