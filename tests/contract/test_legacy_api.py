"""WeChat through the older Conversations API: the names of attributes and members, judged by the vendor's v1.1 description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from reconciler.emulator.server import Emulator
from reconciler.kinds._collections import LEGACY_INTEGRATIONS
from reconciler.kinds._fields import fields_of
from reconciler.kinds._wechat import WeChat
from tests.contract.contracts import directory

FILE = directory() / "smooch-v1.1-swagger-5.29.json"
PATH = "/v1.1/apps/{appId}/integrations"
UNDOCUMENTED = {"brandId"}
"""Replies of real accounts carry it (community post on querying a WhatsApp integration, 2024)."""

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"the vendor's v1.1 description is not in {directory()}")


def definition(name: str) -> dict[str, Any]:
    properties: dict[str, Any] = json.loads(FILE.read_text("utf-8"))["definitions"][name]["properties"]
    return properties


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with (
        Emulator({"maison-lune": 0}) as emulator,
        httpx.Client(base_url=f"{emulator.url('maison-lune')}/sc/v1.1/apps/5f0e1c2d3b4a", auth=("k", "s")) as client,
    ):
        yield client


def test_what_the_kind_sends_and_reads_is_described() -> None:
    fields = fields_of(WeChat)
    created = {each.api for each in fields if each.on_create}
    assert created - definition("IntegrationCreate").keys() == set()
    assert {each.api for each in fields if each.on_update} - definition("IntegrationUpdate").keys() == set()
    assert {each.api for each in fields} - definition("Integration").keys() == UNDOCUMENTED
    assert WeChat.made_secret in definition("Integration")


def test_the_listing_is_described() -> None:
    paths = json.loads(FILE.read_text("utf-8"))["paths"]
    assert LEGACY_INTEGRATIONS.path.replace("{app_id}", "{appId}") == PATH
    known = {each["name"] for each in paths[PATH]["get"]["parameters"]}
    assert {name for name, _ in LEGACY_INTEGRATIONS.query} - known == set()
    assert {LEGACY_INTEGRATIONS.update_verb.lower(), "get", "delete"} <= paths[f"{PATH}/{{integrationId}}"].keys()


def test_what_the_emulator_answers_is_described(client: httpx.Client) -> None:
    body = {"type": "wechat", "appId": "wx0123456789abcdef", "appSecret": "secret", "encodingAesKey": "key"}
    made = client.post("/integrations", json=body)
    listed = client.get("/integrations", params={"types": "wechat"}).json()
    assert made.status_code == 201
    assert made.json()["integration"].keys() - definition("Integration").keys() == set()
    assert listed.keys() - definition("ListIntegrationsResponse").keys() == set()
    assert [made.json()["integration"]] == listed["integrations"]
    assert not {"appSecret", "encodingAesKey"} & made.json()["integration"].keys()
