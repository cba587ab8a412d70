"""What an examination of an environment found, check by check, as data; it refuses to know how a check is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from reconciler.core.errors import ReconcilerError
from reconciler.core.resource import Json

Verdict = Literal["ok", "warning", "failed", "skipped"]

WORST_FIRST = (1, 16, 17, 10, 11)
"""The exit codes that a failed check can have, the worst first."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `finding` says what was seen, `fix` what to do, `exit_code` what a failure ends the command with.

    A check that could not be made because of another one's failure is skipped, and its finding says why.
    """

    name: str
    verdict: Verdict
    finding: str
    fix: str = ""
    exit_code: int = 0

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        return {"name": self.name, "verdict": self.verdict, "finding": self.finding, "fix": self.fix}


def skipped(why: str, *names: str) -> list[Check]:
    """Checks that could not be made."""
    return [Check(name, "skipped", why) for name in names]


def failed(name: str, error: ReconcilerError, fix: str = "", code: int | None = None) -> Check:
    """A check that an error answered; `fix` is for errors that know none, `code` for one that ends otherwise here."""
    found = f"{error.summary}. {error.detail}" if error.detail else error.summary
    return Check(name, "failed", found, error.fix or fix, error.exit_code if code is None else code)


def worst_exit_code(checks: Iterable[Check]) -> int:
    """The exit code of the worst failure; 0 when nothing failed, 1 for a failure that the table does not rank."""
    codes = {each.exit_code for each in checks if each.verdict == "failed"}
    return next((code for code in WORST_FIRST if code in codes), 1 if codes else 0)
