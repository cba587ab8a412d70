"""An account: tokens, identity, listings side by side, counts."""

from __future__ import annotations

import json
import threading

import httpx
import pytest

from reconciler.core.errors import AccessDenied, ReconcilerError, ServiceUnavailable, Unreadable, UsageError
from reconciler.core.secret import Secret
from reconciler.zendesk.account import Account, Identity, ListRequest, worst_failure
from reconciler.zendesk.credentials import ApiToken, ConversationsKey, Credentials, OAuthClient

APP_ID = "5f0e1c2d3b4a5f0e1c2d3b4a"
KEY = ConversationsKey(Secret("key-id"), Secret("key-secret"))
OAUTH = Credentials(OAuthClient(Secret("client-id"), Secret("client-secret")), KEY)
TOKEN = Credentials(ApiToken(Secret("ada@maison.example"), Secret("api-token")), KEY)
USER = {
    "id": 7,
    "url": "https://maison.zendesk.com/api/v2/users/7.json",
    "email": "ada@maison.example",
    "name": "Ada",
    "role": "admin",
}


class Service:
    """Answers by path; hands out numbered tokens and takes only the newest."""

    def __init__(self, **members) -> None:
        self.answers = {
            "/api/v2/users/me": httpx.Response(200, json={"user": USER}),
            f"/sc/v2/apps/{APP_ID}": httpx.Response(200, json={"app": {"id": APP_ID, "displayName": "Maison"}}),
        }
        self.token_answer = {"token_type": "bearer", **members}
        self.tokens = 0
        self.is_strict = False
        self.requests: list[httpx.Request] = []
        self.lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            self.requests.append(request)
            path = request.url.path
            if path == "/oauth/tokens":
                self.tokens += 1
                return httpx.Response(200, json={"access_token": f"token-{self.tokens}", **self.token_answer})
            if self.is_strict and request.headers["authorization"] != f"Bearer token-{self.tokens}":
                return httpx.Response(401, json={"error": "invalid_token"})
            answer = self.answers.get(path) or httpx.Response(200, json={"items": [], "meta": {"has_more": False}})
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def headers(self, path: str) -> list[str]:
        return [request.headers["authorization"] for request in self.requests if request.url.path == path]


def connect(service, clock, credentials=OAUTH, *, read_only=True, **options) -> Account:
    return Account.connect(
        "maison",
        APP_ID,
        credentials,
        read_only=read_only,
        transport=httpx.MockTransport(service),
        clock=clock,
        jitter=lambda: 1.0,
        **options,
    )


def test_nothing_is_sent_before_something_is_asked(clock):
    service = Service()
    connect(service, clock)
    assert service.requests == []


def test_support_and_chat_share_one_token_with_the_narrowest_scope(clock):
    service = Service(expires_in=1800)
    account = connect(service, clock)
    account.support.get("/groups")
    account.chat.get("/triggers")
    assert service.headers("/api/v2/groups") == service.headers("/api/v2/chat/triggers") == ["Bearer token-1"]
    assert json.loads(service.requests[0].content) == {
        "grant_type": "client_credentials",
        "client_id": "client-id",
        "client_secret": "client-secret",
        "scope": "read",
    }
    assert account.requests == {"reads": 2, "writes": 0, "tokens": 1, "identity": 0}


def test_a_token_is_refreshed_before_it_ends(clock):
    service = Service(expires_in=1800)
    account = connect(service, clock)
    account.support.get("/groups")
    clock.now += 1739
    account.support.get("/groups")
    clock.now += 1
    account.support.get("/groups")
    assert service.headers("/api/v2/groups") == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_a_refused_token_is_renewed_once_also_for_a_create(clock):
    service = Service()
    account = connect(service, clock, read_only=False)
    account.support.get("/groups")
    service.tokens += 1
    service.is_strict = True
    account.support.send("POST", "/groups", {}, repeatable=False)
    assert service.headers("/api/v2/groups") == ["Bearer token-1", "Bearer token-1", "Bearer token-3"]


def test_a_token_that_is_refused_again_is_denied_access(clock):
    service = Service()
    service.answers["/api/v2/groups"] = httpx.Response(401, json={"error": "invalid_token token-2"})
    with pytest.raises(AccessDenied) as caught:
        connect(service, clock).support.get("/groups")
    assert (service.tokens, caught.value.detail) == (2, "invalid_token ***")


def test_many_threads_fetch_one_token(clock):
    service = Service()
    account = connect(service, clock)
    account.list_collections([ListRequest("support", f"/list{number}", "items", "cursor") for number in range(20)])
    assert account.requests == {"reads": 20, "writes": 0, "tokens": 1, "identity": 0}


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refused_oauth_client_is_denied_access_without_its_secret(clock, status):
    answer = httpx.Response(status, json={"error": "invalid_client", "error_description": "client-secret is wrong"})
    with pytest.raises(AccessDenied) as caught:
        connect(lambda request: answer, clock).support.get("/groups")
    assert "client-secret" not in str(caught.value)


def test_a_token_request_is_tried_again_after_a_fault(clock):
    answers = [httpx.Response(503), httpx.Response(200, json={"access_token": "t"}), httpx.Response(200, json={})]
    assert connect(lambda request: answers.pop(0), clock).support.get("/groups") == {}


def test_an_api_token_and_a_conversations_key_are_sent_as_basic_credentials(clock):
    service = Service()
    account = connect(service, clock, TOKEN)
    account.support.get("/groups")
    account.conversations.get("/v2/x")
    # base64 of "ada@maison.example/token:api-token" and "key-id:key-secret"
    assert service.headers("/api/v2/groups") == ["Basic YWRhQG1haXNvbi5leGFtcGxlL3Rva2VuOmFwaS10b2tlbg=="]
    assert service.headers("/sc/v2/x") == ["Basic a2V5LWlkOmtleS1zZWNyZXQ="]


def test_identity_names_account_user_and_app(clock):
    account = connect(Service(), clock)
    assert account.identity() == Identity("maison", "ada@maison.example", "Ada", "admin", APP_ID, "Maison")
    assert account.requests == {"reads": 0, "writes": 0, "tokens": 1, "identity": 2}


def test_an_anonymous_user_is_denied_access(clock):
    service = Service()
    service.answers["/api/v2/users/me"] = httpx.Response(200, json={"user": {**USER, "id": None}})
    with pytest.raises(AccessDenied):
        connect(service, clock).identity()


@pytest.mark.parametrize("url", ["https://maison.zendesk.com.evil.example/", "https://maison.example/", None])
def test_an_identity_outside_the_service_is_none(clock, url):
    service = Service()
    service.answers["/api/v2/users/me"] = httpx.Response(200, json={"user": {**USER, "url": url}})
    with pytest.raises(ServiceUnavailable):
        connect(service, clock).identity()


@pytest.mark.parametrize("status", [403, 404])
def test_an_app_that_is_not_shown_is_denied_access(clock, status):
    service = Service()
    service.answers[f"/sc/v2/apps/{APP_ID}"] = httpx.Response(
        status, json={"errors": [{"code": "app_not_found", "title": "App not found"}]}
    )
    with pytest.raises(AccessDenied) as caught:
        connect(service, clock).identity()
    assert caught.value.detail == "app_not_found: App not found"


def test_a_read_only_account_cannot_write(clock):
    service = Service()
    with pytest.raises(ReconcilerError, match="a run that may only read tried to send PUT /api/v2/groups/1"):
        connect(service, clock).support.send("PUT", "/groups/1", {}, repeatable=True)
    assert [request.url.path for request in service.requests] == ["/oauth/tokens"]


def test_an_unreadable_collection_is_a_value_and_the_others_are_listed(clock):
    service = Service()
    service.answers["/api/v2/queues"] = httpx.Response(403, json={"error": "not your plan"})
    service.answers["/api/v2/groups"] = httpx.Response(200, json={"groups": [{"id": 1}]})
    queues, groups = (ListRequest("support", f"/{name}", name, "none") for name in ("queues", "groups"))
    account = connect(service, clock, TOKEN)
    listed = account.list_collections([queues, groups, queues])
    assert list(listed) == [queues, groups]
    assert isinstance(listed[queues], Unreadable)
    assert listed[groups] == [{"id": 1}]
    assert account.requests["reads"] == 2


def test_denied_access_outranks_an_unavailable_service_and_else_the_first_failure_counts():
    first, second, denied = ServiceUnavailable("first"), ServiceUnavailable("second"), AccessDenied("denied")
    assert worst_failure([first, second, denied]) is denied
    assert worst_failure([first, second]) is first


def test_a_failure_stops_the_other_chains(clock):
    service = Service()
    service.answers["/api/v2/broken"] = httpx.Response(302)
    failed = threading.Event()

    def answer(request):
        if request.url.path == "/api/v2/broken":
            failed.set()
            return service(request)
        assert failed.wait(5)
        cursor = f"x{len(service.requests)}"
        service(request)
        return httpx.Response(200, json={"items": [], "meta": {"has_more": True, "after_cursor": cursor}})

    with pytest.raises(ServiceUnavailable, match="302"):
        connect(answer, clock, TOKEN).list_collections(
            [ListRequest("support", path, "items", "cursor") for path in ("/broken", "/endless")]
        )
    assert len(service.requests) < 500


def test_an_account_never_points_at_a_strange_host(clock):
    with pytest.raises(UsageError):
        connect(Service(), clock, base_url="https://evil.example")
    with pytest.raises(UsageError):
        Account.connect("maison.evil", APP_ID, OAUTH, read_only=True)
    with pytest.raises(UsageError):
        Account.connect("maison", "../x", OAUTH, read_only=True)


def test_a_query_name_that_stands_twice_is_sent_with_both_values(clock):
    service = Service()
    roles = (("role[]", "agent"), ("role[]", "admin"), ("sort", "id"))
    connect(service, clock, TOKEN).list_collections([ListRequest("support", "/users", "items", "cursor", roles)])
    assert [
        ("role[]", "agent"),
        ("role[]", "admin"),
        ("sort", "id"),
        ("page[size]", "100"),
    ] == service.requests[-1].url.params.multi_items()


@pytest.mark.parametrize(
    ("status", "content_type"), [(401, "application/json"), (403, "application/json"), (404, "text/html")]
)
def test_a_collection_that_not_every_account_has_is_unreadable_however_it_is_refused(clock, status, content_type):
    service = Service()
    refusal = httpx.Response(status, headers={"content-type": content_type}, content=b"{}")
    service.answers["/sc/v1.1/apps/a/integrations"] = refusal
    optional = ListRequest("conversations", "/v1.1/apps/a/integrations", "items", "none", is_optional=True)
    queues = ListRequest("support", "/queues", "items", "cursor")

    listed = connect(service, clock, TOKEN).list_collections([optional, queues])

    assert ([], True) == (listed[queues], isinstance(listed[optional], Unreadable))


def test_an_optional_collection_that_does_not_answer_still_ends_the_listing(clock):
    service = Service()
    service.answers["/sc/v1.1/apps/a/integrations"] = httpx.Response(503)
    optional = ListRequest("conversations", "/v1.1/apps/a/integrations", "items", "none", is_optional=True)
    with pytest.raises(ServiceUnavailable):
        connect(service, clock, TOKEN).list_collections([optional])
