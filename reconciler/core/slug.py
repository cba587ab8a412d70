"""Names for manifests made from titles that people gave; it refuses to know what is named."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

LONGEST_SLUG = 60
"""So long is a slug at most; the schema allows 100, and a suffix must fit behind it."""

_SPELLED = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "ŋ": "ng",
        "&": " and ",
        "@": " at ",
    }
)
_CYRILLIC = (
    "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh "
    "щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=i є=ie ґ=g"
)
_GREEK = "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o"
_LETTERS: Mapping[str, str] = {
    letter: written for letter, _, written in (pair.partition("=") for pair in f"{_CYRILLIC} {_GREEK}".split())
}
_SPOKEN = re.compile(r"(?:HIRAGANA|KATAKANA) LETTER (?:SMALL )?([A-Z]+)\Z|HANGUL SYLLABLE ([A-Z]+)\Z")
_OTHERS = re.compile(r"[^a-z0-9]+")


def slug(title: str, fallback: str) -> str:
    """A name `[a-z0-9][a-z0-9-]*` that reads like the title.

    Latin letters lose their marks; Cyrillic, Greek, kana and hangul are written as they sound. A title of which nothing
    is left is named by the fallback and a digest of its text, so that the same title has the same name in every account.
    """
    text, lost = _spelled(title)
    kept = sum(character != "-" for character in text)
    if kept and kept >= 2 * lost:
        return text if len(text) <= LONGEST_SLUG else _cut(text)
    return f"{fallback}-{digest(title)}" if title.strip() else fallback


def distinct_slugs(titles: Mapping[str, str], taken: Iterable[str], fallback: str) -> dict[str, str]:
    """A slug for every key of `titles`, no two alike and none in `taken`; `titles` maps a key to a title.

    Where slugs collide the first title in alphabetical order keeps the plain one, other titles get a digest of their
    text behind it, equal titles are numbered in the order of the keys.
    """
    used = set(taken)
    named: dict[str, str] = {}
    wanted = {key: slug(title, fallback) for key, title in titles.items()}
    places = {key: place for place, key in enumerate(titles)}
    first: dict[str, str] = {}
    for key in sorted(titles, key=lambda each: (wanted[each], titles[each], places[each])):
        title, name = titles[key], wanted[key]
        if first.setdefault(name, title) != title:
            name = f"{name}-{digest(title)}"
        candidate, number = name, 2
        while candidate in used:
            candidate, number = f"{name}-{number}", number + 1
        used.add(candidate)
        named[key] = candidate
    return {key: named[key] for key in titles}


def digest(title: str) -> str:
    """Six characters that tell a title from others."""
    return hashlib.sha256(unicodedata.normalize("NFC", title).encode("utf-8", "surrogatepass")).hexdigest()[:6]


def _spelled(title: str) -> tuple[str, int]:
    """The title in the letters of a slug, and how many of its letters could not be written."""
    composed = unicodedata.normalize("NFKC", title).casefold().translate(_SPELLED)
    letters = [_written(character) for character in composed]
    lost = sum(written == "-" and character.isalpha() for character, written in zip(composed, letters, strict=True))
    return _OTHERS.sub("-", "".join(letters)).strip("-"), lost


def _written(character: str) -> str:
    if character.isascii():
        return character
    if character in _LETTERS:
        return _LETTERS[character]
    spoken = _SPOKEN.match(unicodedata.name(character, ""))
    if spoken:
        return (spoken[1] or spoken[2]).lower()
    bare = [each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each)]
    written = "".join(_LETTERS.get(each, each) for each in bare)
    return written if written.isascii() and written else "" if unicodedata.combining(character) else "-"


def _cut(text: str) -> str:
    """The words that fit, or the beginning of a single long one."""
    head = text[:LONGEST_SLUG]
    return head.rpartition("-")[0] or head
