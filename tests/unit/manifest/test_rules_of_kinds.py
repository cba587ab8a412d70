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


def test_the_cause_of_an_item_s_field_is_the_line_of_the_item(tmp_path: Path, found: Judge) -> None:
    found(SKILL.replace('[{field: brand_id, operator: is, value: "maison"}]', "[]"))
    environment = load_environment(tmp_path, "sandbox").environment
    assert environment is not None
    (skill,) = environment.resources
    paths = (
        "title",
        "values[japonais].title",
        "values[chinois].title",
        "values[chinois].conditions.all",
        "values[x].y",
    )

    assert [3, 5, 7, 9, 4] == [position.line for path in paths if (position := skill.position(path)) is not None]


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
    ("week", "expected"),
    [
        ('monday-friday: ["09:00-12:30", "14:00-24:00"], sunday: closed', []),
        ('friday-monday: ["00:00-24:00"]', []),
        ('monday: ["22:00-02:00"]', ["schedule/over-midnight"]),
        ('monday: ["22:00-00:00"]', ["schedule/over-midnight"]),
        ('monday: ["09:00-12:00", "11:00-13:00"]', ["schedule/overlapping-hours"]),
        ('monday: ["09:00-12:00", "12:00-13:00"]', []),
        ('monday: ["09:00-09:00"]', ["schedule/no-time"]),
        ('monday: ["09:00-24:01"]', ["schedule/no-time"]),
        ("monday-wednesday: closed, tuesday: closed", ["schedule/day-twice"]),
        ('mondy: ["09:00-12:00"]', ["manifest/unknown-field"]),
        ('monday: ["9:00-12:00"], tuesday: open', ["manifest/bad-form", "manifest/wrong-type"]),
    ],
)
def test_a_week_has_hours_that_the_service_takes(found: Judge, week: str, expected: list[str]) -> None:
    text = f"kind: schedule\nname: boutique\ntitle: Boutique\ntime_zone: Paris\nweek: {{{week}}}\n"

    assert expected == [rule for rule, _, _, _ in found(text)]


@pytest.mark.parametrize(
    ("holiday", "expected"),
    [
        ("on: 2026-12-25", []),
        ("from: 2026-12-25, to: 2026-12-26", []),
        ("from: 2026-12-26, to: 2026-12-25", ["schedule/days-of-holiday"]),
        ("from: 2026-12-26", ["schedule/days-of-holiday"]),
        ("on: 2026-12-25, to: 2026-12-26", ["schedule/days-of-holiday"]),
        ("on: 2026-02-29", ["schedule/no-such-day"]),
        ("on: 2026-02-28}, {name: Noël, on: 2026-02-28", ["schedule/holiday-twice"]),
    ],
)
def test_a_holiday_has_one_day_or_a_first_and_a_last_one(found: Judge, holiday: str, expected: list[str]) -> None:
    text = "kind: schedule\nname: boutique\ntitle: Boutique\ntime_zone: Paris\n"

    assert expected == [rule for rule, _, _, _ in found(f"{text}holidays: [{{name: Noël, {holiday}}}]\n")]


@pytest.mark.parametrize(
    ("default", "locales", "expected"),
    [
        ("fr", "{locale: fr, content: Bonjour}, {locale: ja, content: a, active: false}", []),
        ("fr", "{locale: ja, content: a}", ["dynamic_content/no-default"]),
        ("fr", "{locale: fr, content: a}, {locale: FR, content: b}", ["dynamic_content/locale-twice"]),
        ("fr", "{locale: fr, content: a, active: false}", ["dynamic_content/default-inactive"]),
        ("fr", "", ["manifest/out-of-range"]),
    ],
)
def test_a_text_has_one_form_in_each_language_and_one_in_the_default_one(
    found: Judge, default: str, locales: str, expected: list[str]
) -> None:
    text = f"kind: dynamic_content\nname: a\ntitle: A\ndefault_locale: {default}\nlocales: [{locales}]\n"

    assert expected == [rule for rule, _, _, _ in found(text)]


def test_a_text_that_lacks_a_language_of_the_account_or_of_another_text_is_a_warning(found: Judge) -> None:
    def content(name: str, *codes: str) -> str:
        locales = ", ".join(f"{{locale: {code}, content: a}}" for code in codes)
        return f"---\nkind: dynamic_content\nname: {name}\ntitle: {name}\ndefault_locale: fr\nlocales: [{locales}]\n"

    used = "---\nkind: macro\nname: m\ntitle: M\nactions: [{field: comment_value, value: 'Oui, {{dc.a}}'}]\n"
    assert [] == found(content("a", "fr") + content("b", "fr", "ja"))
    told = found(content("a", "fr") + content("b", "fr", "ja") + used)
    assert [("dynamic_content/untranslated", "warning", 6, [])] == told
    account = "---\nkind: account\nname: account\nlocales: [fr, ja]\n"
    assert [("dynamic_content/untranslated", "warning", 6, [])] == found(content("a", "fr") + account + used)
    assert [] == found(content("a", "FR", "fr-ca").replace("locale: FR", "locale: fr"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{dc.bienvenue}} {{ticket.id}}", []),
        ("{{ dc.bienvenue }}", []),
        ("Bonjour {{dc.bienvenu}}", [("text/unknown-placeholder", "warning", 11, [])]),
    ],
)
def test_a_placeholder_that_is_no_manifest_s_is_a_warning(
    found: Judge, text: str, expected: list[tuple[str, str, int, list[int]]]
) -> None:
    content = (
        "kind: dynamic_content\nname: bienvenue\ntitle: A\ndefault_locale: fr\nlocales: [{locale: fr, content: a}]\n"
    )
    macro = f'---\nkind: macro\nname: a\ntitle: A\nactions:\n  - {{field: comment_value, value: "{text}"}}\n'

    assert expected == found(content + macro)


def test_a_zone_that_nobody_knows_is_a_warning(found: Judge) -> None:
    text = "kind: schedule\nname: boutique\ntitle: Boutique\ntime_zone: Europe/Pari\n"

    assert [("schedule/unknown-time-zone", "warning", 4, [])] == found(text)


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


BOT = "\n---\n{kind: responder, name: bot, type: bot, webhook: {target: 'https://bot.example', triggers: ['conversation:message']}}"
AGENTS = "\n---\n{kind: responder, name: agents, type: builtin, integration_type: 'zd:agentWorkspace'}"
AI = "\n---\n{kind: responder, name: ia, type: builtin, integration_type: 'zd:answerBot'}"


def channel(responder: str = "") -> str:
    stated = f", default_responder: {responder}" if responder else ""
    return f"\n---\n{{kind: channel, name: c, type: whatsapp, phone_number: '+33755531200'{stated}}}"


def switchboard(responder: str) -> str:
    return f"\n---\n{{kind: switchboard, name: s, default_responder: {responder}}}"


@pytest.mark.parametrize(
    ("others", "is_warned"),
    [
        (channel("bot") + BOT, True),
        (channel("ia") + AI, True),
        (channel("agents") + AGENTS + BOT + switchboard("bot"), False),
        (channel() + BOT + switchboard("bot"), True),
        (channel("null") + BOT + switchboard("bot"), True),
        (channel() + AGENTS + switchboard("agents"), False),
        (channel("{external: bot}"), False),
        (channel("x") + "\n---\n{kind: responder, name: x, type: builtin, entry_name: zd-x}", False),
        (channel(), False),
    ],
)
def test_an_automatic_reply_beside_a_bot_is_warned_about(found: Judge, others: str, is_warned: bool) -> None:
    reply = "{kind: auto_reply, name: r, channel: c, enabled: true, text: Bonjour}"

    expected = [("auto_reply/beside-a-bot", "warning", 1, [])] if is_warned else []
    assert expected == found(reply + others)
    assert [] == found(reply.replace("true, text: Bonjour", "false") + others)


@pytest.mark.parametrize(("is_on", "expected"), [("false", [("queue/idle", "warning", 1, [])]), ("true", [])])
def test_a_queue_that_omnichannel_routing_leaves_idle_is_warned_about(
    found: Judge, is_on: str, expected: list[tuple[str, str, int, list[int]]]
) -> None:
    queue = "{kind: queue, name: q, title: Q, conditions: {all: []}}\n---\n"

    assert expected == found(queue + f"{{kind: routing_settings, name: r, omnichannel: {{enabled: {is_on}}}}}")
    assert [] == found(queue + "{kind: routing_settings, name: r, omnichannel: {max_messaging_capacity: 4}}")


def test_broadcast_and_omnichannel_routing_exclude_each_other_in_two_manifests_too(found: Judge) -> None:
    chat = "{kind: routing_settings, name: a, chat: {routing_mode: broadcast}}\n---\n"

    assert [("routing_settings/broadcast-with-omnichannel", "error", 1, [])] == found(
        chat + "{kind: routing_settings, name: b, omnichannel: {enabled: true}}"
    )
    assert [] == found(chat + "{kind: routing_settings, name: b, omnichannel: {enabled: false}}")


def test_hybrid_needs_a_limit(found: Judge) -> None:
    hybrid = "{kind: routing_settings, name: a, chat: {routing_mode: hybrid%s}}"

    assert [("routing_settings/hybrid-without-limit", "error", 1, [])] == found(hybrid % "")
    assert [("routing_settings/hybrid-without-limit", "error", 1, [])] == found(hybrid % ", chat_limit: {limit: 3}")
    assert [] == found(hybrid % ", chat_limit: {enabled: true}")


@pytest.mark.parametrize(
    ("field", "noun", "rule"),
    [
        ("kind: routing_settings, name: r, queue_order", "queue", "routing_settings/queue-listed-twice"),
        ("kind: trigger_category, name: r, title: R, order", "trigger", "trigger_category/listed-twice"),
    ],
)
def test_an_order_names_each_of_its_members_once(found: Judge, field: str, noun: str, rule: str) -> None:
    assert [(rule, "error", 3, [])] == found(f"{{{field}: [\n{{external: A}},\n{{external: A}}]}}")


def grant(name: str, agents: str, more: str = "") -> str:
    return f"---\nkind: agent_grant\nname: {name}\nagents: [{agents}]\n{more}\n"


GIVES = "groups: [{external: Japan}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (grant("a", "a@x.example, b@x.example", GIVES), []),
        (grant("a", "a@x.example, A@X.example", GIVES), [("agent_grant/agent-twice", "warning", 4, [])]),
        (
            grant("a", "a@x.example", f"{GIVES}\nabsent: [A@x.example]"),
            [("agent_grant/granted-and-absent", "error", 6, [])],
        ),
        (grant("a", "a@x.example", "absent: [b@x.example]"), [("agent_grant/nothing-to-take-away", "error", 5, [])]),
        (grant("a", "a@x.example", "membership: exclusive"), [("agent_grant/nothing-to-take-away", "error", 5, [])]),
        (grant("a", "a@x.example", "membership: additive"), []),
    ],
)
def test_a_grant_never_gives_and_takes_the_same(
    found: Judge, text: str, expected: list[tuple[str, str, int, list[int]]]
) -> None:
    assert expected == found(text)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (grant("b", "A@x.example", "custom_role: {external: Two}"), [("agent_grant/two-roles", "error", 10, [])]),
        (grant("b", "a@x.example", "custom_role: {external: One}"), []),
        (grant("b", "c@x.example", "custom_role: {external: Two}"), []),
        (
            grant("b", "c@x.example", f"{GIVES}\nabsent: [A@x.example]"),
            [("agent_grant/given-and-taken", "error", 12, [])],
        ),
        (grant("b", "c@x.example", "groups: [{external: China}]\nabsent: [a@x.example]"), []),
        (grant("b", "c@x.example", f"{GIVES}\nmembership: exclusive"), []),
    ],
)
def test_two_grants_do_not_contradict_each_other(
    found: Judge, other: str, expected: list[tuple[str, str, int, list[int]]]
) -> None:
    assert expected == found(grant("a", "a@x.example", f"{GIVES}\ncustom_role: {{external: One}}") + other)


@pytest.mark.parametrize("address", ["aiko", "a b@x.example", "@x.example", "a@", "a@x.example, b@x.example'", "a@b@c"])
def test_an_agent_is_named_by_an_e_mail_address(found: Judge, address: str) -> None:
    assert ["manifest/bad-form"] == [rule for rule, *_ in found(grant("a", f'"{address}"', GIVES))]


@pytest.mark.parametrize(("channel", "expected"), [("c", [("auto_reply/channel-twice", "error", 6, [3])]), ("d", [])])
def test_a_channel_has_one_automatic_reply(
    found: Judge, channel: str, expected: list[tuple[str, str, int, list[int]]]
) -> None:
    def reply(name: str, of: str) -> str:
        return f"---\n{{kind: auto_reply, name: {name}, enabled: false,\n channel: {of}}}\n"

    channels = "".join(
        f"---\n{{kind: channel, name: {each}, type: whatsapp, phone_number: '+3375553129{number}'}}\n"
        for number, each in enumerate("cd")
    )
    assert expected == found(reply("a", "c") + reply("b", channel) + channels)
