"""Edits as promote, accept and undo make them, in files as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.errors import UsageError
from reconciler.manifest.yaml_editing import document_text, with_document, with_values, without_document
from reconciler.manifest.yaml_reader import parse

TRIGGER = """\
# yaml-language-server: $schema=../schema.json
kind: trigger   # un déclencheur
name: vers-japon

title: 'Messagerie : LINE'
# Pourquoi : l'équipe lit le japonais.
conditions:
  all:
    - {field: update_type, operator: is, value: Create}   # à la création
    # le canal
    - {field: via_id, operator: is, value: line}
actions:
  - {field: group_id, value: equipe-japon}
  - field: current_tags
    value: [line, japon]
description: |-
  Première ligne
  seconde
# fin
"""


def edited(before: str, *changes: tuple[tuple[str | int, ...], Any]) -> str:
    """The text with values set at paths of its first document."""
    document = parse(before.encode(), "x").documents[0]
    for path, value in changes:
        place = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    return with_values(before.encode(), "x", {0: document}).decode()


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("title",), "Messagerie : WeChat", "'Messagerie : LINE'", "'Messagerie : WeChat'"),
        (("kind",), "macro", "kind: trigger   # un", "kind: macro   # un"),
        (("conditions", "all", 0, "value"), "Change", "value: Create}   # à", "value: Change}   # à"),
        (("actions", 1, "value"), ["line", "chine", "japon"], "[line, japon]", "[line, chine, japon]"),
        (("actions", 1, "value"), ["line"], "[line, japon]", "[line]"),
        (("actions", 1, "value"), ["japon", "line"], "[line, japon]", "[japon, line]"),
        (("description",), "Une\nautre", "Première ligne\n  seconde", "Une\n  autre"),
        (("description",), "courte", "|-\n  Première ligne\n  seconde\n# fin", "courte\n# fin"),
        (("name",), "no", "vers-japon\n", '"no"\n'),
        (("name",), None, "vers-japon\n", "null\n"),
    ],
)
def test_one_value_is_changed_and_nothing_else(path: tuple[str | int, ...], value: Any, old: str, new: str) -> None:
    assert 1 == TRIGGER.count(old)
    assert TRIGGER.replace(old, new) == edited(TRIGGER, (path, value))


def test_a_new_field_follows_the_one_that_precedes_it_in_the_wanted_value() -> None:
    document = parse(TRIGGER.encode(), "x").documents[0]
    wanted = {}
    for key, value in document.items():
        wanted[key] = value
        if key == "title":
            wanted["category"] = {"external": "Notifications"}
    expected = TRIGGER.replace("LINE'\n", "LINE'\ncategory: {external: Notifications}\n")
    assert expected == with_values(TRIGGER.encode(), "x", {0: wanted}).decode()


def test_a_removed_field_takes_its_lines_and_leaves_the_comments_above_it() -> None:
    document = parse(TRIGGER.encode(), "x").documents[0]
    del document["conditions"]
    start, end = TRIGGER.index("conditions:"), TRIGGER.index("actions:")
    assert TRIGGER[:start] + TRIGGER[end:] == with_values(TRIGGER.encode(), "x", {0: document}).decode()


def test_an_item_of_a_list_that_moves_keeps_its_comment() -> None:
    before = "order:\n  - a  # first\n  - b\n  - c  # last\n"
    assert "order:\n  - c  # last\n  - a  # first\n  - b\n" == edited(before, (("order",), ["c", "a", "b"]))


def test_an_item_is_added_at_either_end_and_removed_from_the_middle() -> None:
    before = "order:\n  # vip first\n  - a\n  - b # two\n  - c"
    expected = "order:\n  - x\n  # vip first\n  - a\n  - c\n  - {k: v}"
    assert expected == edited(before, (("order",), ["x", "a", "c", {"k": "v"}]))


def test_a_file_with_windows_line_ends_and_a_byte_order_mark_keeps_both() -> None:
    before = b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n"
    assert b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n  - z\r\nc: 2\r\n" == with_values(
        before, "x", {0: {"a": 1, "b": ["x", "z"], "c": 2}}
    )


def test_a_value_that_an_alias_shares_is_not_changed_behind_its_back() -> None:
    with pytest.raises(UsageError, match="cannot be edited"):
        edited("a: &shared [1, 2]\nb: *shared\n", (("a",), [1, 2, 3]))


def test_documents_are_added_and_removed_with_their_comments() -> None:
    one = b"# schema\nkind: a\n"
    two = with_document(one, "x", "# about b\nkind: b\n")
    assert b"# schema\nkind: a\n---\n# about b\nkind: b\n" == two
    assert "# about b\nkind: b\n" == document_text(two, "x", 1)
    assert one == without_document(two, "x", 1)
    assert b"# schema\n# about b\nkind: b\n" == without_document(two, "x", 0)
    assert without_document(one, "x", 0) is None
