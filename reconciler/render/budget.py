"""Sections that together stay within a number of characters; it refuses to know what they say.

Every section has a smallest form, and room for the smallest forms of all later ones is kept, so that an earlier
one can never push a later one out. No section is ever cut: it takes another form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

_FORMS: tuple[Literal["full", "short"], ...] = ("full", "short")

_GROUPS = 8


class Section(Protocol):
    """A part of a document that knows how to be smaller."""

    def smallest(self) -> int:
        """The size in characters of its smallest form."""

    def modest(self) -> int:
        """The size of its smallest form that leaves no entry out."""

    def render(self, room: int) -> str:
        """Its fullest form of at most `room` characters; `room` is at least `smallest()`."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A section of one form."""

    text: str

    def smallest(self) -> int:
        """Its size."""
        return len(self.text)

    def modest(self) -> int:
        """Its size."""
        return len(self.text)

    def render(self, room: int) -> str:
        """Itself."""
        return self.text


@dataclass(frozen=True, slots=True)
class Entry:
    """One line (or block) of a list: in full, in short, and the group it counts for when neither has room."""

    full: str
    short: str
    group: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A titled list: all in full, all in short, or as many in short as fit and true counts of the others.

    `rest` words the sentence for the entries left out. With `all_or_counts` it never shows a part of the list.
    """

    title: str
    entries: tuple[Entry, ...]
    rest: Callable[[int, str], str]
    all_or_counts: bool = False

    def smallest(self) -> int:
        """Title and counts, or less where the list itself is shorter."""
        return min(len(self._shown(0)), self.modest()) if self.entries else 0

    def modest(self) -> int:
        """All in short."""
        return len(self._whole("short")) if self.entries else 0

    def render(self, room: int) -> str:
        """The fullest form that fits."""
        if not self.entries:
            return ""
        for form in _FORMS:
            whole = self._whole(form)
            if len(whole) <= room:
                return whole
        if self.all_or_counts:
            return self._shown(0)
        # The sentence for the rest is longest when nothing is shown: what fits beside that, fits.
        used, shown = len(self._shown(0)), 0
        for entry in self.entries:
            used += len(entry.short) + 1
            if used > room:
                break
            shown += 1
        return self._shown(shown)

    def _whole(self, form: Literal["full", "short"]) -> str:
        lines = "".join(f"{entry.full if form == 'full' else entry.short}\n" for entry in self.entries)
        return f"{self.title}{lines}\n"

    def _shown(self, number: int) -> str:
        left = Counter(entry.group for entry in self.entries[number:])
        common = left.most_common(_GROUPS)
        named = [f"{count} {group}" for group, count in sorted(common, key=lambda item: (-item[1], item[0]))]
        others = left.total() - sum(count for _, count in common)
        counts = ", ".join([*named, f"{others} others"] if others else named)
        body = "".join(f"{entry.short}\n" for entry in self.entries[:number])
        return f"{self.title}{body}{self.rest(left.total(), counts)}\n\n"


@dataclass(frozen=True, slots=True)
class Foldings:
    """Details that are shown whole or not at all; the smallest are preferred, the given order is kept."""

    blocks: tuple[str, ...]
    counted: Callable[[int, int], str]

    def smallest(self) -> int:
        """The sentence that says how many are shown."""
        return len(self.counted(len(self.blocks), len(self.blocks))) + 1 if self.blocks else 0

    def modest(self) -> int:
        """The same: details are the first to go."""
        return self.smallest()

    def render(self, room: int) -> str:
        """As many blocks as fit, and how many of all these are."""
        used, chosen = self.smallest(), set[int]()
        for index in sorted(range(len(self.blocks)), key=lambda index: (len(self.blocks[index]), index)):
            used += len(self.blocks[index]) + 1
            if used > room:
                break
            chosen.add(index)
        if not self.blocks:
            return ""
        shown = "".join(f"{self.blocks[index]}\n" for index in sorted(chosen))
        note = "" if len(chosen) == len(self.blocks) else self.counted(len(chosen), len(self.blocks)) + "\n"
        return f"{shown}{note}"


def within(budget_characters: int, sections: Sequence[Section], *, first: Sequence[Section]) -> str:
    """The sections in their order, together at most `budget_characters` long.

    Every section gets its smallest form; then those in `first`, then all, get room to leave no entry out; then what
    is left goes to the fullest forms, from the first section to the last.
    Raises ValueError if the smallest forms alone are too many.
    """
    floors = [section.smallest() for section in sections]
    spare = budget_characters - sum(floors)
    if spare < 0:
        raise ValueError(f"a budget of {budget_characters} characters is too small: {sum(floors)} are needed")
    preferred = [index for wanted in first for index, section in enumerate(sections) if section is wanted]
    for index in [*preferred, *(index for index in range(len(sections)) if index not in preferred)]:
        wanted_more = max(0, sections[index].modest() - floors[index])
        granted = wanted_more if wanted_more <= spare else spare if index in preferred else 0
        floors[index] += granted
        spare -= granted
    pieces = []
    for section, floor in zip(sections, floors, strict=True):
        piece = section.render(floor + spare)
        spare += floor - len(piece)
        pieces.append(piece)
    return "".join(pieces)
