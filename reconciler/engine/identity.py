"""Which live object each part of each resource is; it refuses to know how that was found out."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.engine.live import AccountNames


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known about one part: its live id, that it is absent, or why neither can be said.

    `by` says how it was found. `was` is the live id that the memory holds when that object is gone. `undecided` and
    `unknown` are reasons that block: several candidates, or a collection that could not be read.
    """

    live_id: str = ""
    parent: str = ""
    by: str = ""
    was: str = ""
    undecided: str = ""
    unknown: str = ""


@dataclass(slots=True)
class Matching:
    """The identities of all parts, and the names that follow from them."""

    names: AccountNames
    identities: dict[tuple[str, str], Identity] = field(default_factory=dict)

    def identity(self, address: str, part: str) -> Identity:
        """The identity of a part; an empty one is absent."""
        return self.identities.get((address, part), Identity())
