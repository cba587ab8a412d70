"""How one value is written in manifests, in plans and on the wire, and the names of live ids that it takes.

It refuses to know which field a value belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from reconciler.core.diagnostic import Path
from reconciler.core.resource import Json, Reference

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "MISSING", "__bool__": lambda self: False})()
"""A live value that was not in the reply: unknown, which is not the same as null."""


class Unresolved(LookupError):
    """A reference whose live id is not known: its target is not there (yet), or is there more than once."""

    def __init__(self, reference: Mapping[str, Json], matches: Sequence[str] = ()) -> None:
        super().__init__(f"{dict(reference)}: {len(matches)} matches")
        self.reference = dict(reference)
        self.matches = tuple(matches)


class Names(Protocol):
    """Live ids as names and back, for one account at one moment."""

    def reference(self, kind: str, part: str, live_id: str) -> dict[str, str]:
        """The canonical reference to a live id: managed before external before bare id."""

    def live_id(self, reference: Mapping[str, Json]) -> str:
        """The live id behind a canonical reference; raises Unresolved."""

    def canonical(self, reference: Mapping[str, Json]) -> dict[str, str]:
        """The same reference in its best form: an external object that a manifest manages becomes a ref."""

    def objects(self, collection: str, parent: str = "") -> Sequence[Mapping[str, Json]]:
        """The live objects of a collection as last read."""

    def unreadable(self, collection: str, parent: str = "") -> str:
        """Why a listing could not be read, or an empty string."""

    def owner(self, collection: str, live_id: str) -> tuple[str, str] | None:
        """The address and part that a live object is bound to."""

    def is_managed(self, address: str) -> bool:
        """Whether a manifest has that address."""


class Codec(Protocol):
    """A field's three forms: as a manifest states it, canonical (compared, planned, stored), as the API has it.

    `manifest` undoes `desired`: `desired(manifest(x)) == x` for every canonical value that a manifest can state.
    """

    def desired(self, value: Json, names: Names) -> Json:
        """Manifest value to canonical value."""

    def live(self, value: Json, names: Names) -> Json:
        """Live value to canonical value; may answer MISSING when the reply does not tell."""

    def encode(self, value: Json, names: Names) -> Json:
        """Canonical value to API value; raises Unresolved."""

    def manifest(self, value: Json, names: Names) -> Json:
        """Canonical value to manifest value; MISSING where no manifest can state it."""

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The references a manifest value holds, with their paths."""
