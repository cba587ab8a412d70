"""The hours of a week: texts such as 09:00-12:30 in manifests, minutes since Sunday 00:00 for the service.

It refuses to know what the hours are for. Sources: developer.zendesk.com/api-reference/ticketing/ticket-management/schedules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import StringConstraints

from reconciler.core.codec import Names
from reconciler.core.diagnostic import Path
from reconciler.core.kind import Problem
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Plain

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""In the order in which the service counts minutes."""

DAY_MINUTES = 24 * 60

_DAY = "(monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_TIME = "([01][0-9]|2[0-4]):[0-5][0-9]"

Days = Annotated[str, StringConstraints(pattern=f"^{_DAY}(-{_DAY})?$")]
Hours = Annotated[str, StringConstraints(pattern=f"^{_TIME}-{_TIME}$")]
Week = dict[Days, Literal["closed"] | list[Hours]]


def days_of(key: str) -> list[str]:
    """The days that a key of a week names: one, or all from the first to the last; a range may pass the week's end."""
    first, _, last = key.partition("-")
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [DAYS[(start + offset) % 7] for offset in range((end - start) % 7 + 1)]


def written_out(week: Mapping[str, Json]) -> dict[str, Json]:
    """The week with one entry for each day that it states."""
    return {day: hours for key, hours in week.items() for day in days_of(key)}


def shortened(week: Mapping[str, Json]) -> dict[str, Json]:
    """The week with one entry for each run of days that have the same hours, from Monday on."""
    short: dict[str, Json] = {}
    run: list[str] = []
    for day in (*DAYS[1:], DAYS[0]):
        if run and (day not in week or week[day] != week[run[0]]):
            short[_key(run)] = week[run[0]]
            run = []
        if day in week:
            run.append(day)
    return {**short, _key(run): week[run[0]]} if run else short


def _key(run: Sequence[str]) -> str:
    return run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}"


def minutes_of(hours: str) -> tuple[int, int]:
    """When an interval starts and ends, in minutes of the day."""
    start, end = (int(time[:2]) * 60 + int(time[3:]) for time in hours.split("-"))
    return start, end


def _text(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _joined(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, with those that touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@dataclass(frozen=True, slots=True)
class HoursOfDay(Plain):
    """The hours of one day within the one list of intervals that a schedule has."""

    day: str

    def desired(self, value: Json, names: Names) -> Json:
        """Texts in order, those that touch made one; none for a closed day."""
        return [_text(*each) for each in _joined(map(minutes_of, () if value == "closed" else value))]

    def live(self, value: Json, names: Names) -> Json:
        """The part of all intervals that lies in the day."""
        midnight = DAYS.index(self.day) * DAY_MINUTES
        cut = (
            (max(each["start_time"] - midnight, 0), min(each["end_time"] - midnight, DAY_MINUTES))
            for each in value or ()
        )
        return [_text(*each) for each in _joined(each for each in cut if each[0] < each[1])]

    def manifest(self, value: Json, names: Names) -> Json:
        """Texts, or closed."""
        return value or "closed"

    def encode(self, value: Json, names: Names) -> Json:
        """Intervals in minutes of the week."""
        midnight = DAYS.index(self.day) * DAY_MINUTES
        return [
            {"start_time": midnight + start, "end_time": midnight + end} for start, end in map(minutes_of, value or ())
        ]


def problems_of(week: Mapping[str, Json]) -> Iterator[Problem]:
    """What is wrong with a week that has the right form."""
    stated: dict[str, str] = {}
    for key, hours in week.items():
        for day in days_of(key):
            if day in stated:
                yield Problem(
                    "schedule/day-twice",
                    ("week", key),
                    f"{day} is stated twice: by {stated[day]} and by {key}",
                    fix=f"Leave {day} out of one of them.",
                )
            stated[day] = key
        if hours != "closed":
            yield from _problems_of_day(key, hours)


def _problems_of_day(key: str, hours: list[str]) -> Iterator[Problem]:
    whole: list[tuple[int, int, str]] = []
    for index, each in enumerate(hours):
        (start, end), path = minutes_of(each), ("week", key, index)
        if end > DAY_MINUTES or start >= DAY_MINUTES:
            yield Problem("schedule/no-time", path, f'"{each}" names a time after 24:00', fix="A day ends at 24:00.")
        elif start == end:
            yield Problem("schedule/no-time", path, f'"{each}" is no time at all', fix="Remove it.")
        elif end < start:
            yield _over_midnight(key, each, path)
        else:
            whole.append((start, end, each))
    whole.sort()
    for (_, end, earlier), (start, _, later) in pairwise(whole):
        if start < end:
            yield Problem(
                "schedule/overlapping-hours",
                ("week", key, hours.index(later)),
                f'"{earlier}" and "{later}" overlap',
                fix="Make them one, or let one end before the other starts.",
            )


def _over_midnight(key: str, hours: str, path: Path) -> Problem:
    start, _, end = hours.partition("-")
    days = [(day, DAYS[(DAYS.index(day) + 1) % 7]) for day in days_of(key)]
    first, following = days[0]
    more = "" if len(days) == 1 else " and so on for the other days"
    evening = f'{first}: ["{start}-24:00"]'
    written = f'{evening}, {following}: ["00:00-{end}"]' if end != "00:00" else evening
    return Problem(
        "schedule/over-midnight",
        path,
        f'"{hours}" goes over midnight',
        "An interval lies within one day.",
        f"Write {written}{more}.",
    )
