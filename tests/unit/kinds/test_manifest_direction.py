"""Every codec writes what it understood: `desired(manifest(live(x))) == live(x)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from reconciler.core.codec import MISSING, Codec
from reconciler.core.part import Field
from reconciler.core.resource import by_id, external, ref
from reconciler.kinds._codecs import (
    Boolean,
    Colour,
    Emptyable,
    EmptyText,
    NumberAsText,
    PhoneNumber,
    Plain,
    Pointer,
    PointerList,
    PointerSet,
    Record,
    WholeNumber,
)
from reconciler.kinds._conditions import Rules
from reconciler.kinds._mirrors import DefaultResponder
from reconciler.kinds._public_channels import Handle
from reconciler.kinds._registry import find_kind, manifest_kinds
from reconciler.kinds._skills import SkillUses
from reconciler.kinds._survey_rules import ChannelSet
from reconciler.kinds._time_zones import TimeZone
from reconciler.kinds._week import HoursOfDay, days_of, shortened, written_out
from reconciler.kinds.account import LocaleSet
from reconciler.kinds.dynamic_content import LocaleCode
from reconciler.kinds.macro import Restriction
from reconciler.kinds.trigger_category import Place


class FewNames:
    """Names of an account in which 1 is managed, 2 is called Support, and nothing else is known."""

    def reference(self, kind: str, part: str, live_id: str) -> dict[str, str]:
        if live_id == "1":
            return ref(f"{kind}/one", part or ("value/japonais" if kind == "skill" else ""))
        return external(kind, "Support") if live_id == "2" else by_id(live_id)

    def canonical(self, reference: Mapping[str, Any]) -> dict[str, str]:
        return dict(reference)

    def live_id(self, reference: Mapping[str, Any]) -> str:
        return {"Support": "2"}.get(str(reference.get("external")), "1")

    def objects(self, collection: str, parent: str = "") -> Sequence[Mapping[str, Any]]:
        entries = [{"id": "1", "name": "bot"}, {"id": "2", "name": "agents"}, {"id": "3", "name": "other"}]
        groups = [{"id": "1", "name": "Support"}]
        return {"groups": groups, "switchboard_integrations": entries, "locales": [{"id": 16, "locale": "FR"}]}.get(
            collection, []
        )

    def unreadable(self, collection: str, parent: str = "") -> str:
        return ""

    def is_managed(self, address: str) -> bool:
        return False

    def owner(self, collection: str, live_id: str) -> tuple[str, str] | None:
        return None


NAMES = FewNames()
RULES = [
    {"field": "group_id", "operator": "is", "value": "1"},
    {"field": "group_id", "operator": "is", "value": 2},
    {"field": "group_id", "operator": "is", "value": "3"},
    {"field": "group_id", "operator": "is", "value": ""},
    {"field": "group_id", "operator": "is", "value": "current_groups"},
    {"field": "group_id", "operator": "changed"},
    {"field": "via_id", "operator": "is", "value": 74},
    {"field": "via_id", "operator": "includes", "value": ["88", 4]},
    {"field": "current_tags", "value": "b a"},
    {"field": "current_tags", "value": None},
    {"field": "comment_is_public", "operator": "is", "value": True},
    {"field": "notification_group", "value": ["2", "Objet", "Texte"]},
    {"field": "notification_webhook", "value": ["01HABC", "{}"]},
    {"field": "notification_target", "value": [360001, "Texte"]},
    {"field": "set_skills", "value": "1#2"},
    {"field": "set_skills", "value": "2#0"},
    {"field": "set_skills", "value": "unknown"},
]
CODECS: list[tuple[Codec, list[Any]]] = [
    (Plain(), [1, "x", None, [1], {"a": 1}]),
    (Emptyable(), ["", None, "x"]),
    (EmptyText(), ["", None, "x"]),
    (Boolean(), ["true", "false", True, None]),
    (NumberAsText(), [12, "12", 12.0, None]),
    (WholeNumber(), [12, "12", "-3", "douze", None]),
    (PhoneNumber(), ["33755531200", "+33755531200", None]),
    (Colour(), ["FFF", "65758E"]),
    (Record({"ours": "theirs"}), [[{"theirs": 1, "more": 2}], []]),
    (Pointer("group"), ["1", 2, "3", None, ""]),
    (PointerList(Pointer("group")), [["1", 2, "3"], [], None]),
    (PointerSet(Pointer("group")), [[3, "2", 1, 1], []]),
    (PointerSet(Pointer("group"), member="id"), [[{"id": 2, "name": "x"}]]),
    (DefaultResponder(), [None, {"inherited": True}, *({"name": name} for name in ("bot", "agents", "other"))]),
    (SkillUses(), ["1#2", "2#0", "free text", None]),
    (Rules(), [RULES, [], None, *([rule] for rule in RULES)]),
    (Rules(called="subject"), [[{"subject": "group_id", "operator": "is", "value": "1"}]]),
    (Restriction(), [None, {"type": "Group", "id": 1, "ids": [1, 2]}, {"type": "Group", "id": 3}]),
    (Place(), ["first", "last"]),
    (Handle(), ["Lune", "@lune"]),
    (LocaleSet(), [[16], []]),
    (LocaleCode(), [2]),
    (ChannelSet(), [[{"field": "via_id", "operator": "is", "value": "74"}, {"field": "status", "operator": "is"}]]),
    (TimeZone(), ["Paris", "Europe/Paris", "Mars/Phobos"]),
    (
        HoursOfDay("monday"),
        [None, [], [{"start_time": 1980, "end_time": 2460}, {"start_time": 2460, "end_time": 2700}]],
    ),
]


@pytest.mark.parametrize(
    ("codec", "value"),
    [pytest.param(codec, value, id=f"{type(codec).__name__}-{value}") for codec, values in CODECS for value in values],
)
def test_what_a_codec_reads_it_can_state(codec: Codec, value: Any) -> None:
    live = codec.live(value, NAMES)
    assert live is not MISSING
    assert codec.desired(codec.manifest(live, NAMES), NAMES) == live


def test_what_is_one_persons_own_no_manifest_can_state() -> None:
    live = Restriction().live({"type": "User", "id": 7}, NAMES)
    assert Restriction().manifest(live, NAMES) is MISSING


def test_names_come_before_titles_and_titles_before_ids() -> None:
    stated = Rules().manifest(Rules().live(RULES[:3], NAMES), NAMES)
    assert [each["value"] for each in stated] == ["one", {"external": "Support"}, {"id": "3"}]


def test_what_a_manifest_of_another_kind_manages_is_external() -> None:
    assert Pointer("group").manifest(ref("survey/one", "social"), NAMES) == {"external": "Support"}


def test_a_place_behind_another_category_is_stated_by_its_name() -> None:
    assert Place().manifest({"after": ref("trigger_category/one")}, NAMES) == {"after": "one"}


def test_a_skill_is_stated_by_its_attribute_and_its_value() -> None:
    stated = SkillUses().manifest({"skill": ref("skill/langue", "value/japonais"), "priority": 1}, NAMES)
    assert stated == {"skill": "langue/japonais", "priority": 1}


@pytest.mark.parametrize(
    ("week", "short"),
    [
        ({}, {}),
        ({"monday": ["09:00-12:00"]}, {"monday": ["09:00-12:00"]}),
        ({day: "closed" for day in days_of("sunday-saturday")}, {"monday-sunday": "closed"}),
        (
            {**{day: ["09:00-18:00"] for day in days_of("monday-friday")}, "saturday": "closed", "sunday": "closed"},
            {"monday-friday": ["09:00-18:00"], "saturday-sunday": "closed"},
        ),
        ({"monday": "closed", "wednesday": "closed"}, {"monday": "closed", "wednesday": "closed"}),
    ],
)
def test_a_week_is_as_short_as_a_person_would_write_it(week: dict[str, Any], short: dict[str, Any]) -> None:
    assert shortened(week) == short
    assert written_out(short) == week


def test_a_holiday_of_one_day_is_on_that_day() -> None:
    kind = find_kind("schedule")
    assert kind.shorten is not None
    assert kind.expand is not None
    long = {"holidays": [{"name": "Noël", "from": "2026-12-25", "to": "2026-12-25"}]}
    assert kind.shorten(long) == {"holidays": [{"name": "Noël", "on": "2026-12-25"}]}
    assert kind.expand(kind.shorten(long)) == kind.expand({"holidays": [{**long["holidays"][0], "on": "2026-12-25"}]})


def _fields() -> Iterator[tuple[str, Field]]:
    for name in manifest_kinds():
        kind = find_kind(name)
        for form in kind.forms:
            yield from ((name, field) for part in kind.parts(form) for field in part.fields)
        yield from ((name, field) for children in kind.children for field in children.fields)


def test_every_codec_that_a_kind_uses_is_held_to_the_law() -> None:
    held = {type(codec) for codec, _ in CODECS}
    assert {f"{name}.{field.path}" for name, field in _fields() if type(field.codec) not in held} == set()
