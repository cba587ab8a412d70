"""The table of `make fault`: it counts truthfully, and it ends badly when a row falls short."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fault.run import FAMILIES, ROOT, Counting, Family, Row, as_table


def _report(**members: Any) -> Any:
    return SimpleNamespace(**{"when": "call", "failed": False, "nodeid": "test_x", "user_properties": [], **members})


def test_a_family_counts_what_its_tests_say_that_they_tried() -> None:
    counting = Counting(Family("x", ()))
    counting.pytest_runtest_logreport(_report(user_properties=[("tried", 7), ("kills", 3), ("seconds", 1.5)]))
    counting.pytest_runtest_logreport(_report(user_properties=[("kills", 1), ("seconds", 0.5)]))
    counting.pytest_runtest_logreport(_report(when="setup"))
    assert (8, 8, {"kills": 4, "seconds": 1.5}) == (counting.row.tried, counting.row.held, counting.row.figures)


@pytest.mark.parametrize("when", ["call", "setup"])
def test_what_failed_is_tried_and_not_held(when: str) -> None:
    counting = Counting(Family("x", ()))
    counting.pytest_runtest_logreport(_report(when=when, failed=True, user_properties=[("tried", 7)]))
    assert (7, 0, ["test_x"]) == (counting.row.tried, counting.row.held, counting.row.failed)
    assert counting.row.falls_short


def test_a_row_with_too_little_tried_falls_short() -> None:
    assert Row(Family("x", (), 10), tried=9, held=9).falls_short
    assert not Row(Family("x", (), 10), tried=10, held=10).falls_short


def test_the_table_has_a_line_for_each_family() -> None:
    rows = [Row(Family("one", (), 1, "none"), tried=1200, held=1200), Row(Family("two", (), 2), tried=1, held=1)]
    assert [
        "what  tried   held               figure",
        "----------------------------------------",
        "one   1,200  1,200  held         none",
        "two       1      1  FALLS SHORT",
    ] == [line if set(line) != {"-"} else "-" * 40 for line in as_table(rows).splitlines()]


def _functions(path: Path) -> set[str]:
    return {each.name for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.title)
def test_every_family_names_tests_that_there_are(family: Family) -> None:
    for each in family.tests:
        path, _, function = each.partition("::")
        if "*" not in path:
            assert (ROOT / path).exists(), each
            assert not function or function in _functions(ROOT / path), each


def test_every_fault_test_is_in_a_family() -> None:
    named = {path for family in FAMILIES for test in family.tests for path in ROOT.glob(test.partition("::")[0])}
    own = {"test_table.py", "test_guarantees.py"}
    assert [] == sorted(
        path.name for path in (ROOT / "tests/fault").glob("test_*.py") if path not in named and path.name not in own
    )
