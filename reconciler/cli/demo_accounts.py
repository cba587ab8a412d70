"""Two accounts that people clicked together, one after the other, and that have drifted apart since.

It refuses to know what becomes of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SANDBOX, PRODUCTION = "maison-lune-sandbox", "maison-lune"
APPS = {SANDBOX: "65f1c2a9d3b4e7f8a0b1c2d3", PRODUCTION: "5f0e1c2d3b4a5f0e1c2d3b4a"}

MESSENGER = "78"
"""What conditions on the channel call Facebook Messenger."""


def drifted_accounts() -> dict[str, dict[str, Any]]:
    """A seed of the emulator for both: what the sandbox has is newer, what production has alone is wanted there."""
    return {
        SANDBOX: {
            "/api/v2/groups": [
                {"id": 101, "name": "Support", "default": True},
                {"id": 102, "name": "Équipe France", "description": "Conseillers francophones"},
                {"id": 103, "name": "Équipe Japon", "description": "日本のお客様担当"},
            ],
            "/api/v2/trigger_categories": _categories(200),
            "/api/v2/triggers": [
                _rule(301, "Clients VIP", 202, 102, "france vip", having="vip"),
                _rule(302, "Messages en japonais", 202, 103, "japon", having="ja"),
                _rule(303, "Tous les autres messages", 202, 102, "france messenger"),
            ],
            "/api/v2/macros": [_macro(401, "Bonjour,\n\nvotre retour est bien enregistré.\n")],
            "/api/v2/business_hours/schedules": [_schedule(501, [(540, 750), (840, 1080)])],
            _integrations(SANDBOX): [
                _page("6500000000000000000000a1", "104857600000009", "Maison Lune (essai)"),
                _instagram("6500000000000000000000a2", "17841400000000009", "Maison Lune (essai)"),
            ],
        },
        PRODUCTION: {
            "/api/v2/groups": [
                {"id": 901, "name": "Support", "default": True},
                {"id": 902, "name": "Équipe France", "description": "Conseillers"},
                {"id": 904, "name": "Boutiques", "description": "Les boutiques de Paris"},
            ],
            "/api/v2/trigger_categories": _categories(910),
            "/api/v2/triggers": [
                _rule(921, "Tous les autres messages", 912, 902, "messenger"),
                _rule(922, "Clients VIP", 912, 902, "france vip", having="vip"),
            ],
            "/api/v2/macros": [_macro(941, "Bonjour,\n\nmerci pour votre retour.\n")],
            "/api/v2/business_hours/schedules": [_schedule(951, [(540, 1080)])],
            _integrations(PRODUCTION): [_page("5f00000000000000000000b1", "104857600000001", "Maison Lune France")],
        },
    }


def _categories(first: int) -> list[dict[str, Any]]:
    names = ("Notifications", "Messagerie")
    return [{"id": str(first + place), "name": name, "position": place} for place, name in enumerate(names, start=1)]


def _rule(live_id: int, title: str, category: int, group: int, tags: str, *, having: str = "") -> dict[str, Any]:
    """A trigger for new tickets from Messenger, of those with a tag or of all."""
    conditions = [
        {"field": "update_type", "operator": "is", "value": "Create"},
        {"field": "via_id", "operator": "is", "value": MESSENGER},
    ]
    if having:
        conditions.append({"field": "current_tags", "operator": "includes", "value": having})
    return {
        "id": live_id,
        "title": title,
        "active": True,
        "category_id": str(category),
        "position": live_id % 10,
        "conditions": {"all": conditions, "any": []},
        "actions": [{"field": "group_id", "value": str(group)}, {"field": "current_tags", "value": tags}],
    }


def _macro(live_id: int, text: str) -> dict[str, Any]:
    actions = [{"field": "comment_value", "value": text}, {"field": "status", "value": "pending"}]
    return {"id": live_id, "title": "Retour enregistré", "active": True, "actions": actions, "restriction": None}


def _schedule(live_id: int, hours: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """The same hours, in minutes of a day, from Monday to Saturday."""
    intervals = [
        {"start_time": day * 1440 + opens, "end_time": day * 1440 + closes}
        for day in range(1, 7)
        for opens, closes in hours
    ]
    return {"id": live_id, "name": "Boutique de Paris", "time_zone": "Paris", "intervals": intervals}


def _page(live_id: str, page_id: str, name: str) -> dict[str, Any]:
    return {"id": live_id, "type": "messenger", "displayName": name, "pageId": page_id, "appId": "1"}


def _instagram(live_id: str, business_id: str, name: str) -> dict[str, Any]:
    return {"id": live_id, "type": "instagram", "displayName": name, "businessId": business_id}


def _integrations(subdomain: str) -> str:
    return f"/sc/v2/apps/{APPS[subdomain]}/integrations"
