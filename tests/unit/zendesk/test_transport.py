"""The guard and the recorder."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from reconciler.core.errors import ReconcilerError
from reconciler.zendesk.transport import ReadOnlyTransport, RecordingTransport


def client(transport) -> httpx.Client:
    return httpx.Client(transport=transport, base_url="https://maison.zendesk.com", trust_env=False)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get"])
def test_a_read_only_transport_lets_no_write_leave(method):
    sent: list[httpx.Request] = []
    guarded = ReadOnlyTransport(httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(200)))
    request = httpx.Request("GET", "https://maison.zendesk.com/api/v2/triggers?token=canary")
    request.method = method
    with pytest.raises(ReconcilerError) as caught:
        guarded.handle_request(request)
    assert str(caught.value) == (
        f"a run that may only read tried to send {method} /api/v2/triggers\n"
        "It was stopped before it left.\nThis is a bug in reconciler."
    )
    assert sent == []


def test_a_read_only_transport_lets_reads_and_the_token_request_through():
    guarded = client(ReadOnlyTransport(httpx.MockTransport(lambda request: httpx.Response(200))))
    assert guarded.get("/api/v2/triggers").status_code == 200
    assert guarded.post("/oauth/tokens").status_code == 200
    with pytest.raises(ReconcilerError):
        guarded.post("/api/v2/oauth/tokens")
    with pytest.raises(ReconcilerError):
        guarded.delete("/oauth/tokens")


def test_a_recording_holds_the_exchange_without_its_secrets():
    seen = []
    inner = httpx.MockTransport(
        lambda request: httpx.Response(201, json={"trigger": {"id": 1}}, headers={"set-cookie": "session=canary"})
    )
    recording = RecordingTransport(
        inner, seen.append, redact=lambda one: replace(one, request_body=one.request_body.replace(b"canary", b"***"))
    )
    answer = client(recording).post(
        "/api/v2/triggers?a=1", json={"token": "canary"}, headers={"authorization": "Basic canary", "cookie": "canary"}
    )
    assert answer.json() == {"trigger": {"id": 1}}
    [exchange] = seen
    assert (exchange.method, exchange.path, exchange.query) == ("POST", "/api/v2/triggers", "a=1")
    assert (exchange.status, exchange.response_body) == (201, b'{"trigger":{"id":1}}')
    assert exchange.request_body == b'{"token":"***"}'
    assert "canary" not in repr(exchange)


def test_a_recording_of_a_token_request_has_no_bodies():
    seen = []
    inner = httpx.MockTransport(lambda request: httpx.Response(200, json={"access_token": "canary"}))
    client(RecordingTransport(inner, seen.append, redact=lambda one: one)).post("/oauth/tokens", json={"s": "canary"})
    assert [(one.path, one.request_body, one.response_body) for one in seen] == [("/oauth/tokens", b"", b"")]


def test_a_request_without_an_answer_is_recorded_too():
    seen = []

    def refuse(request):
        raise httpx.ConnectError("refused")

    with pytest.raises(httpx.ConnectError):
        client(RecordingTransport(httpx.MockTransport(refuse), seen.append, redact=lambda one: one)).get("/a")
    assert [(one.path, one.status) for one in seen] == [("/a", None)]
