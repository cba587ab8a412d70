"""What a person is asked to do, taken out of a manual step; it refuses to know how it is laid out."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.resource import Json
from reconciler.core.text import visible


def manual_place(place: Json) -> str:
    """An Admin Center path, from a text or a list of menu names."""
    return visible(" > ".join(map(str, place)) if isinstance(place, list | tuple) else str(place))


def manual_values(manual: Mapping[str, Json]) -> list[tuple[str, Json]]:
    """The names and values that a person enters."""
    values = manual.get("values")
    rows = values if isinstance(values, list | tuple) else ()
    return [(visible(str(row[0])), row[1]) for row in rows if isinstance(row, list | tuple) and len(row) == 2]
