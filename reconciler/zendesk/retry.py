"""Whether and when a request is sent again; it refuses to send anything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request may leave in all, and the bounds of the pauses between, in seconds."""

    attempts: int = 4
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 20.0
    longest_retry_after_seconds: float = 60.0

    def pause_seconds(self, attempt: int, retry_after_seconds: float | None, jitter: float) -> float:
        """The pause after attempt number `attempt` (from 1); `jitter` is a random number from 0 to 1.

        What the service asks for is obeyed up to the cap, and not less; otherwise the pause is drawn from the upper
        half of a range that doubles each time.
        """
        if retry_after_seconds is not None:
            return min(retry_after_seconds, self.longest_retry_after_seconds)
        reach = min(self.first_pause_seconds * 2.0 ** (attempt - 1), self.longest_pause_seconds)
        return reach * (0.5 + jitter / 2)


def is_repeatable(method: str, says_caller: bool) -> bool:
    """Whether a request that may have arrived can be sent again: reads, and writes but POST if the caller says so."""
    return method == "GET" or (says_caller and method in ("PUT", "PATCH", "DELETE"))


def asked_pause_seconds(headers: Mapping[str, str]) -> float | None:
    """The seconds that `Retry-After` asks for, from seconds or an HTTP date; None when it is missing or makes no sense.

    A date is measured against the answer's own `Date`, so that this machine's clock does not matter; a past one is 0.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        return _seconds_between(headers.get("date", ""), text)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _seconds_between(start: str, end: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(end) - parsedate_to_datetime(start)).total_seconds())
    except (ValueError, TypeError):
        return None
