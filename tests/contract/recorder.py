"""A client that keeps every exchange for the contract to judge; it refuses to know what is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from tests.contract.contracts import answer_problems, check_exchange


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, bodies parsed."""

    method: str
    path: str
    query: str
    request_body: Any
    status: int
    response_body: Any

    @property
    def api(self) -> str:
        return "conversations" if self.path.startswith("/sc/") else "support"

    def problems(self) -> list[str]:
        """What the contract says against it; of a refused request only the answer is judged."""
        if self.status >= 400:
            return answer_problems(self.api, self.method, self.path, self.status, self.response_body)
        return check_exchange(
            self.api, self.method, self.path, self.query, self.request_body, self.status, self.response_body
        )


class Recorder:
    """An httpx client with a memory."""

    def __init__(self, url: str) -> None:
        self.exchanges: list[Exchange] = []
        self._judged = 0
        self._client = httpx.Client(base_url=url, auth=("owner@example.com/token", "token"))

    def __call__(self, method: str, path: str, body: Any = None, *, expected: int) -> Any:
        """Send one request, require its status, and give back the body of the answer."""
        response = self._client.request(method, path, json=body)
        answer = response.json() if response.content else None
        assert response.status_code == expected, response.text
        self.exchanges.append(
            Exchange(
                method=method,
                path=response.request.url.path,
                query=response.request.url.query.decode(),
                request_body=json.loads(response.request.content) if response.request.content else None,
                status=response.status_code,
                response_body=answer,
            )
        )
        return answer

    def problems(self) -> list[str]:
        """What the contract says against the exchanges since the last call."""
        unjudged, self._judged = self.exchanges[self._judged :], len(self.exchanges)
        return [problem for exchange in unjudged for problem in exchange.problems()]

    def close(self) -> None:
        self._client.close()
