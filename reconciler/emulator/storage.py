"""Accounts in a SQLite file, one row per document, one transaction per request.

It refuses to know what the documents mean.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from reconciler.emulator.account import Json


class Database:
    """A keeper for any number of accounts; used by one thread at a time."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS documents (number INTEGER PRIMARY KEY, account TEXT NOT NULL,"
            " collection TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (account, collection, id))"
        )

    def save(self, subdomain: str, changes: dict[tuple[str, str], Json | None]) -> None:
        """Keep the changed documents, all of them or none; None means deleted."""
        with self._connection:
            for (table, key), document in changes.items():
                row = (subdomain, table, key)
                if document is None:
                    self._connection.execute("DELETE FROM documents WHERE (account, collection, id) = (?, ?, ?)", row)
                    continue
                self._connection.execute(
                    "INSERT INTO documents (account, collection, id, body) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (account, collection, id) DO UPDATE SET body = excluded.body",
                    (*row, json.dumps(document, separators=(",", ":"))),
                )

    def load(self, subdomain: str) -> Iterator[tuple[str, str, Json]]:
        """Give back (table, id, document) in the order in which they were first kept."""
        rows = self._connection.execute(
            "SELECT collection, id, body FROM documents WHERE account = ? ORDER BY number", (subdomain,)
        )
        for table, key, body in rows.fetchall():
            yield table, key, json.loads(body)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
