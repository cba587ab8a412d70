"""Which host the credentials may be sent to; it opens no socket and refuses to know paths."""

from __future__ import annotations

import ipaddress
import re

from reconciler.core.errors import UsageError

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_BASE_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]+\])(?::(?P<port>[0-9]{1,5}))?/?",
    re.ASCII,
)


def account_origin(subdomain: str) -> str:
    """`https://<subdomain>.zendesk.com`; raises UsageError for what is not one DNS label."""
    if not _SUBDOMAIN.fullmatch(subdomain):
        raise UsageError(
            f"{_shown(subdomain)} is not a Zendesk subdomain",
            detail="A subdomain is one label of lower-case letters, digits and hyphens.",
            fix='Write the part before ".zendesk.com" of the account\'s address.',
        )
    return f"https://{subdomain}.zendesk.com"


def overridden_origin(base_url: str, *, insecure_base_url: bool = False) -> str:
    """The origin of a base URL that replaces the account's own, without a trailing slash.

    Loopback hosts (127.0.0.0/8, localhost, ::1) are taken as they are; any other host only with `insecure_base_url`,
    and then only over https. Raises UsageError for everything else: user information, paths, queries, names that
    are not plain ASCII, a trailing dot.
    """
    match = _BASE_URL.fullmatch(base_url)
    if match is None or ".." in match["host"] or int(match["port"] or 0) > 65535:
        raise UsageError(
            "RECONCILER_<ENV>_BASE_URL is not a plain address",
            detail="It may hold http or https, a lower-case host name and a port, and nothing else.",
            fix='Write it like "http://127.0.0.1:8080".',
        )
    host = match["host"]
    if not is_loopback(host):
        if not insecure_base_url:
            raise UsageError(
                f'RECONCILER_<ENV>_BASE_URL points at "{host}", which is not this machine',
                detail="An override sends the account's credentials there, so only loopback hosts are taken.",
                fix="Use 127.0.0.1, localhost or [::1], or pass --insecure-base-url.",
            )
        if match["scheme"] != "https":
            raise UsageError(
                f'RECONCILER_<ENV>_BASE_URL would send credentials to "{host}" unencrypted',
                detail="Plain http is taken for loopback hosts only.",
                fix="Use https.",
            )
    return base_url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether `host` (a name, an IPv4 address, or an IPv6 address in brackets) is this machine."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address == ipaddress.IPv6Address("::1") or (address.version == 4 and address.is_loopback)


def _shown(text: str) -> str:
    return '"' + "".join(char if char.isprintable() else "?" for char in text[:80]) + '"'
