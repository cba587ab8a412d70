"""Who changed a live object, as the account's audit log tells it; it refuses to know what was changed."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.resource import Json


@dataclass(frozen=True, slots=True)
class Attribution:
    """The latest entry of the audit log about one object: `at` is the service's time, `action` its own word."""

    address: str
    who: str
    at: str
    action: str
    description: str = ""

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        members = {"address": self.address, "who": self.who, "at": self.at, "action": self.action}
        return {**members, "description": self.description} if self.description else members
