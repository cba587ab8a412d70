"""The document of guarantees names tests that exist, and a limit for each promise."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "guarantees.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT)))
PROMISES = re.split(r"(?m)^## ", DOCUMENT)[1:]


@cache
def _functions(path: str) -> frozenset[str]:
    parsed = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(each.name for each in ast.walk(parsed) if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize(("path", "function"), NAMED)
def test_a_named_test_exists(path: str, function: str) -> None:
    assert function in _functions(path)


def test_every_word_that_looks_like_a_test_is_read_as_one() -> None:
    assert DOCUMENT.count("::test_") == len(re.findall(r"`tests/[\w/]+\.py::\w+`", DOCUMENT))


@pytest.mark.parametrize("promise", PROMISES, ids=lambda text: text.splitlines()[0])
def test_every_promise_has_its_tests_and_its_limit(promise: str) -> None:
    assert "::test_" in promise
    assert 1 == promise.count("**Limits.**")
