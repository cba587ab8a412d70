"""The "write to us" links and buttons of a site, a help center, an app and e-mail signatures.

They are made from the channels' manifests by `reconciler buttons`; a person places them. It refuses to know their HTML.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.codec import Names
from reconciler.core.diagnostic import Path
from reconciler.core.kind import Kind, Problem
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.neighbours import Neighbours
from reconciler.core.resource import Json, Reference, Resource, ref
from reconciler.kinds._codecs import Plain, Pointer, PointerList, canonical_reference
from reconciler.kinds._contact_links import BY_HAND, ContactLink, contact_links, stated_channels
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, HttpsUrl, ManifestModel, Name, Shape, Text

_BRAND = Pointer("brand")
_SIGNATURE = "email_signature"


@dataclass(frozen=True, slots=True)
class Places(Plain):
    """Where the buttons stand; an e-mail signature is a brand's."""

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The brands."""
        for index, each in enumerate(value):
            if isinstance(each, Mapping):
                yield from _BRAND.references(each[_SIGNATURE], (*path, index, _SIGNATURE))


class EmailSignature(Shape):
    """The e-mail signature of a brand."""

    email_signature: AnyReference = Field(description="The brand, by its name.")


class ContactButton(ManifestModel):
    """Links and buttons with which customers write to us."""

    kind: Literal["contact_button"]
    label: Text = Field(description="What stands above the links, such as Write to us.")
    channels: Annotated[list[Name], Managed("", PointerList(Pointer("channel")), part="noted")] = Field(
        min_length=1, description="The channels that are offered, in this order."
    )
    place: Annotated[
        list[Literal["site", "help_center", "mobile"] | EmailSignature], Managed("", Places(), part="noted")
    ] = Field(min_length=1, description="Where they stand; an e-mail signature names its brand.")
    links: dict[str, HttpsUrl] = Field(
        default=UNSTATED,
        description="By channel name: the address to use, where it cannot be worked out or should be another one.",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the buttons: what it is, its slug, and the brand whose e-mail signature it is, as stated."""

    form: str
    slug: str
    brand: Json = None

    @property
    def brand_name(self) -> str:
        """The brand as a person reads it."""
        return _shown_brand(self.brand) if self.brand is not None else ""


def places(document: Mapping[str, Json]) -> list[Place]:
    """The places that a manifest states, in order."""
    found = []
    for each in document["place"]:
        if isinstance(each, str):
            found.append(Place(each, each.replace("_", "-")))
        else:
            brand = each[_SIGNATURE]
            found.append(Place(_SIGNATURE, f"email-signature-{_slug(_shown_brand(brand))}", brand))
    return found


def _shown_brand(brand: Json) -> str:
    return brand if isinstance(brand, str) else str(brand.get("external", brand.get("id")))


def _slug(text: str) -> str:
    """Letters, digits and dashes; a name in another script is told by a digest."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return slug or hashlib.sha256(text.encode()).hexdigest()[:8]


def _each_once(document: Mapping[str, Json]) -> Iterator[Problem]:
    slugs = [each.slug for each in places(document)]
    lists: tuple[tuple[str, Sequence[str]], ...] = (("channels", document["channels"]), ("place", slugs))
    for path, names in lists:
        for index, each in enumerate(names):
            if each in names[:index]:
                yield Problem(
                    "contact_button/listed-twice",
                    (path, index),
                    f"{path} lists the same twice",
                    "",
                    "Remove one of the two.",
                )


def _known_links(document: Mapping[str, Json]) -> Iterator[Problem]:
    for name in document.get("links", {}):
        if name not in document["channels"]:
            yield Problem(
                "contact_button/link-without-channel",
                ("links", name),
                f'links: names "{name}", which is not among the channels',
                "Only the channels that are listed are offered.",
                "Add it to channels, or remove the link.",
            )


def _reachable(button: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    known = {each.channel for each in contact_links(button, neighbours)}
    channels = list(stated_channels(button, neighbours))
    for index, name in enumerate(button.document["channels"]):
        channel = neighbours.named("channel", name)
        if channel is None or name in known:
            continue
        yield Problem(
            "contact_button/no-link",
            ("channels", index),
            f"the address that opens a conversation on {channel.address} is not known",
            "Nothing in its manifest says it, so the buttons are made without this channel."
            if known
            else "Nothing in its manifest says it, and no other channel is left for the buttons.",
            f'Add links: {{{name}: "https://…"}}' + (f"; {BY_HAND[channel.type]}." if channel.type in BY_HAND else "."),
            severity="warning" if known or len(channels) < len(button.document["channels"]) else "error",
        )


_WHERE = {
    "site": ("place the buttons on the site", "the pages of the site, outside Zendesk"),
    "help_center": ("place the buttons in the help center", "the templates of the help center's theme"),
    "mobile": ("place the buttons in the mobile app", "the screens of the app, outside Zendesk"),
    _SIGNATURE: ("place the buttons in the e-mail signature", "Admin Center, the e-mail signature of the brand"),
}


def _placing(button: Resource, neighbours: Neighbours) -> tuple[Attested, ...]:
    links = contact_links(button, neighbours)
    if not links:
        return ()
    return tuple(_placed(button, each, links) for each in places(button.document))


def _placed(button: Resource, place: Place, links: Sequence[ContactLink]) -> Attested:
    title, where = _WHERE[place.form]
    urls = sorted({each.url for each in links})
    is_signature = place.form == _SIGNATURE
    values = [("Label", str(button.document["label"])), *((each.text, each.url) for each in links)]
    looks_for = "somebody's word in attestations.yaml"
    if is_signature:
        values.insert(0, ("Brand", place.brand_name))
        looks_for = f'every one of these addresses in signature_template of the brand "{place.brand_name}"'
    return Attested(
        place.slug,
        ManualStep(
            title=title,
            admin_center=where,
            values=tuple(values),
            looks_for=looks_for,
            notes=(
                f"reconciler buttons --out DIR {button.address} writes the HTML to paste: "
                f"{button.name}/{place.slug}.html",
            ),
        ),
        urls,
        needs=(
            *(ref(f"channel/{each.channel}") for each in links),
            *([_brand_reference(place)] if is_signature else ()),
        ),
        is_done=(lambda names: _signature_has(place, urls, names)) if is_signature else None,
    )


def _brand_reference(place: Place) -> dict[str, str]:
    return {"external": place.brand_name, "kind": "brand"} if "external" in place.brand else {"id": place.brand_name}


def _signature_has(place: Place, urls: Sequence[str], names: Names) -> bool | None:
    """Whether the brand's signature has every address; None where the reply does not tell the signature."""
    live_id = names.live_id(canonical_reference(place.brand, "brand", "", names))
    brand = next((each for each in names.objects("brands") if str(each["id"]) == live_id), {})
    signature = brand.get("signature_template")
    if not isinstance(signature, str):
        return None
    text = html.unescape(signature)
    return all(_stands_in(url, text) for url in urls)


def _stands_in(url: str, text: str) -> bool:
    """Whether an address stands in a text as a whole, not as the beginning of a longer one."""
    return re.search(re.escape(url) + r"(?![\w%~/?#&=@:+-])(?!\.\w)", text) is not None


KIND = Kind(
    name="contact_button",
    area="channels",
    title="Contact button",
    model=ContactButton,
    parts=lambda document: (),
    on_remove="keep",
    rules=(_each_once, _known_links),
    relations=(_reachable,),
    attests_beside=_placing,
    noted=fields_of(ContactButton, "noted"),
    limits=(
        "The addresses are made of the channels' manifests: wa.me and the number, m.me and the page's id, ig.me/m/ and "
        "business_username. These forms are the providers' own and UNCONFIRMED here: try them, and state links: to use another.",
        "A LINE id, the numeric id of an X account and a WeChat QR code stand in no channel manifest: state links: for them.",
        "An e-mail signature is done when the brand's signature_template has every address; other places are vouched for.",
        "What is vouched for is the set of addresses: another label or another look is not asked for again.",
    ),
    cannot=("Place them: a site, an app, a help center's theme and a signature are edited by a person.",),
    mode="generated: reconciler makes them, a person places them",
    by_person={"place": "observed or attested"},
    sources=(
        "developer.zendesk.com/api-reference/ticketing/account-configuration/brands (signature_template)",
        "the providers' own links, which no Zendesk page states",
    ),
    example="""\
kind: contact_button
name: ecrivez-nous
label: Écrivez-nous
channels: [whatsapp-fr, line-jp]
place: [site, help_center, {email_signature: {external: "Maison Lune"}}]
links: {line-jp: "https://line.me/R/ti/p/%40maisonlune"}
""",
)
