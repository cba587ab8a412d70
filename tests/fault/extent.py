"""How much the fault tests try: a little with every test run, everything with `make fault`.

It refuses to know what is tried.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

VARIABLE = "RECONCILER_FAULTS"

T = TypeVar("T")


def is_full() -> bool:
    """Whether everything is asked for."""
    return os.environ.get(VARIABLE) == "full"


def amount(quick: int, full: int) -> int:
    """How many of something to try."""
    return full if is_full() else quick


def spread(every: Sequence[T], quick: int) -> Sequence[T]:
    """All of them, or about `quick` of them, the first and the last included."""
    if is_full() or len(every) <= quick:
        return every
    places = {round(index * (len(every) - 1) / (quick - 1)) for index in range(quick)}
    return [every[place] for place in sorted(places)]
