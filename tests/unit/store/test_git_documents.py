from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.core.errors import StoreCorrupt
from reconciler.store.git_documents import dump_document, folder_of, key_of, parse_document, place_of

NONCE = "0123456789abcdef" * 2
SEGMENTS = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=12)
KEYS = st.lists(SEGMENTS, min_size=1, max_size=5).map("/".join)


@pytest.mark.parametrize(
    ("key", "ref", "name"),
    [
        ("environments/production/state", "production", "state"),
        ("environments/production/runs/20261122T141012Z-ab", "production+runs", "20261122T141012Z-ab"),
        ("environments/Paris/état", "%50aris", "%C3%A9tat"),
        ("environments/a", "+environments", "a"),
        ("key", "+", "key"),
        ("environments/a.lock/.git", "a%2Elock", "%2Egit"),
    ],
)
def test_a_key_has_its_place(key: str, ref: str, name: str) -> None:
    assert (ref, name) == place_of(key)


@given(KEYS)
@example("environments/+/a")
@example("+/a")
@example("a+b/c")
@example("environments/environments/state")
def test_a_place_tells_its_key_and_is_one_that_git_allows(key: str) -> None:
    ref, name = place_of(key)

    folder = folder_of(ref)
    assert folder is not None
    assert key == key_of(folder, name)
    assert re.fullmatch(r"[a-z0-9_%+A-F-]+", ref)
    assert re.fullmatch(r"[A-Za-z0-9_%-]+", name)


@pytest.mark.parametrize("ref", ["Production", "a.b", "%61", "a/b", "pull+é"])
def test_a_ref_that_no_key_has_is_none_of_ours(ref: str) -> None:
    assert folder_of(ref) is None


@given(st.binary(max_size=60), KEYS)
def test_a_document_reads_back(body: bytes, key: str) -> None:
    assert body == parse_document(key, dump_document(key, NONCE, body), "here")


def test_a_document_with_any_bit_changed_or_cut_anywhere_is_refused() -> None:
    whole = dump_document("environments/production/state", NONCE, b'{"a":1}')
    spoilt = [whole[:length] for length in range(len(whole))] + [whole + b"\n"]
    for index in range(len(whole)):
        for bit in range(8):
            spoilt.append(whole[:index] + bytes([whole[index] ^ 1 << bit]) + whole[index + 1 :])

    for each in spoilt:
        with pytest.raises(StoreCorrupt, match="here") as caught:
            parse_document("environments/production/state", each, "here")
        assert caught.value.fix


def test_the_document_of_another_key_is_refused() -> None:
    with pytest.raises(StoreCorrupt, match="not as it was written"):
        parse_document("environments/sandbox/state", dump_document("environments/production/state", NONCE, b""), "here")


def test_a_newer_format_names_itself() -> None:
    newer = dump_document("key", NONCE, b"").replace(b"document/1", b"document/2")
    with pytest.raises(StoreCorrupt, match=r'reads "reconciler\.document/2"'):
        parse_document("key", newer, "here")
