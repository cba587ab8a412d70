"""Where credentials may go."""

from __future__ import annotations

import pytest

from reconciler.core.errors import UsageError
from reconciler.zendesk.origin import account_origin, overridden_origin


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:8080", "http://127.9.9.9", "http://localhost:1", "http://[::1]:5", "https://127.0.0.1"],
)
def test_loopback_is_taken(base_url):
    assert overridden_origin(base_url + "/") == base_url


@pytest.mark.parametrize(
    "base_url",
    [
        "https://evil.example",
        "http://evil.example",
        "https://10.0.0.1",
        "https://169.254.169.254",
        "https://maison.zendesk.com",
        "http://127.0.0.1@evil.example",
        "http://user:password@127.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://localhost.",
        "http://127.1",
        "http://2130706433",
        "http://0177.0.0.1",
        "http://[::ffff:10.0.0.1]",
        "http://[::2]",
        "file:///etc/passwd",
        "http://127.0.0.1/path",
        "http://127.0.0.1?q",
        "http://127.0.0.1#f",
        "http://127.0.0.1:99999",
        "http://127。0。0。1",
        "http://ⓛocalhost",
        "http://LOCALHOST",
        "HTTP://127.0.0.1",
        "http://127.0.0.1\n",
        "127.0.0.1:80",
        "",
    ],
)
def test_anything_but_loopback_is_refused_without_repeating_what_could_be_a_password(base_url):
    with pytest.raises(UsageError) as caught:
        overridden_origin(base_url)
    assert "password" not in str(caught.value)


def test_another_host_needs_the_flag_and_https():
    assert overridden_origin("https://proxy.example:8443", insecure_base_url=True) == "https://proxy.example:8443"
    with pytest.raises(UsageError):
        overridden_origin("http://proxy.example", insecure_base_url=True)


def test_a_subdomain_is_one_label():
    assert account_origin("maison-lune") == "https://maison-lune.zendesk.com"


@pytest.mark.parametrize("subdomain", ["", "a.b", "evil.example/", "A", "-a", "a-", "a@b", "ä", "a\n", "a" * 64])
def test_a_subdomain_that_is_not_one_label_is_refused(subdomain):
    with pytest.raises(UsageError):
        account_origin(subdomain)
