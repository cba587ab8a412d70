"""Contact buttons: which address opens a conversation on which channel, and what a manifest may not say."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.neighbours import Neighbours
from reconciler.core.resource import Resource
from reconciler.kinds._contact_links import contact_links
from reconciler.kinds.contact_button import KIND, _stands_in, places
from tests.unit.engine.situations import resource


def channel(name: str, type_name: str, **fields: Any) -> Resource:
    return resource("channel", name, type=type_name, **fields)


def button(*channels: str, **fields: Any) -> Resource:
    return resource("contact_button", "b", label="Écrire", channels=list(channels), place=["site"], **fields)


def problems(made: Resource, *others: Resource) -> list[tuple[str, str, tuple[str | int, ...]]]:
    found = [each for rule in KIND.rules for each in rule(made.document)]
    found += [each for relation in KIND.relations for each in relation(made, Neighbours([made, *others]))]
    return [(each.rule, each.severity, each.path) for each in found]


@pytest.mark.parametrize(
    ("made", "url"),
    [
        (channel("c", "whatsapp", phone_number="+33755531299"), "https://wa.me/33755531299"),
        (channel("c", "messenger", page_id="104857600000001"), "https://m.me/104857600000001"),
        (channel("c", "instagram", business_username="maisonlune"), "https://ig.me/m/maisonlune"),
    ],
)
def test_the_address_is_made_of_the_channels_own_identity(made: Resource, url: str) -> None:
    assert [url] == [each.url for each in contact_links(button("c"), Neighbours([made]))]


@pytest.mark.parametrize(
    ("made", "hint"),
    [
        (channel("c", "line", channel_id="1655"), "line.me/R/ti/p/"),
        (channel("c", "instagram", business_id="17841"), "business_username"),
        (channel("c", "x_dm"), "numeric id"),
        (channel("c", "wechat"), "QR code"),
        (channel("c", "web"), "links: {c:"),
    ],
)
def test_what_no_manifest_holds_is_given_by_hand(made: Resource, hint: str) -> None:
    found = list(KIND.relations[0](button("c"), Neighbours([made])))
    assert [("contact_button/no-link", "error")] == [(each.rule, each.severity) for each in found]
    assert hint in found[0].fix

    given = button("c", links={"c": "https://line.me/R/ti/p/%40maisonlune"})
    assert [] == problems(given, made)
    assert ["https://line.me/R/ti/p/%40maisonlune"] == [each.url for each in contact_links(given, Neighbours([made]))]


def test_a_channel_without_an_address_is_left_out_with_a_warning_where_others_remain() -> None:
    others = (channel("w", "whatsapp", phone_number="+33755531299"), channel("l", "line", channel_id="1"))

    assert [("contact_button/no-link", "warning", ("channels", 1))] == problems(button("w", "l"), *others)
    assert ["w"] == [each.channel for each in contact_links(button("w", "l"), Neighbours(others))]


def test_an_address_by_hand_goes_before_the_worked_out_one() -> None:
    made = channel("c", "whatsapp", phone_number="+33755531299")

    links = contact_links(button("c", links={"c": "https://wa.me/message/ABC"}), Neighbours([made]))
    assert ["https://wa.me/message/ABC"] == [each.url for each in links]


def test_two_channels_of_one_type_are_told_apart_by_their_names() -> None:
    made = (
        channel("fr", "whatsapp", phone_number="+33755531299", display_name="Maison Lune France"),
        channel("jp", "whatsapp", phone_number="+81755531299"),
        channel("m", "messenger", page_id="1"),
    )

    links = contact_links(button("fr", "jp", "m"), Neighbours(made))
    assert ["WhatsApp – Maison Lune France", "WhatsApp – jp", "Messenger"] == [each.text for each in links]


def test_nothing_is_listed_twice_and_every_link_has_its_channel() -> None:
    made = resource(
        "contact_button",
        "b",
        label="Écrire",
        channels=["c", "c"],
        place=["site", {"email_signature": {"external": "Lune"}}, {"email_signature": {"external": "lune"}}],
        links={"d": "https://x.example"},
    )

    assert [
        ("contact_button/listed-twice", "error", ("channels", 1)),
        ("contact_button/listed-twice", "error", ("place", 2)),
        ("contact_button/link-without-channel", "error", ("links", "d")),
    ] == problems(made)


@pytest.mark.parametrize(
    ("brand", "slug"),
    [("Maison Lune", "maison-lune"), ("Écrin & Cie", "ecrin-cie"), ("月之家", "4cd81558")],
)
def test_a_signature_is_told_by_its_brand_in_any_script(brand: str, slug: str) -> None:
    document = {"place": [{"email_signature": {"external": brand}}]}
    assert [f"email-signature-{slug}"] == [each.slug for each in places(document)]


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("https://wa.me/337", True),
        ("Écrire : https://wa.me/337.", True),
        ('<a href="https://wa.me/337">', True),
        ("https://wa.me/337, https://m.me/1", True),
        ("https://wa.me/3377", False),
        ("https://wa.me/337/", False),
        ("https://wa.me/337?text=x", False),
        ("https://wa.me/337.html", False),
        ("", False),
    ],
)
def test_an_address_counts_only_as_a_whole(text: str, is_there: bool) -> None:
    assert is_there == _stands_in("https://wa.me/337", text)
