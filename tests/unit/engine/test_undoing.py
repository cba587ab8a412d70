"""What undoing a run edits, run by run as values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.edits import Edits
from reconciler.core.history import PastRun
from reconciler.engine.undoing import undo
from reconciler.engine.writing_files import write_files
from reconciler.manifest.inventory import read_inventory

SKILL = """\
kind: skill
name: langue
title: Langue
values:
  - {name: francais, title: Français}   # d'abord
  - {name: japonais, title: Japonais}
"""
FIRST = "  - {name: francais, title: Français}   # d'abord\n"
SECOND = "  - {name: japonais, title: Japonais}\n"


class One:
    """An environment of one file in a folder of a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("environment.yaml", "kind: environment\nname: a\nvalues: {}\n")

    def write(self, path: str, text: str) -> None:
        file = self.root / "environments" / "a" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def read(self, path: str) -> str:
        return (self.root / "environments" / "a" / path).read_text("utf-8")

    def undone(self, run: PastRun, *earlier: PastRun) -> Edits:
        edits = undo(run, earlier, read_inventory(self.root, "a"))
        write_files(self.root, edits.changes)
        assert () == undo(run, earlier, read_inventory(self.root, "a")).changes
        return edits


@pytest.fixture
def one(tmp_path: Path) -> One:
    return One(tmp_path)


def step(
    action: str, address: str, part: str = "", *changes: dict[str, Any], reversible: bool = True
) -> dict[str, Any]:
    return {
        "id": f"{action}:{address}{'#' + part if part else ''}",
        "action": action,
        "address": address,
        "part": part,
        "changes": list(changes),
        "reversible": reversible,
        "risk": "irreversible",
    }


def change(path: str, before: Any, after: Any, op: str = "set") -> dict[str, Any]:
    return {"path": path, "op": op, "before": before, "after": after}


def past(*steps: dict[str, Any], before: Any = None, **manifests: str) -> PastRun:
    written = {
        f"skill/{name}": {"file": f"environments/a/{name}.yaml", "document": document}
        for name, document in manifests.items()
    }
    return PastRun("run", "a", "sha256:x", steps=steps, before=before or {}, manifests=written)


def test_an_item_that_was_created_leaves_its_list(one: One) -> None:
    one.write("langue.yaml", SKILL)
    (edit,) = one.undone(past(step("create", "skill/langue", "value/japonais"))).edits
    assert ("skill/langue", "change") == (edit.address, edit.deed)
    assert SKILL.replace(SECOND, "") == one.read("langue.yaml")


def test_an_item_that_was_deleted_comes_back_in_its_place(one: One) -> None:
    document = {
        "kind": "skill",
        "name": "langue",
        "title": "Langue",
        "values": [{"name": "francais", "title": "Français"}, {"name": "japonais", "title": "Japonais"}],
    }
    one.write("langue.yaml", SKILL.replace(FIRST, ""))
    earlier = past(langue=json.dumps(document))
    assert 1 == len(one.undone(past(step("delete", "skill/langue", "value/francais")), earlier).edits)
    assert SKILL.replace("   # d'abord", "") == one.read("langue.yaml")


def test_an_item_that_nobody_remembers_is_listed(one: One) -> None:
    one.write("langue.yaml", SKILL.replace(FIRST, ""))
    edits = one.undone(past(step("delete", "skill/langue", "value/francais")))
    assert [("skill/langue#value/francais", "no earlier manifest is remembered that has it in values")] == [
        (each.address, each.reason) for each in edits.left
    ]


def test_a_field_of_an_item_goes_back(one: One) -> None:
    one.write("langue.yaml", SKILL)
    changed = step("update", "skill/langue", "value/japonais", change("values[japonais].title", "Nihongo", "Japonais"))
    one.undone(past(changed))
    assert SKILL.replace("title: Japonais", "title: Nihongo") == one.read("langue.yaml")


def test_what_only_part_of_it_was_created_gets_no_tombstone(one: One) -> None:
    one.write("langue.yaml", SKILL)
    run = past(step("create", "skill/langue"), before={"skill/langue": {"": {"title": "Langue"}}})
    edits = one.undone(run)
    assert ((), 1) == (edits.edits, len(edits.left))


def test_steps_that_did_not_run_are_not_undone(one: One) -> None:
    one.write("langue.yaml", SKILL)
    run = past(step("create", "skill/langue"))
    failed = PastRun(
        run.run,
        "a",
        run.plan,
        exit_code=14,
        steps=run.steps,
        outcomes=({"step": "create:skill/langue", "result": "failed"},),
    )
    assert () == one.undone(failed).edits


def test_a_secret_a_move_and_an_adoption_are_listed_as_they_are(one: One) -> None:
    one.write("langue.yaml", SKILL)
    run = past(step("write_secret", "skill/langue"), step("move", "skill/autre"), step("adopt", "skill/tiers"))
    edits = one.undone(run)
    assert ["skill/langue", "skill/autre", "skill/tiers"] == [each.address for each in edits.left]


def test_what_was_removed_and_is_remembered_by_its_values_alone_is_written_from_them(one: One) -> None:
    one.write("environment.yaml", "kind: environment\nname: a\n")
    run = past(step("delete", "group/extra"), before={"group/extra": {"": {"title": "Extra", "description": None}}})
    (edit,) = one.undone(run).edits
    assert "restore" == edit.deed
    assert (one.root / edit.file).read_text("utf-8").endswith("kind: group\nname: extra\ntitle: Extra\n")


def test_what_cannot_be_written_again_is_listed_with_the_way_out(one: One) -> None:
    edits = one.undone(past(step("delete", "trigger/x"), before={"trigger/x": {"": {"title": "X"}}}))
    assert "Take it from git's history" in edits.left[0].reason


def test_an_irreversible_change_says_so(one: One) -> None:
    one.write("langue.yaml", SKILL)
    run = past(step("update", "skill/langue", "", change("title", "Avant", "Langue"), reversible=False))
    assert "cannot be wholly taken back" in one.undone(run).left[0].reason
    assert "title: Avant" in one.read("langue.yaml")
