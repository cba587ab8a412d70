"""What is meant by a word that nobody knows."""

from __future__ import annotations

import difflib
import random

from reconciler.core.diagnostic import closest


def test_a_slip_of_the_pen_finds_its_word_among_thousands_that_look_alike() -> None:
    known = [f"equipe-{number}" for number in range(3000)] + ["equipe-japon"]
    assert ["equipe-japon", "equipe-japon"] == [closest(word, known) for word in ("equipe-jpaon", "eqiupe-japon")]
    assert "" == closest("zzzz", known)
    assert "" == closest("x", [])


def test_looking_at_the_likely_ones_alone_misses_nothing_that_a_full_look_finds() -> None:
    chance = random.Random(7)
    known = ["".join(chance.choices("abcdefghij-", k=chance.randint(3, 14))) for _ in range(400)]
    for word in known[:150]:
        letters = list(word)
        letters[chance.randrange(len(letters))] = chance.choice("abcxyz")
        slip = "".join(letters)
        best = difflib.get_close_matches(slip, known, n=1, cutoff=0.6)
        assert bool(best) == bool(closest(slip, known)), slip
