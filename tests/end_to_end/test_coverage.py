"""`reconciler coverage`: what of an account manifests describe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.server import Emulator
from tests.repositories import SUBDOMAIN, Repository, new_repository

APP = "65f1c2a9d3b4e7f8a0b1c2d3"
SEED: dict[str, Any] = {
    "/api/v2/groups": [{"id": 1, "name": "Support"}, {"id": 2, "name": "Équipe Japon"}, {"id": 3, "name": "<b>"}],
    f"/sc/v2/apps/{APP}/integrations": [{"id": "i1", "type": "slack", "displayName": "Interne"}],
}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    """A repository with two groups, one of which is watched only and one is not live."""
    with Emulator({SUBDOMAIN: 0}, seed={SUBDOMAIN: SEED}, lacks=("custom_roles",)) as emulator:
        made = new_repository(tmp_path, emulator.url(SUBDOMAIN), APP)
        (tmp_path / "environments/sandbox/groups.yaml").write_text(
            "kind: group\nname: japon\ntitle: Équipe Japon\nlifecycle: {watch_only: true}\n---\n"
            "kind: group\nname: support\ntitle: Support\n---\n"
            "kind: group\nname: absente\ntitle: Absente\n",
            "utf-8",
        )
        yield made


def counts(result: Any, name: str) -> dict[str, int]:
    """How many objects of a kind are what."""
    kind = next(each for each in result["kinds"] if each["kind"] == name)
    return {key: len(value) for key, value in kind.items() if isinstance(value, list)}


def test_every_object_is_managed_watched_unmanaged_or_not_live(repository: Repository) -> None:
    ran = repository.run("coverage", "-e", "sandbox", "--format", "json")
    assert ran.code == 0
    assert counts(ran.result(), "group") == {"managed": 1, "watch_only": 1, "unmanaged": 1, "absent": 1}


def test_what_cannot_be_read_and_what_no_api_shows_is_said(repository: Repository) -> None:
    kinds = {
        each["kind"]: each for each in repository.run("coverage", "-e", "sandbox", "--format", "json").result()["kinds"]
    }
    assert "custom_roles" in kinds["custom_role"]["unreadable"]
    assert (kinds["auto_reply"]["is_shown"], kinds["group"]["is_shown"]) == (False, True)


def test_the_table_counts_and_leaves_open_what_is_unknown(repository: Repository) -> None:
    lines = repository.run("coverage", "-e", "sandbox").out.splitlines()
    assert [line.split() for line in lines if line.startswith("group ")] == [["group", "1", "1", "1", "1"]]
    role = next(line for line in lines if line.startswith("custom_role "))
    assert role.split()[1:5] == ["0", "0", "?", "0"]


def test_all_names_the_objects(repository: Repository) -> None:
    out = repository.run("coverage", "-e", "sandbox", "group", "--all").out
    assert '  group/support  1  "Support"' in out
    assert "group, unmanaged\n" in out
    assert '  3  "<b>"' in out


def test_objects_that_no_kind_describes_are_listed(repository: Repository) -> None:
    assert "integrations slack i1 Interne" in repository.run("coverage", "-e", "sandbox").out


def test_markdown_is_a_table_in_which_titles_are_only_text(repository: Repository) -> None:
    out = repository.run("coverage", "-e", "sandbox", "group", "--all", "--format", "markdown").out
    assert "| `group` | 1 | 1 | 1 | 1 |  |" in out
    assert "<b>" not in out.replace('`3  "<b>"`', "")


def test_a_kind_that_was_asked_for_and_cannot_be_read_ends_16(repository: Repository) -> None:
    assert repository.run("coverage", "-e", "sandbox", "custom_role").code == 16


def test_after_import_everything_that_can_be_described_is_managed(repository: Repository) -> None:
    assert repository.run("import", "-e", "sandbox").code == 0
    result = repository.run("coverage", "-e", "sandbox", "--format", "json").result()
    assert [kind["kind"] for kind in result["kinds"] if kind["unmanaged"]] == []


def test_nothing_is_written(repository: Repository) -> None:
    repository.run("coverage", "-e", "sandbox")
    assert repository.writes() == []
    assert not (repository.root / ".reconciler").exists()
