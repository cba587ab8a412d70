"""The addresses that open a conversation on a channel, worked out from the channels' manifests; pure.

None of the forms is in the vendor's API descriptions: each belongs to the channel's provider and is UNCONFIRMED, so
every one can be replaced by hand. It refuses to know how a link is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.core.neighbours import Neighbours
from reconciler.core.resource import Json, Resource

WORDS: Mapping[str, str] = {
    "whatsapp": "WhatsApp",
    "messenger": "Messenger",
    "instagram": "Instagram",
    "x_dm": "X",
    "line": "LINE",
    "wechat": "WeChat",
    "telegram": "Telegram",
    "viber": "Viber",
}
"""What customers call a channel of a type; others go by their display name."""

IMAGE_TYPES = frozenset({"wechat"})
"""Types of which customers scan a picture instead of following a link."""

_FORMS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "whatsapp": ("phone_number", lambda number: f"https://wa.me/{number.lstrip('+')}"),
    "messenger": ("page_id", lambda page: f"https://m.me/{page}"),
    "instagram": ("business_username", lambda username: f"https://ig.me/m/{username}"),
}
"""By type: the manifest field that holds the identity, and the address made of it."""

BY_HAND: Mapping[str, str] = {
    "instagram": "the manifest needs business_username, or write https://ig.me/m/ and the account's user name",
    "line": "write https://line.me/R/ti/p/ and the account's LINE id, with %40 for the @",
    "x_dm": "write https://x.com/messages/compose?recipient_id= and the account's numeric id",
    "wechat": "write the https:// address of the picture of its QR code",
}
"""By type: the address that a person gives, where the manifest does not hold the identity."""


@dataclass(frozen=True, slots=True)
class ContactLink:
    """One way to write to us: the channel's name, its type, what customers call it, and the address that opens it.

    The address of an image is that of a picture to scan.
    """

    channel: str
    type: str
    text: str
    url: str

    @property
    def is_image(self) -> bool:
        """Whether the address is that of a picture to scan."""
        return self.type in IMAGE_TYPES


def contact_links(button: Resource, neighbours: Neighbours) -> tuple[ContactLink, ...]:
    """The links of a contact button in the order of its channels; a channel whose address is not known has none."""
    found = []
    for channel in stated_channels(button, neighbours):
        url = _address(button, channel)
        if url:
            found.append(ContactLink(channel.name, channel.type, _words(channel), url))
    shared = Counter(each.text for each in found)
    names = {each.name: each.document.get("display_name") for each in stated_channels(button, neighbours)}
    return tuple(
        replace(each, text=f"{each.text} – {names[each.channel] or each.channel}") if shared[each.text] > 1 else each
        for each in found
    )


def stated_channels(button: Resource, neighbours: Neighbours) -> Iterator[Resource]:
    """The channels of a contact button that have a manifest, in order."""
    for name in button.document["channels"]:
        channel = neighbours.named("channel", name)
        if channel is not None:
            yield channel


def _address(button: Resource, channel: Resource) -> str:
    given = button.document.get("links", {}).get(channel.name)
    if given:
        return str(given)
    path, form = _FORMS.get(channel.type, ("", str))
    identity: Json = channel.document.get(path) if path else None
    return form(str(identity)) if identity else ""


def _words(channel: Resource) -> str:
    return WORDS.get(channel.type) or str(channel.document.get("display_name") or channel.name)
