"""The committed plans of the example are what the program makes today; `make plans` writes them again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.plan import read_plan_file
from tests.end_to_end.example_project import ROOT, SUBDOMAINS
from tests.example_plans import make_example_plans

PLANS = ROOT / "plans"
ENVIRONMENTS = sorted(SUBDOMAINS)

pytestmark = pytest.mark.xdist_group("example plans")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_example_plans(tmp_path_factory.mktemp("example"))


def _plan_member(path: Path) -> Any:
    return json.loads(path.read_bytes())["plan"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_committed_plan_is_todays(environment: str, made: dict[str, Path]) -> None:
    name = f"{environment}.json"
    assert _plan_member(PLANS / name) == _plan_member(made[name])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_committed_review_is_todays(environment: str, made: dict[str, Path]) -> None:
    name = f"{environment}.md"
    assert (PLANS / name).read_text("utf-8") == made[name].read_text("utf-8")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_committed_plan_is_whole(environment: str) -> None:
    saved = read_plan_file((PLANS / f"{environment}.json").read_bytes())
    assert environment == saved.plan.environment
    assert not saved.plan.is_blocked
    assert [] == list(saved.plan.approvals)


def test_there_are_no_other_plans() -> None:
    wanted = {f"{environment}{suffix}" for environment in ENVIRONMENTS for suffix in (".json", ".md")}
    assert wanted == {path.name for path in PLANS.iterdir()}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_plan_does_not_depend_on_when_and_where_it_is_made(
    environment: str, made: dict[str, Path], tmp_path: Path
) -> None:
    again = make_example_plans(tmp_path)
    assert _plan_member(made[f"{environment}.json"]) == _plan_member(again[f"{environment}.json"])
