"""What an approved plan lets run after people and earlier runs have moved the account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.core.state import Entry
from reconciler.engine.deciding import Decision, decide
from reconciler.engine.planner import Planned
from tests.unit.engine.situations import RULE, account, entry_for, environment, group, planned, resource, trigger

GROUP = resource("group", "a", title="A", description="ours")
LOADED = environment(GROUP)
OURS = {"group/a": entry_for(GROUP, {"": "1"}, {"": {"title": "A", "description": "before"}})}
CATEGORY = resource("trigger_category", "messagerie", title="Messagerie", order=["one", "two"])
CATEGORY_OF_ONE = resource("trigger_category", "messagerie", title="Messagerie")
ONE = resource("trigger", "one", title="One", category="messagerie", **RULE)
TWO = resource("trigger", "two", title="Two", category="messagerie", **RULE)


def outcome(decision: Decision) -> dict[str, Any]:
    """What runs, what is settled how, and what is stale."""
    return {
        "runs": [step.id for step in decision.runs if step.id not in decision.stale_steps],
        "settled": {each.step: each.result for each in decision.settled},
        "stale": sorted(decision.stale_steps),
    }


def plans(saved: Planned, fresh: Planned) -> dict[str, Any]:
    return outcome(decide(saved.plan, fresh))


def test_what_was_approved_and_is_still_needed_runs() -> None:
    made = planned(LOADED, account(groups=[]))
    assert plans(made, planned(LOADED, account(groups=[]))) == {"runs": ["create:group/a"], "settled": {}, "stale": []}


def test_an_object_that_a_person_created_meanwhile_with_other_values_is_not_overwritten() -> None:
    made = planned(LOADED, account(groups=[]))
    fresh = planned(LOADED, account(groups=[group("1", "A", description="theirs")]))
    assert plans(made, fresh)["stale"] == ["update:group/a"]


def test_an_object_that_a_person_created_meanwhile_with_the_same_values_is_adopted() -> None:
    made = planned(LOADED, account(groups=[]))
    fresh = planned(LOADED, account(groups=[group("1", "A", description="ours")]))
    assert plans(made, fresh) == {
        "runs": ["adopt:group/a"],
        "settled": {"create:group/a": "already"},
        "stale": [],
    }


def test_an_update_whose_object_was_deleted_meanwhile_is_stale() -> None:
    made = planned(LOADED, account(groups=[group("1", "A", description="before")]), OURS)
    fresh = planned(LOADED, account(groups=[]), OURS)
    assert [each.id for each in made.plan.steps] == ["update:group/a"]
    assert plans(made, fresh)["stale"] == ["update:group/a"]


def test_an_adoption_whose_object_was_deleted_meanwhile_is_stale() -> None:
    made = planned(LOADED, account(groups=[group("1", "A", description="ours")]))
    assert plans(made, planned(LOADED, account(groups=[])))["stale"] == ["adopt:group/a"]


def test_a_field_that_moved_to_a_third_value_is_stale() -> None:
    made = planned(LOADED, account(groups=[group("1", "A", description="before")]), OURS)
    fresh = planned(LOADED, account(groups=[group("1", "A", description="third")]), OURS)
    assert plans(made, fresh)["stale"] == ["update:group/a"]


def test_another_field_that_moved_is_unplanned_and_changes_nothing() -> None:
    both = environment(CATEGORY_OF_ONE, replace(ONE, document={**ONE.document, "description": "ours"}))
    before = trigger("9", "One", "7", description="before")
    entries = {"trigger/one": entry_for(ONE, {"": "9"}, {"": {"title": "One", "description": "before"}})}
    categories = [{"id": "7", "name": "Messagerie", "position": 1}]
    made = planned(both, account(triggers=[before], trigger_categories=categories), entries)
    moved = [{**before, "active": False}]
    fresh = planned(both, account(triggers=moved, trigger_categories=categories), entries)
    decision = decide(made.plan, fresh)
    updates = [step for step in decision.runs if step.id == "update:trigger/one"]
    assert [[change.path for change in step.changes] for step in updates] == [["description"]]
    assert outcome(decision)["settled"]["update:trigger/one"] == "unplanned"


def test_a_plan_that_was_applied_is_already() -> None:
    made = planned(LOADED, account(groups=[group("1", "A", description="before")]), OURS)
    done = {"group/a": replace(OURS["group/a"], applied={"": {"title": "A", "description": "ours"}})}
    fresh = planned(LOADED, account(groups=[group("1", "A", description="ours")]), done)
    assert plans(made, fresh) == {"runs": [], "settled": {"update:group/a": "already"}, "stale": []}


def test_what_a_person_changed_after_the_apply_is_not_overwritten_by_the_same_plan() -> None:
    made = planned(LOADED, account(groups=[]))
    created = {"group/a": entry_for(GROUP, {"": "1"}, {"": {"title": "A", "description": "ours"}}, created=True)}
    fresh = planned(LOADED, account(groups=[group("1", "A", description="theirs")]), created)
    assert plans(made, fresh)["stale"] == ["update:group/a"]


TOMBSTONE = environment(resource("trigger", "one", removed="deactivate"))


def remembered(**changes: Any) -> dict[str, Entry]:
    return {"trigger/one": replace(entry_for(ONE, {"": "9"}, {"": {"title": "One"}}), **changes)}


def test_a_deactivation_by_tombstone_that_was_applied_is_already() -> None:
    made = planned(TOMBSTONE, account(triggers=[trigger("9", "One", "7")]), remembered())
    fresh = planned(
        TOMBSTONE, account(triggers=[trigger("9", "One", "7", active=False)]), remembered(retired="deactivate")
    )
    assert plans(made, fresh) == {"runs": [], "settled": {"deactivate:trigger/one": "already"}, "stale": []}


def test_a_removal_whose_object_changed_is_stale() -> None:
    made = planned(TOMBSTONE, account(triggers=[trigger("9", "One", "7")]), remembered())
    fresh = planned(TOMBSTONE, account(triggers=[trigger("9", "One", "7", description="theirs")]), remembered())
    assert plans(made, fresh)["stale"] == ["deactivate:trigger/one"]


def test_a_delete_is_done_although_an_object_of_another_kind_has_the_same_id() -> None:
    loaded = environment(resource("group", "a", removed="delete"), resource("trigger_category", "x", title="X"))
    made = planned(loaded, account(groups=[group("1", "A")], trigger_categories=[]), OURS)
    fresh = planned(loaded, account(groups=[], trigger_categories=[{"id": "1", "name": "Other", "position": 1}]), OURS)
    decision = plans(made, fresh)
    assert [decision["settled"]["delete:group/a"], decision["stale"]] == ["already", []]


def test_a_step_that_was_approved_as_blocked_does_not_run_when_the_block_is_gone() -> None:
    loaded = environment(GROUP, resource("group", "b", title="B"))
    made = planned(loaded, account(groups=[group("1", "A", description="ours"), group("2", "A")]))
    assert [bool(each.blocked) for each in made.plan.steps] == [True, False]
    decision = decide(made.plan, planned(loaded, account(groups=[group("1", "A", description="ours")])))
    assert [step.id for step in decision.runs] == ["create:group/b"]
    assert [step.id for step in decision.blocked] == ["adopt:group/a"]


def test_a_block_of_an_update_that_was_not_planned_stops_nothing() -> None:
    line = resource("channel", "line", type="line", channel_id="1", service_code="x")
    loaded = environment(line, resource("group", "b", title="B"))
    live = {"id": "i1", "type": "line", "channelId": "1", "serviceCode": "x", "displayName": "L"}
    made = planned(loaded, account(integrations=[live], groups=[]))
    fresh = planned(loaded, account(integrations=[{**live, "serviceCode": "y"}], groups=[]))
    decision = decide(made.plan, fresh)
    assert [decision.blocked, outcome(decision)["settled"]] == [[], {"update:channel/line": "unplanned"}]


CATEGORY_ENTRY = {"trigger_category/messagerie": entry_for(CATEGORY, {"": "7"}, {"": {"title": "Messagerie"}})}
LIVE_CATEGORY = {"id": "7", "name": "Messagerie", "position": 1}


def test_an_order_goes_on_after_a_run_that_had_moved_a_member_in() -> None:
    loaded = environment(CATEGORY, ONE, TWO)
    entries = {
        **CATEGORY_ENTRY,
        "trigger/one": entry_for(ONE, {"": "11"}, {"": {"title": "One"}}),
        "trigger/two": entry_for(TWO, {"": "12"}, {"": {"title": "Two"}}),
    }
    made = planned(
        loaded,
        account(
            trigger_categories=[LIVE_CATEGORY, {"id": "8", "name": "Elsewhere", "position": 2}],
            triggers=[trigger("12", "Two", "7", 1), trigger("11", "One", "8", 1)],
        ),
        entries,
    )
    fresh = planned(
        loaded,
        account(
            trigger_categories=[LIVE_CATEGORY, {"id": "8", "name": "Elsewhere", "position": 2}],
            triggers=[trigger("12", "Two", "7", 1), trigger("11", "One", "7", 2)],
        ),
        entries,
    )
    assert plans(made, fresh) == {
        "runs": ["update:trigger_category/messagerie#order"],
        "settled": {"update:trigger/one": "already"},
        "stale": [],
    }


def test_an_order_that_a_person_changed_meanwhile_is_stale() -> None:
    three = resource("trigger", "three", title="Three", category="messagerie", **RULE)
    category = resource("trigger_category", "messagerie", title="Messagerie", order=["one", "two", "three"])
    loaded = environment(category, ONE, TWO, three)
    entries = {
        **CATEGORY_ENTRY,
        **{
            each.address: entry_for(each, {"": live_id}, {"": {}})
            for each, live_id in ((ONE, "11"), (TWO, "12"), (three, "13"))
        },
    }

    def live(*titles: str) -> Any:
        known = {"One": "11", "Two": "12", "Three": "13"}
        return account(
            trigger_categories=[LIVE_CATEGORY],
            triggers=[trigger(known[title], title, "7", number) for number, title in enumerate(titles, start=1)],
        )

    made = planned(loaded, live("Three", "Two", "One"), entries)
    assert plans(made, planned(loaded, live("Two", "Three", "One"), entries))["stale"] == [
        "update:trigger_category/messagerie#order"
    ]
    assert plans(made, planned(loaded, live("One", "Two", "Three"), entries))["stale"] == []


def test_a_new_ordered_trigger_that_was_created_is_activated_by_the_same_plan() -> None:
    loaded = environment(CATEGORY, ONE, TWO)
    made = planned(loaded, account(trigger_categories=[LIVE_CATEGORY], triggers=[]), CATEGORY_ENTRY)
    entries = {**CATEGORY_ENTRY, "trigger/one": entry_for(ONE, {"": "11"}, {"": {"title": "One"}}, created=True)}
    half = account(trigger_categories=[LIVE_CATEGORY], triggers=[trigger("11", "One", "7", 1, active=False)])
    decision = plans(made, planned(loaded, half, entries))
    assert [decision["runs"], decision["stale"]] == [
        ["create:trigger/two", "update:trigger_category/messagerie#order"],
        [],
    ]


BOT = resource(
    "responder",
    "bot",
    type="bot",
    webhook={"target": "https://bot.example/in", "triggers": ["conversation:message"]},
)


def test_a_bot_that_was_half_created_is_completed_by_the_same_plan() -> None:
    loaded = environment(BOT, resource("switchboard", "main", enabled=True))
    board = {"id": "s", "enabled": True, "defaultSwitchboardIntegrationId": None}
    made = planned(loaded, account(integrations=[], switchboards=[board]))
    half = account(
        integrations=[{"id": "i", "type": "custom", "displayName": "bot"}],
        switchboards=[board],
        inside={
            ("switchboard_integrations", "s"): [{"id": "e", "name": "bot", "integrationId": "i"}],
            ("integration_webhooks", "i"): [
                {"id": "w", "target": "https://bot.example/in", "triggers": ["user:merge"]}
            ],
        },
    )
    decision = plans(made, planned(loaded, half))
    assert [decision["stale"], "update:responder/bot#webhook" in decision["runs"]] == [[], True]


def test_what_is_stale_is_named_in_the_report() -> None:
    made = planned(LOADED, account(groups=[group("1", "A", description="before")]), OURS)
    decision = decide(made.plan, planned(LOADED, account(groups=[]), OURS))
    assert {each.step: each.result for each in decision.settled}["update:group/a"] == "skipped"
