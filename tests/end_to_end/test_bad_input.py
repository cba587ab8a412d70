"""What a person can get wrong in the files gives one clear error each, and changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.spoilt_project import EXAMPLE, Project

GROUP = "equipes/equipe-france.yaml"
TRIGGER = "routage/clients-vip.yaml"
MESSENGER = "canaux/messenger-fr.yaml"
WEB = "canaux/site-web.yaml"
ENVIRONMENT = "environment.yaml"

JARGON = re.compile(
    r"Traceback|Error\b.*line \d|jsonschema|pydantic|NoneType|KeyError|<class|object at 0x|\bregex\b|\^\["
)

Change = Callable[[Project], object]


def replaced(name: str, old: str, new: str) -> Change:
    return lambda project: project.replace(name, old, new)


def written(name: str, content: str) -> Change:
    return lambda project: project.write(name, content)


# name: (change, rule, file, line, column, what the caret stands under, words that the message has)
MISTAKES: dict[str, tuple[Change, str, str, int, int, str, tuple[str, ...]]] = {
    "an unknown kind": (
        replaced(GROUP, "kind: group", "kind: gruop"),
        "manifest/unknown-kind", GROUP, 2, 7, "gruop",
        ('unknown kind "gruop"', 'Did you mean "group"?'),
    ),
    "a kind that is a list": (
        replaced(GROUP, "kind: group", "kind: [group]"),
        "manifest/unknown-kind", GROUP, 2, 7, "[group]",
        ("kind must be a text, not a list",),
    ),
    "no kind": (
        replaced(GROUP, "kind: group\n", ""),
        "manifest/missing-kind", GROUP, 2, 1, "name",
        ("has no kind", "agent_preparation, "),
    ),
    "an unknown field": (
        replaced(GROUP, "description:", "descripton:"),
        "manifest/unknown-field", GROUP, 5, 1, "descripton",
        ('unknown field "descripton"', 'Did you mean "description"?'),
    ),
    "a required field that is misspelt": (
        replaced(GROUP, "title:", "titel:"),
        "manifest/unknown-field", GROUP, 4, 1, "titel",
        ('Did you mean "title"?',),
    ),
    "a missing field": (
        replaced(TRIGGER, "category: messagerie\n", ""),
        "manifest/missing-field", TRIGGER, 2, 1, "kind",
        ('the field "category" is missing', "Add category."),
    ),
    "an unknown type": (
        replaced(MESSENGER, "type: messenger", "type: mesenger"),
        "manifest/unknown-type", MESSENGER, 4, 7, "mesenger",
        ('Did you mean "messenger"?',),
    ),
    "a name with capitals": (
        replaced(GROUP, "name: equipe-france", "name: Équipe France"),
        "manifest/bad-form", GROUP, 3, 7, "Équipe France",
        ("lower-case letters, digits and hyphens",),
    ),
    "a reference to nothing": (
        replaced(TRIGGER, "category: messagerie", "category: mesagerie"),
        "reference/unknown", TRIGGER, 6, 11, "mesagerie",
        ("there is no manifest trigger_category/mesagerie", 'Did you mean "messagerie"?', '{external: "mesagerie"}'),
    ),
    "a reference to nothing inside an action": (
        replaced("routage/retours-vers-sav.yaml", "value: service-apres-vente", "value: service-apres-vnte"),
        "reference/unknown", "routage/retours-vers-sav.yaml", 13, 30, "service-apres-vnte",
        ('Did you mean "service-apres-vente"?',),
    ),
    "a live title written bare": (
        replaced(TRIGGER, "category: messagerie", "category: Messagerie sociale"),
        "reference/title-written-bare", TRIGGER, 6, 11, "Messagerie sociale",
        ('{external: "Messagerie sociale"}',),
    ),
    "a value that the field does not take": (
        replaced(WEB, "display_style: button", "display_style: buton"),
        "manifest/unknown-value", WEB, 10, 16, "buton",
        ('It takes: "button", "tab".', 'Did you mean "button"?'),
    ),
    "a number in a text": (
        replaced(GROUP, "title: Équipe France", "title: 1234"),
        "manifest/wrong-type", GROUP, 4, 8, "1234",
        ('Put it in quotes: "1234".',),
    ),
    "an unknown value of the environment": (
        replaced(MESSENGER, "values.facebook_app_id", "values.facebok_app_id"),
        "value/unknown", MESSENGER, 7, 9, "${values.facebok_app_id}",
        ('unknown value "facebok_app_id"', 'Did you mean "facebook_app_id"?'),
    ),
    "a reference to a value without a name": (
        replaced(GROUP, "title: Équipe France", "title: Équipe ${values.}"),
        "value/malformed", GROUP, 4, 8, "Équipe ${values.}",
        ("$${",),
    ),
    "a list inside a text": (
        replaced(GROUP, "title: Équipe France", "title: Équipe ${values.site_origins}"),
        "value/not-scalar", GROUP, 4, 8, "Équipe ${values.site_origins}",
        ('"site_origins" is a list or mapping inside a text',),
    ),
    "a name from a value": (
        replaced(GROUP, "name: equipe-france", "name: ${values.bot_url}"),
        "value/not-allowed", GROUP, 3, 7, "${values.bot_url}",
        ("name takes no values",),
    ),
    "a duplicate address": (
        written("equipes/x.yaml", "kind: group\nname: equipe-france\ntitle: Autre\n"),
        "manifest/duplicate-address", "equipes/x.yaml", 2, 7, "equipe-france",
        ("group/equipe-france is defined twice", f"{GROUP}:3:7: it is defined here first"),
    ),
    "categories that are placed after each other": (
        written(
            "routage/a.yaml",
            "kind: trigger_category\nname: a\ntitle: A\nplace: {after: b}\n---\n"
            "kind: trigger_category\nname: b\ntitle: B\nplace: {after: a}\n",
        ),
        "reference/cycle", "routage/a.yaml", 1, 1, "kind",
        ("trigger_category/a -> trigger_category/b -> trigger_category/a", "a.yaml:6:1"),
    ),
    "a bracket that stays open": (
        replaced(TRIGGER, "category: messagerie", "category: [messagerie"),
        "yaml/syntax", TRIGGER, 7, 11, ":",
        ("a bracket is not closed", "6:11: it begins here"),
    ),
    "a colon in a text": (
        replaced(GROUP, "title: Équipe France", "title: Équipe: France"),
        "yaml/syntax", GROUP, 4, 14, ":",
        ("in quotes",),
    ),
    "a template in double braces": (
        replaced(GROUP, "title: Équipe France", "title: {{ title }}"),
        "yaml/non-text-key", GROUP, 4, 9, "",
        ("${values.name}",),
    ),
    "a document that is a list": (
        written(GROUP, "- a\n- b\n"),
        "manifest/not-a-mapping", GROUP, 1, 1, "",
        ("a manifest consists of fields, this is a list",),
    ),
    "an environment document among the manifests": (
        written(GROUP, "kind: environment\nname: equipe-france\n"),
        "manifest/unknown-kind", GROUP, 1, 7, "environment",
        ("environment.yaml",),
    ),
    "an environment of another name": (
        replaced(ENVIRONMENT, "name: sandbox", "name: production"),
        "environment/other-name", ENVIRONMENT, 3, 7, "production",
        ("Write name: sandbox",),
    ),
    "a subdomain that is an address": (
        replaced(ENVIRONMENT, "maison-lune-sandbox", "https://acme.zendesk.com"),
        "manifest/bad-form", ENVIRONMENT, 4, 22, "https://acme.zendesk.com",
        ("the first part of the account's address only, such as acme of acme.zendesk.com",),
    ),
    "a policy that does not exist": (
        replaced(ENVIRONMENT, "drift: overwrite", "drift: overwritte"),
        "manifest/unknown-value", ENVIRONMENT, 21, 34, "overwritte",
        ('Did you mean "overwrite"?',),
    ),
    "a value that no manifest could name": (
        replaced(ENVIRONMENT, "values:\n", "values:\n  Site-Url: x\n"),
        "value/bad-name", ENVIRONMENT, 9, 3, "Site-Url",
        ("lower-case letters, digits and underscores",),
    ),
    "a binding of something that is no address": (
        written("bindings.yaml", "channel site-web: {id: '1'}\n"),
        "manifest/bad-form", "bindings.yaml", 1, 1, "channel site-web",
        ("channel/messenger-fr",),
    ),
    "a binding that says nothing": (
        written("bindings.yaml", "channel/site-web: {}\n"),
        "bindings/one-of-two", "bindings.yaml", 1, 1, "channel/site-web",
        ("either id or none_of",),
    ),
    "two bindings to one live object": (
        written("bindings.yaml", "channel/site-web: {id: x}\nchannel/instagram-fr: {id: x}\n"),
        "bindings/same-id", "bindings.yaml", 2, 28, "x",
        ("bindings.yaml:1:24: the other line",),
    ),
    "an approval until a day that there is not": (
        written(
            "approvals.yaml",
            f"- {{step: 'update:group/equipe-france', effect: 'sha256:{'0' * 64}', by: a, reason: b,\n"
            "   until: 2026-13-45}\n",
        ),
        "manifest/bad-form", "approvals.yaml", 2, 11, "2026-13-45",
        ("There is no such day.",),
    ),
    "approvals that are no list": (
        written("approvals.yaml", "step: x\n"),
        "manifest/wrong-type", "approvals.yaml", 1, 1, "",
        ("must be a list",),
    ),
    "an attestation with a number as its step": (
        written("attestations.yaml", f"- {{step: 1, digest: 'sha256:{'0' * 64}', by: a, on: 2026-01-01}}\n"),
        "manifest/wrong-type", "attestations.yaml", 1, 10, "1",
        ('Put it in quotes: "1".',),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_gives_one_error_at_its_place_and_changes_nothing(project: Project, name: str) -> None:
    change, rule, file, line, column, under, words = MISTAKES[name]
    change(project)
    before = project.files()

    told = project.run("validate", "-e", "sandbox")
    as_json = project.run("validate", "-e", "sandbox", "--format", "json").json()

    assert 10 == told.code
    assert "" == told.err
    assert "\nFound 1 error in 1 file.\n" in told.out
    assert 1 == told.out.count("error[")
    assert f"error[{rule}]: " in told.out
    assert f"--> environments/sandbox/{file}:{line}:{column}\n" in told.out
    assert "" == "".join(each for each in words if each not in told.out)
    if under:
        assert under == _under_the_caret(told.out, line)
    assert not JARGON.search(told.out), told.out
    assert "\x1b" not in told.out
    (diagnostic,) = as_json["diagnostics"]
    assert ("reconciler.validate/1", 10) == (as_json["format"], as_json["exit_code"])
    assert (rule, f"environments/sandbox/{file}", line, column) == tuple(
        diagnostic[member] for member in ("rule", "file", "line", "column")
    )
    assert diagnostic["fix"]
    assert before == project.files()


def _under_the_caret(text: str, line: int) -> str:
    lines = text.splitlines()
    index = next(number for number, each in enumerate(lines) if re.match(rf" *{line} \| ", each))
    start, end = lines[index + 1].index("^"), lines[index + 1].rindex("^") + 1
    return lines[index][start:end]


@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"], ["drift"]])
def test_every_command_reports_what_validate_reports_and_asks_nothing(
    project: Project, command: list[str], account: object
) -> None:
    project.replace(GROUP, "title:", "titel:")
    before = project.files()

    judged = project.run("validate", "-e", "sandbox")
    told = project.run(*command, "-e", "sandbox")
    as_json = project.run(*command, "-e", "sandbox", "--format", "json")

    assert (10, "", judged.out) == (told.code, told.out, told.err)
    envelope = as_json.json()
    assert (f"reconciler.{command[0]}/1", 10, None) == tuple(
        envelope[each] for each in ("format", "exit_code", "result")
    )
    assert ["manifest/unknown-field"] == [each["rule"] for each in envelope["diagnostics"]]
    assert before == project.files()
    assert [] == account.account("maison-lune-sandbox").requests  # type: ignore[attr-defined]


def test_many_mistakes_are_reported_in_one_go_and_each_once(project: Project) -> None:
    for name in ("an unknown type", "a missing field", "a value that the field does not take"):
        MISTAKES[name][0](project)
    project.replace("equipes/equipe-japon.yaml", "kind: group", "kind: gruop")
    project.replace("equipes/equipe-chine.yaml", "title:", "titel:")
    project.replace("routage/retours-vers-sav.yaml", "category: messagerie", "category: mesagerie")
    project.replace("routage/wechat-vers-chine.yaml", "conditions:", "conditions: [")

    told = project.run("validate", "-e", "sandbox")

    assert 10 == told.code
    assert "Found 7 errors in 7 files." in told.out


def test_what_a_broken_file_may_define_is_not_reported_as_missing_where_it_is_used(project: Project) -> None:
    project.write(GROUP, b"kind: group\nname: equipe-france\ntitle: \xff\n")

    told = project.run("validate", "-e", "sandbox")

    assert ["yaml/not-utf8"] == re.findall(r"error\[(.*?)\]", told.out)


@pytest.mark.parametrize("kind", ["link", "folder link to nowhere", "no right", "fifo"])
def test_a_file_that_cannot_be_read_is_an_error_and_never_an_absence(project: Project, kind: str) -> None:
    path = project.path(GROUP)
    path.unlink()
    if kind == "no right":
        if os.geteuid() == 0:
            pytest.skip("a superuser reads everything")
        path.write_text("kind: group\n")
        path.chmod(0)
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/etc/hostname" if kind == "link" else "/nowhere")

    told = project.run("validate", "-e", "sandbox")

    assert 10 == told.code
    assert ["file/unreadable"] == re.findall(r"error\[(.*?)\]", told.out)
    assert f"environments/sandbox/{GROUP}" in told.out
    assert "Make it a regular file that you may read, or remove it." in told.out


def test_an_environment_without_manifests_is_an_error_and_says_nothing_of_values(project: Project) -> None:
    for folder in project.path("canaux").parent.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)

    told = project.run("validate", "-e", "sandbox")

    assert 10 == told.code
    assert "error[environment/empty]: the environment has no manifests" in told.out
    assert "Found 1 error in 1 file." in told.out


def test_an_empty_folder_is_an_environment_without_its_file(project: Project) -> None:
    (project.root / "environments" / "recette").mkdir()

    told = project.run("validate", "-e", "recette")

    assert 10 == told.code
    assert ["environment/missing"] == re.findall(r"error\[(.*?)\]", told.out)


def test_files_beside_the_manifests_may_hold_nothing_but_comments(project: Project) -> None:
    for name in ("bindings.yaml", "approvals.yaml", "attestations.yaml"):
        project.write(name, "# nothing yet\n")

    assert 0 == project.run("validate", "-e", "sandbox").code


def test_a_binding_of_an_address_without_a_manifest_is_a_warning_with_the_one_that_was_meant(project: Project) -> None:
    project.write("bindings.yaml", "channel/site-wbe: {id: '1'}\n")

    told = project.run("validate", "-e", "sandbox")

    assert 0 == told.code
    assert "warning[bindings/unknown-address]: channel/site-wbe has no manifest here" in told.out
    assert 'Did you mean "channel/site-web"?' in told.out


def test_an_unused_value_is_a_warning_at_its_name(project: Project) -> None:
    project.replace(ENVIRONMENT, "values:\n", "values:\n  old_url: https://old.example\n")

    told = project.run("validate", "-e", "sandbox")

    assert 0 == told.code
    assert "warning[value/unused]" in told.out
    assert "old_url" == _under_the_caret(told.out, 9)


def test_a_wrong_type_from_a_value_is_reported_where_it_is_used_and_points_to_where_it_comes_from(
    project: Project,
) -> None:
    project.replace(ENVIRONMENT, 'whatsapp_fr: "+33755531299"', "whatsapp_fr: 33755531299")

    told = project.run("validate", "-e", "sandbox")

    assert ["manifest/wrong-type"] == re.findall(r"error\[(.*?)\]", told.out)
    assert "--> environments/sandbox/canaux/whatsapp-fr.yaml:5:15" in told.out
    assert 'environments/sandbox/environment.yaml:9:3: the value "whatsapp_fr" comes from here' in told.out


def test_a_dollar_brace_that_is_meant_as_text_is_written_with_two_dollars(project: Project) -> None:
    project.replace(GROUP, "title: Équipe France", "title: Équipe $${values.nothing}")

    assert 0 == project.run("validate", "-e", "sandbox").code


# -- the command line and the project ---------------------------------------------------------------------------


USAGE = {
    "an unknown environment": (["validate", "-e", "sandbx"], 'Did you mean "sandbox"?'),
    "a folder that is no environment": (["validate", "-e", ".."], 'there is no environment ".."'),
    "an absolute path as environment": (["plan", "-e", "/etc"], 'there is no environment "/etc"'),
    "an unknown command": (["vlidate"], 'Did you mean "validate"?'),
    "an unknown option": (["validate", "--formt", "json"], "--format"),
    "an unknown format": (["validate", "--format", "xml"], "'text', 'json'"),
    "a plan without an environment": (["plan"], "--environment"),
    "a plan file that is not there": (["apply", "plans/nope.json"], "reconciler plan -e ENV"),
    "a folder as a plan file": (["show", "environments"], "Is a directory"),
    "an apply of nothing": (["apply"], "-e ENV"),
}


@pytest.mark.parametrize("name", USAGE)
def test_wrong_words_on_the_command_line_end_64_and_say_what_to_write(project: Project, name: str) -> None:
    arguments, words = USAGE[name]
    before = project.files()

    told = project.run(*arguments)

    assert (64, "") == (told.code, told.out)
    assert 1 == told.err.count("error: ")
    assert words in told.err
    assert not JARGON.search(told.err)
    assert before == project.files()


def test_a_usage_error_is_json_when_json_was_asked_for(project: Project) -> None:
    told = project.run("validate", "--format", "json", "--bogus")

    assert (64, "") == (told.code, told.err)
    assert ("reconciler.validate/1", 64) == (told.json()["format"], told.json()["exit_code"])


def test_no_environments_at_all_is_10_for_validate_and_64_for_a_named_one(project: Project) -> None:
    shutil.rmtree(project.root / "environments")

    assert 10 == project.run("validate").code
    told = project.run("plan", "-e", "sandbox")
    assert 64 == told.code
    assert "-C DIR" in told.err


@pytest.mark.parametrize("content", ["format: 2\n", "format: [1\n", "store: {type: sqlite}\n", "form: 1\nformat: 1\n"])
def test_a_bad_reconciler_yaml_is_invalid_for_every_command(project: Project, content: str) -> None:
    (project.root / "reconciler.yaml").write_text(content)

    for command in (["validate"], ["plan", "-e", "sandbox"]):
        told = project.run(*command)
        assert 10 == told.code
        assert 1 == told.text.count("error[")
        assert "--> reconciler.yaml:1:" in told.text


def test_a_real_process_keeps_data_and_talk_apart_and_has_no_escape_codes(tmp_path: Path) -> None:
    project = Project(tmp_path, lambda: ("", ""))
    project.replace(GROUP, "title:", "titel:")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(EXAMPLE), "PYTHONWARNINGS": "error"}
    ended = {
        command: subprocess.run(
            [sys.executable, "-m", "reconciler", command, "-e", "sandbox"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=False,
        )
        for command in ("validate", "plan")
    }

    assert (10, b"") == (ended["validate"].returncode, ended["validate"].stderr)
    assert (10, b"") == (ended["plan"].returncode, ended["plan"].stdout)
    assert ended["validate"].stdout == ended["plan"].stderr
    assert b"\x1b" not in ended["plan"].stderr


def test_a_misspelt_type_does_not_hide_what_else_is_wrong(project: Project) -> None:
    path = project.path("canaux/messenger-fr.yaml")
    text = path.read_text("utf-8").replace("type: messenger", "type: mesenger")
    path.write_text(text.replace("app_secret: env://FACEBOOK_APP_SECRET", "app_secret: canary-typed-in-7120"), "utf-8")
    told = project.run("validate", "-e", "sandbox", "--format", "json")

    assert 10 == told.code
    assert {"manifest/unknown-type", "secret/literal"} == {each["rule"] for each in told.json()["diagnostics"]}
    assert "canary-typed-in-7120" not in told.text
