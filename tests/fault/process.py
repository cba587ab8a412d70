"""The life of one simulated command: it can end between any two things that the world notices.

It refuses to know what the command does.
"""

from __future__ import annotations

from dataclasses import dataclass


class Killed(BaseException):
    """The process ended here; nothing that runs afterwards, `finally` included, reaches the world."""


@dataclass(slots=True)
class Process:
    """`events` counts what the world notices: requests before and after their effect, store puts likewise.

    At event `dies_at` it is killed, at `interrupted_at` the operator asks it to stop, and at `interrupted_twice_at`
    asks for the second time.
    """

    dies_at: int = 0
    interrupted_at: int = 0
    interrupted_twice_at: int = 0
    events: int = 0
    is_dead: bool = False

    def step(self) -> None:
        """One more thing is about to be noticed, unless this is where the process ends."""
        if self.is_dead:
            raise Killed
        self.events += 1
        if self.events == self.dies_at:
            self.is_dead = True
            raise Killed
        if self.events == self.interrupted_twice_at:
            raise KeyboardInterrupt

    def is_interrupted(self) -> bool:
        """Whether the operator has asked it to stop."""
        return 0 < self.interrupted_at <= self.events
