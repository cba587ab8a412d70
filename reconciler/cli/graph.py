"""`reconciler graph`."""

from __future__ import annotations

import click

from reconciler.cli.options import Setting, load
from reconciler.cli.options import command as shared
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import UsageError


@shared(
    formats=("text", "dot", "mermaid", "json"),
    environment="required",
    examples=(
        "reconciler graph -e sandbox",
        "reconciler graph -e sandbox responder/lune-bot",
        "reconciler graph -e sandbox --format dot | dot -Tsvg > graph.svg",
    ),
)
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
def graph(setting: Setting, addresses: tuple[str, ...]) -> int:
    """Show which manifest refers to which, offline; with addresses, only what they refer to and what refers to them."""
    from reconciler.engine.referring import references_between
    from reconciler.render.graph_text import graph_as_dot, graph_as_mermaid, graph_as_text

    resources = load(setting, setting.environment).resources
    known = [each.address for each in resources]
    for address in addresses:
        if address not in known:
            raise UsageError(f"{address} has no manifest in {setting.environment}", fix=did_you_mean(address, known))
    edges = references_between(resources, addresses)
    console = setting.console
    if setting.is_json:
        listed = [
            {"address": address, "refers_to": [{"target": target, "field": field} for target, field in targets]}
            for address, targets in edges.items()
        ]
        console.json("graph", 0, listed)
    elif setting.format == "text":
        console.data(graph_as_text(edges, console.screen()))
    else:
        console.data(graph_as_dot(edges) if setting.format == "dot" else graph_as_mermaid(edges))
    return 0


command = graph
