"""What an apply may do without being asked again, as values; it refuses to know where they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of one environment. `max_delete_share` counts from ten objects on."""

    max_deletes: int = 5
    max_delete_share: float = 0.2
    max_plan_age_hours: int = 168
    drift: Literal["overwrite", "block"] = "overwrite"
    removal: Literal["absence", "tombstone"] = "absence"
    require_shared_store: bool = False

    def as_json(self) -> dict[str, Any]:
        """As plain values without floats, for digests."""
        return {
            "max_deletes": self.max_deletes,
            "max_delete_share": str(self.max_delete_share),
            "max_plan_age_hours": self.max_plan_age_hours,
            "drift": self.drift,
            "removal": self.removal,
            "require_shared_store": self.require_shared_store,
        }


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's word, until a day in the form YYYY-MM-DD, that one effect of one step may happen, or that a limit may
    be passed by exactly the number that was measured."""

    by: str
    reason: str
    until: str
    step: str = ""
    effect: str = ""
    limit: str = ""
    measured: str = ""

    @property
    def subject(self) -> str:
        """What is approved, in one word: the step, or the limit with its number."""
        return self.step or f"{self.limit}={self.measured}"

    def as_json(self) -> dict[str, str]:
        """As plain values, those that are not empty."""
        names = ("step", "effect", "limit", "measured", "by", "reason", "until")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Binding:
    """A line of `bindings.yaml`: the address is that live object, or none of the listed ones."""

    live_id: str = ""
    none_of: tuple[str, ...] = ()


def policy_from(members: Mapping[str, Any]) -> Policy:
    """The policy of an environment document whose schema held; what is not stated has its default."""
    return Policy(**{name: _whole(value) if name.startswith("max_") else value for name, value in members.items()})


def _whole(value: Any) -> Any:
    """5 for 5.0, which is an integer to JSON Schema and has no place in a digest."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
