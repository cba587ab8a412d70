"""Real processes that are told to stop in the middle of an apply, and many of them at once."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.example_project import Project, example_project, writes
from tests.fault.extent import amount

RecordProperty = Callable[[str, object], None]

LONGEST_WAIT_SECONDS = 60
HOLD_SECONDS = 1.0


def _await(project: Project, holds: Callable[[int, list[dict[str, object]]], bool], planned: int) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        if holds(planned, project.requests("sandbox")):
            return
    raise AssertionError("the moment never came")


def _writes_since(planned: int, requests: list[dict[str, object]]) -> int:
    return len(writes(requests[planned:]))


def _signalled(project: Project, ordinal: int, signals: list[signal.Signals]) -> tuple[int, str]:
    """Plan, start an apply, and signal it while the service holds the write of that number."""
    project.expect(0, "plan", "-e", "sandbox")
    planned = len(project.requests("sandbox"))
    index = 2 * planned + ordinal
    project.break_requests("sandbox", {"index": index, "when": "before", "do": "delay", "seconds": HOLD_SECONDS})
    process = project.start("apply", str(project.plan_path("sandbox")))
    try:
        _await(project, lambda planned, requests: len(requests) > index, planned)
        for each in signals:
            process.send_signal(each)
            time_is_up = time.monotonic() + 0.1
            while time.monotonic() < time_is_up and process.poll() is None:
                continue
        out, err = process.communicate(timeout=LONGEST_WAIT_SECONDS)
    finally:
        process.kill()
        process.wait()
    return process.returncode, out + err


SIGNALS = [
    ([signal.SIGTERM], "finishing the request in hand"),
    ([signal.SIGINT, signal.SIGINT], "interrupted"),
    ([signal.SIGINT], "finishing the request in hand"),
    ([signal.SIGTERM, signal.SIGINT], "interrupted"),
]


@pytest.mark.parametrize(
    ("signals", "says"),
    SIGNALS[: amount(2, 4)],
    ids=lambda value: "-".join(each.name for each in value) if isinstance(value, list) else "",
)
@pytest.mark.parametrize("ordinal", range(3, amount(4, 20), 4))
def test_a1_a_signal_ends_an_apply_with_130_and_the_same_plan_goes_on(
    signals: list[signal.Signals], says: str, ordinal: int, tmp_path: Path
) -> None:
    with example_project(tmp_path, "sandbox") as project:
        code, told = _signalled(project, ordinal, signals)
        assert 130 == code, told
        assert says in told
        assert "Traceback" not in told
        before = len(writes(project.requests("sandbox")))
        again = project.run("apply", str(project.plan_path("sandbox")), "--wait-for-lease", "40")
        assert again.code in (0, 18), again.out + again.err
        assert len(writes(project.requests("sandbox"))) > before
        project.expect(0, "plan", "-e", "sandbox", "--exit-code")


@pytest.mark.parametrize("machines", [2, 8, 32][: amount(1, 3)])
def test_l1_r6_of_many_applies_at_once_one_writes(
    machines: int, tmp_path: Path, record_property: RecordProperty
) -> None:
    with example_project(tmp_path / "alone", "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        alone = project.run("apply", str(project.plan_path("sandbox")))
        wanted = sorted(writes(project.requests("sandbox")))
        assert alone.code in (0, 18), alone.err
    with example_project(tmp_path / "many", "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        processes = [project.start("apply", str(project.plan_path("sandbox"))) for _ in range(machines)]
        ended = [(process.communicate(timeout=300), process.returncode) for process in processes]
        codes = sorted(code for _, code in ended)
        assert {0, 13, 18} >= set(codes), [(out, err) for (out, err), code in ended if code not in (0, 13, 18)]
        assert set(codes) & {0, 18}
        assert wanted == sorted(writes(project.requests("sandbox")))
    record_property("tried", machines)
