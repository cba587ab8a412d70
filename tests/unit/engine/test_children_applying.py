"""Applying what consists of several live objects while answers get lost and runs die: nothing is doubled or left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.engine.situations import environment, resource
from tests.unit.engine.worlds import Stage, stage

SKILL = resource("skill", "langue", title="Langue", values=[{"name": each, "title": each} for each in ("fr", "ja")])
SCHEDULE = resource(
    "schedule",
    "boutique",
    title="Boutique",
    time_zone="Europe/Paris",
    week={"monday-friday": ["09:00-12:00"]},
    holidays=[{"name": "Noël", "on": "2026-12-25"}, {"name": "Inventaire", "from": "2027-01-04", "to": "2027-01-05"}],
)
TEXT = resource(
    "dynamic_content",
    "bienvenue",
    title="Bienvenue",
    default_locale="fr",
    locales=[{"locale": "fr", "content": "Bonjour"}, {"locale": "ja", "content": "こんにちは"}],
)
MACRO = resource("macro", "accueil", title="Accueil", actions=[{"field": "comment_value", "value": "{{dc.bienvenue}}"}])
LOADED = environment(SKILL, SCHEDULE, TEXT, MACRO)
WRITES = 9


def account(here: Stage) -> Any:
    """The whole account as far as it was written, without ids and times."""
    found = here.person("GET", "/__emulator__/state")["objects"]
    return {
        path.split("/")[-1]: sorted(str(each.get("name") or each.get("title")) for each in items)
        for path, items in found.items()
        if path.split("/")[-1] in ("attributes", "values", "schedules", "holidays", "items", "macros")
    }


EVERYTHING = {
    "attributes": ["Langue"],
    "values": ["fr", "ja"],
    "schedules": ["Boutique"],
    "holidays": ["Inventaire", "Noël"],
    "items": ["Bienvenue"],
    "macros": ["Accueil"],
}


def assert_all_is_there(here: Stage) -> None:
    assert EVERYTHING == account(here)
    assert [] == [step.id for step in here.plan(LOADED).plan.steps]
    assert () == here.state().intents


def test_everything_is_made_in_as_few_writes_as_there_are(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.apply(LOADED)

        assert_all_is_there(here)
        assert WRITES == len(here.wire.sent)


@pytest.mark.parametrize("ordinal", range(WRITES))
def test_a_lost_answer_doubles_nothing(ordinal: int, tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.wire.loses = lambda request: len(here.wire.sent) == ordinal + 1 and request.method in ("POST", "PUT")
        here.apply(LOADED)
        here.wire.loses = lambda request: False

        here.apply(LOADED)

        assert_all_is_there(here)


@pytest.mark.parametrize("ordinal", range(WRITES))
def test_a_run_that_dies_after_a_write_is_finished_by_the_same_plan(ordinal: int, tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        saved = here.plan(LOADED)

        def die(request: httpx.Request) -> bool:
            if len(here.wire.sent) == ordinal + 1 and request.method in ("POST", "PUT"):
                raise KeyboardInterrupt
            return False

        here.wire.loses = die
        with pytest.raises(KeyboardInterrupt):
            here.apply(LOADED, saved)
        here.wire.loses = lambda request: False
        here.clock.sleep(60)

        here.apply(LOADED, saved)

        assert_all_is_there(here)


def test_embedded_children_cost_no_request_of_their_own(tmp_path: Path) -> None:
    asked: list[str] = []
    with stage(tmp_path) as here:
        here.apply(LOADED)
        here.wire.before = lambda request: asked.append(request.url.path)

        here.plan(LOADED)

    assert [] == [path for path in asked if "variants" in path]
    assert 1 == sum(path.endswith("/dynamic_content/items") for path in asked)
