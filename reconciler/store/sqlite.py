"""The embedded store: one SQLite file on this machine; it refuses to know what the documents say.

Every call opens the file anew: no connection crosses a thread or a fork, and no lock outlives a call.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.errors import StoreCorrupt, StoreError, VersionMoved
from reconciler.store.backend import Stored
from reconciler.store.files import sync_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

LEASE_TTL_SECONDS = 30.0
BUSY_TIMEOUT_SECONDS = 5.0
APPLICATION_ID = 0x52434E43
"""Marks the file as ours in its header (sqlite.org/pragma.html#pragma_application_id)."""
SCHEMA_VERSION = 1

_RESTORE = (
    "Restore the file from a copy. Moving it away is safe but forgets what is ours: the next plan proposes adoptions."
)


class SqliteBackend:
    """Documents in the SQLite file at `path`; the first put makes it, with mode 0600, and its directories.

    Reading creates nothing: where there is no file, there are no documents. With `is_read_only`, `put` raises
    StoreError and nothing is ever written. Another process is waited for `busy_timeout_seconds`, then StoreError.
    """

    is_shared = False
    lease_ttl_seconds = LEASE_TTL_SECONDS
    intents_per_put = 1

    def __init__(
        self, path: Path, *, is_read_only: bool = False, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS
    ) -> None:
        self._path = path
        self._is_read_only = is_read_only
        self._busy_timeout_seconds = busy_timeout_seconds

    def get(self, key: str) -> Stored | None:
        """See Backend.get."""
        with self._reporting():
            if not self._is_there():
                return None
            with closing(self._open(self._path)) as connection:
                row = connection.execute(
                    "SELECT key, version, body, checksum FROM documents WHERE key = ?", (key,)
                ).fetchone()
                if row is None:
                    self._require_undamaged(connection)
                    return None
        self._require_whole(row)
        _, version, body, _ = row
        return Stored(body, version)

    def put(self, key: str, body: bytes, *, if_version: str | None) -> str:
        """See Backend.put."""
        if self._is_read_only:
            raise StoreError(
                "the store is open for reading only",
                detail=f'Something tried to write "{key}". This is a bug in reconciler.',
            )
        version = secrets.token_hex(16)
        with self._reporting():
            if not self._is_there():
                if if_version is not None:
                    raise self._moved(key)
                self._create()
            with closing(self._open(self._path)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                row = connection.execute("SELECT version FROM documents WHERE key = ?", (key,)).fetchone()
                if (None if row is None else row[0]) != if_version:
                    raise self._moved(key)
                connection.execute(
                    "INSERT OR REPLACE INTO documents (key, version, body, checksum) VALUES (?, ?, ?, ?)",
                    (key, version, body, _checksum(key, version, body)),
                )
                connection.execute("COMMIT")
        return version

    def list(self, prefix: str) -> tuple[str, ...]:
        """See Backend.list."""
        with self._reporting():
            if not self._is_there():
                return ()
            with closing(self._open(self._path)) as connection:
                rows = connection.execute(
                    "SELECT key FROM documents WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key", (prefix,)
                ).fetchall()
        return tuple(key for (key,) in rows)

    def obstacle(self) -> str:
        """See Backend.obstacle."""
        with self._reporting():
            if self._is_there() and not os.access(self._path, os.W_OK):
                return f'the file "{self._path}" may not be written'
        # SQLite writes its journal beside the file, so the directory has to be writable too.
        directory = next(each for each in self._path.absolute().parents if each.exists())
        if not directory.is_dir():
            return f'"{directory}" is not a directory'
        return "" if os.access(directory, os.W_OK | os.X_OK) else f'the directory "{directory}" may not be written'

    def describe(self) -> str:
        """See Backend.describe."""
        return f'the SQLite file "{self._path}"'

    def close(self) -> None:
        """Nothing stays open between calls."""

    def _is_there(self) -> bool:
        # Only "no such file" is absence: a directory that may not be searched hides a store, it does not lack one.
        try:
            os.lstat(self._path)
        except FileNotFoundError:
            return False
        return True

    def _moved(self, key: str) -> VersionMoved:
        return VersionMoved(
            "the store moved",
            detail=f'Another run wrote "{key}" in {self.describe()} since it was read.',
            fix="Plan again.",
        )

    def _create(self) -> None:
        """Make the file complete under another name and link it into place, so that no one ever sees half of it."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}.new")
        try:
            os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
            with closing(self._connect(temporary)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                connection.execute(
                    "CREATE TABLE documents (key TEXT PRIMARY KEY NOT NULL, version TEXT NOT NULL, body BLOB NOT NULL,"
                    " checksum BLOB NOT NULL) WITHOUT ROWID, STRICT"
                )
                connection.execute("COMMIT")
            # Unlike a rename, a link never replaces what another process has put there in the meantime.
            with suppress(FileExistsError):
                os.link(temporary, self._path)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
        sync_directory(self._path.parent)

    def _connect(self, path: Path) -> sqlite3.Connection:
        # mode=rw: SQLite must never make a file of its own accord, an empty one would read as an empty store.
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=self._busy_timeout_seconds, isolation_level=None
        )
        try:
            # EXTRA, as in a rollback journal FULL leaves the commit undone by a power cut until the directory is
            # synced (sqlite.org/pragma.html#pragma_synchronous). WAL would need shared memory beside the file.
            connection.execute("PRAGMA synchronous = EXTRA")
            if self._is_read_only:
                connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open(self, path: Path) -> sqlite3.Connection:
        connection = self._connect(path)
        try:
            (application_id,) = connection.execute("PRAGMA application_id").fetchone()
            (schema_version,) = connection.execute("PRAGMA user_version").fetchone()
            if application_id != APPLICATION_ID:
                raise StoreCorrupt(
                    "the store is not one of reconciler's",
                    detail=f"{self.describe()} is empty or belongs to another program.",
                    fix=_RESTORE,
                )
            if schema_version != SCHEMA_VERSION:
                raise StoreCorrupt(
                    "the store has another schema",
                    detail=f"{self.describe()} has schema {schema_version}; this version of reconciler reads "
                    f"{SCHEMA_VERSION}.",
                    fix=f"Use the version of reconciler that reads schema {schema_version}.",
                )
        except BaseException:
            connection.close()
            raise
        return connection

    def _require_undamaged(self, connection: sqlite3.Connection) -> None:
        """A document that is not found may be one whose key was damaged: absence has to be proven on the whole file."""
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise self._damaged(verdict)
        for row in connection.execute("SELECT key, version, body, checksum FROM documents"):
            self._require_whole(row)

    def _require_whole(self, row: tuple[str, str, bytes, bytes]) -> None:
        # SQLite has no checksums of its own and fills the end of a file that was cut short with zeros.
        key, version, body, checksum = row
        has_types = isinstance(key, str) and isinstance(version, str) and isinstance(body, bytes)
        if not has_types or _checksum(key, version, body) != checksum:
            raise self._damaged("a document is not as it was written")

    def _damaged(self, why: object) -> StoreCorrupt:
        return StoreCorrupt(
            "the store is damaged", detail=f"{self.describe()} is not readable as a store ({why}).", fix=_RESTORE
        )

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn what SQLite and the file system say into the two errors that a caller can act upon."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._explain(error) from None
        except UnicodeDecodeError:
            raise self._damaged("it holds text that is not UTF-8") from None
        except OSError as error:
            raise StoreError(
                "the store cannot be reached",
                detail=f"{self.describe()}: {error.strerror or type(error).__name__}.",
                fix="Check that its directory is readable and writable, on a local disk, and that the disk has room.",
            ) from None

    def _explain(self, error: sqlite3.Error) -> StoreError:
        # The low byte is the primary result code (sqlite.org/rescode.html#primary_result_codes_versus_extended).
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreError(
                "the store is locked",
                detail=f"Another process kept {self.describe()} locked for {self._busy_timeout_seconds:g} s.",
                fix="Try again when it has ended.",
            )
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH):
            return self._damaged(error)
        if code == sqlite3.SQLITE_FULL:
            return StoreError(
                "the disk is full", detail=f"{self.describe()} cannot grow.", fix="Make room, then run again."
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
            return StoreError(
                "the store cannot be opened for this",
                detail=f"{self.describe()}: {error}.",
                fix="Check that the file and its directory are readable and writable, and that it is no directory.",
            )
        return StoreError(
            "the store failed",
            detail=f"{self.describe()}: {error}.",
            fix="Check the disk, then run again: what was acknowledged before is kept.",
        )


def _checksum(key: str, version: str, body: bytes) -> bytes:
    # Versions have one length and keys no NUL, so no two documents share the bytes that are summed.
    return hashlib.sha256(f"{version}{key}\0".encode() + body).digest()
