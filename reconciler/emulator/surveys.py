"""Customisable satisfaction surveys: read-only through the API, and the rules that appear when a person activates one.

It refuses to know what customers answer. Sources: developer.zendesk.com/api-reference/ticketing/ticket-management/
csat_surveys; the rules are those that a real account returned in 2023.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, record_not_found
from reconciler.emulator.automations import AUTOMATIONS
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection
from reconciler.emulator.triggers import TRIGGERS

SOCIAL = ("73", "72", "74", "78", "88")
WEB = ("75",)


def _admit(account: Account, survey: Json, parts: dict[str, str]) -> Json:
    kept = account.get(SURVEYS.table, survey["id"])
    defaults: Json = {"state": "enabled", "questions": []}
    placed = {"_locale": parts["locale"]} if parts else {}
    return {**defaults, **survey, **placed, "version": int(kept["version"]) + 1 if kept else survey.get("version", 1)}


def _activate(account: Account, survey: Json) -> None:
    """The rules that Admin Center makes for the channels when a survey is enabled, once."""
    if survey["state"] != "enabled":
        return
    sent = {field for each in account.all(TRIGGERS.table) for field in map(_field, each["actions"])}
    if "notification_messaging_csat" not in sent:
        TRIGGERS.add(account, _messaging_rule("social messaging", SOCIAL))
        TRIGGERS.add(account, _messaging_rule("messaging", WEB))
    offered = {field for each in account.all(AUTOMATIONS.table) for field in map(_field, each["actions"])}
    if "satisfaction_score" not in offered:
        AUTOMATIONS.add(account, _email_rule())


def _field(action: Json) -> str:
    return str(action["field"])


def _messaging_rule(label: str, channels: tuple[str, ...]) -> Json:
    return {
        "title": f"Request customer satisfaction rating ({label})",
        "description": "Asks customer for a rating after the conversation is over. This trigger is created by the system.",
        "active": True,
        "conditions": {
            "all": [{"field": "status", "operator": "value", "value": "solved"}],
            "any": [{"field": "via_id", "operator": "is", "value": each} for each in channels],
        },
        "actions": [{"field": "notification_messaging_csat", "value": "requester_id"}],
    }


def _email_rule() -> Json:
    return {
        "title": "Request customer satisfaction rating (System Automation)",
        "active": True,
        "conditions": {
            "all": [
                {"field": "status", "operator": "is", "value": "solved"},
                {"field": "SOLVED", "operator": "is", "value": "24"},
                {"field": "satisfaction_score", "operator": "is", "value": "true"},
            ],
            "any": [],
        },
        "actions": [
            {"field": "notification_user", "value": ["requester_id", "How was it?", "{{satisfaction.rating_section}}"]},
            {"field": "satisfaction_score", "value": "offered"},
        ],
    }


SURVEYS = Collection(
    "/api/v2/guide/{locale}/surveys",
    "surveys",
    "surveys",
    "survey",
    modes="none",
    id_type="ulid",
    admit=_admit,
    clicked=_activate,
)
COLLECTIONS = [SURVEYS]


def _show_version(call: Call) -> Answer:
    survey = SURVEYS.find(call.account, call.parts["id"])
    if str(survey["version"]) != call.parts["version"]:
        raise record_not_found()
    return SURVEYS.answer(call.account, survey)


ROUTES: list[Route] = [
    ("GET", SURVEYS.path, SURVEYS.lister()),
    ("GET", SURVEYS.path + "/{id}/{version}", _show_version),
]
