"""Finds live objects that may be a resource under another key, where no memory says otherwise.

It refuses to know what is done about them; it only says why a create is blocked.
"""

from __future__ import annotations

from reconciler.core.canonical import canonical_json
from reconciler.core.codec import MISSING
from reconciler.core.part import Part
from reconciler.core.policy import Binding
from reconciler.core.resource import Resource
from reconciler.engine.binding_lines import title_of
from reconciler.engine.live import Live, observe
from reconciler.engine.situation import Situation
from reconciler.kinds._registry import find_kind


class Resemblances:
    """The free live objects by what they hold besides their key; each collection is observed once per set of fields."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.alike: dict[tuple[str, str, tuple[str, ...]], dict[bytes, list[Live]]] = {}

    def reasons(self, resource: Resource, part: Part) -> list[str]:
        """Without a memory, a live object that equals the manifest but for its key may be it under another key."""
        fields = tuple(
            each
            for side in find_kind(resource.kind).parts(resource.document)
            if side.lives_as == part.name
            for each in side.fields
            if not (each.is_key or each.is_secret or each.is_initial)
            if each.is_readable and resource.stated(each.path)[0]
        )
        if part.name or not fields:
            return []
        index = (part.collection.name, part.type_value, tuple(each.path for each in fields))
        if index not in self.alike:
            alike: dict[bytes, list[Live]] = {}
            for live in self.situation.snapshot.objects(part.collection.name):
                values = [observe(each, live, self.situation.names) for each in fields]
                is_free = self.situation.names.owner(part.collection.name, str(live["id"])) is None
                if is_free and part.admits(live) and all(value is not MISSING for value in values):
                    alike.setdefault(canonical_json(values), []).append(live)
            self.alike[index] = alike
        wanted = [each.codec.desired(resource.stated(each.path)[1], self.situation.names) for each in fields]
        passed = self.situation.environment.bindings.get(resource.address, Binding()).none_of
        found = [each for each in self.alike[index].get(canonical_json(wanted), ()) if str(each["id"]) not in passed]
        if not found:
            return []
        shown = "; ".join(f'{each["id"]} ("{title_of(each)}")' for each in found[:5])
        every = ", ".join(f'"{each}"' for each in dict.fromkeys([*passed, *(str(each["id"]) for each in found)]))
        return [
            "nothing is remembered, and what is live equals it in everything that the manifest states but its key, so it "
            f"may be the same under another name: {shown}. Say which in bindings.yaml: {resource.address}: "
            f'{{id: "{found[0]["id"]}"}}, or that it is none of them: {resource.address}: {{none_of: [{every}]}}'
        ]
