from __future__ import annotations

import base64
import os
import socket
from pathlib import Path

import pytest

from reconciler.core.errors import StoreDenied, StoreError, StoreUnreachable
from reconciler.store.git import GitBackend
from reconciler.store.git_program import GitFailed, GitProgram
from tests.unit.store.conformance import KEY
from tests.unit.store.git_repositories import git, new_clone, new_remote, put_in_front_of_git, seed_history
from tests.unit.store.git_servers import git_server, http_server

pytestmark = pytest.mark.usefixtures("no_ones_git")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    made = new_remote(tmp_path / "origin.git")
    seed_history(made, tmp_path / "seeding")
    return made


@pytest.fixture
def clone(tmp_path: Path, remote: Path) -> Path:
    return new_clone(remote, tmp_path / "clone")


@pytest.mark.parametrize("is_empty", [False, True], ids=["a repository with branches", "an empty repository"])
def test_a_real_server_over_http_keeps_the_documents_and_lets_readers_only_read(
    remote: Path, tmp_path: Path, is_empty: bool
) -> None:
    repository = new_remote(tmp_path / "empty.git") if is_empty else remote
    clone = tmp_path / "of-several"
    git(tmp_path, "init", "--quiet", str(clone))
    with git_server(tmp_path, "reader:canary1", "writer:canary2") as address:
        people = {"writer": "writer:canary2@", "reader": "reader:canary1@", "stranger": "reader:canary3@", "nobody": ""}
        for name, userinfo in people.items():
            git(clone, "remote", "add", name, f"http://{userinfo}{address}/{repository.name}")
        writer, reader, stranger, nobody = backends = [GitBackend(clone, name) for name in people]

        assert reader.get(KEY) is None
        version = writer.put(KEY, b"1" * 3_000_000, if_version=None)
        version = writer.put(KEY, b"2", if_version=version)
        stored = reader.get(KEY)
        assert stored is not None
        assert b"2" == stored.body
        assert "" == writer.obstacle()
        denied = (
            lambda: reader.put(KEY, b"3", if_version=version),
            reader.obstacle,
            lambda: stranger.get(KEY),
            lambda: nobody.get(KEY),
        )
        for use in denied:
            with pytest.raises(StoreDenied) as caught:
                use()
            assert "canary" not in str(caught.value)
        for each in backends:
            each.close()


@pytest.mark.parametrize(
    ("status", "error", "exit_code"),
    [(401, StoreDenied, 16), (403, StoreDenied, 16), (500, StoreUnreachable, 17), (503, StoreUnreachable, 17)],
)
def test_a_server_that_refuses_or_fails_ends_with_its_code_and_never_shows_the_credentials(
    clone: Path, status: int, error: type[StoreError], exit_code: int
) -> None:
    with http_server(status) as server:
        git(clone, "remote", "set-url", "origin", f"http://canary-user:canary-pa%73s@{server}/memory.git?canary=token")
        git(clone, "config", f"http.http://{server}/.extraHeader", "X-Canary: canary-header")
        backend = GitBackend(clone, "origin")
        for use in (lambda: backend.get(KEY), lambda: backend.put(KEY, b"", if_version=None), backend.obstacle):
            with pytest.raises(StoreError) as caught:
                use()
            assert (error, exit_code) == (type(caught.value), caught.value.exit_code), str(caught.value)
            assert caught.value.fix
            assert "canary" not in str(caught.value)
        assert "canary" not in backend.describe()
        backend.close()


def test_a_page_that_is_no_repository_is_an_error(clone: Path) -> None:
    with http_server(200, b"<html>Sign in</html>") as server:
        backend = GitBackend(clone, f"http://{server}/memory.git")
        for use in (lambda: backend.get(KEY), lambda: backend.list("")):
            with pytest.raises(StoreUnreachable, match="is not git"):
                use()
        with pytest.raises(StoreError):
            backend.put(KEY, b"1", if_version=None)
        backend.close()


def test_the_header_that_a_pipeline_put_into_the_clone_is_sent(clone: Path) -> None:
    seen: list[str] = []
    credentials = "basic " + base64.b64encode(b"x-access-token:abc").decode()
    with http_server(403, seen=seen) as server:
        git(clone, "remote", "set-url", "origin", f"http://{server}/memory.git")
        git(clone, "config", f"http.http://{server}/.extraHeader", f"AUTHORIZATION: {credentials}")
        with pytest.raises(StoreDenied):
            GitBackend(clone, "origin").get(KEY)

    assert {credentials} == set(seen)


def test_what_is_hidden_never_stands_in_what_git_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "fatal: canary in https://ada:secret@host/x?token=secret2 and ssh://me@host/"
    shim = put_in_front_of_git(tmp_path / "bin", f"echo '{said}' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{shim}:{os.environ['PATH']}")

    with pytest.raises(GitFailed) as caught:
        GitProgram(tmp_path, hidden=["canary"]).run("fetch")

    assert "fatal: *** in https://***@host/x?*** and ssh://***@host/\n" == caught.value.words


def test_an_address_with_a_secret_is_described_without_it(clone: Path) -> None:
    for address in ("https://canary@h/x.git", "https://u:canary@h/x.git", "https://h/x.git?private_token=canary"):
        assert "canary" not in GitBackend(clone, address).describe()


@pytest.mark.parametrize("scheme", ["http", "git"])
def test_nobody_listening_is_unreachable(clone: Path, scheme: str) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(StoreUnreachable) as caught:
            GitBackend(clone, f"{scheme}://127.0.0.1:{reserved.getsockname()[1]}/x.git").get(KEY)
    assert 17 == caught.value.exit_code


def test_a_server_that_never_answers_is_unreachable_after_the_time_out(clone: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        backend = GitBackend(clone, f"git://127.0.0.1:{silent.getsockname()[1]}/x.git", timeout_seconds=1.0)
        with pytest.raises(StoreUnreachable, match="within 1 s"):
            backend.get(KEY)
        backend.close()


def test_no_git_on_the_path_is_named(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StoreError, match="git is not installed"):
        GitBackend(clone, "origin").get(KEY)


def test_a_git_that_is_too_old_is_named_with_what_is_needed(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = put_in_front_of_git(tmp_path / "bin", 'test "$1" = version && echo "git version 2.20.1 (Old)" || exit 9')
    monkeypatch.setenv("PATH", f"{shim}:{os.environ['PATH']}")

    with pytest.raises(StoreError, match=r'"git version 2.20.1 \(Old\)"; the store needs 2.31'):
        GitBackend(clone, "origin").get(KEY)


def test_git_is_asked_in_one_language_and_asks_nobody(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = put_in_front_of_git(
        tmp_path / "bin",
        'case "$1" in push) echo "fatal: $LC_ALL-$LANGUAGE-$GIT_TERMINAL_PROMPT-$GIT_TRACE" >&2; exit 1;; esac\n'
        'exec "$GIT" "$@"',
    )
    monkeypatch.setenv("PATH", f"{shim}:{os.environ['PATH']}")
    for name in ("LC_ALL", "LANGUAGE", "LANG"):
        monkeypatch.setenv(name, "fr_FR.UTF-8")
    monkeypatch.setenv("GIT_TRACE", "1")
    backend = GitBackend(clone, "origin")

    with pytest.raises(StoreError, match="said: fatal: C--0-\n"):
        backend.obstacle()
    backend.close()


def test_no_room_for_its_own_repository_is_named(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not-there"))

    with pytest.raises(StoreError, match="no room for the git store's own repository"):
        GitBackend(clone, "origin").get(KEY)
