"""A schedule: in which hours of the week and on which days somebody is there to answer.

It refuses to know what happens outside them: rules ask whether it is within a schedule. The service makes a schedule
with its name and zone alone, so its week is written right after it; holidays are live objects of their own inside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core import part as words
from reconciler.core.diagnostic import did_you_mean
from reconciler.core.kind import Kind, Lookup, Problem
from reconciler.core.part import Children, Part
from reconciler.core.resource import Json
from reconciler.kinds._collections import HOLIDAYS, SCHEDULES
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, Day, ManifestModel, Shape, Text
from reconciler.kinds._time_zones import RAILS_ZONES, TimeZone, is_known_zone
from reconciler.kinds._week import DAYS, HoursOfDay, Week, problems_of, shortened, written_out


class Holiday(Shape):
    """A day, or several in a row, on which the schedule does not hold."""

    name: Annotated[Text, Managed("name", is_key=True)] = Field(description="What the holiday is called.")
    on: Day = Field(default=UNSTATED, description="The one day, as 2026-12-25.")
    from_: Annotated[Day, Managed("start_date", is_key=True)] = Field(
        default=UNSTATED, alias="from", description="The first day, with the last one in to."
    )
    to: Annotated[Day, Managed("end_date")] = Field(default=UNSTATED, description="The last day.")


class Schedule(ManifestModel):
    """A schedule of business hours."""

    kind: Literal["schedule"]
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that admins see.")
    time_zone: Annotated[Text, Managed("time_zone", TimeZone())] = Field(
        description="The zone of its hours, such as Europe/Paris; the service's own names are good too."
    )
    week: Week = Field(
        default=UNSTATED,
        description="The hours of each day or range of days, such as monday-friday, or closed; days that are not "
        "stated stay as they are.",
        json_schema_extra={"additionalProperties": False},
    )
    holidays: list[Holiday] = Field(default=UNSTATED, description="The days on which it does not hold.")


_HOLIDAYS = Children("holiday", "holidays", HOLIDAYS, fields_of(Holiday))

_WEEK = Part(
    "week",
    SCHEDULES,
    tuple(
        words.Field(f"week.{day}", "intervals", HoursOfDay(day), on_create=False, together="week", is_slice=True)
        for day in (*DAYS[1:], DAYS[0])
    ),
    aspect="workweek",
)


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    own = Part("", SCHEDULES, fields_of(Schedule), takes=((HOLIDAYS.name, ""),))
    return (own, _WEEK, *_HOLIDAYS.parts(document))


def _expanded(document: Mapping[str, Json]) -> dict[str, Json]:
    expanded = dict(document)
    if "week" in document:
        expanded["week"] = written_out(document["week"])
    if "holidays" in document:
        items = [
            {"name": each["name"], "from": each.get("on") or each["from"], "to": each.get("on") or each["to"]}
            for each in document["holidays"]
        ]
        expanded["holidays"] = {f"{each['name']} {each['from']}": each for each in items}
    return expanded


def _shortened(document: Mapping[str, Json]) -> dict[str, Json]:
    short = dict(document)
    if "week" in document:
        short["week"] = shortened(document["week"])
    if "holidays" in document:
        short["holidays"] = [
            {"name": each["name"], "on": each["from"]} if each.get("from") and each["from"] == each.get("to") else each
            for each in document["holidays"]
        ]
    return short


def _sound_week(document: Mapping[str, Json]) -> Iterator[Problem]:
    yield from problems_of(document.get("week", {}))


def _sound_holidays(document: Mapping[str, Json]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for index, each in enumerate(document.get("holidays", ())):
        path = ("holidays", index)
        if ("on" in each) == ("from" in each) or ("from" in each) != ("to" in each):
            yield Problem(
                "schedule/days-of-holiday",
                path,
                f'"{each["name"]}" needs either on, or from and to',
                fix="Write on: for a single day, from: and to: for several.",
            )
            continue
        impossible = [key for key in ("on", "from", "to") if key in each and not _is_day(each[key])]
        for key in impossible:
            yield Problem("schedule/no-such-day", (*path, key), f'there is no day "{each[key]}"', fix="Correct it.")
        start = each.get("on") or each["from"]
        if not impossible and "to" in each and each["to"] < each["from"]:
            yield Problem(
                "schedule/days-of-holiday",
                (*path, "to"),
                f'"{each["name"]}" ends before it starts',
                fix="Exchange from and to.",
            )
        if (each["name"], start) in seen:
            yield Problem(
                "schedule/holiday-twice",
                path,
                f'"{each["name"]}" on {start} is listed twice',
                fix="Remove one of them.",
            )
        seen.add((each["name"], start))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _known_zone(document: Mapping[str, Json]) -> Iterator[Problem]:
    zone = document["time_zone"]
    if not is_known_zone(zone):
        yield Problem(
            "schedule/unknown-time-zone",
            ("time_zone",),
            f'"{zone}" is no time zone that is known here',
            "It is sent as it is, and compared as a text.",
            did_you_mean(zone, [*RAILS_ZONES, *RAILS_ZONES.values()])
            or "Check its spelling: names are those of the tz database, such as Europe/Paris, or the service's own.",
            "warning",
        )


KIND = Kind(
    name="schedule",
    area="routing",
    title="Schedule",
    model=Schedule,
    parts=_parts,
    children=(_HOLIDAYS,),
    expand=_expanded,
    shorten=_shortened,
    lookup=Lookup("", SCHEDULES, "name", "schedule"),
    rules=(_sound_week, _sound_holidays, _known_zone),
    limits=(
        "An interval lies within one day, up to 24:00; all of a week is written at once, with the days that the manifest "
        "does not state as they are in the account.",
        "Holidays lie within two years of today, in the past as in the future.",
        "The account needs business hours, which not every plan has.",
    ),
    cannot=("Say which hours a new schedule has before its week is written: this is UNCONFIRMED.",),
    sources=("developer.zendesk.com/api-reference/ticketing/ticket-management/schedules",),
    example="""\
kind: schedule
name: boutique-paris
title: Boutique Paris
time_zone: Europe/Paris
week:
  monday-friday: ["09:00-12:30", "14:00-18:00"]
  saturday: ["10:00-13:00"]
  sunday: closed
holidays:
  - {name: Noël, on: 2026-12-25}
  - {name: Inventaire, from: 2027-01-04, to: 2027-01-05}
""",
)
