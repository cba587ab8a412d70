"""A clock that only moves when told to; it refuses to know real time."""

from __future__ import annotations

from collections.abc import Callable


class VirtualClock:
    """Seconds that pass by `sleep` alone; `on_sleep` is called after each one, as the rest of the world."""

    def __init__(self, on_sleep: Callable[[], None] = lambda: None) -> None:
        self.now = 1000.0
        self.on_sleep = on_sleep

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        self.on_sleep()
