"""Where live and manifests differ, as text; it refuses to know what a plan would do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.core.attribution import Attribution
from reconciler.core.plan import Change, Step
from reconciler.core.text import visible
from reconciler.render.plan_text import write_fields
from reconciler.render.plan_words import cause_words, groups
from reconciler.render.screen import Screen, Style
from reconciler.render.values import Field, shown_change

_DONE = {"update": "changed", "destroy": "deleted", "create": "created"}
_SHOWN = ("drift", "conflict", "unknown")


def fields_as_text(
    steps: Iterable[Step],
    changed_by: Iterable[Attribution] = (),
    *,
    colour: bool,
    width: int,
    ascii_only: bool = False,
) -> str:
    """The changes that live itself caused (drift, conflict) or may have caused (unknown), and what is gone, by address.

    `live was … now …` is said of drift only, where the last applied value is the manifest's; of the others it is
    said what live has and what the manifest states. `changed_by` says who and when, where that is known. Empty when there
    is none.
    """
    people = {each.address: each for each in changed_by}
    screen = Screen(colour=colour, width=width, ascii_only=ascii_only)
    for address, members in groups(steps):
        found = [(step, change) for step in members for change in step.changes if change.cause.kind in _SHOWN]
        gone = list(dict.fromkeys(step.reason for step in members if _is_gone(step)))
        if not found and not gone:
            continue
        screen.blank()
        screen.put(screen.paint(screen.plain(visible(address)), "bold"))
        if address in people:
            who = people[address]
            screen.wrap(f"{_DONE.get(who.action, who.action)} by {visible(who.who)}, {visible(who.at)}", first="    ")
        for reason in gone:
            screen.wrap(f"VANISHED: {visible(reason)}", first="    ", style="yellow")
        write_fields(screen, [row for step, change in found for row in _rows(step, change)])
    return screen.text()


def _is_gone(step: Step) -> bool:
    return any(change.cause.kind == "vanished" for change in step.changes)


def _rows(step: Step, change: Change) -> Iterable[tuple[Field, str, Style]]:
    tag, _, where = cause_words(change, memory="full", is_blocked=True)
    style: Style = "yellow" if tag else "dim"
    owner = f"{visible(step.part)}." if step.part else ""
    is_drift = change.cause.kind == "drift"
    # Drift is shown as what happened to live: from what the manifest has to what live has now.
    seen = replace(change, before=change.after, after=change.before) if is_drift else change
    for field in shown_change(seen, is_new=step.action == "create"):
        value = field.value
        if field.before and is_drift:
            value = f"live was {field.before} now {field.value}"
        elif field.before:
            value = f"live has {field.before}, the manifest {field.value}"
        note = " · ".join(part for part in (tag, where) if part)
        yield Field(owner + field.path, value, field.lines), note, style
