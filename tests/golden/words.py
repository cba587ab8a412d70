"""Plans and requests in the words of golden cases: short lines, names for ids; it refuses to know what is right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reconciler.core.plan import Change, Plan, Step
from reconciler.core.state import State

TITLES = ("title", "name", "displayName", "type", "target")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]{6,}")

LOWEST_ID = 1000
"""Smaller numbers are positions and counts, never ids that a case means."""


def plan_lines(plan: Plan) -> list[str]:
    """The steps in order, one line each."""
    return [step_line(step) for step in plan.steps]


def step_line(step: Step) -> str:
    """`ACTION ADDRESS#PART [BINDING]: CHANGES | MARKS`.

    The binding (how the object was found) is shown for adopt alone. A change is its path, in alphabetical order; `=null` clears it, a cause
    other than `intended` stands behind in brackets, `!` and a hazard's level too. A change of another resource starts
    with that address. Marks: `blocked`, `waits for STEP`, `exposed until STEP`, `takes THING`, `irreversible`.
    """
    name = f"{step.action} {step.address}" + (f"#{step.part}" if step.part else "")
    if step.action == "manual":
        name = f"manual {step.id.removeprefix('manual:')}"
    if step.action == "adopt" and step.binding:
        name += f" [{step.binding}]"
    marks = ["blocked"] if step.blocked else []
    marks += [f"waits for {each}" for each in step.waits_for]
    marks += [f"exposed until {step.exposed_until}"] if step.exposed_until else []
    marks += [f"takes {_ID.sub('…', each)}" for each in step.takes]
    marks += [] if step.reversible else ["irreversible"]
    changes = ", ".join(sorted(_change(change) for change in step.changes))
    return name + (f": {changes}" if changes else "") + "".join(f" | {mark}" for mark in marks)


def _change(change: Change) -> str:
    where = change.address + (f"#{change.part}" if change.part else "") + " " if change.address else ""
    text = f"{where}{change.path}"
    if change.op == "clear":
        text += "=null"
    if change.cause.kind != "intended":
        text += f" ({change.cause.kind})"
    if change.hazard:
        text += f" !{change.hazard.partition(':')[0]}"
    return text


class Labels:
    """Live ids by what they are: `<address#part>` for ours, `<collection title>` for the others."""

    def __init__(
        self, objects: Mapping[str, Any], app_id: str, state: State | None, before: Labels | None = None
    ) -> None:
        """`before` gives labels to what is gone since, and to what was ours then."""
        self._app_id = app_id
        self._theirs = dict(before._theirs) if before else {}
        self._ours = dict(before._ours) if before else {}
        for path, items in objects.items():
            for item in items if isinstance(items, list) else ():
                title = next((str(item[each]) for each in TITLES if item.get(each)), "")
                self._theirs[str(item.get("id") or item.get("_id", ""))] = (
                    f"<{path.rsplit('/', 1)[-1]} {title}".rstrip() + ">"
                )
        for address, entry in (state.resources if state else {}).items():
            for part, live_id in entry.live.items():
                self._ours[live_id] = f"<{address}#{part}>" if part else f"<{address}>"

    def _label(self, value: str) -> str:
        if value.isdigit() and int(value) < LOWEST_ID:
            return ""
        return self._ours.get(value) or self._theirs.get(value, "")

    def named(self, value: Any) -> Any:
        """The value with labels for live ids."""
        if isinstance(value, dict):
            return {key: self.named(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.named(inner) for inner in value]
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            return value
        own, mark, rest = str(value).partition("#")
        label = self._label(own)
        return f"{label}{mark}{rest}" if label else value

    def path(self, path: str) -> str:
        """A path with labels for live ids and `{app}` for the app's."""
        return "/".join("{app}" if each == self._app_id else str(self.named(each)) for each in path.split("/"))

    def filled(self, value: Any) -> Any:
        """The value with live ids for labels."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if not isinstance(value, str):
            return value
        value = value.replace("{app}", self._app_id)
        for live_id in (*self._theirs, *self._ours):
            label = self._label(live_id)
            value = value.replace(label, live_id) if label else value
        return value
