"""The way between the program and an account in process, and everything that can go wrong on it.

It refuses to know when something goes wrong: it is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx

from reconciler.emulator.answers import Answer
from tests.fault.account_in_process import EPOCH_SECONDS, LiveAccount
from tests.fault.process import Process

PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request. `seconds` pass, before or after the effect; `detail` is a status or a header."""

    name: str
    seconds: float = 0.0
    detail: str = ""


UNSENT = ("refused", "unreachable", "status 429", "status 401")
"""The request has no effect, and the program is sure of that."""
SWALLOWED = ("dropped", "stalled", "status 503", "page 502", "redirect")
"""The request has no effect."""
LOST = ("lost", "timed out", "done 500", "done 502 page", "done page", "done empty", "truncated", "corrupt", "done 409")
"""The request has its effect, and the answer suffers."""
LATE = ("late", "answered late")
FORBIDDEN = ("status 403", "status 422", "status 409")
"""The service says no."""
RETRY_AFTER = ("", "0", "2", "-1", "abc", "1e9", "Thu, 01 Jan 1970 00:00:00 GMT", "{soon}")


class Wire(httpx.BaseTransport):
    """Carries requests to the account. `decide` says what happens to each, `meanwhile` runs before each, and `retell` may
    tell another answer than the account's."""

    def __init__(self, live: LiveAccount) -> None:
        self.live = live
        self.process = Process()
        self.decide: Callable[[httpx.Request], Fault | None] = lambda request: None
        self.meanwhile: Callable[[], None] = lambda: None
        self.retell: Callable[[httpx.Request, httpx.Response], httpx.Response] = lambda request, response: response
        self.log: list[str] = []

    def calm(self) -> None:
        """Nothing goes wrong from here on."""
        self.process = Process()
        self.decide = lambda request: None
        self.meanwhile = lambda: None
        self.retell = lambda request, response: response

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.process.step()
        self.meanwhile()
        fault = self.decide(request)
        self.log.append(f"{request.method} {request.url.path} {fault.name if fault else ''}".rstrip())
        if fault is None:
            return self._carry(request)
        clock = self.live.clock
        if fault.name in ("late", "stalled"):
            clock.now += fault.seconds
        if fault.name not in LOST and fault.name not in LATE:
            return self._refuse(request, fault)
        if fault.name == "late" and fault.seconds >= _patience_seconds(request):
            # It arrives after its sender has given up.
            self.live.answer(request)
            self.process.step()
            raise httpx.ReadTimeout("too late", request=request)
        answer = self.live.answer(request)
        self.process.step()
        return self._spoil(request, fault, answer)

    def _carry(self, request: httpx.Request) -> httpx.Response:
        answer = self.live.answer(request)
        self.process.step()
        return self.retell(request, _response(answer))

    def _refuse(self, request: httpx.Request, fault: Fault) -> httpx.Response:
        word, _, detail = fault.name.partition(" ")
        if word == "refused":
            error = httpx.ConnectError("refused", request=request)
            error.__cause__ = ConnectionRefusedError()
            raise error
        if word == "unreachable":
            raise httpx.ConnectTimeout("unreachable", request=request)
        if word in ("dropped", "stalled"):
            raise httpx.ReadError("dropped", request=request) if word == "dropped" else httpx.ReadTimeout("stalled")
        if word == "redirect":
            return httpx.Response(302, headers={"location": "https://elsewhere.example/login"}, content=b"")
        if word == "page":
            return httpx.Response(int(detail), headers={"content-type": "text/html"}, content=PAGE)
        headers = {"content-type": "application/json"}
        if detail == "429" and fault.detail:
            now = self.live.clock.now + EPOCH_SECONDS
            headers["date"] = format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
            soon = format_datetime(datetime.fromtimestamp(now + 3, UTC), usegmt=True)
            headers["retry-after"] = fault.detail.replace("{soon}", soon)
        return httpx.Response(int(detail), headers=headers, content=b'{"error": "Refused"}')

    def _spoil(self, request: httpx.Request, fault: Fault, answer: Answer) -> httpx.Response:
        true = _response(answer)
        body = true.content
        if fault.name == "lost":
            raise httpx.RemoteProtocolError("the server hung up", request=request)
        if fault.name in ("timed out", "answered late"):
            self.live.clock.now += fault.seconds
            if fault.name == "timed out" or fault.seconds >= _patience_seconds(request):
                raise httpx.ReadTimeout("too late", request=request)
            return true
        if fault.name == "late":
            return true
        json_type = {"content-type": "application/json"}
        if fault.name in ("done 500", "done 409"):
            return httpx.Response(int(fault.name[5:]), headers=json_type, content=b'{"error": "Refused"}')
        if fault.name == "done 502 page":
            return httpx.Response(502, headers={"content-type": "text/html"}, content=PAGE)
        if fault.name == "done page":
            return httpx.Response(200, headers={"content-type": "text/html"}, content=PAGE)
        if fault.name == "done empty":
            return httpx.Response(200, headers=json_type, content=b"")
        if fault.name == "corrupt":
            return httpx.Response(true.status_code, headers=json_type, content=body[: len(body) // 2] or b"{")
        return httpx.Response(true.status_code, headers=json_type, stream=_Torn(body[: len(body) // 2]))

    def close(self) -> None:
        """Stays open: one account has many sessions."""


class _Torn(httpx.SyncByteStream):
    def __init__(self, half: bytes) -> None:
        self.half = half

    def __iter__(self) -> Iterator[bytes]:
        yield self.half
        raise httpx.RemoteProtocolError("the connection broke in the middle of the body")


def _patience_seconds(request: httpx.Request) -> float:
    return float(request.extensions["timeout"]["read"])


def _response(answer: Answer) -> httpx.Response:
    headers = {**answer.headers}
    if answer.text is not None:
        return httpx.Response(answer.status, headers={**headers, "content-type": "text/plain"}, text=answer.text)
    if answer.body is None:
        return httpx.Response(answer.status, headers=headers, content=b"")
    headers["content-type"] = "application/json"
    return httpx.Response(answer.status, headers=headers, content=json.dumps(answer.body).encode())
