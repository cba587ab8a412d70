"""Repairs of the memory as values."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.core.errors import UsageError
from reconciler.core.state import Entry, Intent, State, Target
from reconciler.engine.state_editing import forgotten, keyless_bindings, moved

LINEAGE = "5f9c1f4e-8a50-4a6e-9a0e-0c5f7c1f2b11"


def state(*intents: Intent, **resources: Entry) -> State:
    entries = {address.replace("__", "/"): entry for address, entry in resources.items()}
    return State("sandbox", Target("maison", "a1"), LINEAGE, 4, 2, "run-1", entries, intents)


def channel(live_id: str, type_name: str, *, retired: str | None = None) -> Entry:
    return Entry(live={"": live_id}, key={"type": type_name}, retired=retired)


REPAIRS: list[Callable[[State], State]] = [
    lambda before: moved(before, "channel/web", "channel/site"),
    lambda before: forgotten(before, "channel/web"),
]


@pytest.mark.parametrize("repair", REPAIRS)
def test_an_address_with_an_unsettled_create_is_left_alone(repair: Callable[[State], State]) -> None:
    intent = Intent("run-0/create:channel/web", "channel/web", "", "integrations", {}, (), "run-0")
    with pytest.raises(UsageError, match="is not settled yet"):
        repair(state(intent, channel__web=channel("1", "web")))


@pytest.mark.parametrize("repair", REPAIRS)
def test_the_unsettled_create_of_another_address_does_not_matter(repair: Callable[[State], State]) -> None:
    intent = Intent("run-0/create:channel/app", "channel/app", "", "integrations", {}, (), "run-0")
    after = repair(state(intent, channel__web=channel("1", "web")))
    assert ("channel/web" in after.resources, (intent,)) == (False, after.intents)


def test_an_address_that_has_another_live_object_is_not_overwritten() -> None:
    before = state(channel__web=channel("1", "web"), channel__site=channel("2", "web"))
    with pytest.raises(UsageError, match='has "channel/site" already'):
        moved(before, "channel/web", "channel/site")


def test_only_living_addresses_without_a_readable_key_need_a_binding() -> None:
    before = state(
        channel__web=channel("1", "web"),
        channel__x=channel("2", "x_dm"),
        channel__line=channel("3", "line"),
        channel__old=channel("4", "ios", retired="keep"),
        switchboard__main=Entry(live={"": "5"}),
        responder__bot=Entry(live={"integration": "6", "webhook": "7", "entry": "8"}, key={"type": "bot"}),
    )
    expected = [
        ("channel/web", "1", 'channel/web: {id: "1"}'),
        ("channel/x", "2", 'channel/x: {id: "2"}'),
    ]
    assert expected == list(keyless_bindings(before))
