"""The lines of bindings.yaml that say which live object a part is, as a person has to write them.

It refuses to know where lines are read, and which object is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core.part import Part
from reconciler.core.resource import Resource
from reconciler.engine.live import Live


def binding_key(address: str, part: str) -> str:
    """What a line is about: `<kind>/<name>[#part]`."""
    return f"{address}#{part}" if part else address


def binding_line(address: str, part: str, live_id: str) -> str:
    """The line of bindings.yaml that says which live object a part is."""
    return f'{binding_key(address, part)}: {{id: "{live_id}"}}'


def is_found_again(part: Part) -> bool:
    """Whether the live object can be told from others without the memory: by a readable key, or by its place."""
    return (
        part.is_singleton
        or bool(part.inside or part.found_through[0] or part.aspect)
        or any(each.is_readable for each in part.key_fields())
    )


def ways_out(resource: Resource, part: Part, matches: Sequence[Live]) -> str:
    """Why a part is undecided between live objects, and the lines of bindings.yaml that decide it."""
    key = binding_key(resource.address, part.name)
    shown = "; ".join(f'{each["id"]} ("{title_of(each)}")' for each in matches[:5])
    ids = ", ".join(f'"{each["id"]}"' for each in matches)
    first = matches[0]["id"]
    count = f"{len(matches)} live objects could be it" if len(matches) > 1 else "a live object could be it"
    way_out = f'Say which in bindings.yaml: {key}: {{id: "{first}"}}'
    if part.creates and not part.key_fields():
        way_out += f", or that it is none of them: {key}: {{none_of: [{ids}]}}"
    return f"{count}, and nothing readable tells: {shown}. {way_out}"


def title_of(live: Live) -> str:
    """The name of a live object for people, or an empty text."""
    for member in ("displayName", "title", "name"):
        if live.get(member):
            return str(live[member])
    return ""
