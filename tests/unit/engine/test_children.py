"""Items of a list that are live objects of their own: limits, protection, and how little is read for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reconciler.core.policy import Policy
from reconciler.core.state import Entry
from reconciler.emulator.server import Emulator
from tests.golden.case import Round
from tests.golden.play import SUBDOMAIN, Stage
from tests.unit.engine.situations import account, entry_for, environment, ids, planned, resource, step

VALUES = ("japonais", "chinois", "breton")


def skill(name: str, *values: str, **fields: Any) -> Any:
    return resource("skill", name, title=name, values=[{"name": each, "title": each} for each in values], **fields)


def remembered(name: str, **fields: Any) -> Entry:
    live = {"": f"a-{name}", **{f"value/{each}": f"{name}-{each}" for each in VALUES}}
    return entry_for(skill(name), live, {}, **fields)


def live_skills(*names: str) -> Any:
    return account(
        skill_attributes=[{"id": f"a-{name}", "name": name} for name in names],
        inside={
            ("skill_values", f"a-{name}"): [{"id": f"{name}-{each}", "name": each} for each in VALUES] for name in names
        },
    )


def test_every_child_that_leaves_counts_as_a_removal() -> None:
    loaded = environment(skill("langue"), policy=Policy(max_deletes=2))

    plan = planned(loaded, live_skills("langue"), {"skill/langue": remembered("langue")}).plan

    assert [f"delete:skill/langue#value/{each}" for each in sorted(VALUES)] == ids(plan)
    assert ["the plan deletes or deactivates 3 objects, more than policy.max_deletes (2)"] * 3 == [
        each.blocked[0].split(". ")[0] for each in plan.steps
    ]


def test_children_that_leave_every_resource_of_a_kind_are_not_all_of_the_kind() -> None:
    loaded = environment(skill("langue", *VALUES[1:]), skill("produit", *VALUES[1:]))
    entries = {f"skill/{each}": remembered(each) for each in ("langue", "produit")}

    plan = planned(loaded, live_skills("langue", "produit"), entries).plan

    assert [(), ()] == [each.blocked for each in plan.steps]


def test_a_protected_resource_keeps_its_children() -> None:
    loaded = environment(skill("langue", *VALUES[1:], lifecycle={"protect": True}))

    plan = planned(loaded, live_skills("langue"), {"skill/langue": remembered("langue", protect=True)}).plan

    assert "protected" in step(plan, "delete:skill/langue#value/japonais").blocked[0]


def test_a_watched_resource_keeps_its_children() -> None:
    loaded = environment(skill("langue", *VALUES[1:], lifecycle={"watch_only": True}))

    plan = planned(loaded, live_skills("langue"), {"skill/langue": remembered("langue")}).plan

    assert [] == ids(plan)


def test_a_child_that_is_gone_and_not_stated_any_more_is_forgotten() -> None:
    snapshot = live_skills("langue")
    snapshot.listings["skill_values", "a-langue"] = account(
        skill_values=[{"id": f"langue-{each}", "name": each} for each in VALUES[1:]]
    ).listings["skill_values", ""]

    plan = planned(environment(skill("langue", *VALUES[1:])), snapshot, {"skill/langue": remembered("langue")}).plan

    assert [("forget:skill/langue#value/japonais", "")] == [(each.id, each.live_id) for each in plan.steps]


def test_a_child_in_a_collection_that_cannot_be_read_is_not_removed() -> None:
    snapshot = account(skill_attributes=[{"id": "a-langue", "name": "langue"}], unreadable=("skill_values",))

    plan = planned(environment(skill("langue")), snapshot, {"skill/langue": remembered("langue")}).plan

    assert ["nothing is known about it" in each.blocked[0] for each in plan.steps] == [True, True, True]


def test_children_are_read_only_inside_what_is_ours_and_only_where_they_are_stated(tmp_path: Path) -> None:
    attributes = "/api/v2/routing/attributes"
    seed = {attributes: [{"id": f"a-{each}", "name": each} for each in ("Langue", "Produit", "Région")]}
    stated = {"kind": "skill", "name": "langue", "title": "Langue", "values": []}
    unstated = {"kind": "skill", "name": "produit", "title": "Produit"}
    with Emulator({SUBDOMAIN: 0}, seed={SUBDOMAIN: seed}) as emulator:
        stage = Stage(tmp_path, emulator)
        stage.set(Round(manifests=(stated, unstated)))
        stage.plan()

    read = [each.path for each in stage.exchanges if "routing" in each.path]
    assert [attributes, f"{attributes}/a-Langue/values"] == read
