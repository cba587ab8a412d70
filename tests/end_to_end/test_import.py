"""`reconciler import` of accounts as they are found: what is written, what is not, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.server import Emulator
from tests.repositories import SUBDOMAIN, Repository, new_repository
from tests.spoilt_project import SkippingClock

APP = "65f1c2a9d3b4e7f8a0b1c2d3"
API = "/api/v2/"
INTEGRATIONS = f"/sc/v2/apps/{APP}/integrations"
ROUTING = ("group", "trigger", "trigger_category")


def trigger(live_id: int, title: str, **members: Any) -> dict[str, Any]:
    """A trigger as the service answers it."""
    return {
        "id": live_id,
        "title": title,
        "raw_title": title,
        "active": True,
        "category_id": "11",
        "position": live_id,
        "description": None,
        "conditions": {"all": [{"field": "update_type", "operator": "is", "value": "Create"}], "any": []},
        "actions": [{"field": "status", "value": "open"}],
        "default": False,
        **members,
    }


ACCOUNT: dict[str, Any] = {
    f"{API}groups": [
        {"id": 1, "name": "Support", "default": True, "is_public": True},
        {"id": 2, "name": "Équipe Japon", "description": "", "is_public": False, "undocumented": {"a": None}},
        {"id": 3, "name": "Partie", "deleted": True},
    ],
    f"{API}trigger_categories": [{"id": "11", "name": "Messagerie sociale", "position": 1}],
    f"{API}triggers": [
        trigger(
            22,
            "LINE vers le Japon",
            position=2,
            conditions={
                "all": [
                    {"field": "via_id", "operator": "is", "value": "72"},
                    {"field": "brand_id", "operator": "is", "value": "5"},
                ],
                "any": None,
            },
            actions=[
                {"field": "group_id", "value": 2},
                {"field": "current_tags", "value": "line japon"},
                {"field": "notification_user", "value": ["requester_id", "Objet", "Bonjour,\n\nmerci ${x}."]},
            ],
        ),
        trigger(21, "À ranger", position=1, active=True, actions=[{"field": "group_id", "value": "3"}]),
    ],
    f"{API}brands": [{"id": 5, "name": "Maison Lune", "subdomain": SUBDOMAIN, "default": True}],
}


class Opened(Protocol):
    """Opens a repository on a new account with a seed."""

    def __call__(self, seed: Any = None, **options: Any) -> Repository: ...


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """A repository on an account; waits take no time."""
    monkeypatch.setattr("reconciler.zendesk.clock.SystemClock", SkippingClock)
    with ExitStack() as stack:

        def open_one(seed: Any = None, **options: Any) -> Repository:
            emulator = stack.enter_context(Emulator({SUBDOMAIN: 0}, seed={SUBDOMAIN: seed or {}}, **options))
            repository = new_repository(tmp_path, emulator.url(SUBDOMAIN), APP)
            repository.click = lambda path, content: emulator.click(SUBDOMAIN, path, content)
            return repository

        yield open_one


def imported(repository: Repository, *arguments: str) -> Any:
    """The result of an import that ends well."""
    ran = repository.run("import", "-e", "sandbox", "--format", "json", *arguments)
    assert ran.code == 0, ran.err
    return ran.result()


def test_a_trigger_reads_as_a_person_would_have_written_it(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    imported(repository, *ROUTING)
    assert repository.manifest("routing/line-vers-le-japon.yaml") == (
        "kind: trigger\n"
        "name: line-vers-le-japon\n"
        "title: LINE vers le Japon\n"
        "category: messagerie-sociale\n"
        "conditions:\n"
        "  all:\n"
        "    - {field: via_id, operator: is, value: line}\n"
        "    - {field: brand_id, operator: is, value: {external: Maison Lune}}\n"
        "actions:\n"
        "  - {field: group_id, value: equipe-japon}\n"
        "  - {field: current_tags, value: [japon, line]}\n"
        "  - field: notification_user\n"
        "    value:\n"
        "      - requester_id\n"
        "      - Objet\n"
        "      - |-\n"
        "        Bonjour,\n"
        "\n"
        "        merci $${x}.\n"
    )


def test_a_category_says_the_order_of_its_triggers_and_a_group_nothing_that_goes_without_saying(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    imported(repository, *ROUTING)
    assert repository.manifest("routing/messagerie-sociale.yaml") == (
        "kind: trigger_category\nname: messagerie-sociale\ntitle: Messagerie sociale\n"
        "order: [a-ranger, line-vers-le-japon]\n"
    )
    assert repository.manifest("agents/equipe-japon.yaml") == (
        "kind: group\nname: equipe-japon\ntitle: Équipe Japon\nis_public: false\n"
    )


def test_every_file_tells_editors_its_schema(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    imported(repository, *ROUTING)
    schema = "schemas/manifest.schema.json"
    assert repository.files()["agents/support.yaml"].startswith(f"# yaml-language-server: $schema=../../../{schema}\n")
    assert (repository.root / schema).is_file()


def test_an_id_behind_which_nothing_is_stays_an_id_and_is_named(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    result = imported(repository, *ROUTING)
    assert '{field: group_id, value: {id: "3"}}' in repository.manifest("routing/a-ranger.yaml")
    assert result["warnings"] == [
        "trigger/a-ranger: actions keeps the live id 3: the account has no group with it (any more)."
    ]


def test_nothing_is_written_but_files_and_the_memory_is_not_touched(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    imported(repository)
    assert repository.writes() == []
    assert not (repository.root / ".reconciler").exists()


def test_two_objects_of_one_key_get_two_names_and_two_bindings(opened: Opened) -> None:
    groups = [{"id": number, "name": "Conseil"} for number in (1, 2)]
    repository = opened({f"{API}groups": groups, f"{API}triggers": []})
    result = imported(repository, "group")
    assert result["bindings"] == {"group/conseil": "1", "group/conseil-2": "2"}
    assert repository.files()["bindings.yaml"].endswith('group/conseil: {id: "1"}\ngroup/conseil-2: {id: "2"}\n')
    assert [step["action"] for step in repository.plan()] == ["adopt", "adopt"]


def test_names_that_differ_in_case_or_unicode_form_alone_are_two_manifests_without_bindings(opened: Opened) -> None:
    names = ["Équipe", "E\u0301quipe", "équipe"]
    repository = opened({f"{API}groups": [{"id": n, "name": name} for n, name in enumerate(names, 1)]})
    result = imported(repository, "group")
    assert (len(result["written"]), result["bindings"]) == (3, {})
    titles = [text.split("title: ")[1].split("\n")[0] for path, text in repository.files().items() if "agents" in path]
    assert sorted(titles) == sorted(names)
    assert [step["action"] for step in repository.plan()] == ["adopt"] * 3


def test_files_of_two_kinds_with_one_name_do_not_meet(opened: Opened) -> None:
    seed = {f"{API}groups": [{"id": 1, "name": "Conseil"}], f"{API}custom_roles": [{"id": 7, "name": "Conseil"}]}
    repository = opened(seed)
    imported(repository, "group", "custom_role")
    assert sorted(path for path in repository.files() if path.startswith("agents/")) == [
        "agents/conseil-custom-role.yaml",
        "agents/conseil.yaml",
    ]


def test_what_no_manifest_can_say_is_named_with_its_reason(opened: Opened) -> None:
    nested = [{"field": "notification_webhook", "value": ["01H", [["key", "value"]]]}]
    repository = opened(
        {
            **ACCOUNT,
            f"{API}triggers": [trigger(21, "Imbriqué", actions=nested)],
            INTEGRATIONS: [{"id": "i1", "type": "custom", "displayName": "Sans entrée"}],
        }
    )
    result = imported(repository)
    assert [(each["kind"], each["title"], each["why"]) for each in result["not_described"]] == [
        ("trigger", "Imbriqué", "actions: actions[1].value[2] must be a text or a mapping, not a list"),
        ("integrations", "Sans entrée", 'no kind describes an object of type "custom" here'),
    ]


def test_what_the_plan_does_not_have_is_named_and_the_rest_is_imported(opened: Opened) -> None:
    repository = opened(ACCOUNT, lacks=("custom_roles", "queues"))
    result = imported(repository)
    assert sorted(result["unreadable"]) == ["custom_role", "queue", "routing_settings"]
    assert "agents/equipe-japon.yaml" in repository.files()
    assert repository.run("validate").code == 0


def test_a_kind_that_was_asked_for_and_cannot_be_read_ends_16(opened: Opened) -> None:
    repository = opened(ACCOUNT, lacks=("custom_roles",))
    ran = repository.run("import", "-e", "sandbox", "custom_role", "group")
    assert ran.code == 16
    assert "custom_role" in ran.out.split("cannot be read")[1]
    assert "agents/support.yaml" in repository.files()


def test_half_a_listing_is_no_listing_and_nothing_is_written(opened: Opened) -> None:
    faults = [Fault(index, "before", "truncate") for index in range(3, 300)]
    repository = opened(ACCOUNT, faults=faults)
    ran = repository.run("import", "-e", "sandbox", "group")
    assert ran.code == 17
    assert [*repository.files()] == ["environment.yaml"]


def test_another_account_than_the_named_one_is_not_imported(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    path = repository.root / "environments/sandbox/environment.yaml"
    path.write_text(path.read_text("utf-8").replace(f"subdomain: {SUBDOMAIN}", "subdomain: other"), "utf-8")
    assert repository.run("import", "-e", "sandbox").code == 11


def test_what_a_manifest_describes_already_is_left_alone(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    imported(repository, *ROUTING)
    before = repository.files()
    again = imported(repository, *ROUTING)
    assert (again["written"], len(again["managed"])) == ([], 5)
    assert repository.files() == before


def test_a_manifest_that_was_there_gives_its_name_to_the_references_of_new_ones(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    mine = repository.root / "environments/sandbox/mine.yaml"
    mine.write_text("kind: group\nname: japon\ntitle: Équipe Japon\n", "utf-8")
    imported(repository, "trigger", "trigger_category")
    assert "{field: group_id, value: japon}" in repository.manifest("routing/line-vers-le-japon.yaml")


def test_new_manifests_stand_where_those_of_their_kind_stand(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    folder = repository.root / "environments/sandbox/equipes"
    folder.mkdir()
    (folder / "japon.yaml").write_text("kind: group\nname: japon\ntitle: Équipe Japon\n", "utf-8")
    imported(repository, "group")
    assert "equipes/support.yaml" in repository.files()


def test_a_file_that_is_there_is_never_overwritten(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    folder = repository.root / "environments/sandbox/agents"
    folder.mkdir()
    (folder / "SUPPORT.yaml").write_text("kind: group\nname: japon\ntitle: Équipe Japon\n", "utf-8")
    imported(repository, "group")
    assert sorted(path for path in repository.files() if "agents" in path) == [
        "agents/SUPPORT.yaml",
        "agents/support-group.yaml",
    ]


def test_where_one_file_cannot_be_written_none_is(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    (repository.root / "environments/sandbox/routing").write_text("in the way", "utf-8")
    ran = repository.run("import", "-e", "sandbox", *ROUTING)
    assert ran.code == 1
    assert [*repository.files()] == ["environment.yaml"]


def test_invalid_manifests_are_repaired_first(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    (repository.root / "environments/sandbox/bad.yaml").write_text("kind: group\n", "utf-8")
    assert repository.run("import", "-e", "sandbox").code == 10
    assert sorted(repository.files()) == ["bad.yaml", "environment.yaml"]


def test_a_folder_of_ones_own_is_below_the_environments(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    imported(repository, "group", "--dir", "imported")
    assert "imported/agents/support.yaml" in repository.files()
    assert repository.run("import", "-e", "sandbox", "--dir", "../elsewhere").code == 64


def test_an_unknown_kind_is_a_question_of_spelling(opened: Opened) -> None:
    ran = opened(ACCOUNT).run("import", "-e", "sandbox", "gruop")
    assert ran.code == 64
    assert 'Did you mean "group"?' in ran.err


MESSENGER = {"id": "i1", "type": "messenger", "displayName": "Maison Lune", "pageId": "104857600000001", "appId": "12"}


def test_a_channel_is_written_as_one_that_a_person_connected(opened: Opened) -> None:
    repository = opened({INTEGRATIONS: [MESSENGER]})
    result = imported(repository, "channel")
    assert repository.manifest("channels/messenger-maison-lune.yaml") == (
        "kind: channel\nname: messenger-maison-lune\ntype: messenger\n"
        'page_id: "104857600000001"\ndisplay_name: Maison Lune\n'
    )
    assert [each["field"] for each in result["left_out"]] == ["app_id"]


def test_what_an_item_holds_besides_is_named(opened: Opened) -> None:
    form = {"enabled": True, "fields": [{"type": "text", "name": "n", "label": "l", "colour": "red"}]}
    repository = opened({INTEGRATIONS: [{"id": "i1", "type": "web", "displayName": "Site", "prechatCapture": form}]})
    result = imported(repository, "channel")
    assert [(each["field"], each["why"]) for each in result["left_out"]] == [
        ("prechat_capture.fields[].colour", "manifests have no word for it")
    ]
    assert "label: l" in "".join(repository.files().values())


def test_secrets_become_references_to_fill_in_where_they_are_asked_for(opened: Opened) -> None:
    repository = opened({INTEGRATIONS: [MESSENGER]})
    result = imported(repository, "channel", "--secrets")
    manifest = repository.manifest("channels/messenger-maison-lune.yaml")
    assert "app_secret: env://CHANNEL_MESSENGER_MAISON_LUNE_APP_SECRET\n" in manifest
    assert [each["field"] for each in result["secrets"]] == ["app_secret", "page_access_token"]
    assert [step["action"] for step in repository.plan()] == ["adopt"]


def test_a_bot_is_one_manifest_of_three_objects(opened: Opened) -> None:
    board = f"/sc/v2/apps/{APP}/switchboards"
    repository = opened(
        {
            INTEGRATIONS: [{"id": "i1", "type": "custom", "displayName": "Lune"}],
            f"{INTEGRATIONS}/i1/webhooks": [
                {"id": "w1", "target": "https://bot.example/z", "triggers": ["conversation:message"]},
                {"id": "w2", "target": "https://other.example/z", "triggers": ["conversation:message"]},
            ],
            board: [{"id": "s1", "enabled": True, "defaultSwitchboardIntegrationId": "e1"}],
            f"{board}/s1/switchboardIntegrations": [
                {"id": "e1", "name": "lune-bot", "integrationId": "i1", "integrationType": "custom"}
            ],
        }
    )
    result = imported(repository, "responder", "switchboard", "channel")
    assert repository.manifest("responders/lune-bot.yaml") == (
        "kind: responder\nname: lune-bot\ntype: bot\ndisplay_name: Lune\n"
        'webhook: {target: "https://bot.example/z", triggers: ["conversation:message"]}\n'
    )
    assert result["bindings"] == {"responder/lune-bot#webhook": "w1"}
    assert result["warnings"] == [
        "responder/lune-bot: webhook w2 belongs to it too, and a manifest has no place for it."
    ]
    assert {step["action"] for step in repository.plan()} == {"adopt"}


def test_merge_brings_a_manifest_to_what_is_live_and_keeps_what_a_person_wrote(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    imported(repository, *ROUTING)
    path = repository.root / "environments/sandbox/routing/a-ranger.yaml"
    path.write_text(path.read_text("utf-8").replace("actions:\n", "# pourquoi\nactions:  # ici\n"), "utf-8")
    repository.click(f"{API}triggers/21", {"actions": [{"field": "group_id", "value": "2"}], "description": "Note"})
    assert imported(repository, *ROUTING)["merged"] == []
    result = imported(repository, *ROUTING, "--merge")
    assert [(each["address"], each["path"]) for each in result["merged"]] == [
        ("trigger/a-ranger", "description"),
        ("trigger/a-ranger", "actions"),
    ]
    assert repository.manifest("routing/a-ranger.yaml") == (
        "kind: trigger\nname: a-ranger\ntitle: À ranger\ncategory: messagerie-sociale\n"
        "conditions:\n  all:\n    - {field: update_type, operator: is, value: Create}\n"
        "# pourquoi\nactions:  # ici\n  - {field: group_id, value: equipe-japon}\ndescription: Note\n"
    )
    assert {step["action"] for step in repository.plan()} == {"adopt"}
    assert imported(repository, *ROUTING, "--merge")["merged"] == []


def test_merge_adds_new_items_of_a_list_and_changes_a_value_where_it_stands(opened: Opened) -> None:
    skills = f"{API}routing/attributes"
    repository = opened(
        {
            f"{API}groups": [{"id": 1, "name": "Support", "description": "ancien"}],
            skills: [{"id": "a1", "name": "Langue"}],
            f"{skills}/a1/values": [{"id": "v1", "name": "Français"}],
        }
    )
    imported(repository, "skill", "group")
    group = repository.root / "environments/sandbox/agents/support.yaml"
    group.write_text(group.read_text("utf-8").replace("ancien", "${values.note}  # partagé"), "utf-8")
    settings = repository.root / "environments/sandbox/environment.yaml"
    settings.write_text(settings.read_text("utf-8") + "values:\n  note: ancien  # ici\n", "utf-8")
    repository.click(f"{skills}/a1/values", {"name": "Japonais"})
    repository.click(f"{API}groups/1", {"description": "nouveau"})
    imported(repository, "skill", "group", "--merge")
    assert repository.manifest("routing/langue.yaml").endswith(
        "values:\n  - {name: francais, title: Français}\n  - {name: japonais, title: Japonais}\n"
    )
    assert settings.read_text("utf-8").endswith("values:\n  note: nouveau  # ici\n")
    assert "${values.note}  # partagé" in group.read_text("utf-8")


def test_merge_takes_no_section_of_settings_that_another_manifest_has(opened: Opened) -> None:
    repository = opened({})
    folder = repository.root / "environments/sandbox"
    (folder / "a.yaml").write_text("kind: routing_settings\nname: a\nomnichannel: {enabled: false}\n", "utf-8")
    (folder / "b.yaml").write_text("kind: routing_settings\nname: b\nchat: {auto_accept: false}\n", "utf-8")
    result = imported(repository, "routing_settings", "--merge")
    assert {each["address"]: each["path"].partition(".")[0] for each in result["merged"]} == {
        "routing_settings/a": "omnichannel",
        "routing_settings/b": "chat",
    }
    assert {step["action"] for step in repository.plan()} == {"adopt"}


def test_the_text_names_everything_that_the_json_does(opened: Opened) -> None:
    repository = opened(ACCOUNT)
    ran = repository.run("import", "-e", "sandbox")
    for word in ("agents/equipe-japon.yaml", "keeps the live id 3", "auto_reply", "manifests written"):
        assert word in ran.out


def test_markdown_hides_nothing_in_titles(opened: Opened) -> None:
    repository = opened({f"{API}groups": [{"id": 1, "name": "<img>|`x`"}]})
    ran = repository.run("import", "-e", "sandbox", "group", "--format", "markdown")
    assert "**1 manifest written**" in ran.out
    assert "<img>" not in ran.out


def test_agents_with_the_same_role_and_groups_share_a_grant_and_administrators_have_none(opened: Opened) -> None:
    users = [
        ("aiko@x.example", "agent"),
        ("Bo@x.example", "agent"),
        ("chef@x.example", "admin"),
        ("d@x.example", "agent"),
    ]
    seed = {
        f"{API}groups": [{"id": 1, "name": "Support"}, {"id": 2, "name": "Japon"}],
        f"{API}custom_roles": [{"id": 7, "name": "Conseil"}],
        f"{API}users": [
            {"id": 10 + n, "email": email, "role": role, "custom_role_id": 7 if role == "agent" else None}
            for n, (email, role) in enumerate(users)
        ],
        f"{API}group_memberships": [
            {"id": 100 + n, "user_id": user, "group_id": group}
            for n, (user, group) in enumerate([(10, 1), (10, 2), (11, 2), (11, 1), (12, 1), (13, 2)])
        ],
    }
    repository = opened(seed)
    imported(repository, "group", "custom_role", "agent_grant")
    assert repository.manifest("agents/japon-support.yaml") == (
        "kind: agent_grant\nname: japon-support\nagents: [aiko@x.example, bo@x.example]\n"
        "custom_role: conseil\ngroups: [japon, support]\n"
    )
    assert repository.manifest("agents/japon-agent-grant.yaml").startswith("kind: agent_grant\nname: japon\n")
    assert {step["action"] for step in repository.plan()} == {"adopt"}
    assert imported(repository, "agent_grant")["written"] == []


def test_a_schedule_is_written_with_ranges_of_days_and_single_holidays(opened: Opened) -> None:
    day = 1440
    hours = [{"start_time": d * day + 540, "end_time": d * day + 1080} for d in range(1, 6)]
    path = f"{API}business_hours/schedules"
    repository = opened(
        {
            path: [{"id": 77, "name": "Boutique", "time_zone": "Paris", "intervals": hours}],
            f"{path}/77/holidays": [
                {"id": 1, "name": "Noël", "start_date": "2026-12-25", "end_date": "2026-12-25"},
                {"id": 2, "name": "Inventaire", "start_date": "2027-01-04", "end_date": "2027-01-05"},
            ],
        }
    )
    imported(repository, "schedule")
    assert repository.manifest("routing/boutique.yaml") == (
        "kind: schedule\nname: boutique\ntitle: Boutique\ntime_zone: Europe/Paris\n"
        'week: {monday-friday: ["09:00-18:00"], saturday-sunday: closed}\n'
        "holidays:\n"
        '  - {name: Noël, "on": "2026-12-25"}\n'
        '  - {name: Inventaire, from: "2027-01-04", to: "2027-01-05"}\n'
    )
    assert {step["action"] for step in repository.plan()} == {"adopt"}


def test_a_text_names_dynamic_content_by_its_manifest(opened: Opened) -> None:
    say = [{"field": "notification_user", "value": ["requester_id", "Objet", "{{dc.accueil_2}} !"]}]
    item = {
        "id": 601,
        "name": "Bienvenue",
        "placeholder": "{{dc.accueil_2}}",
        "default_locale_id": 16,
        "variants": [{"id": 6010, "locale_id": 16, "content": "Bonjour", "active": True, "default": True}],
    }
    seed = {**ACCOUNT, f"{API}triggers": [trigger(21, "Dire", actions=say)], f"{API}dynamic_content/items": [item]}
    repository = opened(seed)
    imported(repository, "trigger", "trigger_category", "dynamic_content")
    assert "{{dc.bienvenue}} !" in repository.manifest("routing/dire.yaml")
    assert repository.manifest("responders/bienvenue.yaml").endswith(
        "default_locale: fr\nlocales:\n  - {locale: fr, content: Bonjour}\n"
    )
    assert {step["action"] for step in repository.plan()} == {"adopt"}


def test_the_rules_that_deliver_surveys_are_the_surveys_and_no_triggers(opened: Opened) -> None:
    rule = trigger(
        23,
        "Demander une note",
        conditions={
            "all": [{"field": "status", "operator": "value", "value": "solved"}],
            "any": [{"field": "via_id", "operator": "is", "value": each} for each in ("74", "72")],
        },
        actions=[{"field": "notification_messaging_csat", "value": "requester_id"}],
    )
    repository = opened({**ACCOUNT, f"{API}triggers": [*ACCOUNT[f"{API}triggers"], rule]})
    result = imported(repository, "survey", *ROUTING)
    assert result["not_described"] == []
    assert repository.manifest("surveys/csat.yaml") == (
        "kind: survey\nname: csat\ntype: csat\ndeliver: {social: {active: true, channels: [line, whatsapp]}}\n"
    )
    assert repository.manifest("routing/messagerie-sociale.yaml").endswith(
        "order: [a-ranger, line-vers-le-japon, {external: Demander une note}]\n"
    )
    assert {step["action"] for step in repository.plan()} == {"adopt"}
