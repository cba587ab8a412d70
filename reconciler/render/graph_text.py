"""Which manifest refers to which, as text, for Graphviz and for Mermaid; it refuses to know what a reference means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from reconciler.core.text import visible
from reconciler.render.screen import Screen

Edges = Mapping[str, Sequence[tuple[str, str]]]
"""By address, what it refers to and in which field; what nobody manages is named as its kind and key."""


def graph_as_text(edges: Edges, screen: Screen) -> str:
    """Every address with what it refers to below it, and the fields that do."""
    for address, targets in edges.items():
        screen.put(screen.paint(screen.plain(visible(address)), "bold"))
        for target, fields in _by_target(targets).items():
            screen.wrap(f"{visible(target)}  ({', '.join(map(visible, fields))})", first="  → ")
    return screen.text()


def graph_as_dot(edges: Edges) -> str:
    """A digraph in the language of Graphviz."""
    lines = ["digraph manifests {", "  rankdir=LR;", "  node [shape=box];"]
    lines += [f"  {_quoted(address)};" for address in edges]
    lines += [
        f"  {_quoted(address)} -> {_quoted(target)} [label={_quoted(', '.join(fields))}];"
        for address, targets in edges.items()
        for target, fields in _by_target(targets).items()
    ]
    return "\n".join([*lines, "}"]) + "\n"


def graph_as_mermaid(edges: Edges) -> str:
    """A flowchart in the language of Mermaid; nodes have numbers, since their names could be words of it."""
    names = list(dict.fromkeys([*edges, *(target for targets in edges.values() for target, _ in targets)]))
    numbers = {name: f"n{number}" for number, name in enumerate(names)}
    lines = ["flowchart LR", *(f'  {numbers[name]}["{_entity(name)}"]' for name in names)]
    lines += [
        f"  {numbers[address]} --> {numbers[target]}"
        for address, targets in edges.items()
        for target in _by_target(targets)
    ]
    return "\n".join(lines) + "\n"


def _by_target(targets: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for target, field in targets:
        fields = found.setdefault(target, [])
        if field not in fields:
            fields.append(field)
    return found


def _quoted(text: str) -> str:
    return json.dumps(visible(text), ensure_ascii=False)


def _entity(text: str) -> str:
    return visible(text).replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
