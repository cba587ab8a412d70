"""Schedules: an unpaged list, hours that are written at a path of their own, holidays inside.

It refuses to know what time it is in any zone. Source: developer.zendesk.com/api-reference/ticketing/ticket-management/schedules; which hours
a new schedule has is not documented, here it has those of an office.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, record_invalid
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection, is_text

_LIST = "/api/v2/business_hours/schedules"
DAY_MINUTES = 24 * 60
LONGEST_DISTANCE = timedelta(days=2 * 366)


def office_hours() -> list[Json]:
    """Monday to Friday, nine to five, in minutes since Sunday 00:00."""
    starts = (day * DAY_MINUTES + 9 * 60 for day in range(1, 6))
    return [{"start_time": start, "end_time": start + 8 * 60} for start in starts]


def _admit(account: Account, schedule: Json, parts: dict[str, str]) -> Json:
    return {"name": "", "time_zone": "UTC", "intervals": office_hours(), **schedule}


def _admit_holiday(account: Account, holiday: Json, parts: dict[str, str]) -> Json:
    return {**holiday, "_schedule": parts.get("schedule", holiday.get("_schedule", ""))}


SCHEDULES = Collection(_LIST, "schedules", "schedules", "schedule", modes="none", admit=_admit)
HOLIDAYS = Collection(
    f"{_LIST}/{{schedule}}/holidays", "holidays", "holidays", "holiday", modes="none", admit=_admit_holiday
)
COLLECTIONS = [SCHEDULES, HOLIDAYS]


def _changes(sent: Json) -> Json:
    """Hours are read-only but for their own path."""
    changes: Json = {name: sent[name] for name in ("name", "time_zone") if name in sent}
    for name in changes:
        if not is_text(changes[name]):
            raise record_invalid(name, f"{name}: cannot be blank", error="BlankValue")
    if "/" in changes.get("time_zone", ""):
        raise record_invalid("time_zone", f"Time zone: {changes['time_zone']} is not a valid time zone")
    return changes


def _create(call: Call) -> Answer:
    sent = call.member("schedule")
    new = _changes({"name": "", "time_zone": "", **sent})
    return SCHEDULES.answer(call.account, SCHEDULES.add(call.account, new), 201)


def _update(call: Call) -> Answer:
    old = SCHEDULES.find(call.account, call.parts["id"])
    changed = {**old, **_changes(call.member("schedule")), "updated_at": call.account.now()}
    return SCHEDULES.answer(call.account, call.account.put(SCHEDULES.table, old["id"], changed))


def _write_week(call: Call) -> Answer:
    old = SCHEDULES.find(call.account, call.parts["id"])
    intervals: Any = call.member("workweek").get("intervals")
    if not isinstance(intervals, list) or not all(map(_is_interval, intervals)):
        raise record_invalid("intervals", "Intervals: each lies within one day, from 0 to 10080 minutes")
    ordered = sorted(intervals, key=lambda each: each["start_time"])
    if any(one["end_time"] > other["start_time"] for one, other in pairwise(ordered)):
        raise record_invalid("intervals", "Intervals: overlap")
    call.account.put(SCHEDULES.table, old["id"], {**old, "intervals": ordered, "updated_at": call.account.now()})
    return Answer(body={"workweek": {"intervals": ordered}})


def _is_interval(value: Any) -> bool:
    if not isinstance(value, dict) or not all(isinstance(value.get(key), int) for key in ("start_time", "end_time")):
        return False
    start, end = value["start_time"], value["end_time"]
    is_in_week: bool = 0 <= start < end <= 7 * DAY_MINUTES
    return is_in_week and bool(start // DAY_MINUTES == (end - 1) // DAY_MINUTES)


def _delete(call: Call) -> Answer:
    """Its holidays go with it."""
    schedule = SCHEDULES.find(call.account, call.parts["id"])
    for holiday in _holidays_of(call, schedule["id"]):
        call.account.remove(HOLIDAYS.table, holiday["id"])
    call.account.remove(SCHEDULES.table, schedule["id"])
    return Answer(204)


def _holidays_of(call: Call, schedule: Any) -> list[Json]:
    return [each for each in call.account.all(HOLIDAYS.table) if str(each["_schedule"]) == str(schedule)]


def _list_holidays(call: Call) -> Answer:
    schedule = SCHEDULES.find(call.account, call.parts["schedule"])
    shown = [HOLIDAYS.show(call.account, each) for each in _holidays_of(call, schedule["id"])]
    return Answer(body={"holidays": shown})


def _holiday(call: Call) -> Json:
    holiday = HOLIDAYS.find(call.account, call.parts["id"])
    if str(holiday["_schedule"]) != call.parts["schedule"]:
        raise HOLIDAYS.missing()
    return holiday


def _judged(call: Call, holiday: Json) -> Json:
    if not is_text(holiday.get("name")):
        raise record_invalid("name", "Name: cannot be blank", error="BlankValue")
    days = [_day(holiday.get(member)) for member in ("start_date", "end_date")]
    today = date.fromisoformat(call.account.now()[:10])
    if days[0] > days[1] or any(abs(day - today) > LONGEST_DISTANCE for day in days):
        raise record_invalid("end_date", "Dates: are in order and within two years")
    return holiday


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise record_invalid("start_date", "Date: is not a day as YYYY-MM-DD") from None


def _create_holiday(call: Call) -> Answer:
    schedule = SCHEDULES.find(call.account, call.parts["schedule"])
    sent = call.member("holiday")
    new = _judged(call, {name: sent.get(name) for name in ("name", "start_date", "end_date")})
    return HOLIDAYS.answer(call.account, HOLIDAYS.add(call.account, new, {"schedule": str(schedule["id"])}), 201)


def _update_holiday(call: Call) -> Answer:
    old = _holiday(call)
    sent = call.member("holiday")
    changes: Json = {name: sent[name] for name in ("name", "start_date", "end_date") if name in sent}
    changed = _judged(call, {**old, **changes, "updated_at": call.account.now()})
    return HOLIDAYS.answer(call.account, call.account.put(HOLIDAYS.table, old["id"], changed))


def _delete_holiday(call: Call) -> Answer:
    call.account.remove(HOLIDAYS.table, _holiday(call)["id"])
    return Answer(204)


ROUTES: list[Route] = [
    *SCHEDULES.reading_routes(),
    ("POST", _LIST, _create),
    ("PUT", f"{_LIST}/{{id}}", _update),
    ("DELETE", f"{_LIST}/{{id}}", _delete),
    ("PUT", f"{_LIST}/{{id}}/workweek", _write_week),
    ("GET", HOLIDAYS.path, _list_holidays),
    ("GET", f"{HOLIDAYS.path}/{{id}}", lambda call: HOLIDAYS.answer(call.account, _holiday(call))),
    ("POST", HOLIDAYS.path, _create_holiday),
    ("PUT", f"{HOLIDAYS.path}/{{id}}", _update_holiday),
    ("DELETE", f"{HOLIDAYS.path}/{{id}}", _delete_holiday),
]
