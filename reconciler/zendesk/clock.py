"""Time as the client needs it; it refuses to know dates."""

from __future__ import annotations

import time
from typing import Protocol

_BOOT_TIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """Seconds that only grow, and a way to let some pass."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after `seconds`, which is never negative."""
        ...


class SystemClock:
    """The clock of this machine; where the system can tell, time that it was suspended counts.

    A laptop that sleeps in the middle of an apply has lost its lease, and must notice when it wakes up
    (man7.org/linux/man-pages/man2/clock_gettime.2.html: CLOCK_MONOTONIC stands still meanwhile, CLOCK_BOOTTIME does not).
    """

    def monotonic(self) -> float:
        """Seconds of the machine's monotonic clock."""
        return time.monotonic() if _BOOT_TIME is None else time.clock_gettime(_BOOT_TIME)

    def sleep(self, seconds: float) -> None:
        """Blocks the calling thread."""
        time.sleep(seconds)
