"""A transport that lets a function in this process answer, so that no socket is ever opened.

It refuses to know who answers, and what.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import httpx

Answering = Callable[[str, str, str, str | None, bytes], tuple[int, Mapping[str, str], bytes]]
"""Method, path, query, the Authorization header and the body of a request; status, headers and body of its answer."""


class AnsweringTransport(httpx.BaseTransport):
    """Hands every request to `answer`, one at a time."""

    def __init__(self, answer: Answering) -> None:
        self._answer = answer
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; whatever `answer` raises is raised."""
        body = request.read()
        with self._lock:
            status, headers, content = self._answer(
                request.method,
                request.url.path,
                request.url.query.decode("ascii"),
                request.headers.get("authorization"),
                body,
            )
        return httpx.Response(status, headers=dict(headers), content=content)
