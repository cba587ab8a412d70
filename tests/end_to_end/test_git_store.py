"""Machines that share nothing but a git remote: what one remembers, the next one knows."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.demo import Walk
from reconciler.core.state import parse_state
from reconciler.store.git import GitBackend
from reconciler.store.lease import acquire
from reconciler.zendesk.clock import SystemClock
from tests.end_to_end.example_project import Project, example_project, writes
from tests.unit.store.git_repositories import git, new_clone, new_remote, refs

LONGEST_WAIT_SECONDS = 30
REF = "refs/reconciler/sandbox"
GROUP = "kind: group\nname: shop\ntitle: Boutique\n"
WEB = "kind: channel\nname: web\ntype: web\ndisplay_name: Site\n"


class Machines:
    """A remote with a small project on its branch main, and clones of it that run against one account."""

    def __init__(self, folder: Path, template: Project) -> None:
        self.folder = folder
        self.template = template
        self.remote = new_remote(folder / "origin.git")
        seed = new_clone(self.remote, folder / "seed")
        shutil.copytree(template.root / "environments", seed / "environments")
        for path in (seed / "environments" / "sandbox").rglob("*.yaml"):
            if path.name != "environment.yaml":
                path.unlink()
        shutil.rmtree(seed / "environments" / "production")
        (seed / "environments" / "sandbox" / "shop.yaml").write_text(f"{GROUP}---\n{WEB}", "utf-8")
        (seed / "reconciler.yaml").write_text("format: 1\nstore: {type: git}\n", "utf-8")
        (seed / ".gitignore").write_text(".reconciler/\n", "utf-8")
        self.push(Project(seed, template.emulator, template.environ), "Begin")

    def new(self, name: str) -> Project:
        """An empty machine with a clone of the last commit, as a pipeline makes it."""
        root = new_clone(self.remote, self.folder / name, "--depth=1", "--branch=main")
        return Project(root, self.template.emulator, self.template.environ)

    def push(self, machine: Project, message: str) -> None:
        """Merge what stands on a machine."""
        git(machine.root, "add", "--all")
        git(machine.root, "commit", "--quiet", "-m", message)
        git(machine.root, "push", "--quiet", "origin", "HEAD:main")


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    (tmp_path / "example").mkdir()
    with example_project(tmp_path / "example", "sandbox") as template:
        yield Machines(tmp_path, template)


def applied_once(machines: Machines) -> Project:
    """A machine that planned and applied."""
    machine = machines.new("first")
    machine.expect(0, "apply", "-e", "sandbox", "--auto-approve")
    return machine


def test_a_plan_of_one_machine_is_applied_on_another_and_remembered_on_a_third(machines: Machines) -> None:
    author = machines.new("author")
    author.expect(0, "plan", "-e", "sandbox")
    assert [] == [ref for ref in refs(machines.remote) if ref.startswith("refs/reconciler/")]
    machines.push(author, "Plan")

    runner = machines.new("runner")
    runner.expect(0, "apply", str(runner.plan_path("sandbox")))

    assert "" == git(runner.root, "status", "--porcelain", "--ignored")
    assert {REF, f"{REF}+runs"} <= {ref for ref in refs(machines.remote) if ref.startswith(REF)}
    other = machines.new("other")
    planned = other.expect(0, "plan", "-e", "sandbox", "--exit-code", "--format", "json").json()
    assert ("full", []) == (planned["memory"], planned["steps"])
    before = writes(other.requests("sandbox"))
    other.expect(0, "apply", str(other.plan_path("sandbox")))
    assert before == writes(other.requests("sandbox"))


def test_what_was_removed_on_one_machine_is_known_to_be_ours_on_another(machines: Machines) -> None:
    applied_once(machines)
    other = machines.new("other")
    other.edit("environments/sandbox/shop.yaml", GROUP, "kind: group\nname: shop\nremoved: keep\n")
    other.expect(0, "plan", "-e", "sandbox")

    assert [("forget", "group/shop")] == [
        (each["action"], each["address"]) for each in other.plan_steps("sandbox") if each["action"] != "manual"
    ]


def test_of_two_machines_that_apply_at_once_one_ends_13_and_writes_nothing(machines: Machines) -> None:
    one, other = machines.new("one"), machines.new("other")
    one.expect(0, "plan", "-e", "sandbox")
    shutil.copytree(one.root / "plans", other.root / "plans")
    # An apply first reads what the plan before it read.
    index = 2 * len(one.requests("sandbox"))
    one.break_requests("sandbox", {"index": index, "when": "before", "do": "delay", "seconds": 1.5})
    running = one.start("apply", str(one.plan_path("sandbox")))
    try:
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while len(one.requests("sandbox")) <= index and time.monotonic() < deadline:
            pass
        held = other.expect(13, "apply", str(other.plan_path("sandbox")))
    finally:
        out, err = running.communicate(timeout=LONGEST_WAIT_SECONDS)

    assert 0 == running.returncode, out + err
    assert re.search(r"reconciler unlock -e sandbox [0-9a-f]+", held.err)
    assert 2 == len(writes(one.requests("sandbox")))
    other.expect(0, "apply", str(other.plan_path("sandbox")))
    assert 2 == len(writes(one.requests("sandbox")))


def test_a_lease_of_a_dead_machine_is_freed_on_another(machines: Machines) -> None:
    dead = machines.new("dead")
    lease = acquire(GitBackend(dead.root, "origin"), "sandbox", "dead", "apply", clock=SystemClock())
    other = machines.new("other")

    held = other.expect(13, "apply", "-e", "sandbox", "--auto-approve")
    assert f"reconciler unlock -e sandbox {lease.id}" in held.err
    assert f"unlock -e sandbox {lease.id}" in other.run("doctor", "-e", "sandbox").out
    other.expect(64, "unlock", "-e", "sandbox", "another")
    other.expect(0, "unlock", "-e", "sandbox", lease.id)

    other.expect(0, "apply", "-e", "sandbox", "--auto-approve")


def test_an_older_memory_that_was_pushed_back_is_refused(machines: Machines) -> None:
    machine = applied_once(machines)
    older = refs(machines.remote)[REF]
    git(machines.remote, "update-ref", "refs/copies/sandbox", older)
    machine.edit("environments/sandbox/shop.yaml", "Boutique", "Atelier")
    machine.expect(0, "apply", "-e", "sandbox", "--auto-approve")
    machine.edit("environments/sandbox/shop.yaml", "Atelier", "Galerie")
    machine.expect(0, "plan", "-e", "sandbox")
    git(machines.remote, "update-ref", REF, "refs/copies/sandbox")
    before = writes(machine.requests("sandbox"))

    refused = machine.expect(12, "apply", str(machine.plan_path("sandbox")))

    assert "the memory is older than the one the plan was made with" in refused.err
    machine.expect(0, "plan", "-e", "sandbox")
    assert "older" == json.loads(machine.plan_path("sandbox").read_bytes())["plan"]["memory"]
    machine.expect(12, "apply", str(machine.plan_path("sandbox")))
    assert before == writes(machine.requests("sandbox"))


def test_a_memory_whose_ref_was_deleted_is_none_and_nothing_is_made_twice(machines: Machines) -> None:
    machine = applied_once(machines)
    before = writes(machine.requests("sandbox"))
    for ref in [each for each in refs(machines.remote) if each.startswith(REF)]:
        git(machines.remote, "update-ref", "-d", ref)

    blocked = machine.expect(11, "plan", "-e", "sandbox")

    planned = json.loads(machine.plan_path("sandbox").read_bytes())["plan"]
    assert "none" == planned["memory"]
    assert {"adopt": "group/shop"}.items() <= {each["action"]: each["address"] for each in planned["steps"]}.items()
    assert re.search(r'channel/web: \{id: "[^"]+"\}', blocked.out)
    assert before == writes(machine.requests("sandbox"))


def test_a_damaged_memory_is_named_and_never_empty(machines: Machines) -> None:
    machine = applied_once(machines)
    git(machines.remote, "update-ref", REF, "refs/heads/main")

    for arguments in (
        ("plan", "-e", "sandbox"),
        ("apply", "-e", "sandbox", "--auto-approve"),
        ("state", "list", "-e", "sandbox"),
    ):
        failed = machine.expect(1, *arguments)
        assert "the git store is damaged" in failed.err
    assert "the git store is damaged" in machine.expect(1, "doctor", "-e", "sandbox").out


def test_the_commands_on_the_memory_work_on_the_remote(machines: Machines) -> None:
    applied_once(machines)
    machine = machines.new("other")

    assert "channel/web" in machine.expect(0, "state", "list", "-e", "sandbox").out
    assert "display_name: Site" in machine.expect(0, "state", "show", "channel/web", "-e", "sandbox").out
    before = parse_state(machine.expect(0, "state", "pull", "-e", "sandbox").out.rstrip().encode())
    live_id = before.resources["channel/web"].live[""]
    line = f'channel/web: {{id: "{live_id}"}}\n'
    assert line == machine.expect(0, "state", "bindings", "-e", "sandbox").out
    machine.expect(0, "state", "mv", "channel/web", "channel/site", "-e", "sandbox", "--yes")
    machine.expect(0, "state", "rm", "group/shop", "-e", "sandbox", "--yes")

    third = machines.new("third")
    after = parse_state(third.expect(0, "state", "pull", "-e", "sandbox").out.rstrip().encode())
    assert (before.lineage, before.serial + 2) == (after.lineage, after.serial)
    assert {"channel/site": live_id} == {address: entry.live[""] for address, entry in after.resources.items()}


def test_the_policy_for_a_shared_store_accepts_it(machines: Machines) -> None:
    machine = machines.new("strict")
    environment = machine.root / "environments" / "sandbox" / "environment.yaml"
    text = re.sub(r"(?m)^policy:.*\n(^  .*\n)*", "", environment.read_text("utf-8"))
    environment.write_text(f"{text.rstrip()}\npolicy: {{require_shared_store: true}}\n", "utf-8")

    machine.expect(0, "plan", "-e", "sandbox")
    found = machine.expect(0, "doctor", "-e", "sandbox").out
    assert 'the git store "origin" (refs/reconciler/*) can be written' in " ".join(found.split())

    (machine.root / "reconciler.yaml").write_text("format: 1\n", "utf-8")
    machine.expect(11, "plan", "-e", "sandbox")
    machine.expect(11, "doctor", "-e", "sandbox")


@pytest.mark.parametrize(
    ("store", "code", "words"),
    [
        ("{type: git, remote: upstream}", 1, 'there is no git remote "upstream"'),
        ("{type: git, remote: ../nowhere.git}", 1, "there is no git repository at the store's address"),
        ("{type: git, remote: 'http://127.0.0.1:9/x.git'}", 17, "the git store cannot be reached"),
        ("{type: git, remote: 'https://token@host/x.git'}", 64, "the address of the store holds credentials"),
        ("{type: git, remot: origin}", 10, 'unknown field "remot"'),
    ],
)
def test_a_store_that_cannot_work_ends_every_command_with_its_code_and_doctor_names_it(
    machines: Machines, store: str, code: int, words: str
) -> None:
    machine = machines.new("wrong")
    machine.environ["no_proxy"] = "127.0.0.1"
    (machine.root / "reconciler.yaml").write_text(f"format: 1\nstore: {store}\n", "utf-8")

    for arguments in (
        ("plan", "-e", "sandbox"),
        ("apply", "-e", "sandbox", "--auto-approve"),
        ("state", "list", "-e", "sandbox"),
    ):
        assert words in machine.expect(code, *arguments).err
    examined = machine.expect(code, "doctor", "-e", "sandbox")
    assert words in examined.out + examined.err
    assert [] == writes(machine.requests("sandbox"))


def test_a_server_that_lost_its_hands_mid_run_leaves_a_true_report_and_the_next_run_makes_no_duplicate(
    machines: Machines,
) -> None:
    machine = machines.new("runner")
    machine.expect(0, "plan", "-e", "sandbox")
    hook = machines.remote / "hooks" / "update"
    # Lease, first state, run document and the intents are taken; what follows is not.
    hook.write_text(
        f'#!/bin/sh\necho x >> {machines.folder}/puts\ntest "$(wc -l < {machines.folder}/puts)" -le 4\n', "utf-8"
    )
    hook.chmod(0o755)

    reported = machine.expect(14, "apply", str(machine.plan_path("sandbox")), "--format", "json")

    assert ["applied"] * 2 == [each["result"] for each in reported.json()["result"]["outcomes"]]
    assert "the git store refuses the push" in reported.json()["result"]["failure"]
    assert "reconciler unlock -e sandbox" in reported.err
    kept = list((machine.root / ".reconciler").glob("last-resort-sandbox-*.json"))
    assert {"group/shop", "channel/web"} == set(parse_state(kept[0].read_bytes()).resources)
    before = writes(machine.requests("sandbox"))

    hook.unlink()
    lease_id = re.search(r"unlock -e sandbox ([0-9a-f]+)", reported.err)
    assert lease_id
    other = machines.new("other")
    other.expect(0, "unlock", "-e", "sandbox", lease_id[1])
    shutil.copytree(machine.root / "plans", other.root / "plans")
    other.expect(0, "apply", str(other.plan_path("sandbox")))
    assert before == writes(machine.requests("sandbox"))
    other.expect(0, "plan", "-e", "sandbox", "--exit-code")


def test_the_way_from_sqlite_to_git_adopts_and_writes_nothing(machines: Machines) -> None:
    machine = machines.new("mover")
    store = machine.root / "reconciler.yaml"
    to_git = store.read_text("utf-8")
    store.write_text("format: 1\n", "utf-8")
    machine.expect(0, "apply", "-e", "sandbox", "--auto-approve")
    before = writes(machine.requests("sandbox"))
    machine.expect(0, "state", "bindings", "-e", "sandbox", "--write")
    store.write_text(to_git, "utf-8")

    machine.expect(0, "plan", "-e", "sandbox")
    assert {"adopt"} == {each["action"] for each in machine.plan_steps("sandbox")}
    machine.expect(0, "apply", str(machine.plan_path("sandbox")))

    machines.new("next").expect(0, "plan", "-e", "sandbox")
    assert before == writes(machine.requests("sandbox"))


def test_a_copy_of_the_refs_can_be_fetched_and_pushed_back(machines: Machines) -> None:
    machine = applied_once(machines)
    copied = refs(machines.remote)[REF]
    git(machine.root, "fetch", "--quiet", "origin", "+refs/reconciler/*:refs/copies/today/*")
    machine.edit("environments/sandbox/shop.yaml", "Boutique", "Atelier")
    machine.expect(0, "apply", "-e", "sandbox", "--auto-approve")
    assert copied != refs(machines.remote)[REF]

    git(machine.root, "push", "--quiet", "--force", "origin", "refs/copies/today/sandbox:refs/reconciler/sandbox")

    assert copied == refs(machines.remote)[REF]
    assert "group/shop" in machines.new("other").expect(0, "state", "list", "-e", "sandbox").out


def test_an_apply_elsewhere_says_whose_memory_it_writes(machines: Machines) -> None:
    machine = machines.new("elsewhere")
    said = machine.expect(0, "apply", "-e", "sandbox", "--auto-approve").err

    assert f"sandbox points at {machine.environ['RECONCILER_SANDBOX_BASE_URL']}, and everyone who uses the git" in said


def test_the_demo_never_touches_the_memory_of_the_project(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = machines.new("demo")
    before = refs(machines.remote)
    walked: list[str] = []
    monkeypatch.setattr(Walk, "run", lambda walk: walked.append(str(walk.folder)))

    machine.expect(0, "demo")

    assert [str(machine.root / ".reconciler" / "demo")] == walked
    assert before == refs(machines.remote)
    assert "type: sqlite" in Path(walked[0], "reconciler.yaml").read_text("utf-8")
