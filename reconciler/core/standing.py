"""How two environments stand to each other, as data; it refuses to know where they were read and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.core.resource import Json

Verdict = Literal["in_step", "only_left", "only_right", "different", "unclear"]


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that the two sides have differently; a side that does not state it has no value for it.

    `value` names what in `environment.yaml` makes the difference, where it is one by design.
    """

    path: str
    left: Json
    right: Json
    is_in_left: bool = True
    is_in_right: bool = True
    value: str = ""

    def as_json(self, left: str, right: str) -> dict[str, Json]:
        """As plain values; a side that does not state the field is left out."""
        members: dict[str, Json] = {"path": self.path}
        if self.is_in_left:
            members[left] = self.left
        if self.is_in_right:
            members[right] = self.right
        return {**members, "value": self.value} if self.value else members


@dataclass(frozen=True, slots=True)
class Standing:
    """How one address stands. `allowed` is the reason from `only:` why it may differ; `note` says what else is to know.

    `differences` are those that put it out of step, `by_design` those that come from the values of `environment.yaml`.
    """

    address: str
    verdict: Verdict
    allowed: str = ""
    note: str = ""
    differences: tuple[FieldDifference, ...] = ()
    by_design: tuple[FieldDifference, ...] = ()

    @property
    def is_in_step(self) -> bool:
        """Whether nothing has to be done about it."""
        return self.verdict == "in_step" or bool(self.allowed)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two environments side by side, by address. `is_live` says that accounts were compared, not manifests."""

    left: str
    right: str
    standings: tuple[Standing, ...]
    is_live: bool = False

    @property
    def is_in_step(self) -> bool:
        """Whether every address is in step, or is allowed not to be."""
        return all(each.is_in_step for each in self.standings)

    def counts(self) -> Mapping[str, int]:
        """How many addresses are in step, only on one side, different, unclear, and allowed not to be in step."""
        counts = dict.fromkeys(("in_step", "only_left", "only_right", "different", "unclear", "allowed"), 0)
        for each in self.standings:
            counts["allowed" if each.allowed else each.verdict] += 1
        return counts

    def as_json(self) -> dict[str, Json]:
        """As plain values; of what is in step only the addresses."""
        counts = self.counts()
        return {
            "left": self.left,
            "right": self.right,
            "live": self.is_live,
            "in_step": self.is_in_step,
            "counts": dict(counts),
            "standings": [self._standing_as_json(each) for each in self.standings],
        }

    def _standing_as_json(self, standing: Standing) -> dict[str, Json]:
        members: dict[str, Json] = {
            "address": standing.address,
            "verdict": standing.verdict,
            "allowed": standing.allowed,
            "note": standing.note,
            "differences": [each.as_json(self.left, self.right) for each in standing.differences],
            "by_design": [each.as_json(self.left, self.right) for each in standing.by_design],
        }
        return {name: value for name, value in members.items() if value not in ("", [])}
