"""Three judges of one document: jsonschema-rs gives the verdict, jsonschema the words, pydantic is where both come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from reconciler.kinds._model import Tombstone
from reconciler.kinds._registry import find_kind
from reconciler.manifest.schema_errors import dotted_integers, schema_errors
from reconciler.manifest.schema_files import is_valid, verdict_schema
from tests.unit.manifest.schema_samples import (
    EVIL,
    damaged,
    kinds_and_types,
    least_document,
    paths,
    tombstone,
    whole_document,
    with_value,
    without,
)

KNOWN_DIFFERENCES = {
    "a line break at the end": (
        re.compile(r"\n\Z"),
        "In Python's re, $ also stands before it; ECMA 262, which JSON Schema follows, and Rust say no.",
    ),
    "characters that are white space to some": (
        re.compile("[\\x1c-\\x1f\\x85\\ufeff\\u180e]"),
        r"\s is the White_Space property to Rust's regex (pydantic), a list of its own to ECMA 262 (jsonschema-rs), "
        "and str.isspace to Python's re (jsonschema).",
    ),
}
"""Where the libraries differ and the verdict is jsonschema-rs's: a document with such a text is compared no further."""


@cache
def _words_validator(kind: str) -> Any:
    return jsonschema.Draft202012Validator(verdict_schema(kind))


@cache
def _adapters(kind: str) -> tuple[Any, Any]:
    return TypeAdapter(find_kind(kind).model), TypeAdapter(Tombstone)


def _accepts_model(kind: str, document: Any) -> bool:
    manifest, tombstone_model = _adapters(kind)
    try:
        if isinstance(document, dict) and "removed" in document:
            tombstone_model.validate_python(document)
            return bool(document["kind"] == kind)
        manifest.validate_python(document)
    except ValidationError:
        return False
    return True


def _is_accepted(kind: str, document: Any) -> bool:
    """The program's verdict: the schema's, and no whole number with a dot."""
    return is_valid(kind, document) and not dotted_integers(document)


def _is_known_to_differ(value: Any) -> bool:
    if isinstance(value, str):
        return any(pattern.search(value) for pattern, _ in KNOWN_DIFFERENCES.values())
    if isinstance(value, Mapping):
        return any(_is_known_to_differ(inner) for pair in value.items() for inner in pair)
    return isinstance(value, list) and any(map(_is_known_to_differ, value))


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_the_verdict_is_the_models_verdict_on_every_damaged_field(kind: str, type_: str) -> None:
    differing = [
        (what, verdict)
        for what, document in damaged(kind, type_)
        if not _is_known_to_differ(document)
        and (verdict := _is_accepted(kind, document)) != _accepts_model(kind, document)
    ]
    assert [] == differing


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_jsonschema_agrees_on_damaged_fields(kind: str, type_: str) -> None:
    documents = [(what, document) for what, document in damaged(kind, type_) if not _is_known_to_differ(document)]
    differing = [
        what
        for what, document in documents[::3]
        if is_valid(kind, document) != _words_validator(kind).is_valid(document)
    ]
    assert [] == differing


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_whatever_is_refused_is_explained_where_it_stands(kind: str, type_: str) -> None:
    refused = [
        (what, document)
        for what, document in damaged(kind, type_)
        if isinstance(document, dict) and document.get("type", "") == type_ and not is_valid(kind, document)
    ]
    assert refused
    unexplained = [
        what
        for what, document in refused[::5]
        if "manifest/invalid" in {each.rule for each in schema_errors(kind, document)}
    ]
    assert [] == unexplained


@pytest.mark.parametrize("text", ["a-name\n", "env://A\n", "env://A\ufeffB"])
def test_a_text_on_which_pattern_engines_differ_is_refused_with_its_place(text: str) -> None:
    document = {**least_document("channel", "ios"), "password": text}
    assert not is_valid("channel", document)
    assert [("password",)] == [each.path for each in schema_errors("channel", document, frozenset())]


def test_a_known_difference_is_one() -> None:
    newline = {"kind": "group", "name": "a-name\n", "title": "Title"}
    assert (False, True, False) == _three("group", newline)
    blank = {**least_document("channel", "ios"), "password": "env://A\ufeffB"}
    assert (False, True, True) == _three("channel", blank)


def _three(kind: str, document: Any) -> tuple[bool, bool, bool]:
    return is_valid(kind, document), _words_validator(kind).is_valid(document), _accepts_model(kind, document)


@pytest.mark.parametrize(
    ("kind", "type_", "change"),
    [
        ("responder", "bot", {"message_history_count": 5.0}),
        ("channel", "ios", {"password": {"from": "env://A", "generation": 1.0}}),
    ],
)
def test_a_whole_number_with_a_dot_is_no_whole_number(kind: str, type_: str, change: dict[str, Any]) -> None:
    document = {**least_document(kind, type_), **change}
    assert is_valid(kind, document)
    assert not _accepts_model(kind, document)
    assert ["manifest/wrong-type"] == [each.rule for each in dotted_integers(document)]


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_a_document_with_every_field_or_the_fewest_is_accepted_by_all(kind: str, type_: str) -> None:
    for document in (whole_document(kind, type_), least_document(kind, type_), tombstone(kind)):
        assert (True, True, True) == _three(kind, document)


def test_two_types_may_not_be_mixed() -> None:
    mixed = {**least_document("channel", "line"), "page_id": "1"}
    assert (False, False, False) == _three("channel", mixed)


VALUES = st.one_of(
    st.sampled_from(EVIL),
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=20),
    st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,99}\Z"),
    st.from_regex(r"\A(env|file|https?)://[^ ]{1,20}\Z"),
)


@st.composite
def mutated(draw: st.DrawFn, kind: str, type_: str) -> Any:
    """A valid document after one to three changes anywhere in it."""
    document: Any = draw(st.sampled_from((whole_document(kind, type_), least_document(kind, type_), tombstone(kind))))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(paths(document))))
        if not path:
            continue
        change = draw(st.sampled_from(("replace", "remove", "wrap", "add")))
        if change == "remove":
            document = without(document, path)
        elif change == "add":
            document = with_value(document, (path[0],), {"unknown": draw(VALUES)})
        else:
            value = draw(VALUES)
            document = with_value(document, path, [value] if change == "wrap" else value)
        if not isinstance(document, dict) or not document:
            break
    return document


@pytest.mark.parametrize(("kind", "type_"), kinds_and_types())
def test_all_three_agree_on_mutated_documents(kind: str, type_: str) -> None:
    @settings(max_examples=60, deadline=None, database=None)
    @given(mutated(kind, type_))
    def agree(document: Any) -> None:
        if _is_known_to_differ(document):
            return
        rust, python, model = _three(kind, document)
        assert rust == python
        assert (rust and not dotted_integers(document)) == model

    agree()
