"""The three APIs of one environment's account, and what only all of them together can do; it refuses to know kinds."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import httpx

from reconciler.core.errors import (
    AccessDenied,
    NotFound,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    Unreadable,
    UsageError,
)
from reconciler.zendesk.auth import Auth, BasicAuth, TokenAuth
from reconciler.zendesk.client import Api
from reconciler.zendesk.clock import SystemClock
from reconciler.zendesk.credentials import OAuthClient
from reconciler.zendesk.network import NetworkTransport
from reconciler.zendesk.origin import account_origin, overridden_origin
from reconciler.zendesk.pacing import Pacer
from reconciler.zendesk.paging import Paging
from reconciler.zendesk.skew import SkewTransport
from reconciler.zendesk.tokens import TokenEndpoint
from reconciler.zendesk.transport import ReadOnlyTransport

if TYPE_CHECKING:
    from reconciler.zendesk.clock import Clock
    from reconciler.zendesk.credentials import Credentials
    from reconciler.zendesk.sending import Params

ApiName = Literal["support", "conversations", "chat"]

_APP_ID = re.compile(r"[0-9A-Za-z]{1,64}", re.ASCII)
ROOTS: Mapping[ApiName, str] = {"support": "/api/v2", "conversations": "/sc", "chat": "/api/v2/chat"}
"""Where the paths of each API start."""

_CHAINS_AT_ONCE = 6
OPTIONAL_REFUSALS = (401, 403, 404)
"""How an account answers that does not have an optional collection; its API is asked for other things too."""


@dataclass(frozen=True, slots=True)
class ListRequest:
    """One collection to list: see `Api.list_all`; `params` are pairs, so that a request can be a key.

    `is_optional` says that not every account has it: any refusal, a web page too, makes it Unreadable.
    """

    api: ApiName
    path: str
    items: str
    paging: Paging
    params: tuple[tuple[str, str | int], ...] = ()
    page_size: int = 100
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Which account the Support API is, and as whom it knows us."""

    subdomain: str
    email: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Which account answers and as whom, asked live; `app_name` is empty when the app has none."""

    subdomain: str
    user_email: str
    user_name: str
    user_role: str
    app_id: str
    app_name: str


class RequestCount:
    """How many requests left, by what they were for; every attempt counts. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = {"reads": 0, "writes": 0, "tokens": 0, "identity": 0}

    def add(self, use: str) -> None:
        """Counts one request for `use`."""
        with self._lock:
            self._counts[use] += 1

    def as_dict(self) -> dict[str, int]:
        """The counts so far, by use."""
        with self._lock:
            return dict(self._counts)


class Account:
    """The Support, Conversations and Chat APIs of one account, with shared counts, and a context manager."""

    def __init__(self, app_id: str, apis: dict[ApiName, Api], count: RequestCount, transport: SkewTransport) -> None:
        self.app_id = app_id
        self._apis = apis
        self._count = count
        self._transport = transport

    @classmethod
    def connect(
        cls,
        subdomain: str,
        app_id: str,
        credentials: Credentials,
        *,
        read_only: bool,
        base_url: str | None = None,
        insecure_base_url: bool = False,
        transport: httpx.BaseTransport | None = None,
        ca_file: str | None = None,
        clock: Clock | None = None,
        notice: Callable[[str], None] = lambda text: None,
        redact: Callable[[str], str] = str,
        request_deadline_seconds: float = 30.0,
        run_deadline_at: float | None = None,
        jitter: Callable[[], float] = random.random,
        wall_seconds: Callable[[], float] = time.time,
    ) -> Account:
        """An account that sends nothing yet; raises UsageError for a subdomain, app id or base URL it must not use.

        With `read_only` a write is stopped before it leaves, whoever asks for it. `base_url` replaces
        `https://<subdomain>.zendesk.com`; see `origin.overridden_origin`. `run_deadline_at` is a time of `clock`.
        """
        origin = account_origin(subdomain)
        if base_url is not None:
            origin = overridden_origin(base_url, insecure_base_url=insecure_base_url)
        if not _APP_ID.fullmatch(app_id):
            raise UsageError(
                "the app id of the account is not one",
                detail="An app id is made of letters and digits.",
                fix="Copy it from Admin Center > Apps and integrations > Conversations API.",
            )
        ticking = clock or SystemClock()
        count = RequestCount()
        network = transport or NetworkTransport(is_encrypted=origin.startswith("https:"), ca_file=ca_file)
        wire = SkewTransport(ReadOnlyTransport(network) if read_only else network, wall_seconds)

        def api(prefix: str, auth: Auth | None) -> Api:
            return Api(
                origin + prefix,
                auth,
                transport=wire,
                clock=ticking,
                pacer=Pacer(ticking, notice),
                notice=notice,
                redact=redact,
                request_deadline_seconds=request_deadline_seconds,
                run_deadline_at=run_deadline_at,
                count=count.add,
                jitter=jitter,
            )

        support_auth: Auth
        if isinstance(credentials.support, OAuthClient):
            endpoint = TokenEndpoint(api("", None), credentials.support, ticking, read_only=read_only)
            support_auth = TokenAuth(
                endpoint.fetch, ticking, own=(credentials.support.client_id, credentials.support.client_secret)
            )
        else:
            support_auth = BasicAuth.of_api_token(credentials.support)
        apis: dict[ApiName, Api] = {
            "support": api(ROOTS["support"], support_auth),
            "conversations": api(ROOTS["conversations"], BasicAuth.of_conversations_key(credentials.conversations)),
            "chat": api(ROOTS["chat"], support_auth),
        }
        return cls(app_id, apis, count, wire)

    def api(self, name: ApiName) -> Api:
        """The API of that name; paths are relative to its root."""
        return self._apis[name]

    @property
    def support(self) -> Api:
        """Paths are relative to `/api/v2`."""
        return self._apis["support"]

    @property
    def conversations(self) -> Api:
        """Paths are relative to `/sc`."""
        return self._apis["conversations"]

    @property
    def chat(self) -> Api:
        """Paths are relative to `/api/v2/chat`."""
        return self._apis["chat"]

    @property
    def requests(self) -> dict[str, int]:
        """Requests that left so far: `reads`, `writes`, `tokens`, `identity`."""
        return self._count.as_dict()

    @property
    def clock_skew_seconds(self) -> float | None:
        """This machine's clock minus the service's, by the latest answer; None before one that carried its date."""
        return self._transport.skew_seconds

    def identity(self) -> Identity:
        """Asks both APIs who we are; raises AccessDenied when they do not know us, or not this app."""
        user = self.signed_in()
        return Identity(user.subdomain, user.email, user.name, user.role, self.app_id, self.app_name())

    def signed_in(self) -> SignedIn:
        """Asks the Support API who we are; raises AccessDenied when it does not know us."""
        user = _member(self.support.get("/users/me", use="identity"), "user")
        if user.get("id") is None:
            raise AccessDenied(
                "the account does not know these credentials",
                detail="It answered as it answers an anonymous visitor.",
                fix="Check credentials.support of this environment.",
            )
        host = urlsplit(_text(user, "url")).hostname or ""
        subdomain, _, domain = host.partition(".")
        if domain != "zendesk.com":
            raise ServiceUnavailable(
                "the account does not say which one it is",
                detail="The address of the own user is not one of zendesk.com.",
            )
        return SignedIn(subdomain, _text(user, "email"), _text(user, "name"), _text(user, "role"))

    def app_name(self) -> str:
        """Asks the Conversations API for the app's name, empty when it has none; AccessDenied when it shows no such app."""
        return _text(self._app(), "displayName")

    def list_collections(
        self, requests: Sequence[ListRequest]
    ) -> dict[ListRequest, list[dict[str, Any]] | ServiceError]:
        """Lists independent collections side by side, each as one chain of pages; equal requests are sent once.

        A collection that cannot be read is in the result as its Unreadable. Any other failure stops the rest and is
        raised once nothing runs any more, AccessDenied before others.
        """
        distinct = list(dict.fromkeys(requests))
        if not distinct:
            return {}
        stopped = threading.Event()
        failures: list[Exception] = []

        def list_one(request: ListRequest) -> list[dict[str, Any]] | ServiceError:
            try:
                return self._apis[request.api].list_all(
                    request.path,
                    items=request.items,
                    paging=request.paging,
                    params=_query(request.params),
                    page_size=request.page_size,
                    is_stopped=stopped.is_set,
                )
            except Unreadable as error:
                return error
            except Exception as error:
                if request.is_optional and isinstance(error, ServiceError) and error.status in OPTIONAL_REFUSALS:
                    return Unreadable(error.summary, detail=error.detail, fix=error.fix, status=error.status)
                # The first one is the cause; what the stop makes of the others is not news.
                failures.append(error)
                stopped.set()
                raise

        with ThreadPoolExecutor(min(_CHAINS_AT_ONCE, len(distinct)), thread_name_prefix="list") as pool:
            try:
                futures = [pool.submit(list_one, request) for request in distinct]
                for future in futures:
                    future.exception()
            finally:
                stopped.set()
        if failures:
            raise worst_failure(failures)
        return {request: future.result() for request, future in zip(distinct, futures, strict=True)}

    def close(self) -> None:
        """Closes all connections."""
        self._transport.close()

    def __enter__(self) -> Account:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _app(self) -> dict[str, Any]:
        refusal: ServiceError
        try:
            return _member(self.conversations.get(f"/v2/apps/{self.app_id}", use="identity"), "app")
        except (NotFound, RequestRefused) as error:
            refusal = error
        raise AccessDenied(
            f"the Conversations API does not show the app {self.app_id}",
            detail=refusal.detail,
            fix="Check app_id and credentials.conversations of this environment.",
            status=refusal.status,
        ) from refusal


def _query(params: tuple[tuple[str, str | int], ...]) -> Params:
    """The pairs as a query; a name that stands in several of them keeps all of its values."""
    values: dict[str, list[str | int]] = {}
    for name, value in params:
        values.setdefault(name, []).append(value)
    return {name: several if len(several) > 1 else several[0] for name, several in values.items()}


def worst_failure(failures: Sequence[Exception]) -> Exception:
    """The one to raise of several, in the order they happened: a refusal of the credentials, else the first."""
    return next((error for error in failures if isinstance(error, AccessDenied)), failures[0])


def _member(body: dict[str, Any] | list[Any], name: str) -> dict[str, Any]:
    member = body.get(name) if isinstance(body, dict) else None
    if not isinstance(member, dict):
        raise ServiceUnavailable(f'the answer holds no object "{name}"')
    return member


def _text(member: dict[str, Any], name: str) -> str:
    value = member.get(name)
    return value if isinstance(value, str) else ""
