"""What Api makes of answers: values, errors, retries."""

from __future__ import annotations

import json

import httpx
import pytest

from reconciler.core.errors import (
    AccessDenied,
    NotFound,
    OutcomeUnknown,
    RequestRefused,
    ServiceUnavailable,
    Unreadable,
)
from reconciler.core.secret import Secret
from reconciler.zendesk.auth import BasicAuth
from reconciler.zendesk.client import Answer


def ok(body=None) -> httpx.Response:
    return httpx.Response(200, json={} if body is None else body)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_tried_again_after_a_server_fault(bench, status):
    api = bench.script(httpx.Response(status), ok({"a": 1}))
    assert api.get("/triggers") == {"a": 1}
    assert bench.clock.slept == [0.5]
    assert bench.notices == [f"GET /api/v2/triggers: answered {status}, trying again in 1 s"]


def test_a_read_gives_up_after_four_attempts_with_doubling_pauses(bench):
    with pytest.raises(ServiceUnavailable):
        bench.script(httpx.Response(503)).get("/triggers")
    assert bench.clock.slept == [0.5, 1.0, 2.0]
    assert bench.counts == ["reads"] * 4


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "lost",
    [
        httpx.Response(500),
        httpx.Response(409, json={"error": "Conflict"}),
        httpx.ReadError("reset"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("hung up"),
        httpx.Response(201, headers={"content-type": "application/json"}, content=b'{"trigger": {"id'),
        httpx.Response(200, headers={"content-type": "text/html"}, content=b"<html>"),
    ],
)
def test_a_write_that_cannot_be_repeated_is_unknown_and_sent_once_when_its_answer_is_lost(bench, method, lost):
    with pytest.raises(OutcomeUnknown):
        bench.script(lost).send(method, "/triggers/1", {}, repeatable=False)
    assert len(bench.requests) == 1


def test_a_post_is_sent_once_even_if_the_caller_calls_it_repeatable(bench):
    with pytest.raises(OutcomeUnknown):
        bench.script(httpx.Response(503)).send("POST", "/triggers", {}, repeatable=True)
    assert len(bench.requests) == 1


@pytest.mark.parametrize("not_sent", [httpx.Response(429), httpx.ConnectError("refused"), httpx.ConnectTimeout("late")])
def test_a_create_that_was_not_sent_is_tried_again(bench, not_sent):
    api = bench.script(not_sent, httpx.Response(201, json={"trigger": {"id": 1}}))
    assert api.send("POST", "/triggers", {}, repeatable=False) == Answer(201, {"trigger": {"id": 1}})
    assert bench.counts == ["writes", "writes"]


def test_a_repeatable_write_is_tried_again_and_unknown_only_when_every_attempt_is_lost(bench):
    assert bench.script(httpx.ReadError("reset"), ok()).send("PUT", "/triggers/1", {}, repeatable=True).status == 200
    with pytest.raises(OutcomeUnknown):
        bench.script(httpx.ReadError("reset")).send("PUT", "/triggers/1", {}, repeatable=True)


def test_a_write_that_may_have_arrived_stays_unknown_when_later_attempts_are_not_even_sent(bench):
    with pytest.raises(OutcomeUnknown):
        bench.script(httpx.ReadError("reset"), httpx.ConnectError("refused")).send(
            "PUT", "/triggers/1", {}, repeatable=True
        )


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_is_not_tried_again(bench, status):
    with pytest.raises(RequestRefused) as caught:
        bench.script(httpx.Response(status, json={"error": "No"})).send("PUT", "/triggers/1", {}, repeatable=True)
    assert (caught.value.status, caught.value.detail, len(bench.requests)) == (status, "No", 1)


@pytest.mark.parametrize(
    ("retry_after", "pause_seconds"),
    [
        ("2", 2.0),
        ("Wed, 21 Oct 2026 07:28:10 GMT", 10.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0),
        (None, 0.5),
        ("-1", 0.5),
        ("1e9", 60.0),
        ("abc", 0.5),
        ("nan", 0.5),
    ],
)
def test_retry_after_is_obeyed_and_capped(bench, retry_after, pause_seconds):
    headers = {"date": "Wed, 21 Oct 2026 07:28:00 GMT"} | ({"retry-after": retry_after} if retry_after else {})
    assert bench.script(httpx.Response(429, headers=headers), ok()).get("/triggers") == {}
    assert bench.clock.now == 1000.0 + pause_seconds


def test_a_pause_by_the_rate_limit_is_announced(bench):
    bench.script(httpx.Response(429, headers={"retry-after": "12"}), ok()).get("/triggers")
    assert bench.notices == ["rate limited, resuming in 12 s"]


def test_a_pause_that_would_pass_the_run_deadline_ends_the_request_at_once(bench):
    api = bench.script(httpx.Response(429, headers={"retry-after": "30"}), ok(), run_deadline_at=1020.0)
    with pytest.raises(ServiceUnavailable):
        api.get("/triggers")
    assert bench.clock.slept == []


def test_nothing_is_sent_after_the_run_deadline(bench):
    with pytest.raises(ServiceUnavailable):
        bench.script(ok(), run_deadline_at=1000.0).get("/triggers")
    assert bench.requests == []


def test_a_body_that_drips_past_the_deadline_is_cut_by_the_clock(bench):
    class Drip(httpx.SyncByteStream):
        def __iter__(self):
            for _ in range(100):
                bench.clock.now += 1
                yield b" "

    api = bench.api(lambda request: httpx.Response(200, stream=Drip()), request_deadline_seconds=30)
    with pytest.raises(OutcomeUnknown) as caught:
        api.send("POST", "/triggers", {}, repeatable=False)
    assert bench.clock.now == 1031.0
    assert caught.value.summary == "the outcome of POST /api/v2/triggers is unknown: no whole answer came in time"


def test_before_attempt_runs_before_every_sending_after_the_pause_and_can_stop_it(bench):
    times: list[float] = []

    def check() -> None:
        times.append(bench.clock.now)
        if len(times) == 3:
            raise RuntimeError("moved in between")

    with pytest.raises(RuntimeError):
        bench.script(httpx.Response(429, headers={"retry-after": "7"})).send(
            "PUT", "/triggers/1", {}, repeatable=True, before_attempt=check
        )
    assert times == [1000.0, 1007.0, 1014.0]
    assert len(bench.requests) == 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"a": NaN}', "its JSON holds NaN or an infinity"),
        (b'{"a": -Infinity}', "its JSON holds NaN or an infinity"),
        (b'{"a": 1e999}', "its JSON holds a number beyond what a float can hold"),
        (b'{"a": 1, "a": 2}', "its JSON holds a key twice in one object"),
        (b'{"a": ' + b"9" * 5000 + b"}", "its JSON holds a number of more than 40 digits"),
        (b"[" * 201 + b"]" * 201, "its JSON is nested deeper than 200"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "its JSON is nested deeper than 200"),
        (b'{"a": "\xff"}', "its body is not valid UTF-8"),
        (b'{"a": "\\ud800"}', "its body is not valid UTF-8"),
        (b'{"a": ', "its body is not valid JSON (position 6 of 6)"),
        (b"", "its body is not valid JSON (position 0 of 0)"),
        (b"null", "it is neither a JSON object nor a list"),
    ],
)
def test_json_is_read_strictly(bench, content, problem):
    api = bench.script(httpx.Response(200, headers={"content-type": "application/json"}, content=content))
    with pytest.raises(ServiceUnavailable) as caught:
        api.get("/triggers")
    assert caught.value.summary == f"the answer to GET /api/v2/triggers cannot be used: {problem}"


def test_nesting_of_two_hundred_is_read(bench):
    content = b"[" * 200 + b"]" * 200
    api = bench.script(httpx.Response(200, headers={"content-type": "application/json"}, content=content))
    assert json.dumps(api.get("/triggers")).encode() == content


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "application/xml", ""])
def test_a_success_that_is_not_json_is_no_answer(bench, media_type):
    api = bench.script(httpx.Response(200, headers={"content-type": media_type}, content=b'{"triggers": []}'))
    with pytest.raises(ServiceUnavailable):
        api.get("/triggers")


@pytest.mark.parametrize(("method", "status"), [("DELETE", 204), ("DELETE", 200), ("PUT", 204)])
def test_an_empty_answer_is_fine_for_204_and_for_a_delete(bench, method, status):
    assert bench.script(httpx.Response(status)).send(method, "/triggers/1", repeatable=True) == Answer(status, None)


def test_an_empty_200_of_a_put_is_an_unknown_outcome(bench):
    with pytest.raises(OutcomeUnknown):
        bench.script(httpx.Response(200)).send("PUT", "/triggers/1", {}, repeatable=True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"error": "RecordInvalid", "description": "Invalid", "details": {"title": [{"description": "is taken"}]}},
            "RecordInvalid; Invalid; title: is taken",
        ),
        ({"errors": [{"code": "Bad", "title": "T", "detail": "D"}, {"title": "U"}]}, "Bad: T: D; U"),
        ({"error": {"title": "Invalid attribute", "message": "You passed"}}, "Invalid attribute: You passed"),
        ({"error": {"code": "integration_not_found", "description": "None"}}, "integration_not_found: None"),
        ({"errors": [{"code": "bad_request", "title": "x"}]}, "bad_request: x"),
        ({"other": {"shape": ["a", "b"]}}, "a; b"),
    ],
)
def test_the_services_own_words_are_found_in_every_error_shape(bench, body, words):
    with pytest.raises(RequestRefused) as caught:
        bench.script(httpx.Response(422, json=body)).send("POST", "/triggers", {}, repeatable=False)
    assert caught.value.detail == words


def test_plain_text_words_are_escaped_and_cut(bench):
    api = bench.script(httpx.Response(400, text="no\x1b[31m\n" + "x" * 600))
    with pytest.raises(RequestRefused) as caught:
        api.get("/triggers/1")
    assert caught.value.detail == "no\\x1b[31m\\n" + "x" * (500 - 13) + "…"
    assert len(caught.value.detail) == 500


def test_secrets_that_we_sent_never_come_back_in_words(bench):
    auth = BasicAuth("key-id", Secret("basic-canary"))
    sent = auth.header().partition(" ")[2]
    words = f"bad canary-token in {sent}, basic-canary of key-id, and injected"
    api = bench.script(
        httpx.Response(422, json={"error": words}), auth=auth, redact=lambda text: text.replace("injected", "***")
    )
    with pytest.raises(RequestRefused) as caught:
        api.send("POST", "/x", {"a": [{"token": Secret("canary-token")}]}, repeatable=False)
    assert caught.value.detail == "bad *** in ***, *** of ***, and ***"
    assert json.loads(bench.requests[0].content) == {"a": [{"token": "canary-token"}]}


def test_404_of_an_object_is_not_found_but_a_web_page_proves_nothing(bench):
    with pytest.raises(NotFound):
        bench.script(httpx.Response(404, json={"error": "RecordNotFound"})).get("/triggers/1")
    with pytest.raises(ServiceUnavailable):
        bench.script(httpx.Response(404, html="<h1>Oops</h1>")).get("/triggers/1")


@pytest.mark.parametrize("status", [403, 404])
def test_a_listing_that_is_not_allowed_is_unreadable_with_the_services_words(bench, status):
    with pytest.raises(Unreadable) as caught:
        bench.script(
            httpx.Response(status, json={"errors": [{"title": "Forbidden", "detail": "not your plan"}]})
        ).list_all("/queues", items="queues", paging="none")
    assert caught.value.detail == "Forbidden: not your plan"


def test_an_unknown_app_is_denied_access_not_an_unreadable_collection(bench):
    answer = httpx.Response(404, json={"errors": [{"code": "app_not_found", "title": "App not found"}]})
    with pytest.raises(AccessDenied):
        bench.script(answer).list_all("/v2/apps/a/integrations", items="integrations", paging="conversations")


def test_401_is_denied_access(bench):
    with pytest.raises(AccessDenied) as caught:
        bench.script(httpx.Response(401, json={"error": "Couldn't authenticate you"})).get("/triggers")
    assert caught.value.detail == "Couldn't authenticate you"
    assert len(bench.requests) == 1


def test_cookies_of_the_service_are_not_sent_back(bench):
    api = bench.script(httpx.Response(200, json={}, headers={"set-cookie": "_session=1; Path=/"}))
    api.get("/triggers")
    api.get("/triggers")
    assert [request.headers.get("cookie") for request in bench.requests] == [None, None]


@pytest.mark.parametrize("path", ["triggers", "/a/../b", "/a?b=1", "/a//b", "/a#b", "/a b", "//host/a", "/.", ""])
def test_a_path_that_could_lead_elsewhere_is_never_sent(bench, path):
    with pytest.raises(ValueError, match="This is a bug in reconciler"):
        bench.script(ok()).get(path)
    assert bench.requests == []
