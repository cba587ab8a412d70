"""What every backend must do, whatever it stands on; a backend's test class inherits it and gives `opener`.

`opener` is a picklable function and its arguments: each call opens the same store anew, also in another process.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.core.errors import VersionMoved
from reconciler.store.backend import Backend

Opener = tuple[Callable[..., Backend], tuple[Any, ...]]

KEY = "environments/production/state"


def open_with(opener: Opener) -> Backend:
    function, arguments = opener
    return function(*arguments)


def outcome_of_put(backend: Backend, body: bytes, if_version: str | None) -> str:
    try:
        backend.put(KEY, body, if_version=if_version)
    except VersionMoved:
        return "moved"
    return "won"


def race_in_process(opener: Opener, number: int, if_version: str | None, start: Any, outcomes: Any) -> None:
    backend = open_with(opener)
    start.wait(60)
    outcomes.put((number, outcome_of_put(backend, b"racer %d" % number, if_version)))
    backend.close()


def add_in_process(opener: Opener, times: int) -> None:
    backend = open_with(opener)
    for _ in range(times):
        add_one(backend)
    backend.close()


def add_one(backend: Backend) -> None:
    while True:
        stored = backend.get(KEY)
        assert stored is not None
        try:
            backend.put(KEY, b"%d" % (int(stored.body) + 1), if_version=stored.version)
        except VersionMoved:
            continue
        return


class BackendConformance:
    @pytest.fixture
    def backend(self, opener: Opener) -> Any:
        backend = open_with(opener)
        yield backend
        backend.close()

    def test_a_document_that_was_never_put_is_none(self, backend: Backend) -> None:
        assert backend.get(KEY) is None
        assert () == backend.list("")

    def test_another_handle_reads_what_was_acknowledged(self, backend: Backend, opener: Opener) -> None:
        body = bytes(range(256)) * 300
        version = backend.put(KEY, body, if_version=None)

        stored = open_with(opener).get(KEY)

        assert stored is not None
        assert (body, version) == (stored.body, stored.version)

    def test_a_put_needs_the_version_that_it_replaces(self, backend: Backend) -> None:
        first = backend.put(KEY, b"1", if_version=None)
        second = backend.put(KEY, b"2", if_version=first)

        for stale in (None, first, "never given"):
            with pytest.raises(VersionMoved):
                backend.put(KEY, b"3", if_version=stale)

        stored = backend.get(KEY)
        assert stored is not None
        assert (b"2", second) == (stored.body, stored.version)

    def test_a_version_that_another_handle_gave_is_as_good(self, backend: Backend, opener: Opener) -> None:
        first = backend.put(KEY, b"1", if_version=None)
        other = open_with(opener)
        second = other.put(KEY, b"2", if_version=first)

        backend.put(KEY, b"3", if_version=second)

        stored = other.get(KEY)
        assert stored is not None
        assert b"3" == stored.body
        other.close()

    def test_a_put_that_expects_a_document_does_not_make_one(self, backend: Backend) -> None:
        with pytest.raises(VersionMoved):
            backend.put(KEY, b"1", if_version="never given")

        assert backend.get(KEY) is None

    def test_a_version_is_never_given_twice_even_for_equal_bytes(self, backend: Backend) -> None:
        versions: list[str] = [backend.put(KEY, b"a", if_version=None)]
        for body in (b"b", b"a", b"a"):
            versions.append(backend.put(KEY, body, if_version=versions[-1]))

        assert len(versions) == len(set(versions))

    def test_a_moved_document_does_not_move_another(self, backend: Backend) -> None:
        version = backend.put(KEY, b"1", if_version=None)
        backend.put("environments/sandbox/state", b"2", if_version=None)

        assert "won" == outcome_of_put(backend, b"3", version)

    def test_list_gives_the_sorted_keys_of_a_prefix_and_has_no_wildcards(self, backend: Backend) -> None:
        keys = ["environments/a/runs/2", "environments/a/runs/1", "environments/A/runs/1", "environments/a_b/runs/1"]
        for key in [*keys, "environments/axb/runs/1", "environments/a/state"]:
            backend.put(key, b"", if_version=None)

        assert ("environments/a/runs/1", "environments/a/runs/2") == backend.list("environments/a/runs/")
        assert ("environments/a_b/runs/1",) == backend.list("environments/a_")
        assert ("environments/A/runs/1",) == backend.list("environments/A/")
        assert () == backend.list("environments/%")
        assert 6 == len(backend.list(""))

    def test_keys_and_bodies_are_any_text_and_any_bytes(self, backend: Backend, opener: Opener) -> None:
        bodies = {
            "environments/日本/état #1": b"",
            "environments/日本/..": b"\n\0\r\n",
            "environments/日本/ETAT": b"reconciler",
            "environments/日本/etat": bytes(range(256)) * 20_000,
            "environments/a.lock/b/c.lock": b"1",
            "environments/a": b"2",
            "environments": b"3",
            "a+b/c%2Fd": b"4",
        }
        versions = {key: backend.put(key, body, if_version=None) for key, body in bodies.items()}

        other = open_with(opener)
        assert tuple(sorted(bodies)) == other.list("")
        assert tuple(sorted(key for key in bodies if key.startswith("environments/日本/"))) == other.list(
            "environments/日"
        )
        for key, body in bodies.items():
            stored = other.get(key)
            assert stored is not None, key
            assert (body, versions[key]) == (stored.body, stored.version), key

    @pytest.mark.parametrize("exists", [False, True], ids=["no document yet", "a document"])
    def test_of_8_threads_that_name_one_version_one_wins(self, backend: Backend, opener: Opener, exists: bool) -> None:
        for _ in range(5):
            stored = backend.get(KEY)
            version = stored.version if stored else None
            if exists and version is None:
                version = backend.put(KEY, b"0", if_version=None)
            start = threading.Barrier(8)
            outcomes: dict[int, str] = {}

            def race(number: int, version: str | None = version, start: Any = start, outcomes: Any = outcomes) -> None:
                handle = open_with(opener)
                start.wait(60)
                outcomes[number] = outcome_of_put(handle, b"racer %d" % number, version)
                handle.close()

            threads = [threading.Thread(target=race, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

            stored = backend.get(KEY)
            assert stored is not None
            assert ["moved"] * 7 + ["won"] == sorted(outcomes.values())
            assert "won" == outcomes[int(stored.body.split()[1])]

    def test_of_several_processes_that_name_no_version_one_wins(self, opener: Opener) -> None:
        context = multiprocessing.get_context("spawn")
        start, queue = context.Barrier(4), context.Queue()
        racers = [
            context.Process(target=race_in_process, args=(opener, number, None, start, queue)) for number in range(4)
        ]
        for racer in racers:
            racer.start()
        outcomes = dict(queue.get(timeout=60) for _ in racers)
        for racer in racers:
            racer.join()

        stored = open_with(opener).get(KEY)
        assert stored is not None
        assert ["moved"] * 3 + ["won"] == sorted(outcomes.values())
        assert "won" == outcomes[int(stored.body.split()[1])]

    def test_no_increment_of_several_processes_and_threads_is_lost(self, backend: Backend, opener: Opener) -> None:
        backend.put(KEY, b"0", if_version=None)
        context = multiprocessing.get_context("spawn")
        workers: list[Any] = [context.Process(target=add_in_process, args=(opener, 10)) for _ in range(2)]
        workers += [threading.Thread(target=add_in_process, args=(opener, 10)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        stored = backend.get(KEY)
        assert stored is not None
        assert b"40" == stored.body

    def test_nothing_is_known_against_a_put_that_works_and_asking_makes_no_document(self, backend: Backend) -> None:
        assert "" == backend.obstacle()
        assert () == backend.list("")
        backend.put(KEY, b"1", if_version=None)
        assert "" == backend.obstacle()

    def test_the_store_says_what_it_is(self, backend: Backend) -> None:
        assert backend.describe()
        assert backend.lease_ttl_seconds > 0
        assert backend.intents_per_put >= 1
        assert isinstance(backend.is_shared, bool)

    def test_closing_twice_is_no_error(self, backend: Backend) -> None:
        backend.close()
        backend.close()
