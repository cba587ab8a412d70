"""Contact buttons as HTML: what a browser makes of them, for whatever label and address."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds._contact_links import ContactLink
from reconciler.render.button_html import button_html

PLACES = ("site", "help_center", "mobile", "email_signature")
WHATSAPP = ContactLink("whatsapp-fr", "whatsapp", "WhatsApp", "https://wa.me/33755531299")
LINE = ContactLink("line-jp", "line", "LINE", "https://line.me/R/ti/p/%40maisonlune")
WECHAT = ContactLink("wechat-cn", "wechat", "WeChat", "https://cdn.example/qr.png")
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(lambda text: text.strip())


class Page(HTMLParser):
    """The elements of a block with their attributes, and its texts."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("place", PLACES)
def test_every_link_has_words_a_name_and_nothing_that_can_reach_back(place: str) -> None:
    page = Page(button_html("Écrivez-nous", [WHATSAPP, LINE], place))

    assert ["Écrivez-nous", "WhatsApp", "LINE"] == page.texts
    assert [] == page.open
    for link, expected in zip(page.all("a"), (WHATSAPP, LINE), strict=True):
        assert expected.url == link["href"]
        assert "noopener" == link["rel"]
        assert f"Écrivez-nous – {expected.text}" == link["aria-label"]


@pytest.mark.parametrize("place", PLACES)
@given(label=WORDS, text=WORDS, url=WORDS)
def test_no_label_or_address_becomes_markup_or_a_placeholder(place: str, label: str, text: str, url: str) -> None:
    source = button_html(label, [ContactLink("c", "whatsapp", text, f"https://x.example/{url}")], place)
    page = Page(source)

    assert {"nav", "p", "ul", "li", "a", "bdi", "table", "tr", "td"} >= {tag for tag, _ in page.elements}
    assert " ".join(label.split()) in page.texts
    assert " ".join(f"https://x.example/{url}".split()) == page.all("a")[0]["href"]
    assert "{" not in source
    assert "}" not in source


@pytest.mark.parametrize("place", PLACES)
def test_the_direction_follows_the_text_and_no_colour_says_anything(place: str) -> None:
    source = button_html("راسلنا", [WHATSAPP], place)

    assert 1 == source.count('dir="auto"')
    assert [1, 0, 0, 0] == [source.count(each) for each in ("<bdi>", "color", "left", "<script")]


def test_a_picture_to_scan_says_what_it_is() -> None:
    picture = Page(button_html("联系我们", [WECHAT], "site")).all("img")[0]

    assert ("https://cdn.example/qr.png", "联系我们 – WeChat") == (picture["src"], picture["alt"])


def test_a_signature_brings_its_styles_and_its_table_is_no_data() -> None:
    page = Page(button_html("Écrire", [WHATSAPP], "email_signature"))

    assert ["presentation"] == [table["role"] for table in page.all("table")]
    assert [] == [tag for tag, attributes in page.elements if tag in ("td", "a", "table") and "style" not in attributes]


def test_a_link_on_a_phone_is_large_enough_to_touch() -> None:
    style = Page(button_html("Écrire", [WHATSAPP], "mobile")).all("a")[0]["style"] or ""

    assert "min-width:44px" in style
    assert "min-height:44px" in style
