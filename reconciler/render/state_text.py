"""The memory of an environment as text; it refuses to know where it is kept."""

from __future__ import annotations

from reconciler.core.state import Entry, State
from reconciler.core.text import display_width, visible
from reconciler.render.screen import Screen


def state_as_text(state: State, screen: Screen) -> str:
    """Where the memory stands, every address with how it came to us and its live ids, and the open intents."""
    screen.put(screen.paint(f"{visible(state.environment)} of {visible(state.target.subdomain)}", "bold"))
    screen.wrap(f"serial {state.serial}, lineage {state.lineage}, last written by {visible(state.run)}", first="  ")
    if state.resources:
        screen.blank()
    address_columns = max((display_width(visible(each)) for each in state.resources), default=0)
    for address, entry in sorted(state.resources.items()):
        first = f"  {screen.padded(visible(address), address_columns)}  {origin(entry):<8}  "
        screen.wrap(_live_ids(entry), first=first)
    if not state.resources:
        screen.put("  nothing is ours yet")
    if state.intents:
        screen.blank()
        screen.put(screen.paint("creates that an earlier run did not see through", "yellow"))
        for intent in state.intents:
            part = f"#{intent.part}" if intent.part else ""
            screen.wrap(f"{intent.status} by {visible(intent.run)}", first=f"  {visible(intent.address)}{part}  ")
    return screen.text()


def origin(entry: Entry) -> str:
    """How an address came to us, or that it ended."""
    if entry.retired:
        return "retired"
    return "created" if entry.created else "adopted"


def _live_ids(entry: Entry) -> str:
    if entry.retired:
        return f"its manifest is gone, {visible(entry.retired)}"
    return ", ".join(f"{part} {visible(live_id)}".strip() for part, live_id in entry.live.items()) or "no live object"
