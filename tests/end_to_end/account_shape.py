"""What an account holds without its ids, so that two accounts that came about differently can be compared.

It refuses to know which objects there should be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TOLD = (
    "type",
    "name",
    "title",
    "displayName",
    "description",
    "active",
    "position",
    "conditions",
    "target",
    "triggers",
    "enabled",
    "pageId",
    "channelId",
    "phoneNumber",
    "businessId",
    "status",
    "integrationType",
    "messageHistoryCount",
)
_ID = re.compile(r"\b[0-9a-f]{24}\b|\b[0-9]{6,}\b")


def shape(state: Mapping[str, Any]) -> dict[str, list[str]]:
    """List path without ids to what its objects look like, sorted: equal for equal setups, longer with a duplicate."""
    found: dict[str, list[str]] = {}
    for path, objects in state["objects"].items():
        if isinstance(objects, list):
            found.setdefault(_ID.sub("*", path), []).extend(_told(each) for each in objects)
    return {path: sorted(told) for path, told in sorted(found.items())}


def _told(item: Mapping[str, Any]) -> str:
    return repr({name: item[name] for name in _TOLD if name in item})
