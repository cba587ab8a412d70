"""The transport that opens sockets, with a total deadline per request; it refuses to know what is sent.

httpx and httpcore apply a time-out to each single read, so a service that sends one byte now and then is never cut
(measured: 6.1 s with a time-out of 1 s). Here the read time-out of a request bounds all its reads together.
"""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections.abc import Iterable

import httpcore
import httpx

_CONNECTIONS = 8
_KEEPALIVE_SECONDS = 4.0


class NetworkTransport(httpx.HTTPTransport):
    """A connection pool for one origin; `is_encrypted` says whether it will speak https.

    `ca_file` names a PEM file of certificates to trust instead of the bundled ones. Proxies and other settings of the
    process environment are not looked at.
    """

    def __init__(self, *, is_encrypted: bool = True, ca_file: str | None = None) -> None:
        context = _trust(ca_file) if is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(verify=context, trust_env=False)
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_KEEPALIVE_SECONDS,
            network_backend=_Backend(self._deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As in httpx, but the read time-out counts from here to the last byte of the body."""
        read_seconds = request.extensions.get("timeout", {}).get("read")
        self._deadline.at = math.inf if read_seconds is None else time.monotonic() + read_seconds
        return super().handle_request(request)


class _Deadline(threading.local):
    """When the request in hand of this thread must be over; a body is read by the thread that sent the request."""

    at: float = math.inf

    def seconds_left(self, timeout: float | None) -> float | None:
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the request's total deadline has passed")
        if left == math.inf:
            return timeout
        return left if timeout is None else min(left, timeout)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(
            self._inner.connect_tcp(host, port, timeout, local_address, socket_options),
            self._deadline,
        )


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.seconds_left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _trust(ca_file: str | None) -> ssl.SSLContext:
    if ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.create_default_context(cafile=ca_file)
