"""Answers to reads that say nothing that can be relied on, by name; each is made from the true one.

It refuses to know what a program should do with them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import httpx

from tests.fault.wire import PAGE
from tests.unit.store.virtual_clock import VirtualClock

Retell = Callable[[httpx.Request, httpx.Response], httpx.Response]

JSON = {"content-type": "application/json"}
BOMB_BYTES = 60_000_000


def _status(status: int, headers: Mapping[str, str] = JSON, body: bytes = b'{"error": "Broken"}') -> Retell:
    return lambda request, response: httpx.Response(status, headers=headers, content=body)


def _content(change: Callable[[bytes], bytes], content_type: str = "application/json") -> Retell:
    def retell(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": content_type}, content=change(response.content))

    return retell


def _lists(change: Callable[[list[Any]], Any]) -> Retell:
    """Every list in the body's first level becomes something else; an object without one becomes a list."""

    def changed(content: bytes) -> bytes:
        body = json.loads(content)
        if any(isinstance(value, list) for value in body.values()):
            body = {name: change(value) if isinstance(value, list) else value for name, value in body.items()}
        else:
            body = [body]
        return json.dumps(body).encode()

    return _content(changed)


def _meta(**members: Any) -> Retell:
    """Further pages are claimed; what is not a list stays as it is, and is no fault then."""

    def changed(content: bytes) -> bytes:
        body = json.loads(content)
        return json.dumps({**body, "meta": members, "next_page": "https://other.example/page/2"}).encode()

    return _content(changed)


def _redirect(status: int, location: str) -> Retell:
    return lambda request, response: httpx.Response(status, headers={"location": location}, content=b"")


@cache
def _bomb() -> bytes:
    return gzip.compress(b'{"a": "' + b"0" * BOMB_BYTES + b'"}', 9)


def _compressed(data: Callable[[bytes], bytes], encoding: str = "gzip") -> Retell:
    def retell(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        headers = {**JSON, "content-encoding": encoding}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(data(response.content)))

    return retell


def _raise(error: Callable[[httpx.Request], Exception]) -> Retell:
    def retell(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        raise error(request)

    return retell


class _Dripping(httpx.SyncByteStream):
    def __init__(self, body: bytes, clock: VirtualClock) -> None:
        self.body, self.clock = body, clock

    def __iter__(self) -> Iterator[bytes]:
        for place in range(len(self.body)):
            self.clock.now += 0.5
            yield self.body[place : place + 1]


def _drip(clock: VirtualClock) -> Retell:
    return lambda request, response: httpx.Response(200, headers=JSON, stream=_Dripping(response.content, clock))


def _deep(content: bytes) -> bytes:
    return b'{"groups":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def bad_answers(clock: VirtualClock) -> dict[str, Retell]:
    """All of them; `clock` is the program's, for those that take long."""
    foreign = "https://elsewhere.example/api/v2/groups"
    return {
        **{f"N4 status {status}": _status(status) for status in (500, 502, 503, 504, 507)},
        **{f"N3 status {status}": _status(status) for status in (400, 401, 402, 406, 409, 410, 418, 422)},
        **{f"G4 status {status}": _status(status) for status in (403, 404)},
        **{
            f"N1 429 with retry-after {value!r}": _status(429, {**JSON, "retry-after": value})
            for value in ("", "2", "0", "-1", "abc", "1e9", "nan", "Thu, 01 Jan 1970 00:00:00 GMT")
        },
        "N1 429 in plain text": _status(429, {"content-type": "text/plain"}, b"slow down"),
        "N4 502 page": _status(502, {"content-type": "text/html"}, PAGE),
        "N7 login page": _status(200, {"content-type": "text/html; charset=utf-8"}, PAGE),
        "N7 login page that says it is JSON": _status(200, JSON, PAGE),
        "N7 JSON that says it is text": _content(lambda content: content, "text/plain"),
        "N7 no content": _status(204, {}, b""),
        "N7 empty 200": _status(200, JSON, b""),
        "N7 null": _status(200, JSON, b"null"),
        "N7 a number": _status(200, JSON, b"7"),
        "N7 an empty object": _status(200, JSON, b"{}"),
        "N7 an empty list": _status(200, JSON, b"[]"),
        "N7 wrong member": _status(200, JSON, b'{"things": [], "meta": {"has_more": false}}'),
        "N7 lists are null": _lists(lambda items: None),
        "N7 lists are objects": _lists(lambda items: {}),
        "N7 lists are text": _lists(lambda items: "none"),
        "N7 lists hold numbers": _lists(lambda items: [1, 2]),
        "N7 lists hold null": _lists(lambda items: [*items, None]),
        "N5 half a body": _content(lambda content: content[: len(content) // 2]),
        "N5 last byte missing": _content(lambda content: content[:-1]),
        "N5 invalid UTF-8": _content(lambda content: content[:-2] + b"\xff" + content[-2:]),
        "N5 NaN": _content(lambda content: content[:-1] + b', "x": NaN}'),
        "N5 a key twice": _content(lambda content: content[:-1] + b', "x": 1, "x": 2}'),
        "N5 100,000 brackets": _content(_deep),
        "N5 5,000 digits": _content(lambda content: content[:-1] + b', "x": ' + b"9" * 5000 + b"}"),
        "N5 bytes after the end": _content(lambda content: content + b"}"),
        "N5 gzip bomb": _compressed(lambda content: _bomb()),
        "N5 gzip cut off": _compressed(lambda content: gzip.compress(content)[:-9]),
        "N5 gzip damaged": _compressed(lambda content: gzip.compress(content)[:10] + b"\x00" * 50),
        "N5 unknown encoding": _compressed(lambda content: content, "br"),
        "N5 reset": _raise(lambda request: httpx.ReadError("reset", request=request)),
        "N5 torn": _raise(lambda request: httpx.RemoteProtocolError("peer closed", request=request)),
        "N6 timed out": _raise(lambda request: httpx.ReadTimeout("slow", request=request)),
        "N6 a byte every half second": _drip(clock),
        "N8 further pages, no cursor": _meta(has_more=True, hasMore=True, after_cursor=None, afterCursor=None),
        "N8 pages in a circle": _meta(has_more=True, hasMore=True, after_cursor="c", afterCursor="c"),
        "N8 meta of another form": _meta(has_more="yes", hasMore=1),
        "N8 ids twice": _lists(lambda items: [*items, *items[-1:]] if items else None),
        **{f"N9 {status} elsewhere": _redirect(status, foreign) for status in (301, 302, 303, 307, 308)},
        "N9 redirect to http": _redirect(302, "http://maison-lune.zendesk.com/api/v2/groups"),
        "N9 redirect inside": _redirect(302, "http://169.254.169.254/latest/meta-data"),
    }
