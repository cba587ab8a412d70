"""A server between the program and an account that answers some requests itself, to be a service at its worst.

It refuses to know what is asked: a rule sees a request and gives an answer, or lets it pass.
"""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """An answer."""

    status: int
    body: bytes
    content_type: str = "application/json"

    @classmethod
    def json(cls, status: int, value: Any) -> Told:
        """An answer with a JSON body."""
        return cls(status, json.dumps(value).encode())


Rule = Callable[[Asked], Told | None]


def echo(status: int) -> Rule:
    """Repeat everything that was sent, headers and body, in all the places where services put words."""

    def answer(asked: Asked) -> Told:
        words = f"{asked.body.decode()} {asked.headers}"
        return Told.json(
            status,
            {
                "error": "RecordInvalid",
                "description": words,
                "details": {"value": [{"description": words, "error": "Invalid"}]},
                "errors": [{"code": "bad_request", "title": words}],
            },
        )

    return answer


@contextmanager
def relay(rule: Rule, target: str = "") -> Iterator[str]:
    """The address of a server that answers by `rule` and passes the rest on to `target`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            told = rule(Asked(self.command, self.path, str(self.headers), body)) or self.pass_on(body)
            self.send_response(told.status)
            self.send_header("content-type", told.content_type)
            self.send_header("content-length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def pass_on(self, body: bytes) -> Told:
            place = urlsplit(target)
            connection = HTTPConnection(str(place.hostname), place.port)
            kept = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "accept-encoding")
            }
            try:
                connection.request(self.command, self.path, body, kept)
                answer = connection.getresponse()
                return Told(answer.status, answer.read(), answer.headers["content-type"] or "application/json")
            finally:
                connection.close()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *arguments: object) -> None:
            del arguments

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
