"""A disk that fails at the n-th call, for every n until nothing fails: a whole file or none, and never an empty store."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.errors import StoreCorrupt, StoreError
from reconciler.store.files import write_whole
from reconciler.store.sqlite import SqliteBackend

KEY = "environments/production/state"
CALLS = ("open", "fsync", "fchmod", "replace", "link")
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EROFS": errno.EROFS, "EACCES": errno.EACCES}


class FailsAt:
    """Lets the call number `number`, counted from 1, of the operating system's `CALLS` fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int, code: int) -> None:
        self.count = 0
        self.number, self.code = number, code
        for name in CALLS:
            monkeypatch.setattr(os, name, self._instead_of(getattr(os, name)))

    def _instead_of(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self.number:
                raise OSError(self.code, os.strerror(self.code))
            return call(*arguments, **options)

        return called


def until_nothing_fails(code: int, attempt: Callable[[int], None]) -> None:
    """Try with the first, the second, … call failing, until a try makes fewer calls."""
    for number in range(1, 50):
        with pytest.MonkeyPatch.context() as monkeypatch:
            disk = FailsAt(monkeypatch, number, code)
            attempt(number)
        if disk.count < number:
            assert number > 3
            return
    raise AssertionError("no try came to its end")


@pytest.mark.parametrize("code", ERRORS.values(), ids=ERRORS)
def test_the_first_put_makes_a_whole_store_or_none(tmp_path: Path, code: int) -> None:
    def attempt(number: int) -> None:
        path = tmp_path / str(number) / "state.sqlite3"
        is_acknowledged = False
        try:
            SqliteBackend(path).put(KEY, b"1", if_version=None)
            is_acknowledged = True
        except StoreCorrupt:
            raise
        except StoreError as error:
            fix = error.fix
        stored = SqliteBackend(path).get(KEY)
        assert (stored is not None and stored.body == b"1") or (stored is None and not is_acknowledged)
        assert is_acknowledged or fix
        assert {path.name} >= {each.name for each in path.parent.iterdir()}, f"call {number}"

    until_nothing_fails(code, attempt)


@pytest.mark.parametrize("code", ERRORS.values(), ids=ERRORS)
def test_a_file_is_the_former_or_the_latter_one(tmp_path: Path, code: int) -> None:
    path = tmp_path / "plan.json"

    def attempt(number: int) -> None:
        path.write_bytes(b"former")
        written = b"latter" * 1000
        try:
            write_whole(path, written)
        except StoreError:
            assert path.read_bytes() in (b"former", written)
        else:
            assert written == path.read_bytes()
        assert [path] == list(tmp_path.iterdir()), f"call {number}"

    until_nothing_fails(code, attempt)


def test_a_store_whose_journal_cannot_be_made_takes_nothing_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    version = SqliteBackend(path).put(KEY, b"1", if_version=None)
    before = path.read_bytes()
    journal = path.with_name(f"{path.name}-journal")
    journal.mkdir()

    with pytest.raises(StoreError) as caught:
        SqliteBackend(path).put(KEY, b"2", if_version=version)

    assert caught.value.fix
    assert before == path.read_bytes()
    journal.rmdir()
    SqliteBackend(path).put(KEY, b"2", if_version=version)
