"""Schedules and holidays, with the traps of the real service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.emulator.conftest import Client

SCHEDULES = "/api/v2/business_hours/schedules"


def made(ask: Client, **fields: Any) -> str:
    body = {"schedule": {"name": "Shop", "time_zone": "Paris", **fields}}
    return f"{SCHEDULES}/{ask('POST', SCHEDULES, body, 201)['schedule']['id']}"


def test_the_hours_of_a_schedule_are_written_at_their_own_path_alone(ask: Client) -> None:
    one = made(ask, intervals=[])
    before = ask("GET", one)["schedule"]["intervals"]

    ask("PUT", one, {"schedule": {"intervals": []}})
    assert before == ask("GET", one)["schedule"]["intervals"] != []

    wanted = [{"start_time": 1980, "end_time": 2460}]
    assert {"workweek": {"intervals": wanted}} == ask("PUT", f"{one}/workweek", {"workweek": {"intervals": wanted}})
    assert wanted == ask("GET", SCHEDULES)["schedules"][0]["intervals"]


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [(1440, 2880, 200), (1440, 2881, 422), (2879, 2881, 422), (-1, 60, 422), (10020, 10080, 200), (10080, 10081, 422)],
)
def test_an_interval_lies_within_one_day(ask: Client, first: int, last: int, status: int) -> None:
    intervals = [{"start_time": first, "end_time": last}]

    ask("PUT", f"{made(ask)}/workweek", {"workweek": {"intervals": intervals}}, status)


def test_intervals_do_not_overlap(ask: Client) -> None:
    intervals = [{"start_time": 60, "end_time": 120}, {"start_time": 0, "end_time": 61}]

    ask("PUT", f"{made(ask)}/workweek", {"workweek": {"intervals": intervals}}, 422)


def test_zones_have_the_service_s_names(ask: Client) -> None:
    ask("POST", SCHEDULES, {"schedule": {"name": "Shop", "time_zone": "Europe/Paris"}}, 422)
    ask("POST", SCHEDULES, {"schedule": {"name": "Shop"}}, 422)


def test_holidays_lie_within_two_years_and_in_order(ask: Client) -> None:
    holidays = f"{made(ask)}/holidays"
    year = datetime.now(UTC).year

    def holiday(first: str, last: str) -> dict[str, Any]:
        return {"holiday": {"name": "Closed", "start_date": first, "end_date": last}}

    ask("POST", holidays, holiday(f"{year}-12-25", f"{year}-12-26"), 201)
    ask("POST", holidays, holiday(f"{year}-12-26", f"{year}-12-25"), 422)
    ask("POST", holidays, holiday(f"{year + 4}-01-01", f"{year + 4}-01-01"), 422)
    ask("POST", holidays, holiday(f"{year}-02-30", f"{year}-03-01"), 422)
