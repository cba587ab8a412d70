"""How manifests refer to skills: the values of a skill attribute, by the attribute's manifest and the value's name.

`langue/japonais` is the value `japonais` of the manifest skill/langue, `{external: "Langue/Japonais"}` a live value by
its attribute's name and its own. It refuses to know what a skill is used for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints

from reconciler.core.codec import Names
from reconciler.core.diagnostic import Path
from reconciler.core.resource import Json, Reference
from reconciler.kinds._codecs import Plain, canonical_reference, stated_reference
from reconciler.kinds._model import External, Id, Shape

SKILL_FIELDS = frozenset({"set_skills", "add_skills", "remove_skills"})
"""Actions whose value is `<id of an attribute value>#<priority>`
(developer.zendesk.com/documentation/ticketing/reference-guides/actions-reference)."""

_USE = re.compile(r"(?P<id>[0-9A-Za-z-]+)#(?P<priority>[0-9]+)")

SkillName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,99}/[a-z0-9][a-z0-9-]{0,99}$")]
AnySkill = SkillName | External | Id


class SkillUse(Shape):
    """A skill that a ticket gets or loses, and how much it counts."""

    skill: AnySkill = Field(description="The skill: the manifest of its attribute, a slash, and the value's name.")
    priority: int = Field(ge=0, le=99, description="The priority of the skill on the ticket.")


@dataclass(frozen=True, slots=True)
class SkillPointer:
    """A reference to one value of a skill attribute."""

    is_linkable: bool = True

    def desired(self, value: Json, names: Names) -> Json:
        """The canonical reference."""
        if isinstance(value, str):
            attribute, _, item = value.partition("/")
            return canonical_reference(attribute, "skill", f"value/{item}", names)
        return canonical_reference(value, "skill", "", names)

    def live(self, value: Json, names: Names) -> Json:
        """The canonical reference to a live id."""
        return names.reference("skill", "", str(value))

    def encode(self, value: Json, names: Names) -> Json:
        """The live id, as text."""
        return names.live_id(value)

    def manifest(self, value: Json, names: Names) -> Json:
        """A name with its value's, external or id."""
        stated = stated_reference(value)
        return f"{stated}/{value['part'].partition('/')[2]}" if isinstance(stated, str) else stated

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The one reference."""
        if isinstance(value, str):
            attribute, _, item = value.partition("/")
            yield Reference(path, "skill", f"value/{item}", attribute, is_linkable=self.is_linkable)
        elif value is not None:
            yield Reference(path, "skill", "", value, is_linkable=self.is_linkable)


_POINTER = SkillPointer()


@dataclass(frozen=True, slots=True)
class SkillSet(Plain):
    """Skills whose order means nothing."""

    def desired(self, value: Json, names: Names) -> Json:
        """Canonical references, each once, in the order of their text."""
        return _distinct([_POINTER.desired(each, names) for each in value or ()])

    def live(self, value: Json, names: Names) -> Json:
        """Canonical references to live ids, in the order of their text."""
        return _distinct([_POINTER.live(each, names) for each in value or ()])

    def encode(self, value: Json, names: Names) -> Json:
        """The live ids, as text."""
        return [_POINTER.encode(each, names) for each in value]

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """Each of them, with its index in the path."""
        for index, each in enumerate(value or ()):
            yield from _POINTER.references(each, (*path, index))


def _distinct(references: list[Json]) -> list[Json]:
    return [dict(pairs) for pairs in sorted({tuple(sorted(each.items())) for each in references})]


@dataclass(frozen=True, slots=True)
class SkillUses(Plain):
    """A skill with its priority, which the service writes as one text; other texts pass through."""

    def desired(self, value: Json, names: Names) -> Json:
        """The same with a canonical reference."""
        if not isinstance(value, dict) or "skill" not in value:
            return value
        return {"skill": _POINTER.desired(value["skill"], names), "priority": value["priority"]}

    def live(self, value: Json, names: Names) -> Json:
        """The skill and its priority in a live text."""
        found = _USE.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            return value
        return {"skill": _POINTER.live(found["id"], names), "priority": int(found["priority"])}

    def encode(self, value: Json, names: Names) -> Json:
        """`<id>#<priority>`."""
        if not isinstance(value, dict) or "skill" not in value:
            return value
        return f"{_POINTER.encode(value['skill'], names)}#{value['priority']}"

    def manifest(self, value: Json, names: Names) -> Json:
        """The same with a reference as a manifest states it."""
        if not isinstance(value, dict) or "skill" not in value:
            return value
        return {"skill": _POINTER.manifest(value["skill"], names), "priority": value["priority"]}

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The reference to the skill."""
        if isinstance(value, dict) and "skill" in value:
            yield from _POINTER.references(value["skill"], (*path, "skill"))
