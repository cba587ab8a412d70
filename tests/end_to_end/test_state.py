"""Looking at, and repairing, the memory of applies, without asking the account."""

from __future__ import annotations

import json
import os
import pty
import sys
from pathlib import Path

import pytest

from reconciler.core.state import parse_state
from reconciler.store.lease import acquire
from reconciler.store.sqlite import SqliteBackend
from reconciler.store.state_store import StateStore
from reconciler.zendesk.clock import SystemClock
from tests.projects import SUBDOMAIN, Project, new_account

BINDINGS = "environments/sandbox/bindings.yaml"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """A project that was applied; its account is gone, so nothing here can ask it."""
    made = Project(tmp_path, monkeypatch, capsys)
    made.keep_only()
    made.write("environments/sandbox/web.yaml", "kind: channel\nname: web\ntype: web\ndisplay_name: Site\n")
    made.write("environments/sandbox/shop.yaml", "kind: group\nname: shop\ntitle: Boutique\n")
    with new_account() as account:
        made.point_at(account.url(SUBDOMAIN))
        assert 0 == made.run("apply", "-e", "sandbox", "--auto-approve").code
    return made


def backend(project: Project) -> SqliteBackend:
    return SqliteBackend(project.root / ".reconciler" / "state.sqlite3")


def live_id(project: Project, address: str) -> str:
    state, _ = StateStore(backend(project), "sandbox").load()
    assert state is not None
    return state.resources[address].live[""]


def serial(project: Project) -> int:
    state, _ = StateStore(backend(project), "sandbox").load()
    assert state is not None
    return state.serial


def test_list_shows_where_the_memory_stands_and_every_address_with_its_live_id(project: Project) -> None:
    ran = project.run("state", "list", "-e", "sandbox")
    lines = ran.out.splitlines()
    assert 0 == ran.code
    assert "sandbox of maison-lune-sandbox" == lines[0]
    assert lines[1].startswith(f"  serial {serial(project)}, lineage ")
    assert f"  channel/web  created   {live_id(project, 'channel/web')}" in lines
    assert f"  group/shop   created   {live_id(project, 'group/shop')}" in lines
    assert [] == [line for line in lines if len(line) > 80]


def test_the_format_can_be_said_before_the_command_and_the_one_after_it_wins(project: Project) -> None:
    before = project.run("state", "--format", "json", "list", "-e", "sandbox")
    assert serial(project) == before.result["serial"]
    after = project.run("state", "--format", "json", "list", "-e", "sandbox", "--format", "text")
    assert "sandbox of maison-lune-sandbox" == after.out.splitlines()[0]


def test_the_help_of_the_group_has_examples(project: Project) -> None:
    assert "  reconciler state list -e sandbox\n" in project.run("state", "--help").out


def test_list_without_a_memory_says_so_and_creates_none(project: Project) -> None:
    (project.root / ".reconciler" / "state.sqlite3").unlink()
    ran = project.run("state", "list", "-e", "sandbox")
    assert (0, "no memory of sandbox: nothing was applied yet\n") == (ran.code, ran.out)
    assert not (project.root / ".reconciler" / "state.sqlite3").exists()


def test_show_is_one_entry_as_yaml_and_json(project: Project) -> None:
    assert "display_name: Site" in project.run("state", "show", "channel/web", "-e", "sandbox").out
    result = project.run("state", "show", "channel/web", "-e", "sandbox", "--format", "json").result
    assert {"": {"display_name": "Site"}} == result["applied"]


def test_pull_is_the_stored_document(project: Project) -> None:
    ran = project.run("state", "pull", "-e", "sandbox")
    stored = backend(project).get("environments/sandbox/state")
    assert stored is not None
    assert stored.body + b"\n" == ran.out.encode()
    assert serial(project) == parse_state(ran.out.rstrip().encode()).serial


def test_bindings_are_the_lines_of_what_has_no_readable_key(project: Project) -> None:
    ran = project.run("state", "bindings", "-e", "sandbox")
    assert (0, f'channel/web: {{id: "{live_id(project, "channel/web")}"}}\n') == (ran.code, ran.out)
    assert not (project.root / BINDINGS).exists()


def test_bindings_are_appended_once_and_keep_what_people_wrote(project: Project) -> None:
    project.write(BINDINGS, '# ours\ngroup/shop: {id: "7"}   # by hand')
    line = f'channel/web: {{id: "{live_id(project, "channel/web")}"}}\n'
    for _ in range(2):
        assert 0 == project.run("state", "bindings", "-e", "sandbox", "--write").code
        assert f'# ours\ngroup/shop: {{id: "7"}}   # by hand\n{line}' == project.read(BINDINGS)


def test_a_new_bindings_file_names_its_schema_and_validates(project: Project) -> None:
    assert 0 == project.run("state", "bindings", "-e", "sandbox", "--write").code
    assert project.read(BINDINGS).startswith("# yaml-language-server: $schema=../../schemas/bindings.schema.json\n")
    assert 0 == project.run("validate", "-e", "sandbox").code


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('channel/web: {id: "999"}\n', 11, 'the file says {"id": "999"}'),
        ('{group/shop: {id: "7"}}\n', 64, "lines cannot be appended"),
        ('group/shop: {id: "7"\n', 10, "a bracket is not closed"),
    ],
)
def test_bindings_that_contradict_or_cannot_take_a_line_stay_as_they_are(
    project: Project, text: str, code: int, words: str
) -> None:
    project.write(BINDINGS, text)
    ran = project.run("state", "bindings", "-e", "sandbox", "--write")
    assert (code, text) == (ran.code, project.read(BINDINGS))
    assert words in ran.err


def test_mv_gives_the_live_object_another_address_and_advances_the_memory(project: Project) -> None:
    before, was = serial(project), live_id(project, "channel/web")
    ran = project.run("state", "mv", "channel/web", "channel/site", "-e", "sandbox", "--yes")
    assert (0, f"channel/web is channel/site now (serial {before + 1})\n") == (ran.code, ran.out)
    assert (before + 1, was) == (serial(project), live_id(project, "channel/site"))
    assert 64 == project.run("state", "show", "channel/web", "-e", "sandbox").code


def test_rm_forgets_the_address_and_says_that_the_object_stays(project: Project) -> None:
    was = live_id(project, "group/shop")
    ran = project.run("state", "rm", "group/shop", "-e", "sandbox", "--yes")
    assert 0 == ran.code
    assert f"group/shop is forgotten; the live object stays: {was}" in ran.out
    assert "group/shop" not in project.run("state", "list", "-e", "sandbox").out
    assert "" == ran.err


def test_rm_of_what_has_no_readable_key_says_how_it_is_found_again(project: Project) -> None:
    was = live_id(project, "channel/web")
    ran = project.run("state", "rm", "channel/web", "-e", "sandbox", "--yes")
    assert f'to find it again, bindings.yaml needs: channel/web: {{id: "{was}"}}\n' == ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mv", "channel/wep", "channel/site"], 'Did you mean "channel/web"?'),
        (["mv", "channel/web", "group/web"], "that is another kind"),
        (["mv", "channel/web", "channel/Web"], "is not an address"),
        (["mv", "channel/web", "channel/web"], 'has "channel/web" already'),
        (["rm", "group/shopp"], 'Did you mean "group/shop"?'),
    ],
)
def test_a_repair_that_makes_no_sense_changes_nothing(project: Project, arguments: list[str], words: str) -> None:
    before = serial(project)
    ran = project.run("state", *arguments, "-e", "sandbox", "--yes")
    assert (64, before) == (ran.code, serial(project))
    assert words in ran.err


@pytest.mark.parametrize("arguments", [["mv", "channel/web", "channel/site"], ["rm", "channel/web"]])
def test_nobody_to_ask_means_no_change(project: Project, arguments: list[str]) -> None:
    before = serial(project)
    ran = project.run("state", *arguments, "-e", "sandbox")
    assert (64, before) == (ran.code, serial(project))
    assert "--yes" in ran.err


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 130)])
def test_on_a_terminal_the_change_is_asked_for(
    project: Project, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    leader, follower = pty.openpty()
    os.write(leader, answer.encode())
    with os.fdopen(follower) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        assert code == project.run("state", "rm", "group/shop", "-e", "sandbox").code
    os.close(leader)
    assert ("group/shop" in project.run("state", "list", "-e", "sandbox").out) == (code != 0)


def test_a_held_lease_refuses_a_repair_until_its_id_is_unlocked(project: Project) -> None:
    held = acquire(backend(project), "sandbox", "other run 7", "apply", clock=SystemClock())
    repair = ["state", "rm", "group/shop", "-e", "sandbox", "--yes"]
    refused = project.run(*repair)
    assert 13 == refused.code
    assert f"reconciler unlock -e sandbox {held.id}" in refused.err
    wrong = project.run("unlock", "-e", "sandbox", "0000")
    assert 64 == wrong.code
    assert '"other run 7" (apply, since ' in wrong.err
    freed = project.run("unlock", "-e", "sandbox", held.id)
    assert (0, "the lease of sandbox is free\n") == (freed.code, freed.out)
    assert 0 == project.run(*repair).code
    assert 64 == project.run("unlock", "-e", "sandbox", held.id).code


def test_a_repair_lets_go_of_the_lease(project: Project) -> None:
    assert 0 == project.run("state", "rm", "group/shop", "-e", "sandbox", "--yes").code
    assert 0 == project.run("state", "rm", "channel/web", "-e", "sandbox", "--yes").code


@pytest.mark.parametrize("arguments", [["state", "list"], ["state", "mv", "a/b", "a/c", "--yes"], ["unlock", "x"]])
def test_an_unknown_environment_ends_64_with_a_hint(project: Project, arguments: list[str]) -> None:
    ran = project.run(*arguments, "-e", "sandbx")
    assert 64 == ran.code
    assert 'Did you mean "sandbox"?' in ran.err


def test_json_comes_in_the_envelope(project: Project) -> None:
    body = json.loads(project.run("state", "list", "-e", "sandbox", "--format", "json").out)
    assert ("reconciler.state/1", 0) == (body["format"], body["exit_code"])
    assert ["channel/web", "group/shop"] == list(body["result"]["resources"])
