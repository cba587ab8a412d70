"""What the memory holds after every kind of outcome, and what the next plan makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.diff import NOTHING, cause_of_difference
from reconciler.core.plan import Cause, Change
from reconciler.core.policy import Policy
from reconciler.core.resource import external, ref
from reconciler.core.state import Entry
from reconciler.engine import bookkeeping
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

TOKEN = {"from": "env://TOKEN", "generation": 1}


def messenger(**fields: Any) -> Any:
    return resource("channel", "page", type="messenger", page_id="104857600000001", **fields)


LIVE_PAGE = {"id": "i1", "type": "messenger", "pageId": "104857600000001", "displayName": "Lune"}


@pytest.mark.parametrize(
    ("desired", "live", "applied", "is_remembered", "cause"),
    [
        ("new", "old", "old", True, "intended"),
        ("same", "moved", "same", True, "drift"),
        ("new", "moved", "old", True, "conflict"),
        ("new", "live", NOTHING, True, "intended"),
        ("new", "live", NOTHING, False, "unknown"),
    ],
)
def test_the_cause_says_who_moved(desired: str, live: str, applied: Any, is_remembered: bool, cause: str) -> None:
    assert cause_of_difference(desired, live, applied, is_remembered=is_remembered) == cause


def test_a_secret_that_is_newly_stated_is_written() -> None:
    bare = messenger()
    stated = messenger(page_access_token=TOKEN)
    entries = {"channel/page": entry_for(bare, {"": "i1"}, {"": {"page_id": "104857600000001"}})}
    plan = planned(environment(stated), account(integrations=[LIVE_PAGE]), entries).plan
    assert ids(plan) == ["write_secret:channel/page"]
    assert plan.steps[0].changes[0].cause.kind == "intended"


def test_a_secret_of_an_object_that_was_found_counts_as_written() -> None:
    plan = planned(environment(messenger(page_access_token=TOKEN)), account(integrations=[LIVE_PAGE])).plan
    assert ids(plan) == ["adopt:channel/page"]


def test_a_new_generation_is_a_rotation_and_an_old_one_is_nothing() -> None:
    def plan_with(generation: int) -> list[tuple[str, str]]:
        stated = messenger(page_access_token={"from": "env://TOKEN", "generation": generation})
        entries = {"channel/page": entry_for(stated, {"": "i1"}, {"": {}}, generations={"page_access_token": 2})}
        made = planned(environment(stated), account(integrations=[LIVE_PAGE]), entries).plan
        return [(each.action, each.changes[0].cause.kind) for each in made.steps]

    assert [plan_with(generation) for generation in (1, 2, 3)] == [[], [], [("write_secret", "rotation")]]


def test_a_generation_by_hand_is_done_only_when_somebody_vouched_for_that_one() -> None:
    def stated(generation: int) -> Any:
        secret = {"from": "env://SECRET", "generation": generation}
        return messenger(app_id="1", app_secret=secret, page_access_token=TOKEN)

    live = {**LIVE_PAGE, "appId": "1"}
    generations = {"app_secret": 1, "page_access_token": 1}
    entry = entry_for(stated(1), {"": "i1"}, {"": {"app_id": "1"}}, generations=generations)
    second = planned(environment(stated(2)), account(integrations=[live]), {"channel/page": entry})
    manual = step(second.plan, "manual:channel/page#rotate-app-secret")
    assert manual.manual is not None
    digest = manual.manual["digest"]
    attested = {manual.id: digest}
    assert bookkeeping.in_step(second, {"channel/page": entry}, attested)["channel/page"].generations["app_secret"] == 2
    third = planned(environment(stated(3)), account(integrations=[live]), {"channel/page": entry}, attested)
    assert ids(third.plan) == [manual.id]
    remembered = bookkeeping.in_step(third, {"channel/page": entry}, attested).get("channel/page", entry)
    assert remembered.generations["app_secret"] == 1


def test_what_was_external_when_it_was_applied_is_the_same_under_its_address() -> None:
    def route(target: Any) -> Any:
        actions = [{"field": "group_id", "value": target}]
        return resource("trigger", "route", title="Route", category="c", conditions=RULE["conditions"], actions=actions)

    category = resource("trigger_category", "c", title="C")
    applied = [{"field": "group_id", "value": external("group", "Old")}]
    plan = planned(
        environment(
            category, resource("group", "old", title="Old"), resource("group", "new", title="New"), route("new")
        ),
        account(
            trigger_categories=[{"id": "7", "name": "C", "position": 1}],
            groups=[group("1", "Old"), group("2", "New")],
            triggers=[trigger("9", "Route", "7", actions=[{"field": "group_id", "value": "1"}])],
        ),
        {
            "trigger_category/c": entry_for(category, {"": "7"}, {"": {"title": "C"}}),
            "trigger/route": entry_for(route("new"), {"": "9"}, {"": {"actions": applied}}),
        },
    ).plan
    change = step(plan, "update:trigger/route").changes[0]
    assert [change.before, change.cause.kind] == [[{"field": "group_id", "value": ref("group/old")}], "intended"]


def test_a_field_that_is_no_longer_stated_is_released_without_a_request() -> None:
    entries = {
        "group/a": entry_for(resource("group", "a", title="A"), {"": "1"}, {"": {"title": "A", "description": "x"}})
    }
    made = planned(
        environment(resource("group", "a", title="A")), account(groups=[group("1", "A", description="y")]), entries
    )
    only = made.plan.steps[0]
    assert [only.id, only.changes[0].op, only.is_request] == ["update:group/a", "release", False]
    after = bookkeeping.written(entries["group/a"], "", only.changes)
    assert dict(after.applied[""]) == {"title": "A"}


def test_a_drifted_field_is_blocked_where_the_policy_says_so_and_an_unknown_one_is_not() -> None:
    mine = resource("group", "a", title="A", description="mine")
    loaded = environment(mine, policy=Policy(drift="block"))
    live = account(groups=[group("1", "A", description="theirs")])
    remembered = {"group/a": entry_for(mine, {"": "1"}, {"": {"title": "A", "description": "mine"}})}
    assert bool(planned(loaded, live, remembered).plan.steps[0].blocked) is True
    assert [each.blocked for each in planned(loaded, live).plan.steps] == [(), ()]


def test_watched_objects_are_compared_and_never_written() -> None:
    mine = resource("group", "a", title="A", description="mine", lifecycle={"watch_only": True})
    remembered = {"group/a": entry_for(mine, {"": "1"}, {"": {"title": "A"}})}
    plan = planned(environment(mine), account(groups=[group("1", "A", description="theirs")]), remembered).plan
    assert [ids(plan), plan.warnings] == [[], ("group/a is watched only; it differs in description.",)]


def test_a_protected_object_is_not_removed_even_after_its_manifest_is_gone() -> None:
    entry = entry_for(resource("group", "a", title="A"), {"": "1"}, {}, protect=True, on_remove="delete")
    plan = planned(
        environment(resource("group", "b", title="B")), account(groups=[group("1", "A")]), {"group/a": entry}
    ).plan
    assert "protected" in step(plan, "delete:group/a").blocked[0]


def test_what_was_applied_to_another_object_is_forgotten_when_the_address_is_bound_anew() -> None:
    mine = resource("group", "a", title="A")
    before = entry_for(mine, {"": "1"}, {"": {"title": "A", "description": "x"}})
    assert dict(bookkeeping.bound(before, mine, "", "2", created=False).applied) == {}


def test_a_write_brings_a_retired_address_back() -> None:
    retired = Entry(live={"": "1"}, retired="deactivate")
    written = bookkeeping.written(retired, "", [Change("active", "set", False, True, Cause("intended"))])
    assert [written.retired, dict(written.applied[""])] == [None, {"active": True}]


def test_an_unchanged_address_that_comes_back_is_retired_no_longer() -> None:
    mine = resource("group", "a", title="A")
    entry = entry_for(mine, {"": "1"}, {}, retired="keep")
    made = planned(environment(mine), account(groups=[group("1", "A")]), {"group/a": entry})
    assert [ids(made.plan), bookkeeping.in_step(made, {"group/a": entry}, {})["group/a"].retired] == [[], None]


def test_a_bot_stops_listening_before_it_is_removed() -> None:
    bot = resource(
        "responder", "bot", type="bot", webhook={"target": "https://x.example", "triggers": ["conversation:message"]}
    )
    entry = entry_for(bot, {"integration": "i", "webhook": "w", "entry": "e"}, {}, on_remove="delete")
    plan = planned(
        environment(resource("group", "a", title="A")),
        account(
            groups=[group("1", "A")],
            integrations=[{"id": "i", "type": "custom", "displayName": "bot"}],
            switchboards=[{"id": "s", "enabled": True}],
            inside={
                ("switchboard_integrations", "s"): [{"id": "e", "name": "bot", "integrationId": "i"}],
                ("integration_webhooks", "i"): [
                    {"id": "w", "target": "https://x.example", "triggers": ["conversation:message"]}
                ],
            },
        ),
        {"responder/bot": entry},
    ).plan
    removal = [each for each in ids(plan) if each.endswith(("entry", "webhook", "integration"))]
    assert removal == ["update:responder/bot#webhook", "delete:responder/bot#entry", "delete:responder/bot#integration"]
    assert step(plan, "delete:responder/bot#entry").depends_on == ("update:responder/bot#webhook",)


def test_clearing_a_protection_is_a_change_that_sends_nothing() -> None:
    mine = resource("group", "a", title="A")
    entry = entry_for(mine, {"": "1"}, {"": {"title": "A"}}, protect=True)
    made = planned(environment(mine), account(groups=[group("1", "A")]), {"group/a": entry})
    only = made.plan.steps[0]
    assert [[change.path for change in only.changes], only.is_request] == [["lifecycle.protect"], False]
    after = bookkeeping.in_step(made, {"group/a": entry}, {})["group/a"]
    assert [
        after.protect,
        ids(planned(environment(mine), account(groups=[group("1", "A")]), {"group/a": after}).plan),
    ] == [False, []]
