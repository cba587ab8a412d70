"""What would be edited in manifest files, as text; it refuses to know why."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.edits import Edits
from reconciler.core.plan import Cause, Change
from reconciler.core.standing import FieldDifference
from reconciler.core.text import display_width, visible
from reconciler.render.plan_text import write_fields
from reconciler.render.screen import Screen
from reconciler.render.values import Field, shown_change, shown_value

_WORDS = {"add": "added", "change": "changed", "rename": "renamed", "remove": "removed", "restore": "restored"}


def edits_as_text(edits: Edits, screen: Screen) -> str:
    """Every edit by address with its file and fields, then what is left and why, then what has to be filled in."""
    for edit in edits.edits:
        screen.blank()
        name = screen.paint(screen.plain(visible(edit.address)), "bold")
        screen.put(f"{_WORDS[edit.deed]} {name}  {screen.plain(visible(edit.file))}")
        if edit.note:
            screen.wrap(visible(edit.note), first="    ", style="dim")
        write_fields(screen, [(row, "", "") for each in edit.differences for row in _rows(each)])
    if edits.left:
        screen.blank()
        screen.put(screen.paint("left as it is", "bold"))
        columns = max(display_width(visible(each.address)) for each in edits.left)
        for left in edits.left:
            screen.wrap(visible(left.reason), first=f"  {screen.padded(visible(left.address), columns)}  ")
    if edits.unfilled:
        screen.blank()
        screen.put(screen.paint(f"to fill in in environments/{edits.environment}/environment.yaml", "yellow"))
        for name in edits.unfilled:
            screen.put(f"  {visible(name)}: TODO")
    screen.blank()
    screen.put(_conclusion(edits))
    return screen.text()


def _rows(difference: FieldDifference) -> Iterable[Field]:
    path = visible(difference.path)
    if not difference.is_in_right:
        return [Field(path, "(no longer stated)", before=shown_value(difference.left))]
    change = Change(difference.path, "set", difference.left, difference.right, Cause(""))
    return shown_change(change, is_new=not difference.is_in_left)


def _conclusion(edits: Edits) -> str:
    files = len(edits.changes)
    if not files:
        return f"{visible(edits.environment)}: no file to edit"
    deeds: dict[str, int] = {}
    for edit in edits.edits:
        deeds[_WORDS[edit.deed]] = deeds.get(_WORDS[edit.deed], 0) + 1
    said = ", ".join(f"{count} {word}" for word, count in deeds.items()) or "values set"
    return f"{visible(edits.environment)}: {said}, in {files} file{'s' if files > 1 else ''}"
