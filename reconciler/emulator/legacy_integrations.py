"""WeChat integrations as the older Conversations API (v1.1) has them; the newer one knows no such type.

It refuses to know the other types: their v1.1 faces are not served. Attributes are those of the v1.1 description,
version 5.29; an update is partial, and takes the name alone.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, Refusal, visible
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection

_CREATED = ("type", "displayName", "appId", "appSecret", "encodingAesKey", "accessTokenUrl")
_SECRETS = ("appSecret", "encodingAesKey")


def _refusal(status: int, code: str, description: str) -> Refusal:
    return Refusal(Answer(status, {"error": {"code": code, "description": description}}))


def _missing() -> Refusal:
    return _refusal(404, "integration_not_found", "Integration not found")


def _show(account: Account, integration: Json) -> Json:
    shown = {name: value for name, value in visible(integration).items() if name not in ("id", *_SECRETS)}
    return {"_id": integration["id"], **shown}


def _admit(account: Account, integration: Json, parts: dict[str, str]) -> Json:
    number = account.new_connection_number()
    return {"type": "wechat", "status": "active", "webhookSecret": f"wechat-token-{number:019d}", **integration}


INTEGRATIONS = Collection(
    "/sc/v1.1/apps/{app}/integrations",
    "legacy_integrations",
    "integrations",
    "integration",
    id_type="record",
    show=_show,
    admit=_admit,
    missing=_missing,
)
COLLECTIONS = [INTEGRATIONS]


def _require_texts(body: Json, names: tuple[str, ...]) -> None:
    wrong = [name for name in names if not isinstance(body.get(name), str) or not body[name]]
    if wrong:
        raise _refusal(400, "bad_request", f"{wrong[0]} is required")


def _list(call: Call) -> Answer:
    types = (call.query("types") or "wechat").split(",")
    limit, offset = (int(call.query(name) or default) for name, default in (("limit", 25), ("offset", 0)))
    found = [each for each in call.account.all(INTEGRATIONS.table) if each["type"] in types]
    page: list[Any] = [_show(call.account, each) for each in found[offset : offset + limit]]
    return Answer(body={"integrations": page, "hasMore": offset + limit < len(found), "offset": offset})


def _create(call: Call) -> Answer:
    body = call.body()
    unknown = [name for name in body if name not in _CREATED]
    if unknown or body.get("type") != "wechat":
        raise _refusal(400, "bad_request", f"{unknown[0] if unknown else 'type'} is not supported")
    _require_texts(body, ("appId", "appSecret"))
    written = {name: 1 for name in _SECRETS if name in body}
    kept = {name: value for name, value in body.items() if name not in _SECRETS}
    integration = INTEGRATIONS.add(call.account, {**kept, "_secrets_written": written})
    return INTEGRATIONS.answer(call.account, integration, 201)


def _update(call: Call) -> Answer:
    integration = INTEGRATIONS.find(call.account, call.parts["id"])
    body = call.body()
    _require_texts(body, tuple(body))
    if set(body) - {"displayName"}:
        raise _refusal(400, "bad_request", "only displayName can be updated")
    return INTEGRATIONS.answer(
        call.account, call.account.put(INTEGRATIONS.table, integration["id"], {**integration, **body})
    )


def _delete(call: Call) -> Answer:
    call.account.remove(INTEGRATIONS.table, INTEGRATIONS.find(call.account, call.parts["id"])["id"])
    return Answer(body={})


ROUTES: list[Route] = [
    ("GET", INTEGRATIONS.path, _list),
    ("POST", INTEGRATIONS.path, _create),
    ("GET", INTEGRATIONS.path + "/{id}", INTEGRATIONS.reader()),
    ("PUT", INTEGRATIONS.path + "/{id}", _update),
    ("DELETE", INTEGRATIONS.path + "/{id}", _delete),
]
