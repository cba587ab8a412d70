"""What is wrong with a document, as a value; it refuses to know how it is drawn."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOOKED_AT = 20

Path = tuple[str | int, ...]
"""Where in a document: keys and list indexes from its root, `()` for the document itself."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A span of one line: 1-based `line` and `column`, `length` in code points; line 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: `rule` is its stable id, `summary` what, `why` the reason, `fix` what to do about it.

    `address` names the resource where there is one, `related` points at the other end of the problem.
    """

    rule: str
    summary: str
    position: Position
    severity: Literal["error", "warning"] = "error"
    why: str = ""
    fix: str = ""
    address: str = ""
    related: tuple[tuple[Position, str], ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The diagnostic as plain values, for machine output; empty members are left out."""
        members: dict[str, Any] = {
            "rule": self.rule,
            "severity": self.severity,
            "file": self.position.file,
            "line": self.position.line,
            "column": self.position.column,
            "length": self.position.length,
            "address": self.address,
            "summary": self.summary,
            "why": self.why,
            "fix": self.fix,
            "related": [
                {"file": position.file, "line": position.line, "column": position.column, "text": text}
                for position, text in self.related
            ],
        }
        return {key: value for key, value in members.items() if value not in ("", [])}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The closest of `known` as a sentence, or an empty string when nothing is close."""
    match = closest(word, known)
    return f'Did you mean "{match}"?' if match else ""


def closest(word: str, known: Iterable[str]) -> str:
    """The closest of `known`, or an empty string when nothing is close.

    Only the few that share the most pairs of letters with the word are looked at closely, so that a thousand unknown
    words among a thousand known ones stay quick.
    """
    by_pair = _by_pair(tuple(known))
    shared = Counter(each for pair in _pairs(word) for each in by_pair.get(pair, ()))
    likely = [each for each, _ in shared.most_common(_LOOKED_AT)]
    return next(iter(difflib.get_close_matches(word, likely, n=1, cutoff=0.6)), "")


def _pairs(word: str) -> set[str]:
    """Its pairs of letters, ends included: what is close shares some of them, however short it is."""
    framed = f"^{word}$"
    return {framed[index : index + 2] for index in range(len(framed) - 1)}


@lru_cache(maxsize=8)
def _by_pair(known: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in known:
        for pair in _pairs(each):
            found.setdefault(pair, []).append(each)
    return found
