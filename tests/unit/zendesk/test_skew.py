"""How far this machine's clock is from the service's."""

from __future__ import annotations

import httpx
import pytest

from reconciler.core.secret import Secret
from reconciler.zendesk.account import Account
from reconciler.zendesk.credentials import ApiToken, ConversationsKey, Credentials

KEY = ConversationsKey(Secret("key-id"), Secret("key-secret"))
CREDENTIALS = Credentials(ApiToken(Secret("ada@maison.example"), Secret("api-token")), KEY)
DATE_SECONDS = 784111777.0


def account(clock, *dates: str | None) -> Account:
    left = list(dates)

    def answer(request: httpx.Request) -> httpx.Response:
        date = left.pop(0)
        return httpx.Response(200, json={"groups": []}, headers={"date": date} if date is not None else {})

    return Account.connect(
        "maison",
        "5f0e1c2d3b4a5f0e1c2d3b4a",
        CREDENTIALS,
        read_only=True,
        transport=httpx.MockTransport(answer),
        clock=clock,
        wall_seconds=lambda: DATE_SECONDS + 90,
    )


def test_before_any_answer_nothing_is_known(clock):
    assert account(clock).clock_skew_seconds is None


def test_the_skew_is_this_clock_minus_the_date_of_the_answer(clock):
    asked = account(clock, "Sun, 06 Nov 1994 08:49:37 GMT")
    asked.support.get("/groups")
    assert 90.0 == asked.clock_skew_seconds


def test_the_latest_dated_answer_counts(clock):
    asked = account(clock, "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:51:37 GMT", None)
    for _ in range(3):
        asked.support.get("/groups")
    assert -30.0 == asked.clock_skew_seconds


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sun, 99 Nov 1994 08:49:37 GMT"])
def test_an_answer_without_a_date_that_can_be_read_tells_nothing(clock, date):
    asked = account(clock, date)
    asked.support.get("/groups")
    assert asked.clock_skew_seconds is None
