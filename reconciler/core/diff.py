"""Tells why a field differs: who moved, the manifest or the account; a pure function of three values."""

from __future__ import annotations

from typing import Any

NOTHING: Any = type("Nothing", (), {"__repr__": lambda self: "NOTHING"})()
"""No last applied value: nothing to compare with."""


def cause_of_difference(desired: Any, live: Any, applied: Any, *, is_remembered: bool) -> str:
    """The cause of `desired != live`: intended, drift, conflict, or unknown without a memory of the object.

    A remembered object whose field was not managed before is an intended change: the manifest states it newly.
    """
    if applied is NOTHING:
        return "intended" if is_remembered else "unknown"
    if applied == live:
        return "intended"
    return "drift" if applied == desired else "conflict"
