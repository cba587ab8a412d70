"""A store in this process keeps versions apart like any other, and takes its rules from the one that it stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.core.errors import VersionMoved
from reconciler.store.backend import Backend, Stored
from reconciler.store.memory import MemoryBackend
from reconciler.store.sqlite import SqliteBackend

KEY = "environments/production/state"


@pytest.fixture
def like(tmp_path: Path) -> Backend:
    return SqliteBackend(tmp_path / "state.sqlite3")


def test_a_put_replaces_the_version_that_it_names(like: Backend) -> None:
    memory = MemoryBackend(like)
    first = memory.put(KEY, b"1", if_version=None)
    second = memory.put(KEY, b"1", if_version=first)

    assert first != second
    assert Stored(b"1", second) == memory.get(KEY)
    assert (KEY,) == memory.list("environments/")
    assert () == memory.list("environments/%")


@pytest.mark.parametrize("version", [None, "0", "7"])
def test_a_put_that_names_another_version_changes_nothing(like: Backend, version: str | None) -> None:
    memory = MemoryBackend(like)
    first = memory.put(KEY, b"1", if_version=None)

    with pytest.raises(VersionMoved):
        memory.put(KEY, b"2", if_version=version)

    assert Stored(b"1", first) == memory.get(KEY)


def test_it_says_of_itself_what_the_other_says(like: Backend, tmp_path: Path) -> None:
    memory = MemoryBackend(like)

    assert (like.is_shared, like.lease_ttl_seconds, like.intents_per_put) == (
        memory.is_shared,
        memory.lease_ttl_seconds,
        memory.intents_per_put,
    )
    memory.put(KEY, b"1", if_version=None)
    assert [] == list(tmp_path.iterdir())
