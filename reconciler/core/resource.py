"""Manifests as values: addresses, references, secret uses and the resource a manifest asks for.

It refuses to know where a manifest came from and what the service calls things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.core.diagnostic import Path, Position

Json = Any
"""A value made of dict, list, str, int, bool and None."""


def ref(address: str, part: str = "") -> dict[str, str]:
    """The canonical form of a reference to a managed object: its address and part, never a live id."""
    return {"ref": address, "part": part}


def external(kind: str, key: str) -> dict[str, str]:
    """The canonical form of a reference to a live object that no manifest manages, by its natural key."""
    return {"external": key, "kind": kind}


def by_id(live_id: str) -> dict[str, str]:
    """The canonical form of a reference that is nothing but a live id."""
    return {"id": live_id}


TEXT_REFERENCE = re.compile(r"\{\{([a-z_]+/[a-z0-9][a-z0-9-]*)\}\}")
"""A reference to a managed object inside a canonical text: its address in double braces."""


def path_keys(path: str) -> tuple[str, ...]:
    """The keys of a field's path: dots part them, and one key of a keyed list may stand in brackets with dots in it."""
    above, bracket, rest = path.partition("[")
    if not bracket:
        return tuple(path.split(".")) if path else ()
    key, _, below = rest.rpartition("]")
    return (*above.split("."), key, *(each for each in below.split(".") if each))


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference as a manifest states it.

    `path` is where it stands, `kind` what it must point to, `part` which part of it; `target` is a manifest's
    name, an `{"external": key}` or an `{"id": value}`. `types` narrows it. `is_linkable` is false where the
    service needs the target at creation, so that a cycle through it can never be closed.
    """

    path: Path
    kind: str
    part: str
    target: Json
    types: tuple[str, ...] = ()
    is_linkable: bool = True

    @property
    def address(self) -> str | None:
        """The address of the manifest it names, if it names one."""
        return f"{self.kind}/{self.target}" if isinstance(self.target, str) else None


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A secret field: where its value is found (`env://…`, `file://…`) and which generation of it is wanted."""

    reference: str
    generation: int = 1


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What may happen to a resource; `on_remove` is None where the kind's default holds."""

    protect: bool = False
    on_remove: Literal["delete", "deactivate", "keep", "block"] | None = None
    watch_only: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """What one manifest asks for, values resolved: `document` is the whole of it, `positions` finds its lines.

    Short forms are written out in `document`, and lists whose items have keys are mappings from key to item. A path is
    dotted, with such a key in brackets: `values[japonais].title`.
    `removed` is set by a tombstone. `positions` maps a path in the document to a position, with the document
    itself under `()`; it holds what the plan prints as causes, so only top-level keys and the document.
    """

    kind: str
    name: str
    document: Mapping[str, Json]
    positions: Mapping[Path, Position] = field(default_factory=dict)
    lifecycle: Lifecycle = Lifecycle()
    moved_from: tuple[str, ...] = ()
    removed: Literal["delete", "deactivate", "keep"] | None = None

    @property
    def address(self) -> str:
        """`kind/name`, the one name of this resource."""
        return f"{self.kind}/{self.name}"

    @property
    def type(self) -> str:
        """The discriminating type, or an empty string for kinds without types."""
        return str(self.document.get("type", ""))

    def stated(self, path: str) -> tuple[bool, Json]:
        """Whether the manifest states `path`, and its value."""
        value: Json = self.document
        for key in path_keys(path):
            if not isinstance(value, Mapping) or key not in value:
                return False, None
            value = value[key]
        return True, value

    def position(self, path: str) -> Position | None:
        """The nearest known position of a dotted path: itself, an ancestor, or the document."""
        keys = path_keys(path)
        for length in range(len(keys), -1, -1):
            if keys[:length] in self.positions:
                return self.positions[keys[:length]]
        return None
