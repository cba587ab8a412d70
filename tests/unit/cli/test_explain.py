"""What `explain` says about kinds, and that the reference says the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.core.text import display_width
from reconciler.kinds._registry import find_kind, kind_names, manifest_kinds
from reconciler.render.explanation import reference_pages
from reconciler.render.kind_facts import FieldFacts, all_kinds, kind_facts

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "kinds"

Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Explain:
    monkeypatch.setenv("COLUMNS", "80")

    def run_it(*arguments: str) -> tuple[int, str, str]:
        code = run(["explain", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def field_of(kind: str, type_name: str, path: str) -> FieldFacts:
    chosen = next(each for each in kind_facts(kind).types if each.name == type_name)
    return next(each for each in chosen.fields if each.path == path)


def test_without_a_kind_every_kind_is_listed(explain: Explain) -> None:
    code, out, err = explain()
    listed = {line.split()[0] for line in out.splitlines() if line.startswith("  ") and line[2] != " "}
    assert (0, "", set(kind_names())) == (code, err, listed)


@pytest.mark.parametrize("name", kind_names())
def test_every_line_fits_eighty_columns(explain: Explain, name: str) -> None:
    _, out, _ = explain(name)
    # A word that is longer than the line, such as an address, is never cut.
    words = {line: line.strip().removeprefix("- ") for line in out.splitlines() if display_width(line) > 80}
    assert [] == [line for line, text in words.items() if " " in text]


@pytest.mark.parametrize("name", manifest_kinds())
def test_every_field_that_is_sent_or_matched_is_explained(name: str) -> None:
    kind = find_kind(name)
    for each in kind_facts(name).types:
        told = {field.path.replace("[]", "") for field in each.fields}
        keyed = [field.path for field in each.fields if field.form.startswith("a mapping from ")]
        document = {"kind": name, "name": "n", "type": each.name}
        sent = {field.path for part in kind.parts(document) for field in part.fields}
        assert [] == [path for path in sent - told if path.rpartition(".")[0] not in keyed]


@pytest.mark.parametrize("name", manifest_kinds())
def test_every_field_says_what_it_takes_and_every_field_of_the_tool_has_a_description(name: str) -> None:
    for each in kind_facts(name).types:
        assert [] == [field.path for field in each.fields if not field.form]
        assert [] == [field.path for field in each.fields if not field.description and "[]" not in field.path]


def test_a_type_that_is_created_by_its_credentials_says_which() -> None:
    line = next(each for each in kind_facts("channel").types if each.name == "line")
    assert (
        "connected by a person and then managed, or created by API when channel_secret and channel_access_token are stated"
        == line.mode
    )
    assert "channel_id" == line.found_by
    assert line.manual is not None
    assert "Add channel > LINE" in line.manual.admin_center


@pytest.mark.parametrize(
    ("type_name", "mode"),
    [
        ("whatsapp", "set up by a person, then found and managed; never created by API"),
        ("web", "managed: created and changed by API"),
        ("telegram", "connected by a person and then managed, or created by API when token is stated"),
    ],
)
def test_the_mode_follows_from_what_the_type_creates(type_name: str, mode: str) -> None:
    assert mode == next(each.mode for each in kind_facts("channel").types if each.name == type_name)


@pytest.mark.parametrize(
    ("kind", "type_name", "mode"),
    [
        ("channel", "facebook_page", "attested: a person sets it up and vouches for it, since no API shows it"),
        ("survey", "csat", "set up by a person, then found and managed; never created by API"),
        ("survey", "legacy_csat", "found and managed; never created by API"),
        ("routing_settings", "", "found and managed; never created by API"),
    ],
)
def test_what_is_only_found_or_only_vouched_for_is_never_called_created(kind: str, type_name: str, mode: str) -> None:
    assert mode == next(each.mode for each in kind_facts(kind).types if each.name == type_name)


def test_a_type_that_nothing_finds_says_nothing_about_being_found(explain: Explain) -> None:
    _, out, _ = explain("channel")
    assert [] == [line for line in out.splitlines() if "Found by ." in line]


@pytest.mark.parametrize(
    ("kind", "type_name", "path", "mode"),
    [
        ("channel", "line", "brand", "observed or attested"),
        ("channel", "x_handle", "brand", "observed"),
        ("agent_grant", "", "chat_role", "observed"),
        ("agent_grant", "", "capacity_rule", "observed or attested"),
        ("survey", "csat", "content.headline", "observed or attested"),
        ("contact_button", "", "place", "observed or attested"),
        ("agent_grant", "", "groups", ""),
    ],
)
def test_a_field_that_a_person_sets_says_so(kind: str, type_name: str, path: str, mode: str) -> None:
    assert mode == field_of(kind, type_name, path).mode


def test_the_fields_that_most_types_share_are_said_once_with_the_types_that_lack_them(explain: Explain) -> None:
    _, out, _ = explain("channel")
    lines = out.splitlines()
    assert "fields of every type but wechat, x_handle, facebook_page" in lines
    assert "  default_responder  refers to responder" in lines


def test_what_is_only_looked_up_is_never_named_by_a_manifest() -> None:
    assert "{external: natural key} or {id: live id}" == field_of("channel", "line", "brand").form


def test_the_names_that_stand_for_ids_are_said_once(explain: Explain) -> None:
    _, out, _ = explain("trigger")
    assert (1, 2) == (
        out.count("Values that are ids are names here"),
        out.count("Names and ids: as in conditions.all."),
    )


def test_a_secret_says_how_it_rotates() -> None:
    assert "manual step" in field_of("channel", "line", "channel_secret").notes[0]
    assert "writes it again" in field_of("channel", "messenger", "page_access_token").notes[0]


def test_a_fixed_field_a_key_that_is_never_sent_and_a_required_length_are_said() -> None:
    assert "Fixed once" in field_of("channel", "line", "channel_id").notes[0]
    assert ("Matched and verified, never sent.",) == field_of("channel", "whatsapp", "phone_number").notes
    notes = field_of("channel", "apple", "authentication_message_secret").notes
    assert "When it is resolved: it needs at least 88 characters." in notes


def test_a_hazard_names_the_value_the_consequence_and_the_approval() -> None:
    hazard = field_of("group", "", "is_public").hazard
    expected = "Hazard when false: A private group can never be made public again. This cannot be undone and needs an approval."
    assert expected == hazard


@pytest.mark.parametrize(
    ("kind", "type_name", "path", "target"),
    [
        ("channel", "line", "default_responder", "responder"),
        ("channel", "web", "integration_order", "channel"),
        ("trigger_category", "", "place", "trigger_category"),
        ("trigger_category", "", "order", "trigger"),
        ("trigger", "", "category", "trigger_category"),
        ("channel", "line", "display_name", ""),
    ],
)
def test_a_reference_names_the_kind_it_points_to(kind: str, type_name: str, path: str, target: str) -> None:
    assert target == field_of(kind, type_name, path).refers_to


@pytest.mark.parametrize(
    ("kind", "type_name", "path", "form"),
    [
        ("channel", "line", "display_name", "text of 1 to 100 characters, or null"),
        ("channel", "web", "button_width", "text of digits, in quotes"),
        ("channel", "web", "prechat_capture.fields[].type", "email or select or text"),
        ("responder", "bot", "message_history_count", "a whole number from 1 to 10, or null"),
        ("trigger", "", "active", "true or false"),
        ("trigger_category", "", "place", "first or last or a mapping with after"),
    ],
)
def test_a_form_is_words(kind: str, type_name: str, path: str, form: str) -> None:
    assert form == field_of(kind, type_name, path).form


def test_a_kind_with_types_lists_them_and_type_narrows(explain: Explain) -> None:
    _, whole, _ = explain("channel")
    assert "page_access_token\n" not in whole
    assert "  line           LINE: messages to a LINE official account." in whole.splitlines()
    _, line, _ = explain("channel", "--type", "line")
    assert "  channel_id  required, natural key" in line.splitlines()
    assert "phone_number  required" not in line


def test_one_field_is_explained_for_the_types_that_have_it(explain: Explain) -> None:
    code, out, _ = explain("channel.app_secret")
    assert (0, "channel.app_secret, in type messenger and instagram") == (code, out.splitlines()[0])


def test_a_nested_field_is_found_with_its_members(explain: Explain) -> None:
    code, out, _ = explain("channel.prechat_capture")
    assert 0 == code
    assert "  prechat_capture.fields[].name  required" in out.splitlines()
    assert 0 == explain("channel.prechat_capture.fields.name")[0]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["chanel"], 'Did you mean "channel"?'),
        (["channel.page_acces_token"], 'Did you mean "page_access_token"?'),
        (["responder.target"], 'Did you mean "webhook.target"?'),
        (["channel", "--type", "lime"], 'Did you mean "line"?'),
        (["group", "--type", "x"], "group has no types"),
        (["--type", "line"], "--type needs a kind"),
        (["channel.page_access_token", "--type", "line"], 'channel of type line has no field "page_access_token"'),
        (["brand.name"], "A brand is only looked up."),
    ],
)
def test_a_wrong_word_ends_64_with_a_hint(explain: Explain, arguments: list[str], hint: str) -> None:
    code, out, err = explain(*arguments)
    assert (64, "") == (code, out)
    assert hint in err


def test_json_has_every_type_and_field(explain: Explain) -> None:
    _, out, _ = explain("channel", "--format", "json")
    body = json.loads(out)
    assert "reconciler.explain/1" == body["format"]
    names = [each["name"] for each in body["result"]["types"]]
    assert [each.name for each in kind_facts("channel").types] == names


def test_the_reference_is_current() -> None:
    written = {path.name: path.read_bytes() for path in REFERENCE.glob("*.md")}
    assert reference_pages(all_kinds()) == written


def test_a_page_reads_no_sentence_as_markup() -> None:
    page = reference_pages(all_kinds())["channel.md"].decode()
    assert "Takes text of the form `^\\+[1-9][0-9]{7,14}$`." in page
    assert page.count("`") % 2 == 0


def test_schema_check_sees_a_stale_and_a_foreign_page_and_write_repairs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "docs" / "reference" / "kinds"
    folder.mkdir(parents=True)
    (tmp_path / "environments").mkdir()
    assert 0 == run(["schema", "-C", str(tmp_path), "write"])
    assert 0 == run(["schema", "-C", str(tmp_path), "check"])
    (folder / "group.md").write_text("old")
    (folder / "foreign.md").write_text("ours?")
    capsys.readouterr()
    assert 10 == run(["schema", "-C", str(tmp_path), "check"])
    assert "not current: foreign.md, group.md." in capsys.readouterr().out
    assert 0 == run(["schema", "-C", str(tmp_path), "write"])
    assert not (folder / "foreign.md").exists()
    assert 0 == run(["schema", "-C", str(tmp_path), "check"])


def test_a_type_is_never_explained_by_the_example_of_another(explain: Explain) -> None:
    _, whatsapp, _ = explain("channel", "--type", "whatsapp")
    _, web, _ = explain("channel", "--type", "web")
    assert (True, False) == ("example of type whatsapp" in whatsapp, "example of type" in web)
