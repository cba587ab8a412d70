"""A store in this process's memory whose puts can fail, and which can be lost or die with the process that uses it.

It refuses to know what the documents say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from reconciler.core.errors import StoreError, VersionMoved
from reconciler.store.backend import Stored

PutFault = Literal["", "before", "after"]


@dataclass(slots=True)
class Documents:
    """What is stored, shared by every process of a history."""

    kept: dict[str, Stored] = field(default_factory=dict)
    versions: int = 0
    written: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class MemoryStore:
    """One process's hand on the documents.

    `step` is called before and after every put and may end the process; `fails` says what goes wrong with a put of a
    key: "before" it has no effect, "after" it has, and the caller is told that it failed all the same.
    """

    documents: Documents
    intents_per_put: int = 1
    step: Callable[[], None] = lambda: None
    fails: Callable[[str], PutFault] = lambda key: ""
    is_shared: bool = True
    lease_ttl_seconds: float = 30.0

    def get(self, key: str) -> Stored | None:
        return self.documents.kept.get(key)

    def put(self, key: str, body: bytes, *, if_version: str | None) -> str:
        self.step()
        fault = self.fails(key)
        if fault == "before":
            raise StoreError("the disk is full")
        stored = self.documents.kept.get(key)
        if (stored.version if stored else None) != if_version:
            raise VersionMoved("another run wrote first")
        self.documents.versions += 1
        self.documents.kept[key] = Stored(body, str(self.documents.versions))
        self.documents.written.append(body)
        self.step()
        if fault == "after":
            raise StoreError("the answer of the store was lost")
        return str(self.documents.versions)

    def list(self, prefix: str) -> tuple[str, ...]:
        return tuple(sorted(key for key in self.documents.kept if key.startswith(prefix)))

    def obstacle(self) -> str:
        return ""

    def describe(self) -> str:
        return "the memory of a simulation"

    def close(self) -> None:
        """Nothing stays open."""
