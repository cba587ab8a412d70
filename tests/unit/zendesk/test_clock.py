"""The clock of this machine."""

from __future__ import annotations

import time

import pytest

from reconciler.zendesk.clock import SystemClock


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="this system cannot tell how long it was suspended")
def test_the_clock_counts_the_time_that_the_machine_was_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    read = time.clock_gettime
    suspended_seconds = 3600.0
    monkeypatch.setattr(
        time, "clock_gettime", lambda clock: read(clock) + suspended_seconds * (clock == time.CLOCK_BOOTTIME)
    )
    before = read(time.CLOCK_BOOTTIME)
    assert before + suspended_seconds <= SystemClock().monotonic()


def test_the_clock_never_goes_back() -> None:
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(100)]
    assert sorted(readings) == readings
