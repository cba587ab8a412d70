"""One emulated account per test, and a client that speaks JSON to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from reconciler.emulator.server import Emulator

SUBDOMAIN = "maison-lune"
APP = "/sc/v2/apps/5f0e1c2d3b4a5f0e1c2d3b4a"


class Client:
    """Requests to one account; every call states the status that it expects and gives back the parsed body."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, auth=("owner@example.com/token", "token"))

    def __call__(self, method: str, path: str, body: Any = None, expected: int = 200) -> Any:
        response = self.http.request(method, path, json=body)
        assert response.status_code == expected, response.text
        return response.json() if response.content else None

    def state(self) -> Any:
        return self("GET", "/__emulator__/state")

    def click(self, path: str, content: Any) -> Any:
        return self("POST", "/__emulator__/objects", {"path": path, "object": content})["object"]


@pytest.fixture
def start() -> Iterator[Callable[..., Client]]:
    """Start an account with a seed and options; ends with the test."""
    opened: list[tuple[Emulator, Client]] = []

    def run(seed: dict[str, Any] | None = None, **options: Any) -> Client:
        emulator = Emulator({SUBDOMAIN: 0}, seed={SUBDOMAIN: seed or {}}, **options).__enter__()
        client = Client(emulator.url(SUBDOMAIN))
        opened.append((emulator, client))
        return client

    yield run
    for emulator, client in opened:
        client.http.close()
        emulator.__exit__(None, None, None)


@pytest.fixture
def ask(start: Callable[..., Client]) -> Client:
    """A new account."""
    return start()
