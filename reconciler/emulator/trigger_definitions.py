"""What triggers can be made of in this account: among others, only the channels that are connected.

It refuses to know the whole vocabulary; it lists the part that messaging rules use.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer
from reconciler.emulator.call import Call, Route

ALWAYS_CONNECTED = {"0": "Web form", "4": "Email", "5": "Web service (API)"}
CHANNELS = {
    "line": ("72", "LINE"),
    "wechat": ("73", "WeChat"),
    "whatsapp": ("74", "WhatsApp"),
    "web": ("75", "Messaging"),
    "ios": ("75", "Messaging"),
    "android": ("75", "Messaging"),
    "unity": ("75", "Messaging"),
    "mailgun": ("76", "Mailgun"),
    "messagebird": ("77", "MessageBird SMS"),
    "messenger": ("78", "Facebook Messenger"),
    "telegram": ("79", "Telegram"),
    "twilio": ("80", "Twilio SMS"),
    "viber": ("81", "Viber"),
    "apple": ("83", "Apple Business Chat"),
    "instagram": ("86", "Instagram Direct"),
    "twitter": ("88", "Twitter Direct Message"),
}
IS = ["is", "is_not"]
CHANGES = [*IS, "changed", "value", "value_previous", "not_changed", "not_value", "not_value_previous"]
STATUSES = {name: name.capitalize() for name in ("new", "open", "pending", "hold", "solved", "closed")}


def _is_connected(integration: Json) -> bool:
    """A WhatsApp integration without a number has nothing to write from."""
    if integration.get("status") != "active":
        return False
    return integration["type"] != "whatsapp" or bool(integration.get("phoneNumber"))


def connected_channels(account: Account) -> dict[str, str]:
    """Via id to label, of what customers can write through."""
    values = dict(ALWAYS_CONNECTED)
    for integration in account.all("integrations"):
        if integration["type"] in CHANNELS and _is_connected(integration):
            via_id, label = CHANNELS[integration["type"]]
            values[via_id] = label
    return dict(sorted(values.items(), key=lambda item: int(item[0])))


def _names(account: Account, table: str) -> dict[str, str]:
    return {str(item["id"]): str(item.get("name", "")) for item in account.all(table) if not item.get("deleted")}


def _definition(subject: str, title: str, group: str, values: dict[str, str] | None) -> Json:
    definition: Json = {"subject": subject, "title": title, "group": group, "nullable": False, "repeatable": False}
    definition["type"] = "list" if values is not None else "text"
    if values is not None:
        definition["values"] = [{"value": key, "title": label, "enabled": True} for key, label in values.items()]
    return definition


def _list(call: Call) -> Answer:
    account = call.account
    groups, brands = _names(account, "groups"), _names(account, "brands")
    channels = connected_channels(account)
    conditions: list[tuple[str, str, list[str], dict[str, str] | None]] = [
        ("status", "Status", ["less_than", "greater_than", *CHANGES], STATUSES),
        ("brand_id", "Brand", CHANGES, brands),
        ("group_id", "Group", CHANGES, {"": "-", **groups}),
        ("current_tags", "Tags", ["includes", "not_includes"], None),
        ("update_type", "Ticket", ["is"], {"Create": "Created", "Change": "Updated"}),
        ("via_id", "Channel", [*IS, "includes", "not_includes"], channels),
        ("current_via_id", "Update via", [*IS, "includes", "not_includes"], channels),
        ("in_business_hours", "Within business hours?", ["is"], {"true": "Yes", "false": "No"}),
        ("schedule_id", "Schedule", IS, _names(account, "schedules")),
        ("within_schedule", "Within (schedule)", ["is"], _names(account, "schedules")),
    ]
    actions: list[tuple[str, str, dict[str, str] | None]] = [
        ("status", "Status", STATUSES),
        ("group_id", "Group", {"": "-", **groups}),
        ("brand_id", "Brand", brands),
        ("set_tags", "Set tags", None),
        ("current_tags", "Add tags", None),
        ("remove_tags", "Remove tags", None),
        ("notification_messaging_csat", "Request customer satisfaction rating", {"requester_id": "(requester)"}),
    ]
    shown = []
    for subject, title, operators, values in conditions:
        entry = _definition(subject, title, "ticket", values)
        entry["operators"] = [{"value": o, "title": o.replace("_", " "), "terminal": o == "changed"} for o in operators]
        shown.append(entry)
    definitions = {
        "conditions_all": shown,
        "conditions_any": shown,
        "actions": [_definition(subject, title, "ticket", values) for subject, title, values in actions],
    }
    return Answer(body={"definitions": definitions})


ROUTES: list[Route] = [("GET", "/api/v2/triggers/definitions", _list)]
