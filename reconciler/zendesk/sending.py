"""One request, sent until it has an answer or no right to be sent again; it refuses to know what the answer means."""

from __future__ import annotations

import json
import math
import random
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx

from reconciler.core.errors import ReconcilerError, SecretUnavailable
from reconciler.core.secret import Secret
from reconciler.zendesk.answers import DECODED_BYTES_CAP, Received, UnreadableAnswer, read_answer
from reconciler.zendesk.pacing import spacing_seconds
from reconciler.zendesk.retry import RetryPolicy, asked_pause_seconds, is_repeatable
from reconciler.zendesk.transport import TOKEN_PATH

if TYPE_CHECKING:
    from reconciler.zendesk.auth import Auth
    from reconciler.zendesk.clock import Clock
    from reconciler.zendesk.pacing import Pacer

Params = Mapping[str, str | int | list[str | int]]
"""A query; a list stands for a parameter that is sent once for each of its values."""

_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No whole answer came. `was_sent` when the service may have read the request, `is_final` when trying is no use."""

    reason: str
    was_sent: bool
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Exchanged:
    """How a request ended; `may_have_arrived` when some attempt of it left and its answer was lost."""

    outcome: Received | Unanswered
    may_have_arrived: bool


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `body` is plain JSON values in which a `Secret` stands for its text; `use` is what it counts as."""

    method: str
    path: str
    params: Params = field(default_factory=dict)
    body: Any = None
    is_repeatable: bool = False
    use: str = "reads"
    before_attempt: Callable[[], None] | None = None

    @property
    def is_write(self) -> bool:
        """Whether the account may be another one afterwards."""
        return self.method != "GET"

    @property
    def can_repeat(self) -> bool:
        """Whether it can be sent again although it may have arrived; a token that nobody got changes nothing."""
        return self.path == TOKEN_PATH or is_repeatable(self.method, self.is_repeatable)

    def conceal(self, text: str) -> str:
        """`text` without the secrets of the body."""
        for secret in secrets_in(self.body):
            text = text.replace(secret.reveal(), "***") if secret.reveal() else text
        return text


class Sender:
    """Sends requests to one API: paced, within deadlines, retried where nothing can be doubled; follows no redirect.

    `request_deadline_seconds` bounds one attempt from the first byte sent to the last one read; `run_deadline_at`, a
    time of the clock, bounds everything, pauses included.
    """

    def __init__(
        self,
        base_url: str,
        auth: Auth | None,
        *,
        transport: httpx.BaseTransport,
        clock: Clock,
        pacer: Pacer,
        notice: Callable[[str], None],
        request_deadline_seconds: float = 30.0,
        run_deadline_at: float | None = None,
        policy: RetryPolicy | None = None,
        jitter: Callable[[], float] = random.random,
        decoded_bytes_cap: int = DECODED_BYTES_CAP,
        count: Callable[[str], None] | None = None,
    ) -> None:
        self.base_url = base_url
        self._auth = auth
        self._clock = clock
        self._pacer = pacer
        self._notice = notice
        self._request_deadline_seconds = request_deadline_seconds
        self._run_deadline_at = math.inf if run_deadline_at is None else run_deadline_at
        self._policy = policy or RetryPolicy()
        self._jitter = jitter
        self._decoded_bytes_cap = decoded_bytes_cap
        self._count = count
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            # A session cookie of the service would compete with the credentials of every later request.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"accept": "application/json", "accept-encoding": "gzip", "user-agent": "reconciler"},
        )

    def exchange(self, request: Request) -> Exchanged:
        """Sends `request` and comes back with an answer below 500, or with the last one that was tried for.

        429 and connections that were never made count as not sent and are tried again whatever the method. Other lost
        answers are tried again only when `Request.can_repeat` says so. A refused token is renewed once.
        """
        may_have_arrived = False
        is_renewed = False
        attempt = 0
        while True:
            try:
                header = self._auth.header() if self._auth else None
                outcome = self._attempt(request, header)
                attempt += 1
                if self._is_refused(outcome) and self._auth and header and not is_renewed and self._auth.renew(header):
                    is_renewed = True
                    attempt -= 1
                    continue
            except ReconcilerError as error:
                if not may_have_arrived:
                    raise
                # What stops the next attempt says nothing about the one before.
                return Exchanged(Unanswered(f"it could not be sent again: {error.summary}", was_sent=False), True)
            if isinstance(outcome, Received):
                if outcome.status < 500 and outcome.status != 429:
                    return Exchanged(outcome, may_have_arrived)
                was_sent, is_final = outcome.status != 429, False
                asked = asked_pause_seconds(outcome.headers)
            else:
                was_sent, is_final, asked = outcome.was_sent, outcome.is_final, None
            may_have_arrived |= was_sent and request.is_write
            if is_final or attempt >= self._policy.attempts or (was_sent and not request.can_repeat):
                return Exchanged(outcome, may_have_arrived)
            pause_seconds = self._policy.pause_seconds(attempt, asked, self._jitter())
            if self._clock.monotonic() + pause_seconds > self._run_deadline_at:
                return Exchanged(outcome, may_have_arrived)
            self._pause(request, outcome, pause_seconds)

    def close(self) -> None:
        """Closes the transport as well."""
        self._client.close()

    def _is_refused(self, outcome: Received | Unanswered) -> bool:
        return isinstance(outcome, Received) and outcome.status == 401

    def _pause(self, request: Request, outcome: Received | Unanswered, seconds: float) -> None:
        if isinstance(outcome, Received) and outcome.status == 429:
            # Every thread of this API waits; the pacer tells about it.
            self._pacer.hold(seconds)
            return
        what = f"answered {outcome.status}" if isinstance(outcome, Received) else outcome.reason
        self._notice(f"{request.method} {self._shown(request.path)}: {what}, trying again in {math.ceil(seconds)} s")
        self._clock.sleep(seconds)

    def _attempt(self, request: Request, header: str | None) -> Received | Unanswered:
        if not self._pacer.admit(self._run_deadline_at, spacing_seconds(request.method, request.path)):
            return Unanswered("the rate limit leaves no room before the run's deadline", was_sent=False, is_final=True)
        headers: httpx.Headers | None = None
        try:
            if request.before_attempt is not None:
                request.before_attempt()
            started_at = self._clock.monotonic()
            deadline_at = min(started_at + self._request_deadline_seconds, self._run_deadline_at)
            if deadline_at <= started_at:
                return Unanswered("the run's deadline has passed", was_sent=False, is_final=True)
            if self._count is not None:
                self._count(request.use)
            outcome = self._send(request, header, deadline_at, deadline_at - started_at)
            headers = outcome.headers if isinstance(outcome, Received) else None
            return outcome
        finally:
            self._pacer.release(headers)

    def _send(self, request: Request, header: str | None, deadline_at: float, seconds: float) -> Received | Unanswered:
        built = self._client.build_request(
            request.method,
            self.base_url + request.path,
            params=dict(request.params),
            content=None if request.body is None else _encoded(request.body),
            headers={"content-type": "application/json"} if request.is_write else {},
            timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
        )
        if header is not None:
            built.headers["authorization"] = header
        # The libraries' errors can hold header values, so none is kept as the cause of ours.
        try:
            response = self._client.send(built, stream=True)
            try:
                return read_answer(response, self._clock, deadline_at, self._decoded_bytes_cap)
            finally:
                response.close()
        except UnreadableAnswer as error:
            return Unanswered(f"{error}", was_sent=True, is_final=True)
        except httpx.TransportError as error:
            return _unanswered(error, built.url)

    def _shown(self, path: str) -> str:
        return httpx.URL(self.base_url).path.rstrip("/") + path


def secrets_in(value: Any) -> Iterator[Secret]:
    """Every `Secret` inside JSON-like values."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from secrets_in(child)
    elif isinstance(value, (list, tuple)):
        for child in value:
            yield from secrets_in(child)


def _encoded(body: Any) -> bytes:
    text = json.dumps(body, default=_revealed, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        # That error holds the whole body.
        pass
    raise SecretUnavailable(
        "a secret or a text of the request is not valid Unicode",
        fix="Store the value as UTF-8 text.",
    )


def _revealed(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"a request body cannot hold a {type(value).__name__}")


def _unanswered(error: httpx.TransportError, url: httpx.URL) -> Unanswered:
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    causes = list(_causes(error))
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            return Unanswered(f'the certificate of "{url.host}" is not trusted', was_sent=False, is_final=True)
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return Unanswered(f"nobody listens on {url.host}:{port}", was_sent=False)
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return Unanswered(f'the host "{url.host}" cannot be found', was_sent=False)
        return Unanswered(f"no connection to {url.host}:{port}", was_sent=False)
    if isinstance(error, httpx.TimeoutException):
        return Unanswered("no whole answer came in time", was_sent=True)
    if isinstance(error, (httpx.LocalProtocolError, httpx.UnsupportedProtocol)):
        return Unanswered("the request cannot be expressed in HTTP", was_sent=True, is_final=True)
    return Unanswered("the connection broke before the whole answer had come", was_sent=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
