"""The Conversations app and its integrations.

It refuses to know the attributes of each type and how a switchboard is edited.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, Refusal, bad_request, conversations, visible
from reconciler.emulator.attributes import Attribute, problems
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection
from reconciler.emulator.integration_types import (
    SDK_TYPES,
    TYPES,
    create_problems,
    derived,
    secret_names,
    update_problems,
)
from reconciler.emulator.paging import conversations_page
from reconciler.emulator.webhooks import add_webhook, webhooks_of

APP_PATH = "/sc/v2/apps/{app}"


def claim_app(account: Account, app_id: str) -> bool:
    """Whether the app is this account's; an account without one takes the first that is asked for."""
    app = account.get("app", "-")
    if app is not None and "id" in app:
        return bool(app["id"] == app_id)
    account.put("app", "-", {"id": app_id, **(app or default_app(account))})
    return True


def app_not_found() -> Refusal:
    """The 404 of an app that is another account's."""
    return conversations(404, "app_not_found", "App not found")


def default_app(account: Account) -> Json:
    """A new app, without its id."""
    settings = {
        "conversationRetentionSeconds": 0,
        "maskCreditCardNumbers": True,
        "useAnimalNames": False,
        "echoPostback": False,
        "ignoreAutoConversationStart": False,
        "multiConvoEnabled": False,
        "appLocalizationEnabled": True,
        "endSessionEnabled": False,
        "disableConversationReopen": False,
    }
    return {"displayName": account.subdomain, "settings": settings, "metadata": {}, "subdomain": account.subdomain}


def _admit(account: Account, integration: Json, parts: dict[str, str]) -> Json:
    """What a person connected: read-only attributes are taken as given, secrets are not kept."""
    integration_type = str(integration.get("type"))
    defaults: Json = {"status": "active", "displayName": None}
    if integration_type not in ("custom", "wechat"):
        defaults["showAIDisclaimer"] = True
    if integration_type in SDK_TYPES:
        defaults |= {"attachmentsEnabled": True, "_made_in_admin_center": True}
    integration = {**defaults, **integration}
    if isinstance(integration.get("pageId"), int):
        integration["pageId"] = str(integration["pageId"])
    if "defaultResponderId" in integration:
        integration |= {"_responder": integration.pop("defaultResponderId"), "_responder_mirror": None}
    mirror = integration.pop("defaultResponder", None)
    if isinstance(mirror, dict) and mirror.get("inherited") is False:
        integration["_responder_mirror"] = mirror
    for webhook in integration.pop("webhooks", []):
        add_webhook(account, str(integration["id"]), webhook)
    for name in secret_names(integration_type):
        integration.pop(name, None)
    return integration


def _missing() -> Refusal:
    return conversations(404, "integration_not_found", "Integration not found")


def default_responder(account: Account, integration: Json) -> Json | None:
    """The readable mirror of who answers on a channel: its own responder, else the switchboard's default."""
    entries = account.all("switchboard_integrations")
    mirror = integration.get("_responder_mirror")
    if mirror is not None:
        named = [entry for entry in entries if entry["name"] == mirror.get("name")]
        return _mirror(named[0], inherited=False) if named else dict(mirror)
    own = [entry for entry in entries if entry["id"] == integration.get("_responder")]
    if own:
        return _mirror(own[0], inherited=False)
    defaults = {s.get("defaultSwitchboardIntegrationId") for s in account.all("switchboards") if s["enabled"]}
    standard = [entry for entry in entries if entry["id"] in defaults]
    return _mirror(standard[0], inherited=True) if standard else None


def _mirror(entry: Json, *, inherited: bool) -> Json:
    names = ("name", "integrationId", "integrationType", "deliverStandbyEvents", "messageHistoryCount")
    shown = {name: entry[name] for name in names if entry.get(name) is not None}
    return {
        **shown,
        "nextSwitchboardIntegrationId": entry.get("nextSwitchboardIntegrationId"),
        "inherited": inherited,
    }


def show_integration(account: Account, integration: Json) -> Json:
    """An integration as a reply shows it."""
    shown = visible(integration)
    if integration["type"] == "custom":
        return {**shown, "webhooks": [visible(webhook) for webhook in webhooks_of(account, integration["id"])]}
    return {**shown, "defaultResponder": default_responder(account, integration)}


INTEGRATIONS = Collection(
    APP_PATH + "/integrations",
    "integrations",
    "integrations",
    "integration",
    id_type="record",
    show=show_integration,
    admit=_admit,
    missing=_missing,
)


def _admit_app(account: Account, app: Json, parts: dict[str, str]) -> Json:
    return {**({} if account.get("app", "-") else default_app(account)), **app, "id": parts["app"]}


APP = Collection(APP_PATH, "app", "app", "app", id_type="record", admit=_admit_app, singleton=True)
COLLECTIONS = [APP, INTEGRATIONS]

APP_BODY = {
    "displayName": Attribute(patch=True, minimum=1, maximum=100),
    "settings": Attribute("object", patch=True),
    "metadata": Attribute("object", patch=True, nullable=True),
}
APP_SETTINGS = {
    "conversationRetentionSeconds": Attribute("integer", minimum=0),
    **{
        name: Attribute("boolean")
        for name in (
            "maskCreditCardNumbers",
            "useAnimalNames",
            "echoPostback",
            "ignoreAutoConversationStart",
            "multiConvoEnabled",
            "appLocalizationEnabled",
            "endSessionEnabled",
            "disableConversationReopen",
        )
    },
}


def _show_app(call: Call) -> Answer:
    return Answer(body={"app": call.account.get("app", "-")})


def _update_app(call: Call) -> Answer:
    app = call.account.get("app", "-") or {}
    body = call.body()
    settings: Any = body.get("settings", {})
    found = problems(body, APP_BODY, partial=True)
    found += problems(settings, APP_SETTINGS, where=".settings", partial=True) if isinstance(settings, dict) else []
    if found:
        raise bad_request(*found)
    merged = {**app["settings"], **settings}
    if app["settings"]["multiConvoEnabled"] and not merged["multiConvoEnabled"]:
        raise bad_request("multiConvoEnabled cannot be disabled")
    if not merged["multiConvoEnabled"] and (merged["endSessionEnabled"] or merged["disableConversationReopen"]):
        raise bad_request("multiConvoEnabled is required to enable endSessionEnabled and disableConversationReopen")
    changes: Json = {name: body[name] for name in ("displayName", "metadata") if name in body}
    call.account.put("app", "-", {**app, **changes, "settings": merged})
    return _show_app(call)


def _list(call: Call) -> Answer:
    integrations = call.account.all(INTEGRATIONS.table)
    types = call.query("filter[types]")
    if types is not None:
        wanted = types.split(",")
        if not all(name in TYPES for name in wanted):
            raise bad_request("Invalid query parameters")
        integrations = [integration for integration in integrations if integration["type"] in wanted]
    shown = [show_integration(call.account, integration) for integration in integrations]
    if not call.options.lists_show_default_responder:
        shown = [{k: v for k, v in item.items() if k != "defaultResponder"} for item in shown]
    return Answer(body=conversations_page(call, "integrations", shown))


def _responder(account: Account, body: Json, found: list[str]) -> Json:
    """The change of a channel's own responder, which must be an entry of the switchboard."""
    if "defaultResponderId" not in body:
        return {}
    responder = body["defaultResponderId"]
    if isinstance(responder, str) and account.get("switchboard_integrations", responder) is None:
        found.append(".defaultResponderId: should be the id of a switchboard integration")
    return {"_responder": responder, "_responder_mirror": None}


def _written(integration: Json, body: Json) -> Json:
    """How often each secret was sent: what can be known about a value that no reply shows."""
    counts = dict(integration.get("_secrets_written", {}))
    for name in secret_names(integration["type"]):
        if body.get(name) is not None and name != "defaultResponderId":
            counts[name] = counts.get(name, 0) + 1
    return {"_secrets_written": counts}


def _create(call: Call) -> Answer:
    body = call.body()
    if not isinstance(body.get("type"), str) or body["type"] not in TYPES:
        raise bad_request("should have required property 'type'" if "type" not in body else "Invalid integration type")
    found = create_problems(body)
    responder = _responder(call.account, body, found)
    if found:
        raise bad_request(*found)
    attributes = TYPES[body["type"]]
    hidden = {"webhooks", "defaultResponderId", *secret_names(body["type"])}
    sent = {name: value for name, value in body.items() if name not in hidden}
    defaults = {name: a.default for name, a in attributes.items() if a.default is not None}
    number = call.account.new_connection_number()
    integration: Json = {
        "id": call.account.new_conversations_id(),
        "status": "active",
        "displayName": None,
        "_made_in_admin_center": False,
        **defaults,
        **sent,
        **derived(body["type"], body, number),
        **responder,
    }
    integration |= _written(integration, body)
    call.account.put(INTEGRATIONS.table, integration["id"], integration)
    for webhook in body.get("webhooks", []):
        add_webhook(call.account, integration["id"], webhook)
    return INTEGRATIONS.answer(call.account, integration, 201)


def _update(call: Call) -> Answer:
    integration = INTEGRATIONS.find(call.account, call.parts["id"])
    body = call.body()
    found = update_problems(integration["type"], body) if integration["type"] in TYPES else []
    responder = _responder(call.account, body, found)
    if found:
        raise bad_request(*found)
    hidden = {"defaultResponderId", *secret_names(integration["type"])}
    changes = {name: value for name, value in body.items() if name not in hidden}
    integration = {**integration, **changes, **responder, **_written(integration, body)}
    return INTEGRATIONS.answer(call.account, call.account.put(INTEGRATIONS.table, integration["id"], integration))


def _delete(call: Call) -> Answer:
    integration = INTEGRATIONS.find(call.account, call.parts["id"])
    if integration.get("_made_in_admin_center"):
        raise bad_request("SDK integrations configured on Admin Center cannot be deleted")
    call.account.remove(INTEGRATIONS.table, integration["id"])
    for table in ("integration_webhooks", "integration_keys"):
        for child in call.account.all(table):
            if child["_integration"] == integration["id"]:
                call.account.remove(table, child["id"])
    return Answer(body={})


def receiving_everything(account: Account) -> list[str]:
    """The custom integrations that no enabled switchboard routes: they get every event of every conversation."""
    enabled = {switchboard["id"] for switchboard in account.all("switchboards") if switchboard["enabled"]}
    entries = account.all("switchboard_integrations")
    routed = {entry["integrationId"] for entry in entries if entry["_switchboard"] in enabled}
    custom = [integration for integration in account.all(INTEGRATIONS.table) if integration["type"] == "custom"]
    return [integration["id"] for integration in custom if integration["id"] not in routed]


ROUTES: list[Route] = [
    ("GET", APP_PATH, _show_app),
    ("PATCH", APP_PATH, _update_app),
    ("GET", INTEGRATIONS.path, _list),
    ("POST", INTEGRATIONS.path, _create),
    ("GET", INTEGRATIONS.path + "/{id}", INTEGRATIONS.reader()),
    ("PATCH", INTEGRATIONS.path + "/{id}", _update),
    ("DELETE", INTEGRATIONS.path + "/{id}", _delete),
]
