"""A secret shows nothing."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from reconciler.core.secret import Secret
from reconciler.zendesk.credentials import ConversationsKey


def test_every_way_of_showing_a_secret_shows_three_stars():
    secret = Secret("canary")
    key = ConversationsKey(secret, secret)
    assert [str(secret), repr(secret), f"{secret}", f"{secret:>20}", f"{secret!r}"] == ["***"] * 5
    assert "canary" not in repr(key)
    assert secret.reveal() == "canary"


def test_secrets_compare_with_secrets_only():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_a_secret_cannot_be_stored_by_accident():
    secret = Secret("canary")
    for store in (pickle.dumps, json.dumps, hash, len):
        with pytest.raises(TypeError) as caught:
            store(secret)
        assert "canary" not in str(caught.value)
    assert not hasattr(secret, "__dict__")


def test_a_copy_of_a_secret_is_the_secret():
    secret = Secret("canary")
    assert copy.deepcopy([secret])[0] is secret
    assert copy.copy(secret) is secret
