"""What kinds themselves find wrong with a manifest, and what no two manifests of a kind may share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.manifest.loader import load_environment

Judge = Callable[[str], list[tuple[str, str, int, list[int]]]]

ENVIRONMENT = """\
kind: environment
name: sandbox
account: {subdomain: maison-lune-sandbox, app_id: 65f1c2a9d3b4e7f8a0b1c2d3}
credentials:
  support: {client_id: "env://A", client_secret: "env://B"}
  conversations: {key_id: "env://C", secret: "env://D"}
"""
TIME = '{field: PENDING, operator: greater_than, value: "24"}'
STATE = "{field: status, operator: is, value: pending}"
ACTION = "{field: status, value: open}"


@pytest.fixture
def found(tmp_path: Path) -> Judge:
    """Judge the text of a manifest file: each diagnostic's rule, severity, line and related lines."""
    folder = tmp_path / "environments" / "sandbox"
    folder.mkdir(parents=True)
    (folder / "environment.yaml").write_text(ENVIRONMENT, "utf-8")

    def judge(text: str) -> list[tuple[str, str, int, list[int]]]:
        (folder / "manifests.yaml").write_text(text, "utf-8")
        loaded = load_environment(tmp_path, "sandbox")
        return [
            (each.rule, each.severity, each.position.line, [position.line for position, _ in each.related])
            for each in loaded.diagnostics
        ]

    return judge


def automation(name: str, every: str, *, some: str = "", actions: str = ACTION, more: str = "") -> str:
    half = f", any: [{some}]" if some else ""
    conditions = f"conditions: {{all: [{every}]{half}}}"
    return f"---\nkind: automation\nname: {name}\ntitle: {name}\n{conditions}\nactions: [{actions}]\n{more}"


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (automation("a", f"{TIME}, {STATE}"), []),
        (automation("a", STATE), [("automation/no-time-condition", "error")]),
        (automation("a", TIME), [("automation/no-state-condition", "error")]),
        (automation("a", f"{TIME}, {STATE}", some=TIME), [("automation/time-under-any", "error")]),
        (automation("a", f"{TIME}, {{field: custom_status_id, operator: includes, value: ['1']}}"), []),
    ],
)
def test_an_automation_needs_a_time_and_a_state_under_all(
    found: Judge, manifest: str, expected: list[tuple[str, str]]
) -> None:
    assert expected == [(rule, severity) for rule, severity, *_ in found(manifest)]


@pytest.mark.parametrize(
    ("every", "actions", "is_warned"),
    [
        (f"{TIME}, {STATE}", "{field: priority, value: low}", True),
        (f"{TIME}, {STATE}", "{field: custom_status_id, value: '1'}", False),
        ("{field: PENDING, operator: is, value: '24'}, " + STATE, "{field: priority, value: low}", False),
        (f"{TIME}, {STATE}, {{field: priority, operator: is, value: low}}", "{field: priority, value: high}", False),
        (
            f"{TIME}, {STATE}, {{field: current_tags, operator: not_includes, value: [x]}}",
            "{field: set_tags, value: [x]}",
            False,
        ),
        (
            "{field: updated_at, operator: greater_than, value: '24'}, " + STATE,
            "{field: priority, value: low}",
            False,
        ),
        (
            "{field: assigned_at, operator: greater_than, value: '24'}, " + STATE,
            "{field: priority, value: low}",
            True,
        ),
    ],
)
def test_an_automation_that_clearly_never_ends_is_warned_about(
    found: Judge, every: str, actions: str, is_warned: bool
) -> None:
    expected = [("automation/never-ends", "warning")] if is_warned else []
    assert expected == [(rule, severity) for rule, severity, *_ in found(automation("a", every, actions=actions))]


def test_two_active_automations_with_the_same_conditions_are_an_error_at_the_second(found: Judge) -> None:
    first = automation("a", f"{TIME}, {STATE}, {{field: current_tags, operator: includes, value: [x, y]}}")
    second = automation("b", f"{TIME}, {STATE}, {{field: current_tags, operator: includes, value: y x}}", some="")

    assert [("automation/twin", "error", 11, [5])] == found(first + second)


@pytest.mark.parametrize(
    "second",
    [
        automation("b", f"{TIME}, {STATE}", more="active: false\n"),
        automation("b", f"{TIME}, {STATE}", some="{field: type, operator: is, value: task}"),
        "---\n{kind: automation, name: b, removed: delete}\n",
    ],
)
def test_what_is_inactive_other_or_gone_is_no_twin(found: Judge, second: str) -> None:
    assert [] == found(automation("a", f"{TIME}, {STATE}") + second)


def test_roles_need_titles_of_their_own_whatever_the_case(found: Judge) -> None:
    text = (
        "{kind: custom_role, name: a, title: Conseiller}\n---\n"
        "{kind: custom_role, name: b, title: CONSEILLER}\n---\n"
        "{kind: custom_role, name: c, title: Light agent}\n"
    )

    assert [("custom_role/reserved-name", "error", 5, []), ("custom_role/same-title", "error", 3, [1])] == found(text)


def test_read_only_rights_of_a_role_cannot_be_stated(found: Judge) -> None:
    text = "{kind: custom_role, name: a, title: A, configuration: {chat_access: true}}\n"

    assert [("manifest/unknown-field", "error", 1, [])] == found(text)


SKILL = """\
kind: skill
name: langue
title: Langue
values:
  - {name: japonais, title: Japonais}
  - name: chinois
    title: Chinois
    conditions:
      all: [{field: brand_id, operator: is, value: "maison"}]
"""


def test_a_reference_inside_an_item_of_a_keyed_list_is_reported_on_its_line(found: Judge) -> None:
    assert [("reference/unknown", "error", 9, [])] == found(SKILL)


@pytest.mark.parametrize(
    ("skill", "expected"),
    [
        ("langue/japonais", []),
        ("langue/japonnais", [("reference/unknown-part", "error", 14, [1])]),
        ("langage/japonais", [("reference/unknown", "error", 14, [])]),
        ("{external: Langue/Japonais}", []),
        ("{id: 6e279587-e930-11e8-a292-09cfcdea1b75}", [("reference/by-id", "warning", 14, [])]),
    ],
)
def test_a_skill_is_a_value_that_its_attribute_s_manifest_lists(
    found: Judge, skill: str, expected: list[tuple[str, str, int, list[int]]]
) -> None:
    skills = "kind: skill\nname: langue\ntitle: Langue\nvalues:\n  - {name: japonais, title: Japonais}\n"
    trigger = (
        "---\nkind: trigger\nname: japon\ntitle: Japon\ncategory: {external: Messagerie}\n"
        "conditions: {all: [{field: status, operator: is, value: new}]}\nactions:\n"
        f"  - {{field: status, value: open}}\n  - {{field: set_skills, value: {{skill: {skill}, priority: 1}}}}\n"
    )

    assert expected == found(skills + trigger)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ("  - {name: japonais, title: Japonais}\n  - {name: japonais, title: Nippon}\n", 6),
        ("  - {name: japonais, title: Japonais}\n  - {name: nippon, title: japonais}\n", 6),
    ],
)
def test_values_of_a_skill_differ_in_slug_and_title(found: Judge, values: str, line: int) -> None:
    assert [("skill/two-values-alike", "error", line, [])] == found(
        f"kind: skill\nname: langue\ntitle: Langue\nvalues:\n{values}"
    )
