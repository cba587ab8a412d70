"""Names that are made from titles."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.slug import LONGEST_SLUG, digest, distinct_slugs, slug


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Messagerie : LINE vers l'équipe Japon", "messagerie-line-vers-l-equipe-japon"),
        ("L’équipe d’été", "l-equipe-d-ete"),
        ("E\u0301quipe", "equipe"),
        ("Straße & Œuvre @ Łódź", "strasse-and-oeuvre-at-lodz"),
        ("İstanbul", "istanbul"),
        ("Поддержка клиентов", "podderzhka-klientov"),
        ("Ελλάδα", "ellada"),
        ("고객 지원", "gogaeg-jiweon"),
        ("ひらがな", "hiragana"),
        ("ＬＩＮＥ", "line"),
        ("WhatsApp → 日本", "whatsapp"),
        ("  --  100 %  ", "100"),
    ],
)
def test_a_title_becomes_a_name_that_reads_like_it(title: str, name: str) -> None:
    assert slug(title, "group") == name


@pytest.mark.parametrize("title", ["日本のお客様担当", "العربية", "🚀", "!!!"])
def test_a_title_that_cannot_be_spelled_is_named_by_its_kind_and_its_text(title: str) -> None:
    assert slug(title, "group") == f"group-{digest(title)}"


def test_the_same_title_has_the_same_name_in_every_account_whatever_its_unicode_form() -> None:
    assert slug("が行", "group") == slug("か\u3099行", "group")


def test_without_a_title_the_kind_is_the_name() -> None:
    assert slug(" ", "switchboard") == "switchboard"


def test_a_long_title_ends_with_a_whole_word() -> None:
    assert slug("un deux trois " * 9, "group") == "un-deux-trois-un-deux-trois-un-deux-trois-un-deux-trois-un"


def test_titles_that_differ_only_in_case_or_form_are_told_apart_by_their_text() -> None:
    found = distinct_slugs({"1": "Support", "2": "support", "3": "SUPPORT"}, (), "group")
    assert found == {"1": f"support-{digest('Support')}", "2": f"support-{digest('support')}", "3": "support"}


def test_equal_titles_are_numbered_in_the_order_of_the_listing() -> None:
    assert distinct_slugs({"9": "A", "1": "A", "5": "A"}, (), "group") == {"9": "a", "1": "a-2", "5": "a-3"}


def test_a_name_that_a_manifest_has_already_is_not_given_again() -> None:
    assert distinct_slugs({"1": "A", "2": "B"}, {"a", "a-2"}, "group") == {"1": "a-3", "2": "b"}


@given(st.dictionaries(st.text(min_size=1), st.text(max_size=80), max_size=8), st.sets(st.sampled_from(["a", "group"])))
def test_names_are_always_distinct_and_of_the_form_that_manifests_take(titles: dict[str, str], taken: set[str]) -> None:
    found = distinct_slugs(titles, taken, "group")
    assert len({*found.values()} - taken) == len(titles)
    for name in found.values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", name)
        assert len(name) <= LONGEST_SLUG + 12
