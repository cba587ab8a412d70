"""Takes the secrets of this run out of what leaves it; it refuses to know where the text goes.

It stands at the single exit of every channel and sees whole messages: a secret cut in two by a caller who writes in
pieces is not found.
"""

from __future__ import annotations

import base64
import html
import json
import threading
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.core.secret import Secret

MARK = "***"
HEAD_LENGTH = 4
"""A form is found by its first four characters, so a shorter one is not looked for."""
QUOTES = ('"', "'", '\\"', "&quot;", "&#x27;")
LINE_LENGTH = 8
"""A line of a secret of several lines is a secret of its own from this length."""


class Redactor:
    """Knows the secrets that were revealed and replaces them by `***`. Safe to use from several threads.

    A secret is found as it is, JSON-escaped (once and twice), HTML-escaped, URL-encoded, as Python's repr, line by
    line when it has several, and in base64 wherever it stands in the encoded text. Overlapping finds become one mark.

    A secret under four characters cannot be told from ordinary words, so it is replaced only where it is the whole of
    a quoted text; its pairs are found like any other. The time to redact depends on the text, not on the number of
    secrets.
    """

    __slots__ = ("_forms", "_quoted", "_turn")

    def __init__(self) -> None:
        self._forms: dict[str, tuple[str, ...]] = {}
        self._quoted: dict[str, str] = {}
        self._turn = threading.Lock()

    def learn(self, secret: Secret, *, users: Iterable[str] = ()) -> None:
        """From now on redact `secret`, and for each of `users` what HTTP Basic makes of `user:secret`."""
        value = secret.reveal()
        if not value:
            return
        is_short = len(value) < HEAD_LENGTH
        forms: set[str] = set()
        if not is_short:
            forms = {form for spelled in _spellings(value) for form in (*_text_forms(spelled), *_base64_forms(spelled))}
        for user in users:
            forms |= set(_base64_forms(f"{user}:{value}"))
        with self._turn:
            if is_short:
                quoted = {
                    f"{mark}{form}{mark}": f"{mark}{MARK}{mark}" for form in _text_forms(value) for mark in QUOTES
                }
                self._quoted = {**self._quoted, **quoted}
            for form in forms:
                known = self._forms.get(form[:HEAD_LENGTH], ())
                if form not in known:
                    self._forms[form[:HEAD_LENGTH]] = (*known, form)

    def redact(self, text: str) -> str:
        """`text` with every form of every learned secret replaced by `***`; the rest is unchanged."""
        pieces = []
        kept_from = 0
        for start, end in _merged(self._finds(text)):
            pieces += [text[kept_from:start], MARK]
            kept_from = end
        redacted = "".join((*pieces, text[kept_from:])) if pieces else text
        for quoted, mark in self._quoted.items():
            redacted = redacted.replace(quoted, mark)
        return redacted

    def _finds(self, text: str) -> Iterator[tuple[int, int]]:
        forms = self._forms
        if not forms:
            return
        for start in range(len(text) - HEAD_LENGTH + 1):
            head = text[start : start + HEAD_LENGTH]
            if head in forms:
                lengths = [len(form) for form in forms[head] if text.startswith(form, start)]
                if lengths:
                    yield start, start + max(lengths)

    def __repr__(self) -> str:
        return "Redactor()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a redactor holds secrets and is never copied or stored")


def _merged(finds: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans, sorted by start, with overlapping ones made one."""
    pending: tuple[int, int] | None = None
    for start, end in finds:
        if pending and start < pending[1]:
            pending = (pending[0], max(pending[1], end))
        else:
            if pending:
                yield pending
            pending = (start, end)
    if pending:
        yield pending


def _spellings(value: str) -> Iterator[str]:
    yield value
    lines = value.splitlines()
    if len(lines) > 1:
        yield from (line for line in map(str.strip, lines) if len(line) >= LINE_LENGTH)


def _text_forms(value: str) -> set[str]:
    """`value` as the formats that we write would escape it."""
    once = json.dumps(value)[1:-1]
    candidates = {
        value,
        once,
        json.dumps(value, ensure_ascii=False)[1:-1],
        once.replace("/", "\\/"),
        json.dumps(once)[1:-1],
        repr(value)[1:-1],
        html.escape(value),
        html.escape(value, quote=False),
        html.escape(value).replace("&#x27;", "&#39;"),
    }
    data = _bytes(value)
    for encoded in (quote(data, safe=""), quote(data), quote_plus(data), quote(data, safe="!*'()")):
        candidates |= {encoded, _with_lower_case_escapes(encoded)}
    return candidates


def _base64_forms(value: str) -> Iterator[str]:
    """`value` encoded alone, and the characters that it determines when it stands at each offset in a longer text."""
    data = _bytes(value)
    encodings = [base64.b64encode(data).decode()]
    for offset in range(3):
        # Of every three bytes' four characters, those that share bits with a neighbour are not ours alone.
        first = (offset * 8 + 5) // 6
        last = (offset + len(data)) * 8 // 6
        encodings.append(base64.b64encode(bytes(offset) + data).decode()[first:last])
    for encoding in encodings:
        for form in {encoding, encoding.rstrip("="), encoding.replace("+", "-").replace("/", "_")}:
            if len(form) >= HEAD_LENGTH:
                yield form


def _bytes(value: str) -> bytes:
    # An encoding error would carry the secret out in its `object`.
    return value.encode("utf-8", "surrogatepass")


def _with_lower_case_escapes(encoded: str) -> str:
    pieces = encoded.split("%")
    return "%".join([pieces[0], *(piece[:2].lower() + piece[2:] for piece in pieces[1:])])
