"""How far this machine's clock is from the service's; it refuses to correct either."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx


class SkewTransport(httpx.BaseTransport):
    """Compares the `Date` of every answer (RFC 9110 §6.6.1, whole seconds) with `wall_seconds`, and changes nothing.

    `wall_seconds` gives the seconds since 1970, as `time.time` does.
    """

    def __init__(self, inner: httpx.BaseTransport, wall_seconds: Callable[[], float]) -> None:
        self._inner = inner
        self._wall_seconds = wall_seconds
        self.skew_seconds: float | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's answer."""
        response = self._inner.handle_request(request)
        answered_at = _seconds(response.headers.get("date", ""))
        if answered_at is not None:
            self.skew_seconds = self._wall_seconds() - answered_at
        return response

    def close(self) -> None:
        """Closes the inner transport."""
        self._inner.close()


def _seconds(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
