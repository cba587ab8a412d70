"""The git store with its git failing, killed or lied to at every point: the old document or the new one, or an error."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.core.errors import StoreCorrupt, StoreError, VersionMoved
from reconciler.store.git import GitBackend
from tests.unit.store.git_repositories import content, git, new_remote, put_in_front_of_git, refs

KEY = "environments/production/state"
REF = "refs/reconciler/production"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    made = new_remote(tmp_path / "memory.git")
    (tmp_path / "project").mkdir()
    backend = store(made)
    backend.put(KEY, b"former" * 50, if_version=None)
    backend.close()
    return made


def store(remote: Path) -> GitBackend:
    return GitBackend(remote.parent / "project", str(remote))


def body_in(remote: Path) -> bytes | None:
    backend = store(remote)
    try:
        stored = backend.get(KEY)
    finally:
        backend.close()
    return stored.body if stored else None


def put_once(remote: Path) -> bytes | None:
    """What one put answers: the new body, or None when it raised an error that promises nothing."""
    backend = store(remote)
    try:
        stored = backend.get(KEY)
        assert stored is not None
        backend.put(KEY, b"latter", if_version=stored.version)
    except VersionMoved:
        raise
    except StoreError as error:
        return None if error.fix else pytest.fail(f"{error} has no fix")
    finally:
        backend.close()
    return b"latter"


# At the n-th command: count it, and go wrong there.
AT_NUMBER = """
echo x >> COUNTER
if test "$(wc -l < COUNTER)" -eq NUMBER; then DEED; fi
exec "$GIT" "$@"
"""
DEEDS = {
    "an I/O error before": 'echo "error: unable to write file: Input/output error" >&2; exit 128',
    "an I/O error after": '"$GIT" "$@"; echo "fatal: Input/output error" >&2; exit 128',
    "a full disk": 'echo "fatal: write error: No space left on device" >&2; exit 128',
    "a read-only file system": 'echo "error: unable to create file: Read-only file system" >&2; exit 128',
    "killed": "kill -9 $$",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_git_failing_at_any_command_is_an_error_and_leaves_a_whole_document(
    remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    path = os.environ["PATH"]
    # `kill` names a process of this test alone: the shell that stands for git.
    for number in range(1, 40):
        counter = tmp_path / f"count-{number}"
        script = AT_NUMBER.replace("COUNTER", str(counter)).replace("NUMBER", str(number)).replace("DEED", DEEDS[deed])
        monkeypatch.setenv("PATH", f"{put_in_front_of_git(tmp_path / f'bin-{number}', script)}:{path}")
        answered = put_once(remote)
        monkeypatch.setenv("PATH", path)

        found = body_in(remote)
        assert found in (b"former" * 50, b"latter"), f"command {number}"
        assert answered in (None, found), f"command {number}"
        if len(counter.read_text().splitlines()) < number:
            assert b"latter" == found
            return
        if found == b"latter":
            git(remote, "update-ref", REF, _put_back(remote))
    raise AssertionError("no run came to its end")


def _put_back(remote: Path) -> str:
    backend = store(remote)
    stored = backend.get(KEY)
    assert stored is not None
    backend.put(KEY, b"former" * 50, if_version=stored.version)
    backend.close()
    return refs(remote)[REF]


PUTS = """
import os, sys
from pathlib import Path
from reconciler.store.git import GitBackend

Path(sys.argv[3]).write_text(str(os.getpid()))
backend = GitBackend(Path(sys.argv[1]), sys.argv[2])
stored = backend.get("environments/production/state")
backend.put("environments/production/state", b"latter", if_version=stored.version)
"""


@pytest.mark.parametrize(
    ("hook", "expected"),
    [("pre-receive", b"former" * 50), ("update", b"former" * 50), ("post-receive", b"latter")],
)
def test_a_writer_killed_while_the_server_has_its_push_leaves_a_whole_document(
    remote: Path, tmp_path: Path, hook: str, expected: bytes
) -> None:
    script = remote / "hooks" / hook
    script.write_text(f'#!/bin/sh\ntouch {tmp_path}/was-there\nkill -9 "$(cat {tmp_path}/writer)"\nexit 1\n', "utf-8")
    script.chmod(0o755)

    ended = subprocess.run(
        [sys.executable, "-c", PUTS, str(tmp_path / "project"), str(remote), str(tmp_path / "writer")],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        check=False,
    )

    assert -9 == ended.returncode
    assert (tmp_path / "was-there").exists()
    script.unlink()
    assert expected == body_in(remote)
    assert b"latter" == put_once(remote)


def _damaged_files(remote: Path) -> list[Path]:
    """The files in which the ref lives: its name, its commit, its tree, its documents."""
    objects = [git(remote, "rev-parse", f"{REF}{what}") for what in ("", "^{tree}", ":state", ":reconciler.format")]
    return [remote / REF, *(remote / "objects" / each[:2] / each[2:] for each in objects)]


@pytest.mark.parametrize("index", range(5), ids=["ref", "commit", "tree", "document", "format"])
def test_a_remote_damaged_anywhere_is_an_error_or_the_document_and_never_nothing(remote: Path, index: int) -> None:
    seed = 20261122 + index
    draws = random.Random(seed)
    before = content(remote)
    path = _damaged_files(remote)[index]
    whole = path.read_bytes()
    cuts = sorted({0, 1, len(whole) // 2, len(whole) - 1, draws.randrange(len(whole))})
    spoilt = [whole[:length] for length in cuts] + [bytes(len(whole))]
    for _ in range(8):
        at = draws.randrange(len(whole))
        spoilt.append(whole[:at] + bytes([whole[at] ^ 1 << draws.randrange(8)]) + whole[at + 1 :])
    path.chmod(0o644)
    for number, damaged in enumerate(spoilt):
        path.write_bytes(damaged)
        for use in (_read, _listed):
            backend = store(remote)
            try:
                found = use(backend)
            except StoreError:
                continue
            finally:
                backend.close()
            assert found is True, f"seed {seed}, damage {number}"
    path.write_bytes(whole)
    assert before == content(remote)
    assert b"former" * 50 == body_in(remote)


def test_a_ref_whose_file_is_empty_is_damage_and_not_absence(remote: Path) -> None:
    (remote / REF).write_bytes(b"")

    for use in (_read, _listed):
        with pytest.raises(StoreCorrupt, match=f"the ref {REF} points at nothing"):
            use(store(remote))


def _read(backend: GitBackend) -> bool:
    stored = backend.get(KEY)
    return stored is not None and stored.body == b"former" * 50


def _listed(backend: GitBackend) -> bool:
    return backend.list("") == (KEY,)


def _branch(remote: Path) -> str:
    tree = git(remote, "mktree", stdin=b"")
    return git(remote, "commit-tree", tree, "-m", "somebody else's")


def _file(remote: Path) -> str:
    return git(remote, "hash-object", "-w", "--stdin", stdin=b"text")


def _with_files(remote: Path, **files: bytes) -> str:
    ids = {name: git(remote, "hash-object", "-w", "--stdin", stdin=data) for name, data in files.items()}
    lines = "".join(f"100644 blob {each}\t{name.replace('__', '.')}\n" for name, each in ids.items())
    return git(remote, "commit-tree", git(remote, "mktree", stdin=lines.encode()), "-m", "by hand")


def _swapped(remote: Path) -> str:
    backend = store(remote)
    backend.put("environments/sandbox/state", b"of another environment", if_version=None)
    backend.close()
    return refs(remote)["refs/reconciler/sandbox"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_branch, "was not written by reconciler"),
        (_file, "is no commit with files"),
        (lambda remote: _with_files(remote, reconciler__format=b"reconciler.store/2\n"), 'reads "reconciler.store/2"'),
        (lambda remote: _with_files(remote, state=b"{}"), "was not written by reconciler"),
        (
            lambda remote: _with_files(remote, reconciler__format=b"reconciler.store/1\n", state=b"{}"),
            "does not begin as one of ours",
        ),
        (_swapped, "is not as it was written"),
    ],
    ids=["a branch", "a file", "a newer format", "no format", "a bare body", "another environment's"],
)
def test_a_ref_that_is_not_ours_is_corrupt_to_read_and_is_never_written_over(
    remote: Path, make: Callable[[Path], str], words: str
) -> None:
    git(remote, "update-ref", REF, make(remote))
    before = refs(remote)
    backend = store(remote)

    with pytest.raises(StoreCorrupt, match=words) as caught:
        backend.get(KEY)
    assert caught.value.fix
    with pytest.raises(StoreError):
        backend.put(KEY, b"new", if_version=None)

    assert before == refs(remote)
    backend.close()
