"""A plan as text for people at a terminal; it refuses to know files, streams and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.core.plan import ACTIONS, Change, Plan, Step
from reconciler.core.resource import Json
from reconciler.core.text import display_width, visible
from reconciler.render import plan_words as words
from reconciler.render.manual_words import manual_place, manual_values
from reconciler.render.screen import Screen, Style
from reconciler.render.values import Field, is_long, shown_change, shown_value, text_lines

_STYLES: dict[str, Style] = {
    "!": "alarm",
    "-": "red",
    "~": "yellow",
    "+": "green",
    "=": "cyan",
    ">": "cyan",
    "?": "dim",
}
_LINE_STYLES: dict[str, Style] = {"-": "red", "+": "green", "↕": "cyan", "~": "yellow", " ": "dim"}
_ACTION_COLUMNS = max(map(len, ACTIONS)) + 1
_PLACE_COLUMNS = 34
_LABEL_COLUMNS = 24
_GAP = 2


def plan_as_text(
    plan: Plan, *, digest: str, colour: bool, width: int, ascii_only: bool = False, verbose: bool = False
) -> str:
    """The whole plan: headline, what is dangerous, every step with what it does and why, manual steps, warnings.

    Symbols carry what colours carry. Identifiers (addresses, paths, ids, links) are never broken, so a line may be
    wider than `width` where one is. Lines end in one newline each; the same plan gives the same text.
    """
    screen = Screen(colour=colour, width=width, ascii_only=ascii_only)
    _headline(screen, plan, digest)
    _hazards(screen, plan)
    columns = _place_columns(screen, [step for step in plan.steps if step.action != "manual" or step.blocked])
    was_tall = True
    for _, steps in words.groups(plan.steps):
        shown = [step for step in steps if step.action != "manual" or step.blocked]
        is_tall = len(shown) > 1 or any(_has_body(step, verbose) for step in shown)
        if shown and (is_tall or was_tall):
            screen.blank()
        for step in shown:
            _step(screen, plan, step, columns, verbose)
        was_tall = is_tall if shown else was_tall
    manual = sorted((step for step in plan.steps if step.action == "manual"), key=lambda step: step.is_waiting)
    write_manual_steps(screen, manual)
    _approvals(screen, plan)
    write_warnings(screen, plan.warnings)
    return screen.text()


def write_manual_steps(screen: Screen, steps: Sequence[Step]) -> None:
    """What people have to do, with everything they need for it."""
    if not steps:
        return
    screen.blank()
    screen.put(screen.paint("Manual steps", "bold"))
    for number, step in enumerate(steps, 1):
        screen.blank()
        write_manual_step(screen, step.manual or {}, f"{number:>3}  ", step.id, words.why_by_hand(step))


def write_manual_step(screen: Screen, manual: Mapping[str, Json], lead: str, step_id: str, reason: str = "") -> None:
    """One manual step: title, where, the exact values, what the tool will look for, the vendor's article.

    The command to type when it is done is never broken.
    """
    indent = " " * len(lead)
    screen.wrap(visible(str(manual.get("title") or step_id)), first=lead, style="bold")
    _labelled(screen, indent, "Step", visible(step_id))
    if reason:
        _labelled(screen, indent, "Why", visible(reason))
    if manual.get("admin_center"):
        _labelled(screen, indent, "Where", manual_place(manual["admin_center"]))
    values = manual_values(manual)
    label_columns = min(_LABEL_COLUMNS, max((display_width(screen.plain(name)) for name, _ in values), default=0))
    for number, (name, value) in enumerate(values):
        head = f"{indent}{'Enter' if not number else '':<11}"
        label = screen.padded(screen.plain(name), label_columns)
        if isinstance(value, str) and (is_long(value) or "\n" in value):
            screen.put(f"{head}{label}")
            for line in text_lines(value):
                screen.put(f"{indent}{'':<11}| {screen.plain(line)}")
        else:
            shown = visible(value) if isinstance(value, str) else shown_value(value)
            screen.wrap(shown, first=f"{head}{label}  ")
    labels = {"looks_for": "Looks for", "attest": "When done", "article": "Article", "notes": "Notes"}
    for name, label in labels.items():
        content = manual.get(name)
        for number, text in enumerate(content if isinstance(content, list | tuple) else [content]):
            if text and name == "attest":
                screen.put(screen.plain(f"{indent}{label:<11}{visible(str(text))}"))
            elif text:
                _labelled(screen, indent, label if not number else "", str(text))


def write_warnings(screen: Screen, warnings: Sequence[str]) -> None:
    """Warnings, last because that is where eyes end up."""
    if warnings:
        screen.blank()
        screen.put(screen.paint("Warnings", "bold"))
    for warning in warnings:
        screen.prose(warning, first="  ! ", rest="    ", style="yellow")


def write_fields(
    screen: Screen, rows: Sequence[tuple[Field, str, Style]], *, indent: int = 4, line_signs: bool = True
) -> None:
    """Fields below each other, aligned: label, value, and beside or below it a note that says why and where."""
    labels = [screen.plain(field.path) for field, _, _ in rows]
    label_columns = min(_LABEL_COLUMNS, max(map(display_width, labels), default=0))
    start = indent + label_columns + _GAP
    values = [screen.plain(field.one_line) for field, _, _ in rows]
    note_column = _note_column(
        screen, start, labels, values, [screen.plain(note) for _, note, _ in rows], label_columns
    )
    for (field, note, style), label, value in zip(rows, labels, values, strict=True):
        note = screen.plain(note)
        is_wide = display_width(label) > label_columns
        lead = " " * indent + (label if is_wide else screen.padded(label, label_columns)) + " " * _GAP
        room = screen.width - start
        if is_wide and (field.value or note):
            screen.put(lead)
            lead = " " * start
        if field.value:
            line = lead + value
            if note and display_width(line) <= note_column - _GAP and note_column + display_width(note) <= screen.width:
                screen.put(screen.padded(line, note_column) + screen.paint(note, style))
                continue
            if display_width(value) <= room or not field.before:
                screen.wrap(value, first=lead, rest=" " * (start + 2))
            else:
                screen.wrap(field.before, first=lead)
                screen.wrap(field.value, first=" " * (start - 2) + "→ ")
            if note:
                screen.wrap(note, first=" " * start, style=style)
            continue
        screen.wrap(note, first=lead, style=style)
        for diff_line in field.lines if line_signs else ():
            screen.wrap(
                diff_line.text, first=f"{' ' * (indent + 2)}{diff_line.sign} ", style=_LINE_STYLES[diff_line.sign]
            )


def _note_column(
    screen: Screen, start: int, labels: Sequence[str], values: Sequence[str], notes: Sequence[str], label_columns: int
) -> int:
    """The column where notes begin: right of every value that leaves room for its note."""
    ends = [
        start + display_width(value) + 2 * _GAP
        for label, value, note in zip(labels, values, notes, strict=True)
        if value and note and start + display_width(value) + 2 * _GAP + display_width(note) <= screen.width
    ]
    widest = max((display_width(note) for value, note in zip(values, notes, strict=True) if value), default=0)
    return min(max(ends, default=0), max(screen.width - widest, min(ends, default=0)))


def _headline(screen: Screen, plan: Plan, digest: str) -> None:
    counts = words.counts_sentence(plan)
    parts = [f"Plan {words.short(digest)}", words.target_words(plan), counts or words.NOTHING_TO_DO]
    if words.request_count(plan):
        parts.append(words.request_count(plan))
    screen.put_tokens(_phrases(" · ".join(parts)), first="", rest="  ", style="bold")
    if sentence := words.memory_sentence(plan.memory):
        screen.wrap(sentence, first="", style="yellow")
    if plan.is_blocked:
        screen.wrap("A plan with blocked steps applies nothing.", first="", style="alarm")


def _phrases(headline: str) -> list[str]:
    """A headline cut only after commas and dots, so that a count stays with its noun."""
    return headline.replace(", ", ",\n").replace(" · ", " ·\n").split("\n")


def _hazards(screen: Screen, plan: Plan) -> None:
    found = [(step, change) for step in plan.steps for change in step.changes if change.hazard and step.is_change]
    if not found:
        return
    screen.blank()
    screen.put(screen.paint("HAZARDS", "alarm"))
    for step, change in found:
        address = f"{_owner(step, change)}  {visible(change.path)}"
        screen.put_tokens(
            [address, *f" {words.hazard_words(change.hazard)}".split(" ")], first="  ! ", rest="      ", style="red"
        )


def _place_columns(screen: Screen, steps: Sequence[Step]) -> int:
    return min(_PLACE_COLUMNS, max((display_width(screen.plain(words.place(step))) for step in steps), default=0))


def _has_body(step: Step, verbose: bool) -> bool:
    return bool(
        step.changes or step.blocked or step.reason or step.takes or step.sequence or step.exposed_until or verbose
        or step.waits_for or not step.reversible or step.risk
    )  # fmt: skip


def _note(step: Step) -> str:
    if step.blocked:
        return "BLOCKED"
    if step.is_waiting:
        return "waits for a person"
    if step.changes:
        tags = sorted({c.cause.kind.upper() for c in step.changes} & {"DRIFT", "CONFLICT", "VANISHED"})
        return " · ".join([words.counted(len(words.shown_changes(step)), "field"), *tags])
    return ""


def _step(screen: Screen, plan: Plan, step: Step, columns: int, verbose: bool) -> None:
    style = _STYLES.get(words.symbol(step), "")
    name = screen.plain(words.place(step))
    head = f"{words.symbol(step)} {screen.plain(visible(step.action)):<{_ACTION_COLUMNS}}"
    note = screen.plain(_note(step))
    line = f"{head}{screen.padded(name, columns)}{' ' * _GAP}{note}" if note else head + name
    has_room = display_width(line) <= screen.width
    screen.put(screen.paint(line if has_room else head + name, style))
    if note and not has_room:
        screen.put("    " + screen.paint(note, style))
    for reason in step.blocked:
        screen.prose(reason, first="    blocked: ", rest="      ", style="alarm")
    if step.reason:
        screen.prose(step.reason, first="    ", style="")
    if not step.reversible:
        screen.wrap("cannot be undone", first="    ", style="red")
    if step.risk and not any(change.hazard for change in step.changes):
        screen.prose(words.hazard_words(step.risk), first="    risk: ", rest="      ", style="red")
    if step.waits_for:
        _listing(screen, "waits for: ", step.waits_for)
    if step.exposed_until:
        screen.put_tokens(
            ["exposed", "until", f"{visible(step.exposed_until)}:", "live without what that step brings"],
            first="    ",
            rest="      ",
            style="yellow",
        )
    write_fields(screen, _rows(plan, step))
    activated = words.activations(step)
    if activated:
        _listing(screen, "activates: ", [change.address for change in activated])
    if step.sequence:
        _listing(screen, "order: ", [f"{number} {name}" for number, name in enumerate(step.sequence, 1)])
    if step.takes:
        _listing(screen, "takes with it: ", step.takes, "red")
    if verbose:
        _facts(screen, step)


def _listing(screen: Screen, label: str, items: Sequence[str], style: Style = "") -> None:
    tokens = [visible(item) + ("," if number < len(items) else "") for number, item in enumerate(items, 1)]
    screen.put_tokens(tokens, first=f"    {label}", rest="      ", style=style)


def _facts(screen: Screen, step: Step) -> None:
    facts = [("step", step.id), ("live id", step.live_id), ("depends on", ", ".join(step.depends_on))]
    facts.append(("bound by", step.binding))
    for label, fact in facts:
        if fact:
            screen.wrap(visible(fact), first=f"    {label}: ", rest="      ", style="dim")


def _owner(step: Step, change: Change) -> str:
    if not change.address:
        return words.place(step)
    return visible(f"{change.address}#{change.part}" if change.part else change.address)


def _rows(plan: Plan, step: Step) -> list[tuple[Field, str, Style]]:
    rows: list[tuple[Field, str, Style]] = []
    activated = words.activations(step)
    for change in words.hazards_first([change for change in words.shown_changes(step) if change not in activated]):
        tag, sentence, where = words.cause_words(change, memory=plan.memory, is_blocked=bool(step.blocked))
        if step.action == "create" and change.cause.kind == "unknown":
            sentence = ""
        hazard = f"HAZARD {words.hazard_words(change.hazard)}" if change.hazard else ""
        note = " · ".join(part for part in (hazard, f"{tag}: {sentence}" if tag else sentence, where) if part)
        style: Style = "alarm" if hazard else "yellow" if tag else "dim"
        fields = shown_change(change, is_new=step.action == "create")
        owner = f"{_owner(step, change)} " if change.address and change.address != step.address else ""
        for number, field in enumerate(fields):
            rows.append((replace(field, path=owner + field.path), note if not number else "", style))
    return rows


def _approvals(screen: Screen, plan: Plan) -> None:
    if plan.approvals:
        screen.blank()
        screen.put(screen.paint("Approvals this plan uses", "bold"))
    for approval in plan.approvals:
        subject = f"{approval['limit']} {approval['measured']}" if "limit" in approval else approval.get("step", "")
        by, until = (visible(str(approval.get(name, ""))) for name in ("by", "until"))
        text = f"{visible(str(subject))} by {by}" + (f" until {until}" if until else "")
        reason = visible(str(approval.get("reason", "")))
        screen.wrap(f"{text}: {reason}" if reason else text, first="  ", rest="    ")


def _labelled(screen: Screen, indent: str, label: str, text: str) -> None:
    screen.prose(text, first=f"{indent}{label:<11}", rest=f"{indent}{'':<11}")
