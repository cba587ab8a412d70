from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.core.errors import StoreCorrupt, StoreError, UsageError, VersionMoved
from reconciler.core.state import State, Target, parse_state
from reconciler.store.files import write_whole
from reconciler.store.sqlite import SqliteBackend
from reconciler.store.state_store import StateStore, write_last_resort

STATE = State(
    environment="production",
    target=Target("maison-lune", "5f0e1c2d3b4a5f0e1c2d3b4a"),
    lineage="0b0e7c1e-3a55-4a53-9a0e-3a2f4ce0a001",
    serial=1,
    lease_token=1,
    run="run-1",
)


@pytest.fixture
def backend(tmp_path: Path) -> SqliteBackend:
    return SqliteBackend(tmp_path / "state.sqlite3")


def test_a_state_is_loaded_as_it_was_saved(backend: SqliteBackend) -> None:
    store = StateStore(backend, "production")
    assert (None, None) == store.load()

    version = store.save(STATE, None)

    assert (STATE, version) == store.load()
    assert ("environments/production/state",) == backend.list("")


def test_a_stale_holders_put_fails_and_changes_nothing(backend: SqliteBackend) -> None:
    store = StateStore(backend, "production")
    version = store.save(STATE, None)
    newer = STATE.advanced("run-2", 2)
    store.save(newer, version)

    with pytest.raises(VersionMoved):
        store.save(STATE.advanced("run-1", 1), version)

    assert newer == store.load()[0]


def test_the_state_of_another_environment_is_refused(backend: SqliteBackend) -> None:
    StateStore(backend, "production").save(STATE, None)
    stored = backend.get("environments/production/state")
    assert stored is not None
    backend.put("environments/sandbox/state", stored.body, if_version=None)

    with pytest.raises(StoreCorrupt, match="another environment"):
        StateStore(backend, "sandbox").load()
    with pytest.raises(ValueError, match="own environment"):
        StateStore(backend, "sandbox").save(STATE, None)


def test_runs_are_stored_once_and_listed_by_id(backend: SqliteBackend) -> None:
    store = StateStore(backend, "production")
    for run_id in ("b", "a"):
        store.save_run(run_id, {"run": run_id, "steps": [1, None, {"é": True}]})
    StateStore(backend, "sandbox").save_run("c", {})

    with pytest.raises(VersionMoved):
        store.save_run("a", {"run": "other"})

    store.save_outcome("a", {"run": "a", "exit_code": 0})
    assert ("a", "b") == store.list_runs()
    assert {"run": "a", "steps": [1, None, {"é": True}]} == store.load_run("a")
    assert store.load_run("c") is None
    assert {"run": "a", "exit_code": 0} == store.load_outcome("a")
    assert store.load_outcome("b") is None


def test_a_damaged_run_is_named(backend: SqliteBackend) -> None:
    backend.put("environments/production/runs/a", b"{}", if_version=None)

    with pytest.raises(StoreCorrupt, match='the document of run "a" is damaged'):
        StateStore(backend, "production").load_run("a")


@pytest.mark.parametrize("name", ["", "..", "a/b", "-a", "a b", "é"])
def test_a_name_that_would_leave_its_folder_is_refused(backend: SqliteBackend, name: str) -> None:
    with pytest.raises(UsageError):
        StateStore(backend, name)
    with pytest.raises(UsageError):
        StateStore(backend, "production").save_run(name, {})


def test_the_last_resort_file_is_a_whole_state_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "last-resort.json"
    write_last_resort(path, STATE)

    assert STATE == parse_state(path.read_bytes())
    assert 0o600 == path.stat().st_mode & 0o777
    assert [path] == list(tmp_path.iterdir())


def test_write_whole_replaces_a_symbolic_link_and_leaves_its_target(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"untouched")
    link.symlink_to(target)

    write_whole(link, b"new", 0o640)

    assert b"untouched" == target.read_bytes()
    assert b"new" == link.read_bytes()
    assert not link.is_symlink()
    assert 0o640 == link.stat().st_mode & 0o777


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
def test_a_write_that_fails_leaves_the_former_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"former")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StoreError, match="No space left on device") as caught:
        write_whole(path, b"new")
    monkeypatch.undo()

    assert caught.value.fix
    assert b"former" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="absent"):
        write_whole(tmp_path / "absent" / "file", b"")


def test_the_last_resort_file_does_not_need_its_directory_to_be_there(tmp_path: Path) -> None:
    path = tmp_path / ".reconciler" / "last-resort.json"
    write_last_resort(path, STATE)
    assert STATE == parse_state(path.read_bytes())
