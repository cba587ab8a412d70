"""What belongs to whom: one live object is one address, and what cannot be read is never absent."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.policy import Binding, Policy
from reconciler.core.resource import ref
from reconciler.core.state import Entry
from tests.unit.engine.situations import (
    RULE,
    account,
    entry_for,
    environment,
    group,
    ids,
    planned,
    resource,
    step,
    trigger,
)

CATEGORY = resource("trigger_category", "messagerie", title="Messagerie")
LIVE_CATEGORY = {"id": "7", "name": "Messagerie", "position": 1}
REMEMBERED_CATEGORY = entry_for(CATEGORY, {"": "7"}, {"": {"title": "Messagerie"}})


def test_a_renamed_manifest_without_moved_from_removes_nothing() -> None:
    old = resource("trigger", "old-name", title="Route", category="messagerie", **RULE)
    new = resource("trigger", "new-name", title="Route", category="messagerie", **RULE)
    plan = planned(
        environment(CATEGORY, new),
        account(trigger_categories=[LIVE_CATEGORY], triggers=[trigger("9", "Route", "7")]),
        {
            "trigger_category/messagerie": REMEMBERED_CATEGORY,
            "trigger/old-name": entry_for(old, {"": "9"}, {"": {"title": "Route"}}),
        },
    ).plan
    removal = step(plan, "deactivate:trigger/old-name")
    assert [bool(removal.blocked), "moved_from: [old-name]" in removal.blocked[0]] == [True, True]
    assert bool(step(plan, "create:trigger/new-name").blocked) is True


def test_two_manifests_with_one_key_create_nothing() -> None:
    plan = planned(
        environment(resource("group", "a", title="Support"), resource("group", "b", title="Support")),
        account(groups=[]),
    ).plan
    assert [bool(each.blocked) for each in plan.steps] == [True, True]


def test_two_manifests_with_one_key_do_not_adopt_one_and_create_another() -> None:
    plan = planned(
        environment(resource("group", "a", title="Support"), resource("group", "b", title="Support")),
        account(groups=[group("1", "Support")]),
    ).plan
    assert [bool(each.blocked) for each in plan.steps] == [True, True]


def test_a_second_switchboard_manifest_creates_no_second_switchboard() -> None:
    plan = planned(
        environment(resource("switchboard", "a", enabled=True), resource("switchboard", "b", enabled=True)),
        account(switchboards=[{"id": "5", "enabled": True, "defaultSwitchboardIntegrationId": None}]),
    ).plan
    assert [bool(each.blocked) for each in plan.steps] == [True, True]


BOT = resource(
    "responder",
    "bot",
    type="bot",
    webhook={"target": "https://bot.example/in", "triggers": ["conversation:message"]},
)


def test_what_is_inside_an_unreadable_collection_is_not_absent() -> None:
    plan = planned(environment(BOT), account(integrations=[], unreadable=("switchboards",))).plan
    assert [each.id for each in plan.steps if not each.blocked] == []


def test_an_object_of_another_type_is_not_what_the_memory_says() -> None:
    before = resource("channel", "main", type="whatsapp", phone_number="+33755531200")
    now = resource("channel", "main", type="messenger", page_id="104857600000001", display_name="Lune")
    plan = planned(
        environment(now),
        account(integrations=[{"id": "i1", "type": "whatsapp", "phoneNumber": "33755531200", "displayName": "X"}]),
        {"channel/main": entry_for(before, {"": "i1"}, {"": {"phone_number": "+33755531200"}})},
    ).plan
    assert [bool(each.blocked) for each in plan.steps] == [True]


def test_a_retired_address_that_comes_back_is_an_ordinary_update() -> None:
    mine = resource("trigger", "route", title="Route", category="messagerie", **RULE)
    retired = entry_for(mine, {"": "9"}, {}, retired="deactivate")
    live = [trigger("9", "Route", "7", active=False), trigger("10", "Route", "7", active=False)]
    plan = planned(
        environment(CATEGORY, mine),
        account(trigger_categories=[LIVE_CATEGORY], triggers=live),
        {"trigger_category/messagerie": REMEMBERED_CATEGORY, "trigger/route": retired},
    ).plan
    assert ids(plan) == ["update:trigger/route"]
    assert [(each.path, each.after) for each in plan.steps[0].changes] == [("active", True)]


def test_a_re_pointed_trigger_is_an_intended_change_although_the_old_group_has_no_manifest() -> None:
    new = resource("group", "new", title="New")
    old = resource("group", "old", title="Old")
    route = resource(
        "trigger",
        "route",
        title="Route",
        category="messagerie",
        conditions=RULE["conditions"],
        actions=[{"field": "group_id", "value": "new"}],
    )
    pointing = [{"field": "group_id", "value": ref("group/old")}]
    plan = planned(
        environment(CATEGORY, new, route),
        account(
            trigger_categories=[LIVE_CATEGORY],
            groups=[group("1", "Old"), group("2", "New")],
            triggers=[trigger("9", "Route", "7", actions=[{"field": "group_id", "value": "1"}])],
        ),
        {
            "trigger_category/messagerie": REMEMBERED_CATEGORY,
            "group/old": entry_for(old, {"": "1"}, {"": {"title": "Old"}}, on_remove="delete"),
            "group/new": entry_for(new, {"": "2"}, {"": {"title": "New"}}),
            "trigger/route": entry_for(route, {"": "9"}, {"": {"actions": pointing}}),
        },
    ).plan
    change = step(plan, "update:trigger/route").changes[0]
    assert [change.path, change.before, change.cause.kind] == ["actions", pointing, "intended"]
    assert "update:trigger/route" in step(plan, "delete:group/old").depends_on


def test_a_delete_does_not_wait_for_what_has_nothing_to_do_with_it() -> None:
    old = resource("group", "old", title="Old")
    plan = planned(
        environment(resource("group", "new", title="New", description="x")),
        account(groups=[group("1", "Old")]),
        {"group/old": entry_for(old, {"": "1"}, {"": {"title": "Old"}}, on_remove="delete")},
    ).plan
    assert step(plan, "delete:group/old").depends_on == ()


def test_a_category_that_holds_triggers_is_not_deleted_with_them() -> None:
    tombstone = resource("trigger_category", "messagerie", removed="delete")
    plan = planned(
        environment(tombstone),
        account(trigger_categories=[LIVE_CATEGORY], triggers=[trigger("9", "By hand", "7", active=False)]),
        {"trigger_category/messagerie": REMEMBERED_CATEGORY},
    ).plan
    removal = step(plan, "delete:trigger_category/messagerie")
    assert [bool(removal.blocked), removal.takes] == [True, ("triggers 9 (By hand)",)]


def test_an_empty_category_is_deleted() -> None:
    plan = planned(
        environment(resource("trigger_category", "messagerie", removed="delete")),
        account(trigger_categories=[LIVE_CATEGORY], triggers=[trigger("9", "Elsewhere", "8")]),
        {"trigger_category/messagerie": REMEMBERED_CATEGORY},
    ).plan
    assert step(plan, "delete:trigger_category/messagerie").blocked == ()


def test_a_tombstone_is_planned_without_memory_when_it_is_bound() -> None:
    plan = planned(
        environment(resource("group", "old", removed="delete"), bindings={"group/old": Binding("1")}),
        account(groups=[group("1", "Old")]),
    ).plan
    removal = step(plan, "delete:group/old")
    assert [removal.live_id, removal.blocked] == ["1", ()]


def test_without_memory_what_equals_a_live_object_but_for_its_key_is_not_created() -> None:
    mine = resource("group", "japon", title="Équipe Japon", description="Répond en japonais")
    live = group("1", "Team Japan", description="Répond en japonais")
    blocked = step(planned(environment(mine), account(groups=[live])).plan, "create:group/japon").blocked
    assert ['group/japon: {id: "1"}' in blocked[0], 'group/japon: {none_of: ["1"]}' in blocked[0]] == [True, True]
    allowed = environment(mine, bindings={"group/japon": Binding(none_of=("1",))})
    assert step(planned(allowed, account(groups=[live])).plan, "create:group/japon").blocked == ()
    remembered = {"group/other": Entry(live={"": "3"}, key={"title": "Other"}, on_remove="keep")}
    with_memory = planned(environment(mine), account(groups=[live]), remembered).plan
    assert step(with_memory, "create:group/japon").blocked == ()


def test_a_manifest_that_states_nothing_but_its_key_resembles_nothing() -> None:
    plan = planned(environment(resource("group", "a", title="A")), account(groups=[group("1", "Support")])).plan
    assert step(plan, "create:group/a").blocked == ()


def test_a_trigger_is_not_ordered_in_a_category_that_is_not_its_own() -> None:
    other = resource("trigger_category", "other", title="Other", order=["route"])
    mine = resource("trigger", "route", title="Route", category="messagerie", **RULE)
    plan = planned(
        environment(CATEGORY, other, mine),
        account(
            trigger_categories=[LIVE_CATEGORY, {"id": "8", "name": "Other", "position": 2}],
            triggers=[trigger("9", "Route", "7")],
        ),
    ).plan
    assert "trigger/route" in step(plan, "update:trigger_category/other#order").blocked[0]


def test_one_place_for_two_is_refused() -> None:
    rivals = [resource("trigger_category", name, title=name, place="first") for name in "xy"]
    live = [{"id": "7", "name": "x", "position": 1}, {"id": "8", "name": "y", "position": 2}]
    plan = planned(environment(*rivals), account(trigger_categories=live)).plan
    assert "claim the same place" in step(plan, "update:trigger_category/y#place").blocked[0]


def test_what_a_moved_address_needs_comes_after_the_move() -> None:
    mine = resource("channel", "new", type="line", channel_id="1", moved_from=["old"])
    plan = planned(
        environment(resource("group", "new", title="A", description="x", moved_from=["old"])),
        account(groups=[]),
        {"group/old": entry_for(resource("group", "old", title="A"), {"": "1"}, {"": {"title": "A"}})},
    ).plan
    assert mine.moved_from == ("old",)
    assert step(plan, "create:group/new").depends_on == ("move:group/new",)


def test_the_share_of_removals_counts_objects_and_not_their_parts() -> None:
    bots = [
        resource(
            "responder",
            f"bot-{number}",
            type="bot",
            webhook={"target": "https://x.example", "triggers": ["user:merge"]},
        )
        for number in (1, 2)
    ]
    entries = {
        each.address: entry_for(
            each, {"integration": f"i{n}", "webhook": f"w{n}", "entry": f"e{n}"}, {}, on_remove="delete"
        )
        for n, each in enumerate(bots)
    }
    snapshot = account(
        integrations=[{"id": f"i{n}", "type": "custom", "displayName": "x"} for n in (0, 1)],
        switchboards=[{"id": "s"}],
        inside={
            ("switchboard_integrations", "s"): [
                {"id": f"e{n}", "name": f"bot-{n}", "integrationId": f"i{n}"} for n in (0, 1)
            ],
            ("integration_webhooks", "i0"): [{"id": "w0", "target": "https://x.example", "triggers": ["user:merge"]}],
            ("integration_webhooks", "i1"): [{"id": "w1", "target": "https://x.example", "triggers": ["user:merge"]}],
        },
    )
    keeper = resource("group", "a", title="A")
    both = planned(environment(keeper, policy=Policy()), snapshot, entries).plan
    assert all(
        "all 2 objects of kind responder" in " ".join(each.blocked) for each in both.steps if each.action == "delete"
    )
    one = planned(environment(keeper, bots[1], policy=Policy()), snapshot, entries).plan
    assert [each.blocked for each in one.steps if each.action == "delete"] == [(), ()]


@pytest.mark.parametrize(
    ("kind", "collection", "fields"),
    [
        ("group", "groups", {"title": "T"}),
        ("trigger", "triggers", {"title": "T", "category": {"id": "1"}, "conditions": {"all": []}, "actions": []}),
    ],
)
def test_a_remembered_object_whose_collection_cannot_be_read_is_never_taken_for_gone(
    kind: str, collection: str, fields: dict[str, Any]
) -> None:
    loaded = environment(resource(kind, "x", **fields))
    made = planned(loaded, account(unreadable=(collection,)), {f"{kind}/x": Entry({"": "5"})})
    assert [(f"update:{kind}/x", True)] == [(step.id, bool(step.blocked)) for step in made.plan.steps]
