"""A contact button as a person looks it over before placing it; it refuses to know the HTML."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core.text import visible
from reconciler.kinds._contact_links import ContactLink
from reconciler.kinds.contact_button import Place
from reconciler.render.screen import Screen


def put_button(
    screen: Screen,
    address: str,
    label: str,
    links: Sequence[ContactLink],
    places: Sequence[Place],
    missing: Sequence[str],
) -> None:
    """Its label, each channel with the address that it opens, the channels without one, and the places."""
    screen.blank()
    screen.put(f"{screen.paint(address, 'bold')} · {screen.plain(visible(label))}")
    width = max((len(each.channel) for each in links), default=0)
    for each in links:
        shown = f"{each.channel.ljust(width)}  {screen.plain(visible(each.text))}  {visible(each.url)}"
        screen.put(f"  {shown}" + ("  (a picture to scan)" if each.is_image else ""))
    for name in missing:
        screen.put(f"  {name}: no address is known, so it is left out. State it under links:")
    for place in places:
        screen.put(
            f"  at: {place.slug}" + (f" ({screen.plain(visible(place.brand_name))})" if place.brand_name else "")
        )
