"""From a request to its answer: credentials, the app, the rate limit, the route, and all or nothing.

It refuses to know sockets and faults.
"""

from __future__ import annotations

import re

from reconciler.emulator.account import Account
from reconciler.emulator.answers import Answer, Refusal, conversations, json_api
from reconciler.emulator.audit_logs import record_changes
from reconciler.emulator.call import Call, Handler, Options
from reconciler.emulator.conversations import app_not_found, claim_app
from reconciler.emulator.oauth import is_accepted
from reconciler.emulator.registry import ROUTES

LARGEST_CONVERSATIONS_BODY = 100 * 1024
WINDOW_SECONDS = 60
LIMIT_STATED = {"support": 2500, "chat": 200, "conversations": 0}
"""What the headers say when no limit is asked for: the largest plan's (introduction/rate-limits)."""


class Dispatcher:
    """Answers the requests of one account, one after the other."""

    def __init__(self, account: Account, options: Options) -> None:
        self.account = account
        self.options = options
        self._windows: dict[str, tuple[float, int]] = {}
        self._routes: list[tuple[re.Pattern[str], dict[str, Handler]]] = []
        paths: dict[str, dict[str, Handler]] = {}
        for method, path, handler in ROUTES:
            paths.setdefault(path, {})[method] = handler
        for path, handlers in paths.items():
            self._routes.append((re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), handlers))

    def answer(self, method: str, path: str, query: str, authorization: str | None, raw: bytes) -> Answer:
        """The answer to one request; whatever a refused request changed is undone."""
        if path.startswith("/api/v2/"):
            path = path.removesuffix(".json")
        api = _api(path)
        limit_headers, exceeded = self._count(api)
        try:
            answer = exceeded or self._handle(method, path, query, authorization, raw, api)
            record_changes(self.account)
            self.account.commit()
        except Refusal as refusal:
            self.account.roll_back()
            answer = refusal.answer
        except BaseException:
            self.account.roll_back()
            raise
        answer.headers.update(limit_headers)
        return answer

    def _handle(self, method: str, path: str, query: str, authorization: str | None, raw: bytes, api: str) -> Answer:
        if api != "oauth" and not is_accepted(self.account, authorization):
            raise _unauthorized(api)
        if api == "conversations":
            if len(raw) > LARGEST_CONVERSATIONS_BODY:
                raise conversations(413, "request_entity_too_large", "Request body is larger than 100 kb")
            if not claim_app(self.account, path.split("/")[4]):
                raise app_not_found()
            self.account.commit()
        if api == "conversations" and path.split("/")[2] in self.options.lacks:
            raise _no_route(api)
        if api == "support" and path.split("/")[3] in self.options.lacks:
            raise json_api(403, "Forbidden", "Forbidden", detail="The account's plan does not include this feature.")
        for pattern, handlers in self._routes:
            found = pattern.fullmatch(path)
            if found is not None:
                if method not in handlers:
                    break
                call = Call(self.account, self.options, method, path, query, raw, found.groupdict())
                return handlers[method](call)
        raise _no_route(api)

    def _count(self, api: str) -> tuple[dict[str, str], Answer | None]:
        """The rate-limit headers of this answer, and the 429 when the window is used up."""
        if api in ("oauth", "none"):
            return {}, None
        limit = self.options.rate_limit
        now = self.account.clock()
        start, used = self._windows.get(api, (now, 0))
        if now - start >= WINDOW_SECONDS:
            start, used = now, 0
        self._windows[api] = (start, used + 1)
        resets = max(1, int(start + WINDOW_SECONDS - now))
        stated = limit or LIMIT_STATED[api]
        remaining = max(0, limit - used - 1) if limit else stated - 1
        exceeded = None
        if limit and used >= limit:
            self._windows[api] = (start, used)
            exceeded = _too_many(api, resets)
        if api == "conversations":
            return {}, exceeded
        headers = {"X-Rate-Limit": str(stated), "X-Rate-Limit-Remaining": str(remaining)}
        if api == "support":
            headers |= {
                "ratelimit-limit": str(stated),
                "ratelimit-remaining": str(remaining),
                "ratelimit-reset": str(resets),
            }
        return headers, exceeded


def _api(path: str) -> str:
    if path.startswith("/api/v2/chat/"):
        return "chat"
    if path.startswith("/api/v2/"):
        return "support"
    if re.match(r"/sc/(v2|v1\.1)/apps/[^/]+", path):
        return "conversations"
    return "oauth" if path == "/oauth/tokens" else "none"


def _unauthorized(api: str) -> Refusal:
    if api == "conversations":
        return conversations(401, "unauthorized", "Authorization is required")
    return Refusal(Answer(401, {"error": "Couldn't authenticate you"}))


def _too_many(api: str, seconds: int) -> Answer:
    headers = {"Retry-After": str(seconds)}
    if api == "conversations":
        return Answer(429, {"errors": [{"code": "too_many_requests", "title": "Too many requests"}]}, headers)
    # Some of the vendor's 429 are plain text.
    return Answer(429, None, headers, text="Number of allowed API requests per minute exceeded")


def _no_route(api: str) -> Refusal:
    if api == "conversations":
        return conversations(404, "not_found", "Resource not found")
    return Refusal(Answer(404, {"error": "InvalidEndpoint", "description": "Not found"}))
