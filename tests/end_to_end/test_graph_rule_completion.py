"""Three small commands that need no account."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.example_project import ROOT, Project, example_project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with example_project(tmp_path, "sandbox") as made:
        yield made


def test_a_graph_shows_what_an_address_refers_to_and_what_refers_to_it(project: Project) -> None:
    found = project.expect(0, "graph", "-e", "sandbox", "trigger/line-vers-japon", "--format", "json").json()["result"]
    refers = {each["address"]: [(to["target"], to["field"]) for to in each["refers_to"]] for each in found}
    assert [
        ("trigger_category/messagerie", "category"),
        ("group/equipe-japon", "actions.value"),
        ("skill/langue", "actions.value.skill"),
    ] == refers["trigger/line-vers-japon"]
    assert [("trigger/line-vers-japon", "order")] == refers["trigger_category/messagerie"]
    text = project.expect(0, "graph", "-e", "sandbox", "trigger/line-vers-japon").out
    assert "  → group/equipe-japon  (actions.value)\n" in text


def test_a_graph_can_be_drawn(project: Project) -> None:
    dot = project.expect(0, "graph", "-e", "sandbox", "--format", "dot").out
    assert '  "trigger/line-vers-japon" -> "group/equipe-japon" [label="actions.value"];\n' in dot
    mermaid = project.expect(0, "graph", "-e", "sandbox", "--format", "mermaid").out
    number = re.search(r'(n\d+)\["group/equipe-japon"\]', mermaid)
    source = re.search(r'(n\d+)\["trigger/line-vers-japon"\]', mermaid)
    assert number is not None
    assert source is not None
    assert f"  {source[1]} --> {number[1]}\n" in mermaid


def test_a_graph_of_an_address_that_is_not_there_is_refused(project: Project) -> None:
    assert 'Did you mean "group/equipe-japon"?' in project.expect(64, "graph", "-e", "sandbox", "group/equipe-japn").err


def test_a_rule_says_what_why_and_the_fix(project: Project) -> None:
    text = project.expect(0, "rule", "yaml/duplicate-key").out
    assert "yaml/duplicate-key (error)" in text
    assert "why: Only one of the two values could count" in text
    assert "fix: Remove or rename one of the two." in text
    assert 'Did you mean "yaml/duplicate-key"?' in project.expect(64, "rule", "yaml/duplicate-kei").err


def test_every_rule_that_the_source_names_is_explained(project: Project) -> None:
    known = {each["rule"] for each in project.expect(0, "rule", "--format", "json").json()["result"]}
    named = set()
    for folder in ("manifest", "kinds"):
        for path in (ROOT / "reconciler" / folder).glob("*.py"):
            named |= set(re.findall(r'^\s+"([a-z_]+/[a-z0-9-]+)",$', path.read_text("utf-8"), re.MULTILINE))
    assert named <= known
    assert len(named) > 60


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(project: Project, shell: str) -> None:
    assert "_RECONCILER_COMPLETE" in project.expect(0, "completion", shell).out


def test_commands_are_completed(project: Project) -> None:
    asked = subprocess.run(
        ["bash", "-c", f'COMP_WORDS="reconciler pro" COMP_CWORD=1 _RECONCILER_COMPLETE=bash_complete {_program()}'],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert "plain,promote\n" == asked.stdout


def _program() -> str:
    import sys

    return f"PYTHONPATH={ROOT} {sys.executable} -m reconciler"
