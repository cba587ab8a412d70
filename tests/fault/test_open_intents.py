"""Creates that an earlier run announced and died with, in an account that moved on in the meantime."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fault.history import opened, prepared
from tests.fault.process import Process
from tests.fault.simulation import Scene, in_process


@pytest.fixture(autouse=True)
def _in_process() -> Iterator[None]:
    with in_process():
        yield


def _died_with_an_intent_inside(collection: str) -> Scene:
    """A run that died just after it announced a create inside another object."""
    for place in range(20, 80):
        scene = opened(prepared("nothing"))
        saved = scene.plan("channels")
        scene.wire.process = Process(dies_at=place)
        scene.apply("channels", saved)
        scene.wire.calm()
        state = scene.state()
        if state and any(intent.collection.startswith(collection) for intent in state.intents):
            return scene
    raise AssertionError(f"no run announces a create in {collection}")


def test_a3_an_intent_whose_parent_is_gone_does_not_stop_every_later_run() -> None:
    scene = _died_with_an_intent_inside("switchboard_integrations/")
    before = scene.live.account.all("switchboards")[0]["id"]
    for entry in scene.live.account.all("switchboard_integrations"):
        scene.live.account.remove("switchboard_integrations", entry["id"])
    scene.live.person("/sc/v2/apps/{app}/switchboards/" + before, None)
    scene.live.truth.bystanders.clear()
    after = scene.live.person("/sc/v2/apps/{app}/switchboards", {"enabled": True})
    entries = "/sc/v2/apps/{app}/switchboards/" + after["id"] + "/switchboardIntegrations"
    agents = {"name": "zd-agentWorkspace", "integrationType": "zd:agentWorkspace", "integrationId": "0" * 24}
    scene.live.person(entries, agents)

    scene.converge("channels")

    state = scene.state()
    assert state is not None
    assert () == state.intents
    assert 1 == len(scene.live.live_ids(("responder/bot", "entry")))


def test_a3_an_intent_that_was_carried_out_is_bound_by_the_next_run() -> None:
    scene = _died_with_an_intent_inside("switchboard_integrations/")
    scene.converge("channels")
    assert 1 == len(scene.live.live_ids(("responder/bot", "entry")))
    assert 1 == len(scene.live.live_ids(("responder/bot", "integration")))
