"""A clock that only moves when told, an Api in front of a function, and a server that sends scripted bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from reconciler.zendesk.auth import Auth
from reconciler.zendesk.client import Api
from reconciler.zendesk.clock import SystemClock
from reconciler.zendesk.pacing import Pacer

Handler = Callable[[httpx.Request], httpx.Response]


class VirtualClock:
    """Sleeping moves it; nothing waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Bench:
    """An Api whose service is a function; keeps every request, notice and count."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.requests: list[httpx.Request] = []
        self.notices: list[str] = []
        self.counts: list[str] = []

    def api(self, handler: Handler, *, auth: Auth | None = None, **options: Any) -> Api:
        def answer(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return handler(request)

        return Api(
            "https://maison.zendesk.com/api/v2",
            auth,
            transport=httpx.MockTransport(answer),
            clock=self.clock,
            pacer=Pacer(self.clock, self.notices.append),
            notice=self.notices.append,
            jitter=lambda: 1.0,
            count=self.counts.append,
            **options,
        )

    def script(self, *answers: httpx.Response | Exception, **options: Any) -> Api:
        """Answers in order; the last one again and again."""
        left = list(answers)

        def handler(request: httpx.Request) -> httpx.Response:
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, Exception):
                raise answer
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

        return self.api(handler, **options)


class Listener:
    """A loopback server: each connection's request is read, then `behave(connection, ended)` decides."""

    def __init__(self, behave: Callable[[socket.socket, threading.Event], None]) -> None:
        self.received: list[bytes] = []
        self._behave = behave
        self._ended = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if self._ended.is_set():
                    return
                connection.settimeout(5)
                self.received.append(connection.recv(65536))
                try:
                    self._behave(connection, self._ended)
                except OSError:
                    continue

    def close(self) -> None:
        self._ended.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def bench(clock: VirtualClock) -> Bench:
    return Bench(clock)


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    """Starts listeners that end with the test."""
    listeners: list[Listener] = []

    def start(behave: Callable[[socket.socket, threading.Event], None]) -> Listener:
        listeners.append(Listener(behave))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


@pytest.fixture
def dial() -> Iterator[Callable[..., Api]]:
    """An Api over a real socket that tries once; closed with the test."""
    from reconciler.zendesk.retry import RetryPolicy

    apis: list[Api] = []

    def connect(url: str, auth: Auth | None = None, **options: Any) -> Api:
        clock = SystemClock()
        options = {"policy": RetryPolicy(attempts=1), **options}
        apis.append(Api(url, auth, clock=clock, pacer=Pacer(clock, str), notice=lambda text: None, **options))
        return apis[-1]

    yield connect
    for api in apis:
        api.close()
