"""What an import brought as text and markdown; it refuses to know how it came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.core.text import visible
from reconciler.render.markdown import code, prose
from reconciler.render.screen import Screen

Result = Mapping[str, Any]


def import_as_text(result: Result, screen: Screen) -> str:
    """What was written, and everything that was not, each with its reason."""
    for heading, style, entries in _sections(result):
        screen.blank()
        screen.put(screen.paint(heading, style))
        for head, said in entries:
            screen.wrap(visible(said), first=f"  {visible(head)}  " if head else "  ", rest="    ")
    screen.blank()
    screen.put(_conclusion(result))
    return screen.text()


def import_as_markdown(result: Result) -> str:
    """The same for a pull request."""
    lines = [f"**{prose(_conclusion(result))}**", ""]
    for heading, _, entries in _sections(result):
        lines += [f"### {prose(heading)}", ""]
        lines += [f"- {f'{code(head)} ' if head else ''}{prose(said)}" for head, said in entries]
        lines.append("")
    return "\n".join(lines)


def _sections(result: Result) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    sections = (
        ("written", "green", [(each["path"], each["address"]) for each in result["written"]]),
        (
            "merged",
            "green",
            [
                (file, f"{address} {', '.join(each['path'] for each in entries)}")
                for (file, address), entries in _by_manifest(result["merged"]).items()
            ],
        ),
        ("not merged", "yellow", [(each["address"], each["reason"]) for each in result["not_merged"]]),
        (
            "said in bindings.yaml, because no readable key tells",
            "yellow",
            [(address, live_id) for address, live_id in result["bindings"].items()],
        ),
        (
            "secrets to fill in",
            "yellow",
            [(each["reference"], f"{each['address']} {each['field']}") for each in result["secrets"]],
        ),
        (
            "fields that are not stated",
            "yellow",
            [(f"{each['address']} {each['field']}", each["why"]) for each in result["left_out"]],
        ),
        (
            "objects without a manifest",
            "yellow",
            [(f"{each['kind']} {each['ids'][0]}", _named(each)) for each in result["not_described"]],
        ),
        ("cannot be read", "red", [(kind, why) for kind, why in result["unreadable"].items()]),
        (
            "shown by no API: write these yourself, reconciler explain KIND says how",
            "dim",
            [("", ", ".join(result["not_shown_by_any_api"]))] if result["not_shown_by_any_api"] else [],
        ),
        ("to look at", "yellow", [("", each) for each in result["warnings"]]),
    )
    yield from (section for section in sections if section[2])


def _by_manifest(merged: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in merged:
        found.setdefault((each["file"], each["address"]), []).append(each)
    return found


def _named(entry: Mapping[str, str]) -> str:
    return f'"{entry["title"]}": {entry["why"]}' if entry["title"] else entry["why"]


def _conclusion(result: Result) -> str:
    count, managed = len(result["written"]), len(result["managed"])
    said = f"{count} manifest{'s' if count != 1 else ''} written"
    merged = len({each["address"] for each in result["merged"]})
    if merged:
        said += f", {merged} brought to what is live"
    if managed - merged:
        managed -= merged
        said += (
            f", {managed} left alone because {'a manifest describes it' if managed == 1 else 'manifests describe them'}"
        )
    if result["not_described"]:
        said += f", {len(result['not_described'])} without a manifest"
    if result["unreadable"]:
        said += f", {len(result['unreadable'])} kinds that cannot be read"
    return said
