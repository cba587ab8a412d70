"""Transports put around the real one: the read-only guard and the recorder; they refuse to know answers' meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx

from reconciler.core.errors import ReconcilerError

TOKEN_PATH = "/oauth/tokens"
"""Where an OAuth client gets its token: the one POST that changes nothing in the account."""

_UNRECORDED_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})


class ReadOnlyTransport(httpx.BaseTransport):
    """Lets GET and the token request through and refuses everything else before a byte leaves."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises ReconcilerError, naming method and path, for a request that could write."""
        is_token_request = request.method == "POST" and request.url.path == TOKEN_PATH
        if request.method != "GET" and not is_token_request:
            raise ReconcilerError(
                f"a run that may only read tried to send {request.method} {request.url.path}",
                detail="It was stopped before it left.",
                fix="This is a bug in reconciler.",
            )
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Closes the inner transport."""
        self._inner.close()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `status` is None when no answer came.

    Headers that carry credentials are never in it, nor are the bodies of token requests or of compressed answers.
    """

    method: str
    path: str
    query: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""


class RecordingTransport(httpx.BaseTransport):
    """Hands every exchange to `sink` once its answer was read, after `redact` took out the body's secrets.

    `redact` has no default: only the caller knows which members of a body are secret.
    """

    def __init__(
        self, inner: httpx.BaseTransport, sink: Callable[[Exchange], None], *, redact: Callable[[Exchange], Exchange]
    ) -> None:
        self._inner = inner
        self._sink = sink
        self._redact = redact

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's answer, whose body is recorded while it is read."""
        # A compressed body would pass the redaction unseen.
        request.headers["accept-encoding"] = "identity"
        has_secret_bodies = request.url.path == TOKEN_PATH
        exchange = Exchange(
            request.method,
            request.url.path,
            request.url.query.decode("ascii"),
            _recorded(request.headers),
            b"" if has_secret_bodies else request.read(),
        )
        try:
            response = self._inner.handle_request(request)
        except BaseException:
            self._sink(self._redact(exchange))
            raise
        exchange = replace(exchange, status=response.status_code, response_headers=_recorded(response.headers))
        is_readable = not has_secret_bodies and response.headers.get("content-encoding", "identity") == "identity"

        def finish(body: bytes) -> None:
            self._sink(self._redact(replace(exchange, response_body=body if is_readable else b"")))

        assert isinstance(response.stream, httpx.SyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Tee(response.stream, finish),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Closes the inner transport."""
        self._inner.close()


class _Tee(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, finish: Callable[[bytes], None]) -> None:
        self._inner = inner
        self._finish: Callable[[bytes], None] | None = finish
        self._seen: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            self._seen.append(chunk)
            yield chunk

    def close(self) -> None:
        self._inner.close()
        if self._finish is not None:
            finish, self._finish = self._finish, None
            finish(b"".join(self._seen))


def _recorded(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers.items() if name.lower() not in _UNRECORDED_HEADERS)
