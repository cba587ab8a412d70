"""The Chat API's routing settings.

It refuses to know agents, departments and shortcuts.
"""

from __future__ import annotations

from reconciler.emulator.account import Json
from reconciler.emulator.answers import Answer, invalid_request
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection, merge

ROUTING = Collection(
    "/api/v2/chat/routing_settings/account", "chat_routing", "data", "data", modes="none", singleton=True
)
COLLECTIONS = [ROUTING]


def default_routing() -> Json:
    """What a new account answers; the fields are those of the routing settings page."""
    return {
        "routing_mode": "assigned",
        "chat_limit": {"enabled": False, "limit": 3, "limit_type": "account", "allow_agent_override": False},
        "skill_routing": {"enabled": False, "max_wait_time": 30},
        "reassignment": {"enabled": True, "timeout": 30},
        "auto_idle": {"enabled": False, "reassignments_before_idle": 3, "new_status": "away"},
        "auto_accept": {"enabled": False},
    }


def _show(call: Call) -> Answer:
    return Answer(body={"data": call.account.get(ROUTING.table, "-")})


_RANGES = {
    ("chat_limit", "limit"): (0, 20),
    ("skill_routing", "max_wait_time"): (5, 300),
    ("reassignment", "timeout"): (10, 120),
}
_MODES = ("broadcast", "assigned", "hybrid")


def _update(call: Call) -> Answer:
    """Takes the nested object without a wrapper and keeps what it does not name (developer.zendesk.com/api-reference/live-chat/chat-api/routing_settings)."""
    kept = call.account.get(ROUTING.table, "-") or {}
    changes = call.body()
    unknown = sorted(changes.keys() - kept.keys())
    if unknown:
        raise invalid_request("Invalid attribute", f"Unknown attribute {unknown[0]}")
    if changes.get("routing_mode", _MODES[0]) not in _MODES:
        raise invalid_request("Invalid attribute", "routing_mode is not one of the modes")
    for (section, name), (least, most) in _RANGES.items():
        value = changes.get(section, {}).get(name) if isinstance(changes.get(section, {}), dict) else None
        if value is not None and not (isinstance(value, int) and least <= value <= most):
            raise invalid_request("Invalid attribute", f"{section}.{name} must be {least} to {most}")
    call.account.put(ROUTING.table, "-", merge(kept, changes))
    return _show(call)


ROUTES: list[Route] = [("GET", ROUTING.path, _show), ("PATCH", ROUTING.path, _update)]
