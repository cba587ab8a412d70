"""When the next request may leave, judged by the service's rate-limit headers; it refuses to know requests."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.zendesk.clock import Clock

WINDOW_SECONDS = 60.0
"""The vendor counts requests per minute (developer documentation, "Rate limits")."""

_NOTICEABLE_SECONDS = 1.0

_USER_WRITE = re.compile(r"/users(/[0-9]+|/update_many|/create_or_update(_many)?)?(\.json)?")


def spacing_seconds(method: str, path: str) -> float:
    """The least seconds between two requests of one sort to one account; 0 where only the account's limit counts.

    Writes of users: one a second (developer.zendesk.com/api-reference/introduction/rate-limits, "Endpoint limits").
    """
    return 1.0 if method in ("POST", "PUT") and _USER_WRITE.fullmatch(path) else 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of one API's allowance; times are seconds of the pacer's clock.

    `remaining` is what is left after everything that was already let go, `limit` 0 means that no header told.
    """

    limit: int = 0
    remaining: int = 0
    resets_at: float = 0.0
    held_until: float = 0.0
    last_slot_at: float = 0.0


def slot_at(pace: Pace, now: float) -> float:
    """The earliest time at which the next request may leave, never before `now`.

    Full speed while more than a twentieth of the limit is left; then the rest is spread over the window, so that
    the account's other users keep some; with nothing left it waits for the window to end.
    """
    earliest = max(now, pace.held_until)
    if pace.limit == 0 or earliest >= pace.resets_at:
        return earliest
    if pace.remaining <= 0:
        return pace.resets_at
    if pace.remaining > max(2, pace.limit // 20):
        return earliest
    spacing_seconds = (pace.resets_at - earliest) / (pace.remaining + 1)
    return min(pace.resets_at, max(earliest, pace.last_slot_at + spacing_seconds))


def observed_pace(pace: Pace, headers: Mapping[str, str], now: float, in_flight: int) -> Pace:
    """`pace` after an answer with `headers` (lower-case names), while `in_flight` other requests are unanswered.

    `X-Rate-Limit` and `X-Rate-Limit-Remaining` come with every answer, `ratelimit-limit`, `-remaining` and `-reset`
    (seconds) with those of ticketing APIs; the tighter pair counts. Without a reset the window is taken to end a
    whole minute after it was first seen.
    """
    pairs = [
        (remaining, limit)
        for limit, remaining in (
            (_count(headers, "x-rate-limit"), _count(headers, "x-rate-limit-remaining")),
            (_count(headers, "ratelimit-limit"), _count(headers, "ratelimit-remaining")),
        )
        if limit and remaining is not None
    ]
    if not pairs:
        return pace
    remaining, limit = min(pairs)
    reset_seconds = _count(headers, "ratelimit-reset")
    if reset_seconds is not None:
        resets_at = now + min(float(reset_seconds), WINDOW_SECONDS)
    elif now < pace.resets_at and remaining <= pace.remaining + in_flight + 1:
        resets_at = pace.resets_at
    else:
        resets_at = now + WINDOW_SECONDS
    return replace(pace, limit=limit, remaining=remaining - in_flight, resets_at=resets_at)


class Pacer:
    """Shared by all threads that use one API of one account: `admit` before a request, `release` after it.

    Never holds its lock while it waits.
    """

    def __init__(self, clock: Clock, notice: Callable[[str], None]) -> None:
        self._clock = clock
        self._notice = notice
        self._lock = threading.Lock()
        self._pace = Pace()
        self._in_flight = 0
        self._announced_until = 0.0
        self._last_spaced_at = -math.inf

    def admit(self, deadline_at: float = math.inf, spacing_seconds: float = 0.0) -> bool:
        """Waits until a request may leave, then says True; False, at once, when that would be after `deadline_at`.

        With `spacing_seconds` it leaves no sooner than that after the last request that had such a distance.
        """
        while True:
            with self._lock:
                now = self._clock.monotonic()
                slot = slot_at(self._pace, now)
                if spacing_seconds:
                    slot = max(slot, self._last_spaced_at + spacing_seconds)
                if slot > deadline_at:
                    return False
                if spacing_seconds:
                    self._last_spaced_at = slot
                self._pace = replace(self._pace, remaining=self._pace.remaining - 1, last_slot_at=slot)
                self._in_flight += 1
                is_news = slot - now >= _NOTICEABLE_SECONDS and slot > self._announced_until + _NOTICEABLE_SECONDS
                if is_news:
                    self._announced_until = slot
            if is_news:
                self._notice(f"rate limited, resuming in {math.ceil(slot - now)} s")
            if slot > now:
                self._clock.sleep(slot - now)
            with self._lock:
                if self._clock.monotonic() >= self._pace.held_until:
                    return True
                self._in_flight -= 1

    def release(self, headers: Mapping[str, str] | None = None) -> None:
        """Ends what `admit` began, with the answer's headers if there was an answer."""
        with self._lock:
            self._in_flight -= 1
            if headers is not None:
                self._pace = observed_pace(self._pace, headers, self._clock.monotonic(), self._in_flight)

    def hold(self, seconds: float) -> None:
        """Lets no request leave for `seconds`: what a 429 asks of every thread."""
        with self._lock:
            until = self._clock.monotonic() + seconds
            self._pace = replace(self._pace, held_until=max(self._pace.held_until, until))


def _count(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None
