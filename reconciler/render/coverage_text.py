"""How much of an account manifests describe, as text and markdown; it refuses to know how that was found out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.core.text import visible
from reconciler.render.markdown import code, prose
from reconciler.render.screen import Screen

COLUMNS = (("managed", "managed"), ("watch_only", "watched"), ("unmanaged", "unmanaged"), ("absent", "not live"))
"""The lists of a kind and what they are called."""

_KIND_COLUMNS = 22
_COLUMN = 11


def coverage_as_text(result: Mapping[str, Any], screen: Screen, *, with_objects: bool) -> str:
    """One line for each kind, then the objects where they are wanted, and what no kind describes."""
    head = "".join(screen.padded(title, _COLUMN) for _, title in COLUMNS)
    screen.put(screen.paint(f"{screen.padded('kind', _KIND_COLUMNS)}{head}", "bold"))
    for kind in result["kinds"]:
        numbers = "".join(screen.padded(each, _COLUMN) for each in _numbers(kind))
        note = visible(_note(kind))
        screen.wrap(note, first=f"{screen.padded(kind['kind'], _KIND_COLUMNS)}{numbers}", rest=" " * 4)
    for heading, names in _objects(result) if with_objects else ():
        screen.blank()
        screen.put(screen.paint(heading, "bold"))
        for name in names:
            screen.put(f"  {visible(name)}")
    _strays(result, screen)
    screen.blank()
    screen.put(_conclusion(result["kinds"]))
    return screen.text()


def coverage_as_markdown(result: Mapping[str, Any], *, with_objects: bool) -> str:
    """The same as a table."""
    lines = [
        f"**{prose(_conclusion(result['kinds']))}**",
        "",
        f"| kind | {' | '.join(title for _, title in COLUMNS)} | |",
        f"| --- |{' ---: |' * len(COLUMNS)} --- |",
    ]
    for kind in result["kinds"]:
        note = prose(_note(kind)).replace("|", "\\|")
        lines.append(f"| {code(kind['kind'])} | {' | '.join(_numbers(kind))} | {note} |")
    lines.append("")
    for heading, names in _objects(result) if with_objects else ():
        lines += [f"### {prose(heading)}", "", *(f"- {code(name)}" for name in names), ""]
    if result["not_described"]:
        lines += ["### described by no kind", ""]
        lines += [f"- {code(_stray(each))}" for each in result["not_described"]]
        lines.append("")
    return "\n".join(lines)


def _numbers(kind: Mapping[str, Any]) -> list[str]:
    """The counts; of what cannot be read only what manifests state is known."""
    unknown = {"unmanaged"} if kind["unreadable"] or not kind["is_shown"] else set()
    return ["?" if name in unknown else str(len(kind[name])) for name, _ in COLUMNS]


def _note(kind: Mapping[str, Any]) -> str:
    if kind["unreadable"]:
        return f"cannot be read: {kind['unreadable']}"
    return "" if kind["is_shown"] else "no API shows these"


def _objects(result: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for kind in result["kinds"]:
        for name, title in COLUMNS:
            if kind[name]:
                yield f"{kind['kind']}, {title}", [_named(each) for each in kind[name]]


def _named(entry: Mapping[str, str]) -> str:
    title = f'"{entry["title"]}"' if entry["title"] else ""
    return "  ".join(each for each in (entry["address"], entry["id"], title) if each)


def _stray(entry: Mapping[str, str]) -> str:
    return " ".join(each for each in (entry["collection"], entry["type"], entry["id"], entry["title"]) if each)


def _strays(result: Mapping[str, Any], screen: Screen) -> None:
    if not result["not_described"]:
        return
    screen.blank()
    screen.put(screen.paint("described by no kind", "bold"))
    for each in result["not_described"]:
        screen.put(f"  {visible(_stray(each))}")


def _conclusion(kinds: Sequence[Mapping[str, Any]]) -> str:
    managed = sum(len(each["managed"]) + len(each["watch_only"]) for each in kinds)
    unmanaged = sum(len(each["unmanaged"]) for each in kinds)
    unreadable = sum(bool(each["unreadable"]) for each in kinds)
    said = f"{managed} of {managed + unmanaged} live objects are described by manifests"
    return f"{said}; {unreadable} kinds cannot be read" if unreadable else said
