"""Real processes killed without warning in the middle of an apply, and what the next runs make of it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from reconciler.manifest.loader import load_project
from reconciler.store.lease import unlock
from reconciler.store.open import open_store
from tests.end_to_end.account_shape import shape
from tests.end_to_end.example_project import Project, example_project, writes
from tests.end_to_end.test_lost_answers import require_convergence, undisturbed, write_index
from tests.fault.extent import spread

LONGEST_WAIT_SECONDS = 30
HOLD_SECONDS = 0.5


def _await_request(project: Project, index: int, *, is_answered: bool) -> None:
    """Poll the emulator's list until the request is there (and every one is answered)."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        requests = project.requests("sandbox")
        if len(requests) > index and (not is_answered or all(each["status"] is not None for each in requests)):
            return
    raise AssertionError(f"request {index} never came")


def _kill_at(project: Project, ordinal: int, when: str) -> None:
    """Plan, start an apply, kill it while the service holds one of its writes, and let that write come to its end."""
    project.expect(0, "plan", "-e", "sandbox")
    index = write_index(ordinal)
    project.break_requests("sandbox", {"index": index, "when": when, "do": "delay", "seconds": HOLD_SECONDS})
    process = project.start("apply", str(project.plan_path("sandbox")))
    try:
        _await_request(project, index, is_answered=False)
    finally:
        process.kill()
        process.communicate()
    _await_request(project, index, is_answered=True)


def _free_lease(project: Project) -> None:
    """What the message of exit code 13 asks for."""
    held = project.expect(13, "apply", str(project.plan_path("sandbox")))
    found = re.search(r"reconciler unlock -e sandbox ([0-9a-f]+)", held.err)
    assert found
    backend = open_store(load_project(project.root), project.root, is_read_only=False)
    try:
        unlock(backend, "sandbox", found[1])
    finally:
        backend.close()


# The bot's three parts are the writes 1 to 3, and the web channel, which has no readable key, is the write 5.
WRITES_TO_DIE_AT = [
    (5, "after"),
    (1, "after"),
    (2, "before"),
    (4, "after"),
    (18, "after"),
    (21, "before"),
    (34, "after"),
]


@pytest.mark.parametrize(("ordinal", "when"), spread(WRITES_TO_DIE_AT, 3))
def test_the_same_plan_resumes_after_a_kill(ordinal: int, when: str, tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        _kill_at(project, ordinal, when)
        _free_lease(project)
        require_convergence(project, (ordinal, when))


@pytest.mark.parametrize(("ordinal", "when"), spread(WRITES_TO_DIE_AT[1::2], 2))
def test_a_fresh_plan_after_a_kill_makes_no_duplicate(ordinal: int, when: str, tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        _kill_at(project, ordinal, when)
        _free_lease(project)
        project.expect(0, "plan", "-e", "sandbox")
        require_convergence(project, (ordinal, when))


BINDING = re.compile(r'(channel/site-web: \{id: "[^"]+"\})')


def _bind_web_channel(project: Project) -> None:
    """Put the printed line into bindings.yaml."""
    blocked = [reason for step in project.plan_steps("sandbox") for reason in step["blocked"]]
    lines = {line for reason in blocked for line in BINDING.findall(reason)}
    assert 1 == len(lines), blocked
    file = project.root / "environments" / "sandbox" / "bindings.yaml"
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")


@pytest.mark.parametrize(("ordinal", "when"), spread(WRITES_TO_DIE_AT[::3], 2))
def test_a_kill_that_also_loses_the_store_makes_no_duplicate(ordinal: int, when: str, tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        _kill_at(project, ordinal, when)
        project.forget()
        if project.run("plan", "-e", "sandbox").code == 11:
            _bind_web_channel(project)
            project.expect(0, "plan", "-e", "sandbox")
        project.expect(18, "apply", str(project.plan_path("sandbox")))
        require_convergence(project, (ordinal, when))


def test_without_its_store_everything_is_adopted_but_the_channel_without_a_key(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.converge("sandbox")
        before = writes(project.requests("sandbox"))
        project.forget()
        project.expect(11, "plan", "-e", "sandbox")
        steps = project.plan_steps("sandbox")
        assert {"channel/site-web"} == {step["address"] for step in steps if step["blocked"]}
        assert {"adopt"} == {step["action"] for step in steps if not step["blocked"]}
        project.expect(11, "apply", str(project.plan_path("sandbox")))

        _bind_web_channel(project)
        project.expect(0, "plan", "-e", "sandbox")
        assert {"adopt"} == {step["action"] for step in project.plan_steps("sandbox")}
        project.expect(0, "apply", str(project.plan_path("sandbox")))
        assert before == writes(project.requests("sandbox"))
        project.expect(0, "plan", "-e", "sandbox", "--exit-code")
        assert [] == project.plan_steps("sandbox")
        assert undisturbed()[1] == shape(project.state("sandbox"))


def test_a_saved_plan_without_its_store_ends_with_the_binding_line_and_writes_nothing(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        plan = str(project.plan_path("sandbox"))
        project.expect(18, "apply", plan)
        before = writes(project.requests("sandbox"))
        project.forget()
        result = project.expect(11, "apply", plan)
        found = BINDING.search(result.out + result.err)
        assert found, result.out + result.err
        assert before == writes(project.requests("sandbox"))

        skipping = project.run("apply", plan, "--skip-blocked", "--format", "json").json()["result"]["outcomes"]
        assert before == writes(project.requests("sandbox"))
        assert [("create:channel/site-web", "skipped")] == [
            (each["step"], each["result"]) for each in skipping if each["address"] == "channel/site-web"
        ]

        (project.root / "environments" / "sandbox" / "bindings.yaml").write_text(f"{found[1]}\n", "utf-8")
        project.expect(18, "apply", plan)
        assert before == writes(project.requests("sandbox"))
