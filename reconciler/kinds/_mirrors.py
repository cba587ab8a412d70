"""Fields that are written under one name and read through a mirror under another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.core.codec import MISSING, Names
from reconciler.core.diagnostic import Path
from reconciler.core.resource import Json, Reference
from reconciler.kinds._codecs import Pointer

_ENTRY = Pointer("responder", "entry")


@dataclass(frozen=True, slots=True)
class DefaultResponder:
    """A channel's responder: sent as the id of a switchboard entry, read as a copy of that entry without its id.

    `inherited: true` means that there is no override, which is what null asks for (Conversations API reference, defaultResponder).
    """

    def desired(self, value: Json, names: Names) -> Json:
        """The canonical reference to the entry, or null."""
        return _ENTRY.desired(value, names)

    def live(self, value: Json, names: Names) -> Json:
        """The entry that the mirror shows; MISSING where it shows one that is not in the switchboard's list."""
        if value is None or value.get("inherited", False):
            return None
        for entry in names.objects("switchboard_integrations"):
            if entry.get("name") == value.get("name"):
                return names.reference("responder", "entry", str(entry["id"]))
        return MISSING

    def encode(self, value: Json, names: Names) -> Json:
        """The entry's live id, or null."""
        return _ENTRY.encode(value, names)

    def manifest(self, value: Json, names: Names) -> Json:
        """The entry's name, external or id, or null."""
        return _ENTRY.manifest(value, names)

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The one reference."""
        return _ENTRY.references(value, path)
