"""Finds live objects that nobody made and no key names: by what they do, as a kind recognises it.

It refuses to know what that is. An object that another manifest claims is claimed all the same, so that both are told.
"""

from __future__ import annotations

from reconciler.core.part import Part
from reconciler.core.resource import Resource
from reconciler.engine.binding_lines import ways_out
from reconciler.engine.claims import Claims
from reconciler.engine.identity import Identity


def find_recognised(claims: Claims, resource: Resource, part: Part) -> None:
    """The one object that the part recognises; several are not told apart."""
    if part.recognises is None or not claims.is_open(resource, part):
        return
    was = claims.was(resource, part)
    recognised = [
        each for each in claims.snapshot.objects(part.collection.name) if part.admits(each) and part.recognises(each)
    ]
    matches = [each for each in recognised if not claims.is_claimed(part, str(each["id"]))] or recognised
    if len(matches) == 1:
        claims.found(resource, part, str(matches[0]["id"]), "recognised", was)
    elif matches:
        claims.conclude(resource, part, Identity(undecided=ways_out(resource, part, matches), was=was))
    else:
        claims.conclude(resource, part, Identity(was=was))
