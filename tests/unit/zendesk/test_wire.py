"""The client against a real socket that misbehaves."""

from __future__ import annotations

import gzip
import socket
import struct
import time
import tracemalloc

import pytest

from reconciler.core.errors import OutcomeUnknown, ServiceUnavailable
from reconciler.core.secret import Secret
from reconciler.zendesk.auth import BasicAuth

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def test_a_refused_connection_names_the_listener_that_is_missing(dial):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ServiceUnavailable) as caught:
        dial(f"http://127.0.0.1:{port}").get("/triggers")
    assert caught.value.summary == f"GET /triggers has no answer: nobody listens on 127.0.0.1:{port}"


def test_a_create_whose_connection_is_refused_was_not_sent(dial):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ServiceUnavailable):
        dial(f"http://127.0.0.1:{port}").send("POST", "/triggers", {}, repeatable=False)


def test_a_reset_in_the_middle_of_the_body_makes_a_create_unknown_and_a_read_unavailable(listen, dial):
    def reset(connection, ended):
        connection.sendall(OK + b'Content-Length: 100\r\n\r\n{"trigger":')
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    url = listen(reset).url
    with pytest.raises(OutcomeUnknown):
        dial(url).send("POST", "/triggers", {}, repeatable=False)
    with pytest.raises(ServiceUnavailable) as caught:
        dial(url).get("/triggers")
    assert caught.value.summary == "GET /triggers has no answer: the connection broke before the whole answer had come"


def test_a_body_that_ends_before_its_length_is_no_answer(listen, dial):
    url = listen(lambda connection, ended: connection.sendall(OK + b'Content-Length: 100\r\n\r\n{"triggers":[]}')).url
    with pytest.raises(ServiceUnavailable):
        dial(url).get("/triggers")


@pytest.mark.parametrize("head", [OK + b"Content-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_slow_drip_is_cut_by_the_total_deadline_in_body_and_headers(listen, dial, head):
    def drip(connection, ended):
        connection.sendall(head)
        while not ended.wait(0.05):
            connection.sendall(b" ")

    url = listen(drip).url
    started = time.monotonic()
    with pytest.raises(ServiceUnavailable) as caught:
        dial(url, request_deadline_seconds=0.3).get("/triggers")
    assert caught.value.summary == "GET /triggers has no answer: no whole answer came in time"
    assert 0.2 < time.monotonic() - started < 2


def test_a_gzip_bomb_is_stopped_at_the_cap_in_bounded_memory(listen, dial):
    bomb = gzip.compress(b" " * 60_000_000)
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    url = listen(lambda connection, ended: connection.sendall(head + bomb)).url
    tracemalloc.start()
    try:
        with pytest.raises(ServiceUnavailable) as caught:
            dial(url, decoded_bytes_cap=2_000_000).get("/triggers")
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.summary == "GET /triggers has no answer: its body is longer than 2000000 bytes"
    assert peak_bytes < 15_000_000


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (gzip.compress(b'{"a": 1}', mtime=0)[:-3], "its compressed body is cut off"),
        (gzip.compress(b'{"a": 1}', mtime=0) + b"more", "its compressed body does not end where it says"),
        (b"no gzip at all", "its compressed body is damaged"),
    ],
)
def test_a_damaged_gzip_body_is_no_answer(listen, dial, body, problem):
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    url = listen(lambda connection, ended: connection.sendall(head + body)).url
    with pytest.raises(ServiceUnavailable) as caught:
        dial(url).get("/triggers")
    assert caught.value.summary == f"GET /triggers has no answer: {problem}"


def test_a_gzip_body_is_read(listen, dial):
    body = gzip.compress(b'{"a": "' + b"x" * 3_000_000 + b'"}')
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    url = listen(lambda connection, ended: connection.sendall(head + body)).url
    assert dial(url).get("/triggers") == {"a": "x" * 3_000_000}


def test_a_redirect_is_not_followed_and_the_second_origin_sees_no_byte(listen, dial):
    second = listen(lambda connection, ended: None)
    location = f"Location: {second.url}/api?token=canary-in-url\r\n".encode()
    first = listen(
        lambda connection, ended: connection.sendall(
            b"HTTP/1.1 307 Temporary Redirect\r\n" + location + b"Content-Length: 0\r\n\r\n"
        )
    )
    with pytest.raises(ServiceUnavailable) as caught:
        dial(first.url, BasicAuth("user", Secret("password"))).get("/triggers")
    assert len(first.received) == 1
    assert second.received == []
    assert caught.value.summary == 'GET /triggers was answered with 307: a redirect to "127.0.0.1"'
    assert "canary" not in str(caught.value)


def test_a_web_page_is_not_an_empty_list(listen, dial):
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"
    url = listen(lambda connection, ended: connection.sendall(page)).url
    with pytest.raises(ServiceUnavailable) as caught:
        dial(url).list_all("/triggers", items="triggers", paging="cursor")
    assert caught.value.summary == "the answer to GET /triggers cannot be used: it is a web page"
