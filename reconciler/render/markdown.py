"""Data and prose as markdown that says exactly what it was given; it refuses to know plans and reports.

Nothing that came from outside can open an element, a fence, a table, a heading, a link or an image, mention a
person or point at an issue: data stands in code spans or fences, and of prose every word that is not plain is one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from reconciler.core.text import visible
from reconciler.render.screen import harmless

# Letters and digits, joined by apostrophes or hyphens, between ordinary sentence punctuation: no markup can be made
# of these. Hosts turn some of them into links all the same: commits (7 to 40 hex digits) and keys such as GH-123.
_PLAIN_WORD = re.compile(r"""["'(«“]*[^\W_]+(?:['’-][^\W_]+)*[.,;:?!)"'»”…]*|[—–→·…=]|"[^\W_]*"[.,;:]?""")
_LINKED_WORD = re.compile(r"\W*(?:(?=\w*\d)[0-9a-f]{7,40}|[A-Za-z]{2,10}-\d+)\W*", re.IGNORECASE)
_ARTICLE = re.compile(r"https://support\.zendesk\.com/hc/[A-Za-z0-9/_-]+")
_PUNCTUATED = re.compile(r"(\(?)(.+?)((?:(?<=.)[.,;:)])*)")
_LIST_MARKER = re.compile(r"\d+[.)]|=+")


def code(text: str) -> str:
    """`text` as a code span whose content is `text` made visible, whatever backticks it holds."""
    shown = harmless(visible(text)) or " "
    mark = "`" * (_longest_run(shown) + 1)
    needs_padding = shown.startswith("`") or shown.endswith("`") or (shown[0] == shown[-1] == " " and shown.strip(" "))
    return f"{mark} {shown} {mark}" if needs_padding else f"{mark}{shown}{mark}"


def prose(text: str) -> str:
    """Sentences in one paragraph; words that could be read as markup, and lines that are commands, are code spans.

    A command is a line that starts with two blanks. Punctuation around such a word stays outside of its span.
    """
    words: list[str] = []
    for line in text.split("\n"):
        if line.startswith("  ") and line.strip():
            words.append(code(line.strip()))
            continue
        for word in visible(line).split():
            is_plain = _PLAIN_WORD.fullmatch(word) and not _LINKED_WORD.fullmatch(word)
            words.append(word if is_plain and (words or not _LIST_MARKER.fullmatch(word)) else _span(word))
    return " ".join(words)


def _span(word: str) -> str:
    before, inner, after = _PUNCTUATED.fullmatch(word).groups()  # type: ignore[union-attr]
    return f"{before}{code(inner)}{after}"


def article(link: str) -> str:
    """A link to the vendor's help center as a link, any other as a code span."""
    return link if _ARTICLE.fullmatch(link) else code(link)


def fence(lines: Iterable[str], language: str = "", indent: str = "") -> str:
    """A fenced block that none of its lines can close; the lines have to be visible text already."""
    content = [harmless(line) for line in lines]
    mark = "`" * max(3, _longest_run("\n".join(content)) + 1)
    return "\n".join(f"{indent}{line}" for line in (mark + language, *content, mark)) + "\n"


def details(address: str, note: str, body: str) -> str:
    """A folded section; `address` is data, `note` is ours, `body` is finished markdown."""
    # Not every host keeps to CommonMark's HTML blocks, in which a backtick means nothing.
    name = html.escape(harmless(visible(address))).replace("`", "&#96;")
    summary = f"<code>{name}</code> {html.escape(note)}"
    return f"<details><summary>{summary}</summary>\n\n{body}\n</details>\n"


def marker(environment: str) -> str:
    """The hidden line by which a comment of ours is found again; nothing in it can end the comment."""
    return f"<!-- reconciler:plan:{re.sub(r'[^A-Za-z0-9_.]+', '-', environment)[:80].strip('-')} -->\n"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
