"""Runs every fault family in its full number and prints one table; ends 1 if any row falls short.

It refuses to know how anything is tried: a family is a set of tests, and `tried` is what they say of themselves.
Run by `make fault`; arguments choose families by a word of their title.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fault.extent import VARIABLE

ROOT = Path(__file__).parents[2]
FAULT, END_TO_END, UNIT = "tests/fault", "tests/end_to_end", "tests/unit"


@dataclass(frozen=True, slots=True)
class Family:
    """A row of the table: what it is about, the tests that try it, and how much has to be tried at least."""

    title: str
    tests: tuple[str, ...]
    least: int = 1
    promise: str = ""


FAMILIES = (
    Family(
        "seeded fault histories, I1 to I6",
        (f"{FAULT}/test_simulation.py::test_r3_no_seeded_history_of_faults_breaks_an_invariant",),
        10_000,
        "no violated invariant",
    ),
    Family(
        "seeded histories of lost answers to POSTs",
        (f"{FAULT}/test_simulation.py::test_r2_a2_no_lost_answer_to_a_post_makes_a_duplicate",),
        1_000,
        "0 duplicates",
    ),
    Family(
        "the simulation replays, and sees broken programs",
        (
            f"{FAULT}/test_simulation.py::test_r3_a_seed_replays_to_the_same_requests_and_the_same_words",
            f"{FAULT}/test_simulation.py::test_r3_the_simulation_sees_a_program_that_breaks_its_promises",
        ),
        6,
    ),
    Family(
        "an apply of the example that ends at every request and store write",
        (f"{FAULT}/test_ended_anywhere.py",),
        900,
        "converged, 0 duplicates",
    ),
    Family("kill -9 of real processes", (f"{END_TO_END}/test_kills.py",), 10, "converged, 0 duplicates"),
    Family("each POST's answer lost once, on the wire", (f"{END_TO_END}/test_lost_answers.py",), 10, "0 duplicates"),
    Family(
        "SIGTERM, SIGINT, SIGINT twice",
        (f"{FAULT}/test_processes.py::test_a1_a_signal_ends_an_apply_with_130_and_the_same_plan_goes_on",),
        12,
        "130, then converged",
    ),
    Family("bad answers to reads", (f"{FAULT}/test_reads.py",), 1_000, "0 creates, 0 deletes, 0 writes"),
    Family(
        "bad answers on the wire",
        (f"{UNIT}/zendesk/test_wire.py", f"{UNIT}/zendesk/test_listing.py", f"{END_TO_END}/test_bad_accounts.py"),
        50,
        "an error with its exit code",
    ),
    Family(
        "reports when things fail at a bad moment",
        (f"{FAULT}/test_truthful_reports.py", f"{FAULT}/test_open_intents.py"),
        18,
        "the truth",
    ),
    Family("between plan and apply", (f"{FAULT}/test_between_plan_and_apply.py",), 20, "stale, conflict or already"),
    Family("machines without a memory", (f"{FAULT}/test_ephemeral_machines.py",), 9, "0 re-creations, 0 deletions"),
    Family(
        "a holder stopped at every event and woken up",
        (f"{FAULT}/test_two_machines.py",),
        100,
        "at most the request on its way",
    ),
    Family(
        "2, 8 and 32 applies at once",
        (f"{FAULT}/test_processes.py::test_l1_r6_of_many_applies_at_once_one_writes",),
        42,
        "0 writes without the lease",
    ),
    Family("leases", (f"{UNIT}/store/test_lease.py",), 20, "one holder"),
    Family(
        "changed, cut and forged plan files",
        (f"{FAULT}/test_plan_bytes.py", f"{END_TO_END}/test_bad_plan_files.py"),
        30_000,
        "0 accepted",
    ),
    Family(
        "stores: races, damage, full disks",
        (f"{UNIT}/store", f"{FAULT}/test_store_*.py"),
        40,
        "named errors, never an empty state",
    ),
    Family("leaks of the libraries in use", (f"{FAULT}/test_leaking_libraries.py",), 9, "0 canaries found"),
    Family(
        "secrets in every channel",
        (f"{END_TO_END}/test_secrets_stay_secret.py", f"{UNIT}/secrets"),
        40,
        "0 canaries found",
    ),
    Family(
        "hostile manifests",
        (f"{FAULT}/test_hostile_manifests.py", f"{UNIT}/manifest/test_yaml_corpus.py"),
        100,
        "2 s, 256 MB, 0 tracebacks",
    ),
    Family(
        "hostile text in every renderer",
        (f"{END_TO_END}/test_strange_text.py", f"{UNIT}/render"),
        40,
        "escaped; deletes first, true counts",
    ),
)


@dataclass(slots=True)
class Row:
    """What came of a family: `figures` are sums or, for measured quantities, the greatest."""

    family: Family
    tried: int = 0
    held: int = 0
    tests: int = 0
    failed: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def falls_short(self) -> bool:
        """Whether something failed, or less was tried than has to be."""
        return bool(self.failed) or self.tried < self.family.least

    def cells(self) -> tuple[str, str, str, str, str]:
        """What stands in the table."""
        shown = ", ".join(f"{value:g} {name}" for name, value in sorted(self.figures.items()))
        verdict = "FALLS SHORT" if self.falls_short else "held"
        figure = "; ".join(each for each in (self.family.promise, shown) if each)
        return self.family.title, f"{self.tried:,}", f"{self.held:,}", verdict, figure


_GREATEST = ("seconds", "megabytes", "places")


class Counting:
    """A pytest plugin that counts what each test says that it tried."""

    def __init__(self, family: Family) -> None:
        self.row = Row(family)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test has ended, here or in a worker."""
        if report.when != "call" and not report.failed:
            return
        told: Mapping[str, Any] = dict(report.user_properties)
        tried = int(told.get("tried", 1))
        self.row.tests += 1
        self.row.tried += tried
        if report.failed:
            self.row.failed.append(report.nodeid)
        else:
            self.row.held += tried
        for name, value in told.items():
            if name != "tried":
                known = self.row.figures.get(name, 0)
                self.row.figures[name] = max(known, value) if name in _GREATEST else known + value


def try_family(family: Family, options: Sequence[str] = ()) -> Row:
    """Run the tests of a family."""
    counting = Counting(family)
    paths = [path for each in family.tests for path in _paths(each)]
    code = pytest.main([*paths, "-q", "-n", "2", "--no-header", "-rN", *options], plugins=[counting])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        counting.row.failed.append(f"pytest ended {code}")
    return counting.row


def _paths(pattern: str) -> list[str]:
    if "*" not in pattern:
        return [str(ROOT / pattern)]
    return [str(path) for path in sorted(ROOT.glob(pattern))]


def as_table(rows: Sequence[Row]) -> str:
    """The rows under their headings, in columns."""
    heading = ("what", "tried", "held", "", "figure")
    cells = [heading, *(row.cells() for row in rows)]
    widths = [max(len(each[column]) for each in cells) for column in range(5)]
    lines = []
    for what, tried, held, verdict, figure in cells:
        numbers = f"{tried:>{widths[1]}}  {held:>{widths[2]}}"
        lines.append(f"{what:<{widths[0]}}  {numbers}  {verdict:<{widths[3]}}  {figure}".rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def main(words: Sequence[str]) -> int:
    """Try the families whose titles hold one of the words, all of them without any; 1 if a row falls short."""
    os.environ[VARIABLE] = "full"
    chosen = [each for each in FAMILIES if not words or any(word in each.title for word in words)]
    rows = []
    for family in chosen:
        started = time.monotonic()
        row = try_family(family)
        rows.append(row)
        seconds = time.monotonic() - started
        sys.stderr.write(f"{family.title}: {row.held:,} of {row.tried:,} in {seconds:.0f} s\n\n")
    failed = [f"failed: {test}" for row in rows for test in row.failed]
    sys.stdout.write("\n".join([as_table(rows), *failed]) + "\n")
    return int(any(row.falls_short for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
