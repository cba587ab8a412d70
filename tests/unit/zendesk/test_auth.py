"""A token is fetched by one thread, once."""

from __future__ import annotations

import threading

import pytest

from reconciler.core.errors import AccessDenied
from reconciler.core.secret import Secret
from reconciler.zendesk.auth import AccessToken, TokenAuth


def test_a_token_that_another_thread_renewed_already_is_not_fetched_again(clock):
    fetched: list[str] = []

    def fetch() -> AccessToken:
        fetched.append("once")
        return AccessToken(Secret(f"token-{len(fetched)}"))

    auth = TokenAuth(fetch, clock, own=())
    refused = auth.header()
    assert auth.renew(refused)
    assert auth.renew(refused)
    assert (auth.header(), len(fetched)) == ("Bearer token-2", 2)


def test_a_thread_waits_for_the_token_that_another_one_is_fetching(clock):
    fetched: list[str] = []
    waiting: list[threading.Thread] = []

    def fetch() -> AccessToken:
        fetched.append("once")
        if not waiting:
            waiting.append(threading.Thread(target=auth.header))
            waiting[0].start()
            waiting[0].join(0.05)
        return AccessToken(Secret("token"))

    auth = TokenAuth(fetch, clock, own=())
    auth.header()
    waiting[0].join(5)
    assert fetched == ["once"]


@pytest.mark.parametrize("token", ["canary\r\nX: y", "canary ä", "canary token"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_shown(clock, token):
    with pytest.raises(AccessDenied) as caught:
        TokenAuth(lambda: AccessToken(Secret(token)), clock, own=()).header()
    assert "canary" not in str(caught.value)
