"""Scripted faults: which request, before or after its effect, and what goes wrong on the wire.

It refuses to know what the request was about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DEEDS = ("drop", "delay", "status", "truncate", "reset", "corrupt", "html")
MOMENTS = ("before", "after")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with the request number `index`, counted from 0 without the emulator's own doors.

    `before`: the request has no effect; `after`: it has, and only the answer suffers. A delay always ends in the
    true answer.
    """

    index: int
    when: str
    do: str
    status: int = 503
    seconds: float = 0.1


def read_fault(value: Any) -> Fault:
    """A fault from its JSON object; `ValueError` says what is wrong."""
    if not isinstance(value, dict) or not isinstance(value.get("index"), int):
        raise ValueError("A fault is an object with an index.")
    fault = Fault(
        index=value["index"],
        when=str(value.get("when", "before")),
        do=str(value.get("do", "drop")),
        status=int(value.get("status", 503)),
        seconds=float(value.get("seconds", 0.1)),
    )
    if fault.do not in DEEDS or fault.when not in MOMENTS:
        raise ValueError(f"A fault does one of {', '.join(DEEDS)}, before or after.")
    return fault


def parse_fault(text: str) -> Fault:
    """A fault from `INDEX:WHEN:DO[=STATUS or SECONDS]`, for instance `3:after:drop` or `5:before:status=503`."""
    index, _, rest = text.partition(":")
    when, _, deed = rest.partition(":")
    do, _, argument = deed.partition("=")
    if not index.isdigit():
        raise ValueError(f'"{text}" is no fault: INDEX:before|after:{"|".join(DEEDS)}[=NUMBER] is expected.')
    value: dict[str, Any] = {"index": int(index), "when": when, "do": do}
    if argument:
        value["seconds" if do == "delay" else "status"] = argument
    return read_fault(value)
