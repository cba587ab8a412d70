"""One request as a handler sees it.

It refuses to know sockets, credentials and faults: the edge has dealt with those.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, bad_request, invalid_request


@dataclass(frozen=True, slots=True)
class Options:
    """How this emulator differs from the real service; times in seconds, `rate_limit` in requests per minute.

    `lacks` names what the account's plan does not have, as its list path ends: `custom_roles`, `queues`, or
    `v1.1` for the older Conversations API. A job shows that
    it is working for `job_looks` looks; `limits_user_writes` refuses a second write of users within a second.
    """

    latency_ms: int = 0
    rate_limit: int | None = None
    token_ttl_seconds: int = 1800
    lists_show_default_responder: bool = True
    lacks: tuple[str, ...] = ()
    job_looks: int = 0
    limits_user_writes: bool = False


@dataclass(slots=True)
class Call:
    """Method, path without `.json`, path parameters, query in order, raw body."""

    account: Account
    options: Options
    method: str
    path: str
    query_string: str
    raw: bytes
    parts: dict[str, str]

    @property
    def is_conversations(self) -> bool:
        return self.path.startswith("/sc/")

    def queries(self, name: str) -> list[str]:
        """Every value of a query parameter, in order."""
        return [value for key, value in parse_qsl(self.query_string, keep_blank_values=True) if key == name]

    def query(self, name: str) -> str | None:
        """The last value of a query parameter, or None."""
        return next(iter(reversed(self.queries(name))), None)

    def body(self) -> Json:
        """The JSON object that was sent; a refusal in the API's shape for anything else."""
        try:
            value = json.loads(self.raw or b"{}")
        except ValueError:
            value = None
        if isinstance(value, dict):
            return value
        if self.is_conversations:
            raise bad_request("Invalid JSON")
        raise invalid_request("Invalid JSON", "The request body is not a JSON object.")

    def member(self, root: str) -> Json:
        """The object under `root`, the envelope of most Support writes."""
        value: Any = self.body().get(root)
        if not isinstance(value, dict):
            raise invalid_request("Invalid attribute", f"You passed an invalid value for the {root} attribute.")
        return value


Handler = Callable[[Call], Answer]
Route = tuple[str, str, Handler]
"""Method, path with `{names}`, handler. Order matters: the first path that matches wins."""
