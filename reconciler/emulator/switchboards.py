"""The switchboard and its entries: who gets a conversation first, and who next.

It refuses to know what stands behind an entry beyond its id and type. Neither resource has a read by id.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, Refusal, bad_request, conversations, visible
from reconciler.emulator.attributes import Attribute, problems
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection

APP_PATH = "/sc/v2/apps/{app}"
MOST_ENTRIES = 10
ENTRY_BODY = {
    "name": Attribute(required=True, minimum=1, maximum=128, pattern="[A-Za-z0-9_-]*"),
    "integrationId": Attribute(),
    "integrationType": Attribute(),
    "deliverStandbyEvents": Attribute("boolean"),
    "nextSwitchboardIntegrationId": Attribute(nullable=True),
    "messageHistoryCount": Attribute("integer", nullable=True, minimum=1, maximum=10),
}
SWITCHBOARD_BODY = {"enabled": Attribute("boolean"), "defaultSwitchboardIntegrationId": Attribute()}


def _switchboard_missing() -> Refusal:
    return conversations(404, "switchboard_not_found", "Switchboard not found")


def _entry_missing() -> Refusal:
    return conversations(404, "switchboard_integration_not_found", "SwitchboardIntegration not found")


def _admit_entry(account: Account, entry: Json, parts: dict[str, str]) -> Json:
    return {"deliverStandbyEvents": True, **entry, "_switchboard": parts["switchboard"]}


def _admit_switchboard(account: Account, switchboard: Json, parts: dict[str, str]) -> Json:
    return {"enabled": False, **switchboard}


SWITCHBOARDS = Collection(
    APP_PATH + "/switchboards",
    "switchboards",
    "switchboards",
    "switchboard",
    id_type="record",
    admit=_admit_switchboard,
    missing=_switchboard_missing,
)
ENTRIES = Collection(
    APP_PATH + "/switchboards/{switchboard}/switchboardIntegrations",
    "switchboard_integrations",
    "switchboardIntegrations",
    "switchboardIntegration",
    id_type="record",
    admit=_admit_entry,
    missing=_entry_missing,
)
COLLECTIONS = [SWITCHBOARDS, ENTRIES]


def _list(call: Call) -> Answer:
    return Answer(body={"switchboards": [visible(s) for s in call.account.all(SWITCHBOARDS.table)]})


def _create(call: Call) -> Answer:
    if call.account.all(SWITCHBOARDS.table):
        raise bad_request("Only one switchboard can be created per app")
    return SWITCHBOARDS.answer(call.account, SWITCHBOARDS.add(call.account, {"enabled": False}), 201)


def _update(call: Call) -> Answer:
    switchboard = SWITCHBOARDS.find(call.account, call.parts["id"])
    body = call.body()
    found = problems(body, SWITCHBOARD_BODY, partial=True)
    if found:
        raise bad_request(*found)
    switchboard = {**switchboard, **body}
    default = switchboard.get("defaultSwitchboardIntegrationId")
    if default is not None and default not in [entry["id"] for entry in entries_of(call.account, switchboard["id"])]:
        raise _entry_missing()
    if switchboard["enabled"] and default is None:
        raise conversations(
            404,
            "switchboard_integration_not_found",
            "Enabled switchboard must have an associated default switchboardIntegration",
        )
    return SWITCHBOARDS.answer(call.account, call.account.put(SWITCHBOARDS.table, switchboard["id"], switchboard))


def _delete(call: Call) -> Answer:
    switchboard = SWITCHBOARDS.find(call.account, call.parts["id"])
    for entry in entries_of(call.account, switchboard["id"]):
        call.account.remove(ENTRIES.table, entry["id"])
    call.account.remove(SWITCHBOARDS.table, switchboard["id"])
    return Answer(body={})


def entries_of(account: Account, switchboard_id: str) -> list[Json]:
    """The entries of one switchboard, oldest first."""
    return [entry for entry in account.all(ENTRIES.table) if entry["_switchboard"] == switchboard_id]


def _owner(call: Call) -> Json:
    return SWITCHBOARDS.find(call.account, call.parts["switchboard"])


def _entry(call: Call) -> Json:
    entry = ENTRIES.find(call.account, call.parts["id"])
    if entry["_switchboard"] != _owner(call)["id"]:
        raise _entry_missing()
    return entry


def _list_entries(call: Call) -> Answer:
    return Answer(body={ENTRIES.root: [visible(entry) for entry in entries_of(call.account, _owner(call)["id"])]})


def _link(call: Call, body: Json, found: list[str]) -> Json:
    """What an entry points to: a custom integration by id, or an OAuth one by its type. A reply shows both."""
    by_id, by_type = body.get("integrationId"), body.get("integrationType")
    if by_id is None:
        if by_type is None:
            return {}
        others = [e for e in call.account.all(ENTRIES.table) if e.get("integrationType") == by_type]
        known = next((e["integrationId"] for e in others if e.get("integrationId")), None)
        return {"integrationId": known or call.account.new_conversations_id(), "integrationType": by_type}
    integration: Any = call.account.get("integrations", str(by_id))
    if integration is None or integration["type"] != "custom":
        found.append(".integrationId: should be the id of a custom integration")
        return {}
    return {"integrationId": by_id, "integrationType": "custom"}


def _entry_problems(call: Call, switchboard: Json, body: Json, itself: str | None) -> list[str]:
    found = problems(body, ENTRY_BODY, partial=itself is not None)
    given = [name for name in ("integrationId", "integrationType") if name in body]
    if len(given) == 2 or (itself is None and not given):
        found.append("One of integrationId or integrationType must be provided")
    siblings = [entry for entry in entries_of(call.account, switchboard["id"]) if entry["id"] != itself]
    following = body.get("nextSwitchboardIntegrationId")
    if following is not None and following not in [entry["id"] for entry in siblings]:
        found.append(".nextSwitchboardIntegrationId: should be the id of another switchboard integration")
    return found


def _create_entry(call: Call) -> Answer:
    switchboard = _owner(call)
    body = call.body()
    found = _entry_problems(call, switchboard, body, None)
    link = {} if found else _link(call, body, found)
    if found:
        raise bad_request(*found)
    if len(entries_of(call.account, switchboard["id"])) >= MOST_ENTRIES:
        raise conversations(
            400,
            "too_many_switchboard_integrations",
            f"Switchboard has reached the max number of switchboard integrations ({MOST_ENTRIES})",
        )
    entry = ENTRIES.add(call.account, {**body, **link}, {"switchboard": switchboard["id"]})
    return ENTRIES.answer(call.account, entry, 201)


def _update_entry(call: Call) -> Answer:
    entry, body = _entry(call), call.body()
    found = _entry_problems(call, _owner(call), body, entry["id"])
    link = {} if found else _link(call, body, found)
    if found:
        raise bad_request(*found)
    return ENTRIES.answer(call.account, call.account.put(ENTRIES.table, entry["id"], {**entry, **body, **link}))


def _delete_entry(call: Call) -> Answer:
    """Neither the default entry nor one that another names as next can go."""
    entry = _entry(call)
    switchboard = _owner(call)
    if switchboard.get("defaultSwitchboardIntegrationId") == entry["id"]:
        raise bad_request("The default switchboardIntegration cannot be deleted")
    siblings = entries_of(call.account, switchboard["id"])
    if any(other.get("nextSwitchboardIntegrationId") == entry["id"] for other in siblings):
        raise bad_request("A switchboardIntegration that is the next of another cannot be deleted")
    call.account.remove(ENTRIES.table, entry["id"])
    return Answer(body={})


ROUTES: list[Route] = [
    ("GET", SWITCHBOARDS.path, _list),
    ("POST", SWITCHBOARDS.path, _create),
    ("PATCH", SWITCHBOARDS.path + "/{id}", _update),
    ("DELETE", SWITCHBOARDS.path + "/{id}", _delete),
    ("GET", ENTRIES.path, _list_entries),
    ("POST", ENTRIES.path, _create_entry),
    ("PATCH", ENTRIES.path + "/{id}", _update_entry),
    ("DELETE", ENTRIES.path + "/{id}", _delete_entry),
]
