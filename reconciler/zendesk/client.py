"""One API of one account: requests in, values or errors out; it refuses to know kinds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import httpx

from reconciler.core.errors import (
    AccessDenied,
    NotFound,
    OutcomeUnknown,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    Unreadable,
)
from reconciler.zendesk.answers import (
    DECODED_BYTES_CAP,
    Received,
    UnreadableAnswer,
    error_codes,
    parse_json,
    printable,
    service_words,
)
from reconciler.zendesk.network import NetworkTransport
from reconciler.zendesk.paging import PageChain, Paging
from reconciler.zendesk.retry import RetryPolicy
from reconciler.zendesk.sending import Exchanged, Params, Request, Sender, Unanswered

if TYPE_CHECKING:
    from reconciler.zendesk.auth import Auth
    from reconciler.zendesk.clock import Clock
    from reconciler.zendesk.pacing import Pacer

Method = Literal["POST", "PUT", "PATCH", "DELETE"]

_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")
_TRY_LATER = "Nothing can be concluded from that: run it again later."
_WRONG_PLACE = "Check account.subdomain in environment.yaml and the network, or run it again later."


@dataclass(frozen=True, slots=True)
class Answer:
    """A write that the service carried out; `body` is None when it answered without one."""

    status: int
    body: dict[str, Any] | list[Any] | None


class Api:
    """One API of one account.

    `base_url` is an origin and the API's prefix, without a slash at the end; paths are relative to it, begin with a
    slash and hold no query. `redact` takes secrets out of the service's words, beyond those that the credentials
    and the request's own body know. `notice` is told about every pause.

    All methods raise AccessDenied for 401 and ServiceUnavailable when nothing can be concluded: no connection, 5xx,
    a redirect, a web page, a body that is not strict JSON or past the cap.
    """

    def __init__(
        self,
        base_url: str,
        auth: Auth | None,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Clock,
        pacer: Pacer,
        notice: Callable[[str], None],
        redact: Callable[[str], str] = str,
        request_deadline_seconds: float = 30.0,
        run_deadline_at: float | None = None,
        policy: RetryPolicy | None = None,
        jitter: Callable[[], float] = random.random,
        decoded_bytes_cap: int = DECODED_BYTES_CAP,
        count: Callable[[str], None] | None = None,
    ) -> None:
        self._auth = auth
        self._redact = redact
        self._prefix = urlsplit(base_url).path
        self._sender = Sender(
            base_url,
            auth,
            transport=transport or NetworkTransport(is_encrypted=base_url.startswith("https:")),
            clock=clock,
            pacer=pacer,
            notice=notice,
            request_deadline_seconds=request_deadline_seconds,
            run_deadline_at=run_deadline_at,
            policy=policy,
            jitter=jitter,
            decoded_bytes_cap=decoded_bytes_cap,
            count=count,
        )

    def get(self, path: str, params: Params | None = None, *, use: str = "reads") -> dict[str, Any] | list[Any]:
        """One object or one answer. Raises NotFound for 404 and RequestRefused for every other 4xx."""
        request = Request("GET", _checked(path), params or {}, use=use)
        body = self._concluded(request, self._sender.exchange(request)).body
        if body is None:
            raise self._unusable(request, "it has no body")
        return body

    def send(
        self,
        method: Method,
        path: str,
        body: Any = None,
        *,
        repeatable: bool,
        before_attempt: Callable[[], None] | None = None,
        use: str = "writes",
        query: Params | None = None,
    ) -> Answer:
        """One write. A `Secret` in `body` is sent as its text.

        A lost answer is tried again only if `repeatable` and the method is not POST; 429 and connections that were
        never made count as not sent and are tried again for any. `before_attempt` runs each time just before the
        request leaves, after any pause: it can read the object again, renew a lease, or raise to stop.

        Raises RequestRefused with the service's words for 4xx (NotFound for 404), and OutcomeUnknown when the request
        may have arrived and the answer was lost: 5xx, a broken connection, a deadline, an unreadable body, and 409 of
        what is not repeatable. A DELETE that was tried again can end in NotFound although it was ours.
        """
        request = Request(method, _checked(path), query or {}, body, repeatable, use, before_attempt)
        return self._concluded(request, self._sender.exchange(request))

    def list_all(
        self,
        path: str,
        *,
        items: str,
        paging: Paging,
        params: Params | None = None,
        page_size: int = 100,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> list[dict[str, Any]]:
        """Every object of a collection, in the service's order, or an error: never a part.

        `items` names the member that holds them, empty if the answer itself is the list; see `Paging`. Raises
        Unreadable for 403 and 404, AccessDenied for an unknown app, ServiceUnavailable for pages that do not add up.
        `is_stopped` is asked before each page; a stopped listing raises ServiceUnavailable.
        """
        chain = PageChain(items, paging, page_size)
        while not chain.is_whole:
            if is_stopped():
                raise ServiceUnavailable(f"the listing of {self._prefix}{path} was stopped")
            request = Request("GET", _checked(path), {**(params or {}), **chain.params()})
            body = self._concluded(request, self._sender.exchange(request), is_listing=True).body
            problem = ""
            try:
                chain.take(body)
            except UnreadableAnswer as error:
                problem = str(error)
            if problem:
                raise self._unusable(request, printable(problem))
        return chain.objects

    def close(self) -> None:
        """Closes the transport as well."""
        self._sender.close()

    def _concluded(self, request: Request, exchanged: Exchanged, *, is_listing: bool = False) -> Answer:
        outcome = exchanged.outcome
        if isinstance(outcome, Unanswered):
            raise self._unanswered(request, outcome.reason, exchanged.may_have_arrived)
        if not 200 <= outcome.status < 300:
            raise self._refusal(request, outcome, exchanged.may_have_arrived, is_listing)
        if not outcome.content and (outcome.status == 204 or request.method == "DELETE"):
            return Answer(outcome.status, None)
        problem = ""
        body: Any = None
        if not outcome.is_json:
            problem = "it is a web page" if outcome.is_page else "its content type is not JSON"
        else:
            try:
                body = parse_json(outcome.content)
            except UnreadableAnswer as error:
                problem = str(error)
        if not problem and not isinstance(body, (dict, list)):
            problem = "it is neither a JSON object nor a list"
        if problem:
            raise self._unusable(request, problem, outcome.status)
        return Answer(outcome.status, body)

    def _refusal(self, request: Request, outcome: Received, may_have_arrived: bool, is_listing: bool) -> ServiceError:
        status, words = outcome.status, self._words(request, outcome)
        summary = f"{self._named(request)} was answered with {status}"
        if status == 401:
            return AccessDenied(
                f"{summary}: the credentials are not accepted",
                detail=words,
                fix="Check the credentials of this environment, and that they have not ended.",
                status=status,
            )
        is_lost_conflict = status == 409 and request.is_write and not request.can_repeat
        if (may_have_arrived and (status >= 500 or status == 429 or status < 400)) or is_lost_conflict:
            return self._unknown(request, f"it was answered with {status}", words, status)
        if 300 <= status < 400:
            return ServiceUnavailable(
                f"{summary}: a redirect to {_redirect_host(outcome)}",
                detail="Redirects are not followed, because credentials go to one host only.",
                fix="Check the subdomain of this environment.",
                status=status,
            )
        if status >= 500 or status == 429 or status < 200 or outcome.is_page:
            fix = _WRONG_PLACE if outcome.is_page and status < 500 else _TRY_LATER
            return ServiceUnavailable(summary, detail=words, fix=fix, status=status)
        if is_listing and status == 404 and "app_not_found" in error_codes(outcome):
            return AccessDenied(
                f"{summary}: the credentials see no such app",
                detail=words,
                fix="Check app_id in environment.yaml, and that the key belongs to that app.",
                status=status,
            )
        if is_listing and status in (403, 404):
            return Unreadable(
                f"{summary}: the collection cannot be read",
                detail=words,
                fix="Check that the account's plan has this feature and that the credentials may read it.",
                status=status,
            )
        if status == 404:
            return NotFound(summary, detail=words, status=status)
        return RequestRefused(summary, detail=words, status=status)

    def _unanswered(self, request: Request, reason: str, may_have_arrived: bool) -> ServiceError:
        if may_have_arrived:
            return self._unknown(request, reason)
        return ServiceUnavailable(f"{self._named(request)} has no answer: {reason}", fix=_WRONG_PLACE)

    def _unusable(self, request: Request, problem: str, status: int | None = None) -> ServiceError:
        if request.is_write:
            return self._unknown(request, f"the answer cannot be used: {problem}", status=status)
        return ServiceUnavailable(
            f"the answer to {self._named(request)} cannot be used: {problem}", fix=_WRONG_PLACE, status=status
        )

    def _unknown(self, request: Request, reason: str, words: str = "", status: int | None = None) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"the outcome of {self._named(request)} is unknown: {reason}",
            detail=words,
            fix="It may or may not have happened: read the account before it is sent again.",
            status=status,
        )

    def _named(self, request: Request) -> str:
        return f"{request.method} {self._prefix}{request.path}"

    def _words(self, request: Request, outcome: Received) -> str:
        words = self._redact(request.conceal(service_words(outcome)))
        return printable(self._auth.conceal(words) if self._auth else words)


def _checked(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise ValueError("a request path holds something besides plain segments. This is a bug in reconciler.")
    return path


def _redirect_host(outcome: Received) -> str:
    try:
        host = urlsplit(outcome.headers.get("location", "")).hostname
    except ValueError:
        host = None
    return f'"{printable(host)}"' if host else "another path"
