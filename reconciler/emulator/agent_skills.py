"""The skills of single agents: a set that is read, and replaced whole.

It refuses to know attributes and values beyond whether they are there.
Source: developer.zendesk.com/api-reference/ticketing/ticket-management/skill_based_routing; the contract leaves the
body of the write out.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, invalid_request, record_not_found
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection
from reconciler.emulator.routing_attributes import VALUES


def _admit(account: Account, document: Json, parts: dict[str, str]) -> Json:
    """A seed holds the values as the service lists them."""
    listed = document.get("attribute_values")
    return {"attribute_value_ids": [each["id"] for each in listed]} if isinstance(listed, list) else document


AGENT_SKILLS = Collection(
    "/api/v2/routing/agents/{agent}/instance_values",
    "agent_skills",
    "attribute_values",
    "attribute_values",
    modes="none",
    admit=_admit,
    singleton=True,
    within="agent",
)
COLLECTIONS = [AGENT_SKILLS]


def _agent(call: Call) -> str:
    user = call.account.get("users", call.parts["agent"])
    if user is None or user["role"] not in ("agent", "admin"):
        raise record_not_found()
    return str(user["id"])


def _answer(account: Account, agent: str) -> Answer:
    ids = (account.get(AGENT_SKILLS.table, agent) or {}).get("attribute_value_ids", [])
    values = [value for each in ids if (value := account.get(VALUES.table, each)) is not None]
    return Answer(body={"attribute_values": [VALUES.show(account, value) for value in values]})


def _list(call: Call) -> Answer:
    return _answer(call.account, _agent(call))


def _replace(call: Call) -> Answer:
    agent = _agent(call)
    ids: Any = call.body().get("attribute_value_ids")
    if not isinstance(ids, list) or any(call.account.get(VALUES.table, str(each)) is None for each in ids):
        raise invalid_request("Invalid attribute", "You passed an invalid value for the attribute_value_ids attribute.")
    document = {"attribute_value_ids": [str(each) for each in dict.fromkeys(ids)]}
    AGENT_SKILLS.add(call.account, document, {"agent": agent})
    return _answer(call.account, agent)


ROUTES: list[Route] = [("GET", AGENT_SKILLS.path, _list), ("POST", AGENT_SKILLS.path, _replace)]
