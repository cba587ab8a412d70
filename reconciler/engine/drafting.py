"""A plan in the making; it refuses to know why a step is drafted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reconciler.core.plan import Step
from reconciler.core.resource import Json


@dataclass(slots=True)
class Draft:
    """A plan in the making: steps by id, what each needs, and what each brings about."""

    steps: dict[str, Step] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)
    provided: dict[tuple[str, str], str] = field(default_factory=dict)
    waiting_parts: dict[tuple[str, str], str] = field(default_factory=dict)
    blocked_parts: dict[tuple[str, str], str] = field(default_factory=dict)
    observed: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)
    desired: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def add(self, step: Step, *needs: str) -> None:
        """Add a step and what it needs to have run before."""
        self.steps[step.id] = step
        self.needs.setdefault(step.id, set()).update(needs)

    def change(self, step_id: str, **members: object) -> None:
        """Replace members of a step."""
        self.steps[step_id] = replace(self.steps[step_id], **members)  # type: ignore[arg-type]


def step_id(action: str, address: str, part: str = "") -> str:
    """`<action>:<kind>/<name>[#part]`."""
    return f"{action}:{address}#{part}" if part else f"{action}:{address}"
