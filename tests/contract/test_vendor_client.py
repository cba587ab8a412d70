"""The vendor's own client library, made from the same contract, works on the emulator.

Its models cannot read three types, on the real service no more than here: `apple` and `twitter`, because they require
secrets that no reply holds, and `messenger`, whose page id is a text in replies and a number in the model. Every other
type is created, read, listed, patched and deleted below; those three are created through plain requests elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sunshine_conversations_client as vendor
from sunshine_conversations_client import model as models

from reconciler.emulator.server import Emulator
from tests.contract.bodies import MORE, PATCHABLE, SMALLEST, WEBHOOK

pytestmark = pytest.mark.xdist_group("contract")

APP = "5f0e1c2d3b4a5f0e1c2d3b4a"
UNREADABLE = {"apple", "twitter", "messenger"}
READABLE = sorted(set(SMALLEST) - UNREADABLE)


@pytest.fixture
def client() -> Iterator[vendor.ApiClient]:
    with Emulator({"maison-lune": 0}) as emulator:
        configuration = vendor.Configuration(host=emulator.url("maison-lune") + "/sc", username="app_1", password="s")
        with vendor.ApiClient(configuration) as made:
            yield made
            made.rest_client.pool_manager.clear()


def _class_of(kind: str) -> Any:
    return getattr(models, kind.capitalize())


def _update_class_of(kind: str) -> Any:
    special = {"messagebird": "MessageBirdUpdate", "whatsapp": "WhatsAppUpdate"}
    return getattr(models, special.get(kind, f"{kind.capitalize()}Update"))


def test_it_creates_reads_lists_patches_and_deletes_every_integration_that_its_models_can_read(
    client: vendor.ApiClient,
) -> None:
    api = vendor.IntegrationsApi(client)
    for kind in READABLE:
        body = _class_of(kind)(**{"type": kind, "displayName": kind, **SMALLEST[kind], **MORE[kind]})
        made = api.create_integration(APP, body).integration
        assert (made.type, made.status, made.display_name) == (kind, "active", kind)
        assert api.get_integration(APP, made.id).integration == made
        listed = api.list_integrations(APP).integrations
        assert [item.id for item in listed] == [made.id]
        change = _update_class_of(kind)(**{"displayName": "Renamed", **PATCHABLE[kind]})
        patched = api.update_integration(APP, made.id, vendor.IntegrationUpdate(change)).integration
        assert patched.display_name == "Renamed"
        api.delete_integration(APP, made.id)
        with pytest.raises(vendor.exceptions.NotFoundException):
            api.get_integration(APP, made.id)


@pytest.mark.parametrize("kind", sorted(UNREADABLE))
def test_it_cannot_read_a_type_whose_model_asks_for_more_than_replies_hold(client: vendor.ApiClient, kind: str) -> None:
    body = _class_of(kind)(**{"type": kind, **SMALLEST[kind], **MORE[kind]})

    with pytest.raises(ValueError, match="validation error"):
        vendor.IntegrationsApi(client).create_integration(APP, body)


def test_it_sees_the_error_body_of_a_refused_create(client: vendor.ApiClient) -> None:
    custom = models.Custom.model_construct(type="custom", webhooks=[])

    with pytest.raises(vendor.exceptions.BadRequestException, match="should not have fewer than 1 items"):
        vendor.IntegrationsApi(client).create_integration(APP, custom)


def test_it_manages_the_switchboard_and_its_entries(client: vendor.ApiClient) -> None:
    switchboards, entries = vendor.SwitchboardsApi(client), vendor.SwitchboardIntegrationsApi(client)
    custom = models.Custom(type="custom", displayName="Bot", webhooks=[models.Webhook(**WEBHOOK)])
    bot = vendor.IntegrationsApi(client).create_integration(APP, custom).integration
    (found,) = switchboards.list_switchboards(APP).switchboards
    before = entries.list_switchboard_integrations(APP, found.id).switchboard_integrations
    assert [entry.integration_type for entry in before] == ["zd:answerBot", "zd:agentWorkspace"]

    body = models.SwitchboardIntegrationCreateBody(name="bot", integrationId=bot.id, messageHistoryCount=5)
    made = entries.create_switchboard_integration(APP, found.id, body).switchboard_integration
    assert (made.integration_id, made.integration_type) == (bot.id, "custom")
    change = models.SwitchboardIntegrationUpdateBody(deliverStandbyEvents=False)
    patched = entries.update_switchboard_integration(APP, found.id, made.id, change).switchboard_integration
    assert patched.deliver_standby_events is False
    entries.delete_switchboard_integration(APP, found.id, made.id)
    assert entries.list_switchboard_integrations(APP, found.id).switchboard_integrations == before

    disabled = models.SwitchboardUpdateBody(enabled=False)
    assert switchboards.update_switchboard(APP, found.id, disabled).switchboard.enabled is False
    switchboards.delete_switchboard(APP, found.id)
    assert switchboards.list_switchboards(APP).switchboards == []
    assert switchboards.create_switchboard(APP).switchboard.enabled is False
