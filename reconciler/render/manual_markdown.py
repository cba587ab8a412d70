"""One manual step as an entry of a markdown checklist; it refuses to know in which document it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.core.resource import Json
from reconciler.render.manual_words import manual_place, manual_values
from reconciler.render.markdown import article, code, fence, prose
from reconciler.render.values import shown_value, text_lines


def task_line(manual: Mapping[str, Json], step_id: str) -> str:
    """The checklist's line: title and step id."""
    return f"- [ ] {prose(str(manual.get('title') or step_id))} · {code(step_id)}"


def manual_task(manual: Mapping[str, Json], step_id: str, why: Iterable[str]) -> list[str]:
    """The line and below it everything a person needs; a text of several lines stands in a fence, to be copied."""
    lines = [task_line(manual, step_id), *(f"  - {prose(reason)}" for reason in why)]
    if manual.get("admin_center"):
        lines.append(f"  - Where: {code(manual_place(manual['admin_center']))}")
    for name, value in manual_values(manual):
        if isinstance(value, str) and "\n" in value:
            lines += [f"  - Enter {code(name)}:", "", fence(text_lines(value), "text", indent="    ")]
        else:
            lines.append(f"  - Enter {code(name)}: {code(value if isinstance(value, str) else shown_value(value))}")
    if manual.get("article"):
        lines.append(f"  - Article: {article(str(manual['article']))}")
    if manual.get("attest"):
        lines.append(f"  - When done: {code(str(manual['attest']))}")
    for name, label in (("looks_for", "Looks for"), ("notes", "Notes")):
        content = manual.get(name)
        texts = content if isinstance(content, list | tuple) else [content]
        lines += [f"  - {label}: {prose(str(text))}" for text in texts if text]
    return lines
