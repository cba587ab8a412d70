"""Account settings, a singleton that is written in parts.

It refuses to know what the settings do elsewhere.
"""

from __future__ import annotations

from reconciler.emulator.account import Json
from reconciler.emulator.answers import Answer, invalid_request, record_invalid
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection, merge

SETTINGS = Collection("/api/v2/account/settings", "settings", "settings", "settings", singleton=True)
COLLECTIONS = [SETTINGS]

# Documented as not writable (account_settings); a write of them changes nothing.
READ_ONLY = {
    "active_features": {
        "chat",
        "facebook",
        "twitter",
        "sandbox",
        "dynamic_contents",
        "light_agents",
        "csat_reason_code",
    },
    "chat": {"available", "enabled", "integrated", "maximum_request_count", "welcome_message"},
    "messaging_inactivity": {"default_localized_messages"},
}


def default_settings(default_brand_id: int) -> Json:
    """What a new account answers, with the booleans that are strings in real replies."""
    return {
        "active_features": {
            "business_hours": True,
            "chat": True,
            "csat_reason_code": False,
            "customer_satisfaction": False,
            "dynamic_contents": True,
            "facebook": False,
            "light_agents": True,
            "on_hold_status": True,
            "sandbox": False,
            "satisfaction_prediction": False,
            "ticket_forms": True,
            "ticket_tagging": True,
            "twitter": False,
            "user_tagging": True,
            "voice": False,
        },
        "agents": {
            "agent_home": True,
            "agent_workspace": True,
            "focus_mode": False,
            "idle_timeout_enabled": False,
            "unified_agent_statuses": False,
        },
        "api": {"accepted_api_agreement": True, "api_password_access": "false", "api_token_access": "true"},
        "brands": {"default_brand_id": default_brand_id, "require_brand_on_new_tickets": False},
        "chat": {
            "available": True,
            "enabled": True,
            "integrated": True,
            "maximum_request_count": 3,
            "welcome_message": "Hi there. How can I help today?",
        },
        "groups": {"check_group_name_uniqueness": True},
        "limits": {"attachment_size": 52428800},
        "localization": {"locale_ids": [1, 16, 67], "default_locale_identifier": "en-US", "time_zone": "UTC"},
        "messaging_inactivity": {"enabled": False, "timeout": 10, "ticket_status_id": None, "reminders": []},
        "routing": {
            "enabled": False,
            "autorouting_tag": "",
            "max_email_capacity": 10,
            "max_messaging_capacity": 3,
            "reassignment_messaging_enabled": True,
            "reassignment_messaging_timeout": 30,
            "reassignment_talk_timeout": 30,
        },
        "rule": {"macro_most_used": True, "macro_order": "alphabetical", "skill_based_filtered_views": []},
        "tickets": {"tagging": True, "chat_sla_enablement": False, "comments_public_by_default": True},
        "twitter": {"shorten_url": "optional"},
    }


def _show(call: Call) -> Answer:
    return Answer(body={"settings": call.account.get(SETTINGS.table, "-")})


def _update(call: Call) -> Answer:
    kept = call.account.get(SETTINGS.table, "-") or {}
    changes: Json = {}
    for section, values in call.member("settings").items():
        if not isinstance(values, dict):
            raise invalid_request("Invalid attribute", f"You passed an invalid value for the {section} attribute.")
        closed = READ_ONLY.get(section, set())
        changes[section] = {name: value for name, value in values.items() if name not in closed}
    routing = changes.get("routing", {})
    if kept.get("routing", {}).get("autorouting_tag") and routing.get("autorouting_tag", "-") in ("", None):
        raise record_invalid("autorouting_tag", "Autorouting tag: cannot be blank", error="BlankValue")
    call.account.put(SETTINGS.table, "-", merge(kept, changes))
    return _show(call)


ROUTES: list[Route] = [("GET", SETTINGS.path, _show), ("PUT", SETTINGS.path, _update)]
