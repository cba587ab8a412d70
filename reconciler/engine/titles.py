"""Finds live objects by titles, which need not be unique: by the stated fields where several share one.

It refuses to guess: what the fields do not tell apart stays undecided.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core.codec import MISSING
from reconciler.core.part import Part
from reconciler.core.resource import Json, Resource
from reconciler.engine.binding_lines import ways_out
from reconciler.engine.claims import Claims
from reconciler.engine.identity import Identity
from reconciler.engine.live import Live, observe


def find_by_title(claims: Claims, open_parts: Sequence[tuple[Resource, Part]]) -> None:
    """Find parts whose kinds match by title, among those that are still open."""
    by_title: dict[tuple[str, Json], list[tuple[Resource, Part]]] = {}
    for resource, part in open_parts:
        title = next(iter(claims.stated_keys(resource, part).values()))
        by_title.setdefault((part.collection.name, title), []).append((resource, part))
    for (_, title), sharing in by_title.items():
        part = sharing[0][1]
        matches = claims.with_key(part, part.key_fields()[0].path, title)
        if len(sharing) == 1 and len(matches) == 1:
            claims.found(*sharing[0], str(matches[0]["id"]), "title", claims.was(*sharing[0]))
        elif not matches:
            for resource, each in sharing:
                claims.conclude(resource, each, Identity(was=claims.was(resource, each)))
        else:
            _pair(claims, sharing, matches)


def _pair(claims: Claims, sharing: Sequence[tuple[Resource, Part]], matches: Sequence[Live]) -> None:
    """Pairs resources and live objects of one title by equality of all stated fields, where that is unique."""
    fitting = {
        resource.address: [each for each in matches if _equals(claims, resource, part, each)]
        for resource, part in sharing
    }
    for resource, part in sharing:
        mine = fitting[resource.address]
        rivals = [
            address
            for address, theirs in fitting.items()
            if address != resource.address and any(each in theirs for each in mine)
        ]
        if len(mine) == 1 and not rivals:
            claims.found(resource, part, str(mine[0]["id"]), "title and fields", claims.was(resource, part))
        else:
            claims.conclude(resource, part, Identity(undecided=ways_out(resource, part, mine or matches)))


def _equals(claims: Claims, resource: Resource, part: Part, live: Live) -> bool:
    for each in part.fields:
        is_stated, value = resource.stated(each.path)
        if is_stated and not each.is_secret and each.is_readable:
            seen = observe(each, live, claims.names)
            if seen is not MISSING and seen != each.codec.desired(value, claims.names):
                return False
    return True
