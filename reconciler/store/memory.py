"""A store that lives in this process and ends with it, for work whose memory nobody may keep.

It refuses to know what the documents say; no configuration can name it.
"""

from __future__ import annotations

import threading

from reconciler.core.errors import VersionMoved
from reconciler.store.backend import Backend, Stored


class MemoryBackend:
    """Documents by key in this process; it says of itself what `like` says, so that the same rules hold for both."""

    def __init__(self, like: Backend) -> None:
        self.is_shared = like.is_shared
        self.lease_ttl_seconds = like.lease_ttl_seconds
        self.intents_per_put = like.intents_per_put
        self._documents: dict[str, Stored] = {}
        self._puts = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Stored | None:
        """See `Backend.get`."""
        with self._lock:
            return self._documents.get(key)

    def put(self, key: str, body: bytes, *, if_version: str | None) -> str:
        """See `Backend.put`; nothing is durable here."""
        with self._lock:
            stored = self._documents.get(key)
            if (stored.version if stored else None) != if_version:
                raise VersionMoved(
                    "the store moved", detail=f'Another run wrote "{key}" since it was read.', fix="Plan again."
                )
            self._puts += 1
            self._documents[key] = Stored(body, str(self._puts))
            return str(self._puts)

    def list(self, prefix: str) -> tuple[str, ...]:
        """See `Backend.list`."""
        with self._lock:
            return tuple(sorted(key for key in self._documents if key.startswith(prefix)))

    def obstacle(self) -> str:
        """Nothing is ever known against a put."""
        return ""

    def describe(self) -> str:
        """What messages call it."""
        return "the memory of this process"

    def close(self) -> None:
        """Nothing stays open."""
