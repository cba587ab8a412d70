"""The state of one emulated account: objects, ids, clock, and a journal that makes each request all-or-nothing.

It refuses to know any HTTP, any vendor rule, and where the state is kept between runs.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

Json = dict[str, Any]
"""A JSON object. Keys with a leading underscore are the emulator's own and never leave it."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The digits of a ULID."""


class Keeper(Protocol):
    """Where an account's documents outlive the process."""

    def save(self, subdomain: str, changes: dict[tuple[str, str], Json | None]) -> None:
        """Keep the changed documents, all of them or none; None means deleted."""

    def load(self, subdomain: str) -> Iterator[tuple[str, str, Json]]:
        """Give back (table, id, document) in the order in which they were first kept."""


class Account:
    """One account's tables of documents, in insertion order, each document a plain dict that is replaced, never edited.

    `clock` gives seconds since the epoch. Ids come from one counter, so the same requests make the same ids; their
    range depends on the subdomain, because ids never match across accounts.
    """

    def __init__(
        self,
        subdomain: str,
        *,
        seed: Json | None = None,
        clock: Callable[[], float] = time.time,
        keeper: Keeper | None = None,
    ) -> None:
        from reconciler.emulator.seeds import furnish, plant

        self.subdomain = subdomain
        self.clock = clock
        self.requests: list[Json] = []
        self._keeper = keeper
        self._tables: dict[str, dict[str, Json]] = {}
        self._before: dict[tuple[str, str], Json | None] = {}
        self._offset = zlib.crc32(subdomain.encode())
        for table, key, document in keeper.load(subdomain) if keeper else ():
            self._tables.setdefault(table, {})[key] = document
        if not self._tables:
            furnish(self)
            plant(self, seed or {})
            self.commit()

    def now(self) -> str:
        """The vendor's time stamp of this moment: ISO 8601, UTC, whole seconds."""
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def url(self, path: str) -> str:
        """The absolute address that a body carries for a path of this account."""
        return f"https://{self.subdomain}.zendesk.com{path}"

    def count_up(self, name: str = "ids") -> int:
        """The next number of a counter, starting at 1."""
        number = int((self.get("counters", name) or {"value": 0})["value"]) + 1
        self.put("counters", name, {"value": number})
        return number

    def new_support_id(self) -> int:
        """A Support id: a large integer that JavaScript can still hold."""
        return 1_500_000_000_000 + self._offset % 8000 * 10**9 + self.count_up() * 20 + 1

    def new_conversations_id(self) -> str:
        """A Conversations id: 24 hexadecimal characters, ascending."""
        return f"{0x5F000000 + self._offset % 0xFFFFFF:08x}{self._offset:08x}{self.count_up():08x}"

    def new_ulid(self) -> str:
        """A ULID: 26 characters of Crockford's alphabet, ascending."""
        number = self._offset << 32 | self.count_up()
        return "01HG80" + "".join(CROCKFORD[number >> 5 * place & 31] for place in range(19, -1, -1))

    def new_uuid(self) -> str:
        """A UUID, ascending."""
        return f"{self._offset:08x}-7326-11e8-b07e-{self.count_up():012x}"

    def new_connection_number(self) -> int:
        """A number that no other connection has, in this account or another: pages and bots are exclusive."""
        return self._offset % 100_000 * 1000 + self.count_up("connections")

    def all(self, table: str) -> list[Json]:
        """Every document of a table, oldest first."""
        return list(self._tables.get(table, {}).values())

    def get(self, table: str, key: str | int) -> Json | None:
        """One document, or None."""
        return self._tables.get(table, {}).get(str(key))

    def tables(self) -> list[str]:
        """The names of the tables that ever held a document."""
        return list(self._tables)

    def put(self, table: str, key: str | int, document: Json) -> Json:
        """Store a document under its id, in place of the one before."""
        self._remember(table, str(key))
        self._tables.setdefault(table, {})[str(key)] = document
        return document

    def remove(self, table: str, key: str | int) -> None:
        """Delete a document; deleting one that is not there does nothing."""
        self._remember(table, str(key))
        self._tables.get(table, {}).pop(str(key), None)

    def clear(self, table: str) -> None:
        """Delete every document of a table."""
        for key in list(self._tables.get(table, {})):
            self.remove(table, key)

    def _remember(self, table: str, key: str) -> None:
        self._before.setdefault((table, key), self.get(table, key))

    def snapshot(self) -> dict[str, dict[str, Json]]:
        """Everything that is committed, cheaply: documents are never edited, so they are shared."""
        return {table: dict(documents) for table, documents in self._tables.items()}

    def restore(self, snapshot: dict[str, dict[str, Json]]) -> None:
        """Be as the account was when the snapshot was made; only for an account without a keeper."""
        self._tables = {table: dict(documents) for table, documents in snapshot.items()}
        self._before.clear()

    def pending(self) -> list[tuple[str, str, Json | None, Json | None]]:
        """What changed since the last commit: table, id, the document before and the one now; None where there is none."""
        return [(table, key, before, self.get(table, key)) for (table, key), before in self._before.items()]

    def commit(self) -> None:
        """Make everything since the last commit last."""
        changes = {name: self.get(*name) for name in self._before}
        if changes and self._keeper:
            self._keeper.save(self.subdomain, changes)
        self._before.clear()

    def roll_back(self) -> None:
        """Undo everything since the last commit; a document deleted meanwhile comes back last in its table."""
        for (table, key), document in self._before.items():
            if document is None:
                self._tables.get(table, {}).pop(key, None)
            else:
                self._tables.setdefault(table, {})[key] = document
        self._before.clear()
