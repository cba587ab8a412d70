"""Contact buttons as HTML to paste: one accessible block for each place, without scripts, colours or foreign files.

It refuses to know where the links come from. Braces are written as references, since help center themes and e-mail
signatures would read them as placeholders; directions follow the text, so that Arabic or Hebrew labels stand right.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence

from reconciler.kinds._contact_links import ContactLink

_ROOMY = (
    "display:inline-block;min-width:44px;min-height:44px;padding-block:12px;padding-inline:16px;box-sizing:border-box"
)
"""At least 44 by 44 CSS pixels to touch (WCAG 2.2, success criterion 2.5.5)."""

_CELL = "padding:0 0 4px 0"


def button_html(label: str, links: Sequence[ContactLink], place: str) -> str:
    """The block for `site`, `help_center`, `mobile` or `email_signature`, one newline at its end."""
    return _FORMS[place](label, links)


def _site(label: str, links: Sequence[ContactLink]) -> str:
    return _list(label, links, "")


def _mobile(label: str, links: Sequence[ContactLink]) -> str:
    return _list(label, links, _ROOMY)


def _list(label: str, links: Sequence[ContactLink], style: str) -> str:
    items = "".join(f"    <li>{_link(label, each, style)}</li>\n" for each in links)
    return (
        f'<nav class="contact-buttons" aria-label="{_escaped(label)}" dir="auto">\n'
        f"  <p>{_escaped(label)}</p>\n"
        f"  <ul>\n{items}  </ul>\n"
        "</nav>\n"
    )


def _signature(label: str, links: Sequence[ContactLink]) -> str:
    """A table with styles of its own, since mail programs drop style sheets and know few elements."""
    rows = "".join(
        f'  <tr><td style="{_CELL}">{_link(label, each, "text-decoration:underline")}</td></tr>\n' for each in links
    )
    return (
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0" dir="auto" style="border-collapse:collapse">\n'
        f'  <tr><td style="{_CELL};font-weight:bold">{_escaped(label)}</td></tr>\n'
        f"{rows}"
        "</table>\n"
    )


def _link(label: str, link: ContactLink, style: str) -> str:
    """A link with its name in words; the accessible name begins with the label and holds the visible text."""
    name, text = _escaped(f"{label} – {link.text}"), _escaped(link.text)
    if link.is_image:
        return f'<img src="{_escaped(link.url)}" alt="{name}" width="160" height="160"> <bdi>{text}</bdi>'
    styled = f' style="{style}"' if style else ""
    return f'<a href="{_escaped(link.url)}" rel="noopener" aria-label="{name}"{styled}><bdi>{text}</bdi></a>'


def _escaped(text: str) -> str:
    return html.escape(" ".join(text.split())).replace("{", "&#123;").replace("}", "&#125;")


_FORMS: Mapping[str, Callable[[str, Sequence[ContactLink]], str]] = {
    "site": _site,
    "help_center": _site,
    "mobile": _mobile,
    "email_signature": _signature,
}
