from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.core.errors import LeaseHeld, StoreError, UsageError, VersionMoved
from reconciler.store.git import GitBackend
from reconciler.store.lease import acquire
from reconciler.store.open import open_store
from tests.unit.store.conformance import KEY, BackendConformance, Opener, outcome_of_put
from tests.unit.store.git_repositories import (
    content,
    git,
    new_clone,
    new_remote,
    refs,
    seed_history,
)
from tests.unit.store.virtual_clock import VirtualClock

REF = "refs/reconciler/production"

pytestmark = pytest.mark.usefixtures("no_ones_git")


class TestGit(BackendConformance):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Opener:
        new_remote(tmp_path / "memory.git")
        (tmp_path / "project").mkdir()
        return GitBackend, (tmp_path / "project", "../memory.git")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    made = new_remote(tmp_path / "origin.git")
    seed_history(made, tmp_path / "seeding")
    return made


@pytest.fixture
def clone(tmp_path: Path, remote: Path) -> Path:
    return new_clone(remote, tmp_path / "clone")


@pytest.fixture
def backend(clone: Path) -> Iterator[GitBackend]:
    made = GitBackend(clone, "origin")
    yield made
    made.close()


def body_in(clone: Path, key: str = KEY) -> bytes | None:
    """What a machine that never saw the store reads."""
    backend = GitBackend(clone, "origin", is_read_only=True)
    try:
        stored = backend.get(key)
    finally:
        backend.close()
    return stored.body if stored else None


# The repository of the user


def test_a_fresh_shallow_clone_is_left_as_it_was_to_the_byte(remote: Path, tmp_path: Path) -> None:
    clone = new_clone(remote, tmp_path / "runner", "--depth=1")
    (clone / "README.md").write_text("not committed", "utf-8")
    (clone / "staged").write_text("staged", "utf-8")
    git(clone, "add", "staged")
    hooks = clone / ".git" / "hooks"
    for name in ("pre-push", "reference-transaction", "post-commit", "pre-commit"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n", "utf-8")
        (hooks / name).chmod(0o755)
    for name in ("commit.gpgSign", "push.gpgSign", "tag.gpgSign", "push.followTags"):
        git(clone, "config", name, "true")
    git(clone, "config", "core.hooksPath", str(hooks))
    before = content(clone)
    assert ".git/shallow" in before

    backend = GitBackend(clone, "origin")
    version = backend.put(KEY, b"1", if_version=None)
    backend.put(KEY, b"2", if_version=version)
    assert (KEY,) == backend.list("")
    assert "" == backend.obstacle()
    backend.close()

    assert b"2" == body_in(clone)
    assert before == content(clone)


def test_settings_and_hooks_of_the_person_are_not_needed_and_not_run(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "reference-transaction"):
        # A server on this machine has the same settings, and its hooks are its own.
        (hooks / name).write_text(
            f'#!/bin/sh\ncase "$PWD" in */origin.git) exit 0;; esac\ntouch {tmp_path}/hook-was-run\nexit 1\n', "utf-8"
        )
        (hooks / name).chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(
        f"[core]\n hooksPath = {hooks}\n fsmonitor = true\n[commit]\n gpgSign = true\n[push]\n gpgSign = true\n"
        f"[init]\n templateDir = {hooks}\n defaultBranch = x\n[color]\n ui = always\n[fetch]\n prune = true\n"
        "[push]\n default = matching\n[user]\n useConfigOnly = true\n",
        "utf-8",
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    backend = GitBackend(clone, "origin")
    backend.put(KEY, b"1", if_version=None)
    backend.close()

    assert b"1" == body_in(clone)
    assert not (tmp_path / "hook-was-run").exists()


def test_what_the_store_works_with_is_gone_when_it_is_closed(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    backend = GitBackend(clone, "origin")
    backend.put(KEY, b"1", if_version=None)
    assert [0o700] == [path.stat().st_mode & 0o777 for path in scratch.iterdir()]

    backend.close()

    assert [] == list(scratch.iterdir())
    stored = backend.get(KEY)
    assert stored is not None
    assert b"1" == stored.body
    backend.close()


# The remote


def test_a_ref_holds_one_commit_without_history_however_often_it_is_put(backend: GitBackend, remote: Path) -> None:
    before = refs(remote)
    version = backend.put(KEY, b"1", if_version=None)
    for number in range(3):
        version = backend.put(KEY, b"%d" % number, if_version=version)
    backend.put("environments/production/lease", b"1", if_version=None)
    backend.put("environments/production/runs/1", b"1", if_version=None)

    assert sorted([*before, REF, f"{REF}+runs"]) == sorted(refs(remote))
    assert "1" == git(remote, "rev-list", "--count", REF)
    assert ["lease", "reconciler.format", "state"] == git(remote, "ls-tree", "--name-only", REF).splitlines()
    assert "Put environments/production/lease" == git(remote, "log", "--format=%B", REF).strip()


def test_reading_an_empty_remote_makes_no_ref(backend: GitBackend, remote: Path) -> None:
    before = refs(remote)

    assert backend.get(KEY) is None
    assert () == backend.list("")
    assert "" == backend.obstacle()

    assert before == refs(remote)


def test_refs_of_others_under_the_prefix_are_not_listed_and_not_touched(backend: GitBackend, remote: Path) -> None:
    for name in ("Notes", "a.b", "deeper/production"):
        git(remote, "update-ref", f"refs/reconciler/{name}", "refs/heads/main")
    backend.put(KEY, b"1", if_version=None)

    assert (KEY,) == backend.list("")


def test_another_prefix_is_another_store(clone: Path, backend: GitBackend, remote: Path) -> None:
    other = open_store({"store": {"type": "git", "ref_prefix": "refs/heads/memory"}}, clone)
    other.put(KEY, b"other", if_version=None)
    backend.put(KEY, b"ours", if_version=None)
    other.close()

    assert {"refs/heads/memory/production", REF} <= set(refs(remote))
    assert b"ours" == body_in(clone)


def test_clones_of_one_remote_race_and_one_wins(remote: Path, tmp_path: Path) -> None:
    clones = [GitBackend(new_clone(remote, tmp_path / f"c{number}", "--depth=1"), "origin") for number in range(4)]
    clones[0].put("environments/production/lease", b"1", if_version=None)
    for each in clones:
        # Each has seen the ref, so that each pushes on what it saw.
        assert each.get(KEY) is None
    start = threading.Barrier(4)
    outcomes: dict[int, str] = {}

    def race(number: int) -> None:
        start.wait(60)
        outcomes[number] = outcome_of_put(clones[number], b"racer %d" % number, None)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["moved"] * 3 + ["won"] == sorted(outcomes.values())
    stored = clones[0].get(KEY)
    assert stored is not None
    assert "won" == outcomes[int(stored.body.split()[1])]
    for each in clones:
        each.close()


def test_a_put_of_another_document_in_between_does_not_stop_a_put(clone: Path, backend: GitBackend) -> None:
    version = backend.put(KEY, b"1", if_version=None)
    other = GitBackend(clone, "origin")
    other.put("environments/production/lease", b"taken", if_version=None)

    backend.put(KEY, b"2", if_version=version)

    assert b"taken" == body_in(clone, "environments/production/lease")
    with pytest.raises(VersionMoved):
        other.put(KEY, b"3", if_version=version)
    assert b"2" == body_in(clone)
    other.close()


def test_the_lease_has_one_holder_among_clones(clone: Path, backend: GitBackend) -> None:
    other = GitBackend(clone, "origin")
    slept: list[float] = []
    clock = VirtualClock()
    clock.on_sleep = lambda: slept.append(clock.now)
    lease = acquire(backend, "production", "ada", "apply", clock=clock)

    with pytest.raises(LeaseHeld):
        acquire(other, "production", "grace", "apply", clock=clock, wait_seconds=45)

    assert 3 == len(slept), "a store that others pay for is asked every 20 s"
    lease.release()
    assert 2 == acquire(other, "production", "grace", "apply", clock=clock).token
    other.close()


def test_a_push_whose_answer_is_lost_has_happened(backend: GitBackend, remote: Path, clone: Path) -> None:
    hook = remote / "hooks" / "post-receive"
    version = backend.put(KEY, b"1", if_version=None)
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n", "utf-8")
    hook.chmod(0o755)

    second = backend.put(KEY, b"2", if_version=version)

    hook.unlink()
    assert b"2" == body_in(clone)
    backend.put(KEY, b"3", if_version=second)


def test_a_server_killed_before_it_moves_the_ref_is_an_error_and_keeps_the_former_document(
    backend: GitBackend, remote: Path, clone: Path
) -> None:
    version = backend.put(KEY, b"1", if_version=None)
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n", "utf-8")
    hook.chmod(0o755)

    with pytest.raises(StoreError) as caught:
        backend.put(KEY, b"2", if_version=version)

    assert not isinstance(caught.value, VersionMoved)
    assert b"1" == body_in(clone)
    hook.unlink()
    backend.put(KEY, b"2", if_version=version)
    assert b"2" == body_in(clone)


def test_a_remote_that_refuses_the_ref_says_why(backend: GitBackend, remote: Path, clone: Path) -> None:
    version = backend.put(KEY, b"1", if_version=None)
    hook = remote / "hooks" / "update"
    hook.write_text("#!/bin/sh\necho only maintainers >&2\nexit 1\n", "utf-8")
    hook.chmod(0o755)

    with pytest.raises(StoreError, match="refuses the push") as caught:
        backend.put(KEY, b"2", if_version=version)

    assert "[remote rejected] (hook declined)" in caught.value.detail
    assert "refs/reconciler/" in caught.value.fix
    assert b"1" == body_in(clone)


def test_a_remote_that_refuses_to_replace_history_is_told_what_the_store_needs(clone: Path, remote: Path) -> None:
    # git itself protects the history of branches alone (git-scm.com/docs/git-config, receive.denyNonFastForwards).
    backend = GitBackend(clone, "origin", "refs/heads/reconciler")
    version = backend.put(KEY, b"1", if_version=None)
    git(remote, "config", "receive.denyNonFastForwards", "true")

    with pytest.raises(StoreError, match="refuses the push") as caught:
        backend.put(KEY, b"2", if_version=version)

    assert "(non-fast-forward)" in caught.value.detail
    assert "do not follow the former ones" in caught.value.fix
    backend.close()


def test_a_lock_that_stays_on_the_remote_is_named_after_a_while(
    backend: GitBackend, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = backend.put(KEY, b"1", if_version=None)
    lock = remote / f"{REF}.lock"
    lock.touch()
    monkeypatch.setattr("reconciler.store.git._BUSY_SECONDS", 0.0)

    with pytest.raises(StoreError, match="is busy"):
        backend.put(KEY, b"2", if_version=version)

    lock.unlink()
    backend.put(KEY, b"2", if_version=version)


def test_a_store_for_reading_only_reads_but_refuses_to_write(backend: GitBackend, clone: Path, remote: Path) -> None:
    version = backend.put(KEY, b"1", if_version=None)
    before = refs(remote)
    reader = open_store({"store": {"type": "git"}}, clone, is_read_only=True)

    with pytest.raises(StoreError, match="for reading only"):
        reader.put(KEY, b"2", if_version=version)

    assert (KEY,) == reader.list("environments/production/")
    assert "" == reader.obstacle()
    assert before == refs(remote)
    reader.close()


# How the remote is found


def test_the_settings_of_the_clone_lead_to_the_remote(remote: Path, tmp_path: Path) -> None:
    clone = new_clone(remote, tmp_path / "clone")
    git(clone, "remote", "set-url", "origin", "memory:origin.git")
    git(clone, "config", f"url.{tmp_path}/nowhere/.insteadOf", "elsewhere:")
    git(clone, "config", f"url.{tmp_path}/.insteadOf", "memory:")
    (clone / "deeper").mkdir()
    backend = GitBackend(clone / "deeper", "origin")

    backend.put(KEY, b"1", if_version=None)

    assert REF in refs(remote)
    backend.close()


def test_a_relative_address_of_a_remote_starts_at_the_top_of_the_clone(remote: Path, tmp_path: Path) -> None:
    clone = new_clone(remote, tmp_path / "clone")
    git(clone, "remote", "set-url", "origin", "../origin.git")
    (clone / "a" / "b").mkdir(parents=True)
    backend = GitBackend(clone / "a" / "b", "origin")

    backend.put(KEY, b"1", if_version=None)

    assert REF in refs(remote)
    backend.close()


def test_a_push_goes_to_the_push_address(remote: Path, tmp_path: Path) -> None:
    clone = new_clone(remote, tmp_path / "clone")
    other = new_remote(tmp_path / "other.git")
    git(clone, "remote", "set-url", "--push", "origin", str(other))
    backend = GitBackend(clone, "origin")
    backend.put(KEY, b"1", if_version=None)
    backend.close()

    assert REF not in refs(remote)
    assert [REF] == list(refs(other))


@pytest.mark.parametrize("form", ["{}", "file://{}", "../origin.git"])
def test_a_store_needs_no_clone_around_it(remote: Path, tmp_path: Path, form: str) -> None:
    (tmp_path / "plain").mkdir()
    backend = GitBackend(tmp_path / "plain", form.format(remote))

    backend.put(KEY, b"1", if_version=None)

    assert REF in refs(remote)
    backend.close()


@pytest.mark.parametrize(
    ("named", "summary", "words"),
    [
        ("orign", 'there is no git remote "orign"', 'Did you mean "origin"?'),
        ("--upload-pack=touch x", 'there is no git remote "--upload-pack=touch x"', "The remotes here are: origin."),
        ("../nowhere.git", "there is no git repository at the store's address", "Correct store.remote"),
        ("./memory.git", "the git store is inside the folder that it is the memory of", "Name a repository elsewhere"),
        (".", "the git store is inside the folder that it is the memory of", "Name a repository elsewhere"),
    ],
)
def test_a_remote_that_cannot_be_one_is_named(clone: Path, named: str, summary: str, words: str) -> None:
    backend = GitBackend(clone, named)
    for use in (lambda: backend.get(KEY), lambda: backend.put(KEY, b"1", if_version=None), backend.obstacle):
        with pytest.raises(StoreError) as caught:
            use()
        assert summary == caught.value.summary
        assert words in str(caught.value)
    backend.close()


def test_a_remote_names_no_program(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text('[protocol]\n allow = always\n[protocol "ext"]\n allow = always\n', "utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    backend = GitBackend(clone, f"ext::touch {tmp_path}/was-run")

    with pytest.raises(StoreError, match="not allowed"):
        backend.get(KEY)

    assert not (tmp_path / "was-run").exists()


def test_a_folder_that_is_no_clone_has_no_remotes(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is in no git repository with remotes"):
        GitBackend(tmp_path, "origin").get(KEY)


# The configuration


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"remot": "origin"}, 'Did you mean "remote"?'),
        ({"path": "x"}, "type, remote, ref_prefix"),
        ({"remote": 3}, "the remote of the store is not text"),
        ({"remote": "a\nb"}, "the remote of the store is not text"),
        ({"ref_prefix": "reconciler"}, "Write it as refs/reconciler"),
        ({"ref_prefix": "refs/a.lock"}, "Write it as refs/reconciler"),
        ({"remote": "https://canary@host/x.git"}, "holds credentials"),
        ({"remote": "HTTPS://user:canary@host/x.git"}, "holds credentials"),
    ],
)
def test_what_the_configuration_cannot_say_is_a_usage_error(
    tmp_path: Path, options: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        open_store({"store": {"type": "git", **options}}, tmp_path)

    assert said in str(caught.value)
    assert "canary" not in str(caught.value)
