from __future__ import annotations

import os
import random
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.core.errors import StoreCorrupt, StoreError, UsageError
from reconciler.store.open import open_store
from reconciler.store.sqlite import SqliteBackend
from tests.unit.store.conformance import KEY, BackendConformance, Opener


class TestSqlite(BackendConformance):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Opener:
        return SqliteBackend, (tmp_path / ".reconciler" / "state.sqlite3",)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite3"


def test_the_first_put_makes_the_file_for_its_owner_only_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "state.sqlite3"
    umask = os.umask(0)
    try:
        SqliteBackend(path).put(KEY, b"1", if_version=None)
    finally:
        os.umask(umask)

    assert 0o600 == path.stat().st_mode & 0o777
    assert 0o700 == path.parent.stat().st_mode & 0o777
    assert [path] == list(path.parent.iterdir())


@pytest.mark.parametrize("is_read_only", [True, False])
def test_reading_a_store_that_is_not_there_creates_nothing(tmp_path: Path, is_read_only: bool) -> None:
    backend = SqliteBackend(tmp_path / "a" / "state.sqlite3", is_read_only=is_read_only)

    assert backend.get(KEY) is None
    assert () == backend.list("")
    assert [] == list(tmp_path.iterdir())


def test_a_store_for_reading_only_reads_but_refuses_to_write(path: Path) -> None:
    version = SqliteBackend(path).put(KEY, b"1", if_version=None)
    backend = SqliteBackend(path, is_read_only=True)

    with pytest.raises(StoreError, match="for reading only"):
        backend.put(KEY, b"2", if_version=version)

    stored = backend.get(KEY)
    assert stored is not None
    assert b"1" == stored.body


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"not a database, but some text that is long enough" * 100])
def test_a_file_that_is_no_store_is_corrupt_and_never_empty(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    for use in (lambda b: b.get(KEY), lambda b: b.list(""), lambda b: b.put(KEY, b"1", if_version=None)):
        with pytest.raises(StoreCorrupt) as caught:
            use(SqliteBackend(path))
        assert str(path) in str(caught.value)
        assert "Restore the file" in caught.value.fix
    assert content == path.read_bytes()


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE documents (key, body, version)")

    with pytest.raises(StoreCorrupt, match="another program"):
        SqliteBackend(path).get(KEY)


def test_a_newer_schema_is_refused_with_the_version_that_it_needs(path: Path) -> None:
    SqliteBackend(path).put(KEY, b"1", if_version=None)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 7")

    with pytest.raises(StoreCorrupt, match="reads schema 7"):
        SqliteBackend(path).get(KEY)


def test_a_file_cut_short_is_never_an_empty_store(path: Path) -> None:
    SqliteBackend(path).put(KEY, b"1" * 20000, if_version=None)
    content = path.read_bytes()

    for length in range(0, len(content), 512):
        path.write_bytes(content[:length])
        try:
            stored = SqliteBackend(path).get(KEY)
        except StoreCorrupt:
            continue
        assert stored is not None, length
        assert b"1" * 20000 == stored.body, length


def test_no_damaged_bit_makes_a_document_vanish_or_change(path: Path) -> None:
    seed = 20260822
    backend = SqliteBackend(path)
    backend.put(KEY, b"1" * 100, if_version=None)
    content = path.read_bytes()
    draws = random.Random(seed)
    for offset in draws.sample(range(len(content)), 1500):
        damaged = bytearray(content)
        damaged[offset] ^= 1 << draws.randrange(8)
        path.write_bytes(damaged)
        try:
            stored = backend.get(KEY)
        except StoreError:
            continue
        assert stored is not None, f"seed {seed}, offset {offset}"
        assert b"1" * 100 == stored.body, f"seed {seed}, offset {offset}"


def test_a_locked_store_says_so_after_the_time_out(path: Path) -> None:
    SqliteBackend(path).put(KEY, b"1", if_version=None)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        backend = SqliteBackend(path, busy_timeout_seconds=0)

        with pytest.raises(StoreError, match="locked for 0 s"):
            backend.get(KEY)
        with pytest.raises(StoreError, match="locked for 0 s"):
            backend.put(KEY, b"2", if_version=None)


def test_a_directory_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()

    with pytest.raises(StoreError, match="cannot be opened"):
        SqliteBackend(path).get(KEY)


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("")
    backend = SqliteBackend(tmp_path / "occupied" / "state.sqlite3")

    with pytest.raises(StoreError, match="cannot be reached"):
        backend.put(KEY, b"1", if_version=None)
    with pytest.raises(StoreError, match="cannot be reached"):
        backend.get(KEY)


def test_a_directory_that_may_not_be_searched_does_not_read_as_an_empty_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "lstat", refuse)

    for use in (lambda b: b.get(KEY), lambda b: b.list(""), lambda b: b.put(KEY, b"1", if_version=None)):
        with pytest.raises(StoreError, match="Permission denied"):
            use(SqliteBackend(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_directory_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="cannot be reached"):
            SqliteBackend(tmp_path / "state.sqlite3").put(KEY, b"1", if_version=None)
    finally:
        tmp_path.chmod(0o700)


WRITE_UNDER_A_LIMIT = """
import resource, sys
from pathlib import Path
from reconciler.core.errors import StoreCorrupt, StoreError
from reconciler.store.sqlite import SqliteBackend

backend = SqliteBackend(Path(sys.argv[1]))
stored = backend.get("key")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    backend.put("key", b"2" * 200_000, if_version=stored.version if stored else None)
except StoreCorrupt:
    print("corrupt")
except StoreError as error:
    print("error" if error.fix else "no fix")
else:
    print("stored")
"""


@pytest.mark.parametrize("exists", [False, True], ids=["no store yet", "a store"])
def test_a_disk_that_fills_up_at_any_write_is_an_error_and_keeps_what_was_acknowledged(
    path: Path, exists: bool
) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    for limit in (0, 100, 5000, 13000, 60000):
        if exists and not path.exists():
            SqliteBackend(path).put("key", b"1" * 1000, if_version=None)

        run = subprocess.run(
            [sys.executable, "-c", WRITE_UNDER_A_LIMIT, str(path), str(limit)], capture_output=True, text=True
        )

        stored = SqliteBackend(path).get("key")
        assert ("error\n", "", 0) == (run.stdout, run.stderr, run.returncode)
        assert (b"1" * 1000 if exists else None) == (stored.body if stored else None)
        assert [path] * path.exists() == list(path.parent.iterdir())


KILLED_IN_A_PUT = """
import os, sqlite3, sys
from contextlib import closing
from pathlib import Path
from reconciler.store.sqlite import SqliteBackend

connection = SqliteBackend(Path(sys.argv[1]))._open(Path(sys.argv[1]))
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE documents SET body = ?, version = 'x'", (b"2" * 500_000,))
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("is_read_only", [True, False])
def test_a_writer_killed_in_a_put_leaves_the_former_document(path: Path, is_read_only: bool) -> None:
    SqliteBackend(path).put(KEY, b"1" * 100_000, if_version=None)

    subprocess.run([sys.executable, "-c", KILLED_IN_A_PUT, str(path)], check=False)

    assert path.with_name(path.name + "-journal").stat().st_size > 0
    stored = SqliteBackend(path, is_read_only=is_read_only).get(KEY)
    assert stored is not None
    assert b"1" * 100_000 == stored.body


def test_the_configuration_names_the_store_and_sqlite_is_the_default(tmp_path: Path) -> None:
    for config in ({}, {"store": {"type": "sqlite", "path": "elsewhere/s.db"}}):
        open_store(config, tmp_path).put(KEY, b"1", if_version=None)

    assert (tmp_path / ".reconciler" / "state.sqlite3").is_file()
    assert (tmp_path / "elsewhere" / "s.db").is_file()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"store": {"type": "sqlit"}}, 'Did you mean "sqlite"?'),
        ({"store": {"type": "floppy"}}, "sqlite"),
        ({"store": {"type": ["sqlite"]}}, "sqlite"),
        ({"store": {"path": "x"}}, "sqlite"),
        ({"store": {"type": "sqlite", "pth": "x"}}, 'Did you mean "path"?'),
        ({"store": {"type": "sqlite", "path": 3}}, "path"),
        ({"store": "sqlite"}, "store: {type: sqlite"),
        ({"store": None}, "store: {type: sqlite"),
    ],
)
def test_a_store_that_nobody_knows_is_a_usage_error_that_names_the_known_ones(
    tmp_path: Path, config: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(config, tmp_path)

    assert said in str(caught.value)


def test_opening_for_reading_only_reaches_the_backend(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="for reading only"):
        open_store({}, tmp_path, is_read_only=True).put(KEY, b"1", if_version=None)


@pytest.mark.parametrize("closed", ["state.sqlite3", ""])
def test_a_file_or_directory_that_may_not_be_written_is_an_obstacle(
    path: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    backend = SqliteBackend(path)
    backend.put(KEY, b"1", if_version=None)
    forbidden = path.parent / closed
    monkeypatch.setattr(os, "access", lambda asked, mode: Path(asked) != forbidden)

    assert f'"{forbidden}" may not be written' in backend.obstacle()


def test_a_store_that_is_not_there_yet_is_judged_by_the_nearest_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = SqliteBackend(tmp_path / "a" / "b" / "state.sqlite3")
    monkeypatch.setattr(os, "access", lambda asked, mode: Path(asked) != tmp_path)

    assert f'the directory "{tmp_path}" may not be written' == backend.obstacle()
    assert [] == list(tmp_path.iterdir())
