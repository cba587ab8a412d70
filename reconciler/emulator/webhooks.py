"""Webhooks and keys of custom integrations.

It refuses to know integrations beyond their type.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, Refusal, bad_request, conversations, visible
from reconciler.emulator.attributes import Attribute, problems
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection
from reconciler.emulator.integration_types import WEBHOOK

INTEGRATION_PATH = "/sc/v2/apps/{app}/integrations/{integration}"
MOST_WEBHOOKS_PER_APP = 10
MOST_KEYS_PER_INTEGRATION = 10


def _missing() -> Refusal:
    return conversations(404, "not_found", "Resource not found")


def _admit(account: Account, document: Json, parts: dict[str, str]) -> Json:
    return {**document, "_integration": parts["integration"]}


WEBHOOKS = Collection(
    INTEGRATION_PATH + "/webhooks",
    "integration_webhooks",
    "webhooks",
    "webhook",
    id_type="record",
    admit=_admit,
    missing=_missing,
)
KEYS = Collection(
    INTEGRATION_PATH + "/keys", "integration_keys", "keys", "key", id_type="record", admit=_admit, missing=_missing
)
COLLECTIONS = [WEBHOOKS, KEYS]


def webhooks_of(account: Account, integration_id: str) -> list[Json]:
    """The webhooks of one integration, oldest first."""
    return [webhook for webhook in account.all(WEBHOOKS.table) if webhook["_integration"] == integration_id]


def add_webhook(account: Account, integration_id: str, sent: Json) -> Json:
    """A webhook with the secret that the service makes for it; at most ten per app."""
    if len(account.all(WEBHOOKS.table)) >= MOST_WEBHOOKS_PER_APP:
        raise bad_request(f"App has reached the max number of webhooks ({MOST_WEBHOOKS_PER_APP})")
    webhook = {
        "version": "v2",
        "includeFullUser": False,
        "includeFullSource": False,
        "secret": f"{account.count_up('webhook_secrets'):032x}",
        **sent,
    }
    return WEBHOOKS.add(account, webhook, {"integration": integration_id})


def _custom(call: Call, refusal: Refusal) -> Json:
    integration = call.account.get("integrations", call.parts["integration"])
    if integration is None:
        raise conversations(404, "integration_not_found", "Integration not found")
    if integration["type"] != "custom":
        raise refusal
    return integration


def _owner(call: Call) -> Json:
    """The custom integration of a webhook path; others are forbidden."""
    return _custom(call, conversations(403, "forbidden", "Forbidden"))


def _child(call: Call, collection: Collection) -> Json:
    child = collection.find(call.account, call.parts["id"])
    if child["_integration"] != call.parts["integration"]:
        raise collection.missing()
    return child


def _list(call: Call) -> Answer:
    return Answer(body={"webhooks": [visible(w) for w in webhooks_of(call.account, _owner(call)["id"])]})


def _create(call: Call) -> Answer:
    owner = _owner(call)
    body = call.body()
    found = problems(body, WEBHOOK)
    if found:
        raise bad_request(*found)
    return WEBHOOKS.answer(call.account, add_webhook(call.account, owner["id"], body), 201)


def _read(call: Call) -> Answer:
    _owner(call)
    return WEBHOOKS.answer(call.account, _child(call, WEBHOOKS))


def _update(call: Call) -> Answer:
    _owner(call)
    webhook, body = _child(call, WEBHOOKS), call.body()
    found = problems(body, WEBHOOK, partial=True)
    if found:
        raise bad_request(*found)
    return WEBHOOKS.answer(call.account, call.account.put(WEBHOOKS.table, webhook["id"], {**webhook, **body}))


def _delete(call: Call) -> Answer:
    _owner(call)
    call.account.remove(WEBHOOKS.table, _child(call, WEBHOOKS)["id"])
    return Answer(body={})


def _key_owner(call: Call) -> Json:
    return _custom(call, bad_request("API keys are available only for custom integrations"))


def _keys_of(account: Account, integration_id: str) -> list[Json]:
    return [key for key in account.all(KEYS.table) if key["_integration"] == integration_id]


def _list_keys(call: Call) -> Answer:
    return Answer(body={"keys": [visible(key) for key in _keys_of(call.account, _key_owner(call)["id"])]})


def _create_key(call: Call) -> Answer:
    owner, body = _key_owner(call), call.body()
    found = problems(body, {"displayName": Attribute(required=True, minimum=1, maximum=100)})
    if len(_keys_of(call.account, owner["id"])) >= MOST_KEYS_PER_INTEGRATION:
        found.append(f"Integration has reached the max number of keys ({MOST_KEYS_PER_INTEGRATION})")
    if found:
        raise bad_request(*found)
    key = {
        "id": f"int_{call.account.new_conversations_id()}",
        "displayName": body["displayName"],
        "secret": f"emulated-key-secret-{call.account.count_up('key_secrets'):06d}",
    }
    key = KEYS.add(call.account, key, {"integration": owner["id"]})
    return KEYS.answer(call.account, key, 201)


def _read_key(call: Call) -> Answer:
    _key_owner(call)
    return KEYS.answer(call.account, _child(call, KEYS))


def _delete_key(call: Call) -> Answer:
    _key_owner(call)
    call.account.remove(KEYS.table, _child(call, KEYS)["id"])
    return Answer(body={})


ROUTES: list[Route] = [
    ("GET", WEBHOOKS.path, _list),
    ("POST", WEBHOOKS.path, _create),
    ("GET", WEBHOOKS.path + "/{id}", _read),
    ("PATCH", WEBHOOKS.path + "/{id}", _update),
    ("DELETE", WEBHOOKS.path + "/{id}", _delete),
    ("GET", KEYS.path, _list_keys),
    ("POST", KEYS.path, _create_key),
    ("GET", KEYS.path + "/{id}", _read_key),
    ("DELETE", KEYS.path + "/{id}", _delete_key),
]
