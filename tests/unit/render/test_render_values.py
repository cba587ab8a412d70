"""Values and changes as lines."""

from __future__ import annotations

import pytest
from render_plans import change

from reconciler.render.values import Field, Line, shown_change, shown_value

RULE_A = {"field": "via_id", "operator": "is", "value": "whatsapp"}
RULE_B = {"field": "brand_id", "operator": "is", "value": {"ref": "brand/lune", "part": ""}}
RULE_C = {"field": "subject", "operator": "includes", "value": "à bientôt"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        ("Lune", '"Lune"'),
        ('say "oui"\\', '"say \\"oui\\"\\\\"'),
        ({"ref": "responder/lune-bot", "part": "entry"}, "responder/lune-bot"),
        ({"ref": "skill/langue", "part": "value/japonais"}, "skill/langue/japonais"),
        ({"external": "Support", "kind": "group"}, '"Support" (external)'),
        ({"id": "123"}, "id 123"),
        ({"b": 1, "a": [True, "x"]}, '{a: [true, "x"], b: 1}'),
        ("a\x1b[31mb\u202e", '"a\\u{1b}[31mb\\u{202e}"'),
    ],
)
def test_a_value_stands_on_one_line_and_hides_nothing(value: object, expected: str) -> None:
    assert shown_value(value) == expected


def test_a_secret_shows_where_it_comes_from_and_nothing_else() -> None:
    secret = change("token", None, {"from": "env://LINE", "generation": 2, "value": "hunter2"}, op="write_secret")
    assert shown_change(secret) == (Field("token", "(secret) env://LINE will be written"),)


@pytest.mark.parametrize(
    "after", ["hunter2", {"from": "hunter2"}, {"from": "env://A\nhunter2"}, {"value": "hunter2"}, None]
)
def test_a_secret_that_is_not_a_source_is_not_shown(after: object) -> None:
    secret = change("token", "hunter2", after, op="write_secret")
    assert shown_change(secret) == (Field("token", "(secret) will be written"),)


def test_only_the_paths_below_a_mapping_that_differ_are_shown() -> None:
    nested = change(
        "settings", {"a": 1, "b": {"c": "x", "d": 1}, "gone": 0}, {"a": 1, "b": {"c": "y", "d": 1}, "new": 2}
    )
    assert [(field.path, field.one_line) for field in shown_change(nested)] == [
        ("settings.b.c", '"x" → "y"'),
        ("settings.gone", "0 → (gone)"),
        ("settings.new", "2"),
    ]


def test_a_reference_is_a_value_and_not_a_mapping_to_look_into() -> None:
    moved = change("group", {"external": "Support", "kind": "group"}, {"ref": "group/japon", "part": ""})
    assert [field.one_line for field in shown_change(moved)] == ['"Support" (external) → group/japon']


def test_conditions_are_a_list_diff_in_which_a_moved_one_is_not_rewritten() -> None:
    (field,) = shown_change(change("conditions.all", [RULE_A, RULE_B], [RULE_B, RULE_A, RULE_C]))
    moved = [line for line in field.lines if line.sign == "↕"]
    assert len(moved) == 1
    assert Line("+", 'subject includes "à bientôt"') in field.lines
    assert [line for line in field.lines if line.sign == "-"] == []


def test_a_removed_condition_is_one_line() -> None:
    (field,) = shown_change(change("conditions.any", [RULE_A, RULE_B], [RULE_B]))
    assert field.lines == (Line("-", "via_id is whatsapp"), Line(" ", "brand_id is brand/lune"))


def test_the_long_text_of_an_action_is_compared_line_by_line() -> None:
    before = [{"field": "comment_value", "value": "Bonjour,\nà demain"}]
    after = [{"field": "comment_value", "value": "Bonsoir,\nà demain"}]
    (field,) = shown_change(change("actions", before, after))
    assert field.lines == (
        Line("~", "comment_value =:"),
        Line("-", "  Bonjour,"),
        Line("+", "  Bonsoir,"),
        Line(" ", "  à demain"),
    )


def test_a_list_that_becomes_empty_shows_what_goes() -> None:
    (field,) = shown_change(change("actions", [RULE_A], []))
    assert field.lines[0] == Line("-", "via_id is whatsapp")


def test_each_sort_of_change_says_what_happens() -> None:
    assert [
        shown_change(change("a", 1, 2))[0].one_line,
        shown_change(change("a", None, 2))[0].one_line,
        shown_change(change("a", None, 2), is_new=True)[0].one_line,
        shown_change(change("a", 1, None, op="clear"))[0].one_line,
        shown_change(change("a", 1, None, op="release"))[0].one_line,
    ] == ["1 → 2", "(nothing) → 2", "2", "1 → (cleared)", "(no longer managed; live stays 1)"]


def test_texts_that_only_their_unicode_form_tells_apart_do_not_look_alike() -> None:
    composed, apart = "Équipe", "E\u0301quipe"
    assert shown_change(change("title", apart, composed)) == (Field("title", '"Équipe"', before='"E\\u{301}quipe"'),)
    assert shown_change(change("title", apart, "Equipe")) == (Field("title", '"Equipe"', before=f'"{apart}"'),)


def test_an_item_that_others_moved_around_says_no_place_twice() -> None:
    names = {name: {"ref": f"trigger/{name}", "part": ""} for name in ("all", "vip", "new", "more", "other")}
    before, after = ["all", "vip"], ["new", "vip", "more", "other", "all"]
    (field,) = shown_change(change("order", [names[each] for each in before], [names[each] for each in after]))
    assert [line.text for line in field.lines if line.sign == "↕"] == ["trigger/vip (moved)"]
