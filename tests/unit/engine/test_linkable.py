"""What a later step may write: the planner and the check of circles read it from one place."""

from __future__ import annotations

import pytest

from reconciler.kinds._registry import find_kind


@pytest.mark.parametrize(
    ("kind", "document", "path", "is_linkable"),
    [
        ("trigger", {"name": "a", "category": "b"}, "category", False),
        ("responder", {"name": "a", "type": "bot"}, "next_responder", True),
        ("channel", {"name": "a", "type": "line"}, "default_responder", True),
    ],
)
def test_a_field_is_linkable_when_its_references_are(
    kind: str, document: dict[str, str], path: str, is_linkable: bool
) -> None:
    field = next(each for part in find_kind(kind).parts(document) for each in part.fields if each.path == path)
    references = list(field.codec.references("b", (path,)))

    assert [is_linkable] == [each.is_linkable for each in references]
    assert is_linkable == field.is_linkable
