"""What is wrong, or unusual, with channels before anybody asks an account; it refuses to know how they are found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from reconciler.core.kind import Problem
from reconciler.core.neighbours import Neighbours
from reconciler.core.resource import Json, Resource

MOST_X_ACCOUNTS = 5
"""X accounts of a Suite plan, public and private together (support.zendesk.com, setting up your X channel)."""
MOST_PAGES, MOST_PAGES_OF_OLD_CHANNEL = 30, 15
"""Facebook pages of a Suite plan, on the channel of November 2024 and before (support.zendesk.com, public Facebook channel)."""
MOST_NUMBERS = 20
"""Numbers of one WhatsApp Business Account by default (support.zendesk.com, adding WhatsApp channels)."""

_FIREBASE = ("project_id", "client_email", "private_key")


def unusual_language(document: Mapping[str, Json]) -> Iterator[Problem]:
    """A warning for a template language that looks like none."""
    language = document.get("hsm_fallback_language")
    if isinstance(language, str) and not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", language):
        yield Problem(
            "channel/unusual-language",
            ("hsm_fallback_language",),
            f'"{language}" does not look like a language of message templates',
            "They are written like fr or en_US.",
            "Compare it with the templates' languages.",
            "warning",
        )


def unusual_handle(document: Mapping[str, Json]) -> Iterator[Problem]:
    """A warning for a name that X would not give."""
    handle = document.get("handle")
    if isinstance(handle, str) and not re.fullmatch(r"@?[A-Za-z0-9_]{1,15}", handle):
        yield Problem(
            "channel/unusual-handle",
            ("handle",),
            f'"{handle}" does not look like the name of an X account',
            "They have up to 15 letters, digits and underscores.",
            "Compare it with the account's profile.",
            "warning",
        )


def whole_firebase_key(document: Mapping[str, Json]) -> Iterator[Problem]:
    """A warning for some of the three values of a Firebase key file without the others."""
    stated = [name for name in _FIREBASE if name in document] if document["type"] == "android" else []
    missing = [name for name in _FIREBASE if name not in document]
    if stated and missing:
        yield Problem(
            "channel/half-firebase-key",
            (stated[0],),
            f"{', '.join(stated)} {'stands' if len(stated) == 1 else 'stand'} without {', '.join(missing)}",
            "All three come from one Firebase key file, and pushes need all of them.",
            f"Add {', '.join(missing)} from the same file.",
            "warning",
        )


def same_channel_twice(channel: Resource, neighbours: Neighbours, keys: Sequence[str]) -> Iterator[Problem]:
    """An error at every manifest of a channel that an earlier one, by address, is too; `keys` are its natural keys."""
    for path in keys:
        value = _plain(channel.document.get(path))
        for other in neighbours.of_kind("channel") if value else ():
            is_same = other.type == channel.type and _plain(other.document.get(path)) == value
            if is_same and other.address < channel.address:
                yield Problem(
                    "channel/twice",
                    (path,),
                    f"{other.address} has the same {path}",
                    "Two manifests cannot both be the same channel.",
                    "Remove one of the manifests.",
                )
                return


def within_limits(channel: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    """Errors and warnings where an account holds fewer channels of a type than there are manifests."""
    ours = sorted((each for each in neighbours.of_kind("channel")), key=lambda each: each.address)
    if channel.type in ("x_handle", "x_dm"):
        yield from _beyond(channel, [each for each in ours if each.type == channel.type], MOST_X_ACCOUNTS, "X accounts")
        both = [each for each in ours if each.type in ("x_handle", "x_dm")]
        yield from _beyond(channel, both, MOST_X_ACCOUNTS, "X accounts, public and private together", "warning")
    elif channel.type == "facebook_page":
        pages = [each for each in ours if each.type == "facebook_page"]
        yield from _beyond(channel, pages, MOST_PAGES, "Facebook pages")
        old = "Facebook pages, unless it has the Facebook channel of November 2024"
        yield from _beyond(channel, pages, MOST_PAGES_OF_OLD_CHANNEL, old, "warning")
    elif channel.type == "whatsapp":
        account = channel.document.get("account_id")
        numbers = [each for each in ours if each.type == "whatsapp" and each.document.get("account_id") == account]
        of = "WhatsApp numbers of one WhatsApp Business Account, unless Meta raised its limit"
        yield from _beyond(channel, numbers, MOST_NUMBERS, of, "warning")


def _beyond(
    channel: Resource, ours: Sequence[Resource], most: int, of: str, severity: Literal["error", "warning"] = "error"
) -> Iterator[Problem]:
    """One problem, at the first manifest that is too many."""
    if len(ours) > most and ours[most].address == channel.address:
        yield Problem(
            "channel/too-many",
            ("type",),
            f"there are {len(ours)} manifests, and an account holds {most} {of}",
            "",
            "Remove some, or ask the vendor for more.",
            severity,
        )


def _plain(value: Json) -> str:
    return value.removeprefix("@").lower() if isinstance(value, str) else ""
