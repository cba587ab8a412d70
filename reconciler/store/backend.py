"""What a place for documents must be able to do; it refuses to know what the documents say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was read: its bytes, and the version that a put has to name to replace exactly them."""

    body: bytes
    version: str


class Backend(Protocol):
    """Documents by key, in three verbs. Every backend passes `tests/unit/store/conformance.py`.

    Every verb is safe to call from several threads and processes, is bounded in time, and raises StoreError when the
    store cannot be read or written and StoreCorrupt when it is damaged: never an empty answer instead. A store on
    another machine raises StoreDenied when it refuses us, and StoreUnreachable when it does not answer.
    Keys are `/`-separated text. There is no way to delete: a document ends by a body that says so.
    """

    @property
    def is_shared(self) -> bool:
        """Whether every machine that runs for this environment sees the same documents."""

    @property
    def lease_ttl_seconds(self) -> float:
        """How long a lease in this store lives without a renewal."""

    @property
    def intents_per_put(self) -> int:
        """How many creates may be announced in one put: 1 where a put is cheap."""

    def get(self, key: str) -> Stored | None:
        """The newest acknowledged document under `key`, or None when there never was one. Linearizable."""

    def put(self, key: str, body: bytes, *, if_version: str | None) -> str:
        """Replace the document whose version is `if_version` (None: there must be none) and return the new version.

        Atomic: a reader sees the old body or the new one, whole. Linearizable: of several puts naming one version,
        one wins and the others raise VersionMoved. Durable: once it returns, a crash or power cut cannot undo it.
        A version is never given twice, even for equal bytes. After any other StoreError it may have happened or not.
        """

    def list(self, prefix: str) -> tuple[str, ...]:
        """The sorted keys that start with `prefix`, case by case and without wildcards."""

    def obstacle(self) -> str:
        """Why a put would fail, as far as that can be told without one; empty when nothing is known against it."""

    def describe(self) -> str:
        """What and where the store is, for messages; holds no credentials."""

    def close(self) -> None:
        """Let go of what the store holds open; calling it twice is no error."""
