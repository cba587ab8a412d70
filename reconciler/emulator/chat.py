"""The Chat API's routing settings, to read.

It refuses to know agents, departments and shortcuts.
"""

from __future__ import annotations

from reconciler.emulator.account import Json
from reconciler.emulator.answers import Answer
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection

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


ROUTES: list[Route] = [("GET", ROUTING.path, _show)]
