"""The published schema of plan files takes what the program writes, and nothing more."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from reconciler.manifest.schema_files import read_schema
from tests.end_to_end.example_project import SUBDOMAINS, example_project


def _is_valid(document: Any) -> bool:
    return bool(jsonschema_rs.validator_for(dict(read_schema("plan"))).is_valid(document))


def _plans(folder: Path, environment: str) -> list[Any]:
    """Plans of many sorts: first, with human work done, empty, drifted, with a rotation, removal, and a block."""
    plans = []
    with example_project(folder, environment) as project:

        def plan() -> None:
            project.run("plan", "-e", environment)
            plans.append(json.loads(project.plan_path(environment).read_bytes()))

        def apply() -> None:
            project.run("apply", str(project.plan_path(environment)))

        plan()
        apply()
        project.work_by_hand(environment)
        plan()
        apply()
        plan()
        group = project.objects(environment, "/api/v2/groups")[-1]
        project.click(environment, f"/api/v2/groups/{group['id']}", {"description": "Autre chose"})
        plan()
        folder_of = f"environments/{environment}"
        project.edit(f"{folder_of}/canaux/messenger-fr.yaml", "generation: 1", "generation: 2")
        project.edit(f"{folder_of}/routage/messagerie.yaml", "  - retours-vers-sav\n", "")
        (project.root / folder_of / "routage" / "retours-vers-sav.yaml").write_text(
            "kind: trigger\nname: retours-vers-sav\nremoved: delete\n", "utf-8"
        )
        plan()
        project.forget()
        plan()
    return plans


@pytest.mark.parametrize("environment", sorted(SUBDOMAINS))
def test_every_sort_of_plan_fits_the_schema(environment: str, tmp_path: Path) -> None:
    plans = _plans(tmp_path, environment)
    assert [True] * 6 == [_is_valid(each) for each in plans]
    actions = {step["action"] for each in plans for step in each["plan"]["steps"]}
    assert {"create", "update", "adopt", "link", "manual", "delete"} <= actions
    assert any(step["blocked"] for step in plans[-1]["plan"]["steps"])


def _first_step(plan: Any) -> Any:
    return next(step for step in plan["plan"]["steps"] if step["changes"])


PLACES: dict[str, Callable[[Any], Any]] = {
    "file": lambda plan: plan,
    "plan": lambda plan: plan["plan"],
    "target": lambda plan: plan["plan"]["target"],
    "digests": lambda plan: plan["plan"]["digests"],
    "summary": lambda plan: plan["plan"]["summary"],
    "step": _first_step,
    "observed": lambda plan: _first_step(plan)["observed"],
    "change": lambda plan: _first_step(plan)["changes"][0],
    "cause": lambda plan: _first_step(plan)["changes"][0]["cause"],
}


def test_an_unknown_member_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        plan = json.loads(project.plan_path("sandbox").read_bytes())
    assert _is_valid(plan)
    for name, place in PLACES.items():
        changed = copy.deepcopy(plan)
        place(changed)["unknown"] = "x"
        assert not _is_valid(changed), name


OPTIONAL = {
    "plan": {"approvals"},
    "step": {"exposed_until", "sequence", "manual"},
    "change": {"address", "part", "hazard"},
    "observed": {"absent", "digest", "after"},
}


def test_a_missing_member_is_refused(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        plan = json.loads(project.plan_path("sandbox").read_bytes())
    for name, place in PLACES.items():
        for member in place(plan).keys() - OPTIONAL.get(name, set()):
            changed = copy.deepcopy(plan)
            del place(changed)[member]
            assert not _is_valid(changed), f"{name}.{member}"
