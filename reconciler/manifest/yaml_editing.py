"""Changes single values of a YAML file and leaves every other byte as a person wrote it.

It refuses to know what the values mean. Text is spliced at the places of the nodes, never written anew, so comments,
order, quotes, line breaks and blank lines stay. Every result is read again by the strict reader: it holds exactly the
intended values, or nothing is changed and UsageError says so. Comments above a removed field stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.errors import UsageError
from reconciler.manifest.yaml_nodes import DocumentSpan, NodeTree, read_nodes
from reconciler.manifest.yaml_reader import parse
from reconciler.manifest.yaml_source import read_source
from reconciler.manifest.yaml_splicing import Refused, Splicing, is_same

Json = Any

_BOM = b"\xef\xbb\xbf"


def with_values(data: bytes, file: str, wanted: Mapping[int, Json]) -> bytes:
    """The file with the documents at these indexes brought to these values, by the smallest edits.

    Keys that stay keep their order; new ones follow the key that precedes them in the wanted value. Items of a list
    that are only moved take their line with them. Raises UsageError where that cannot be done without touching what
    else stands there, such as a value that is also used through an alias; ValueError for a file that does not parse.
    """
    tree = _tree(data, file)
    values = _values(data, file)
    splicing = Splicing(tree)
    try:
        for index, value in wanted.items():
            splicing.bring_root(tree.documents[index].root, values[index], value)
        text = splicing.text()
    except Refused:
        raise _cannot(file) from None
    return _verified(text, data, file, [wanted.get(index, value) for index, value in enumerate(values)])


def with_document(data: bytes, file: str, text: str) -> bytes:
    """The file with one more document at its end; `text` is that document as it is to stand there, without `---`."""
    values = _values(data, file)
    added = parse(text.encode(), file).documents
    source, _ = read_source(data, file)
    before = source.text if source is not None else ""
    line_break = NodeTree(before).line_break
    if before and not before.endswith(("\n", "\r")):
        before += line_break
    separator = f"---{line_break}" if values else ""
    text = text.replace("\r\n", "\n").replace("\n", line_break)
    return _verified(before + separator + text, data, file, [*values, *added])


def without_document(data: bytes, file: str, index: int) -> bytes | None:
    """The file without one document and its comments, those above the first one kept; None when nothing is left."""
    values = _values(data, file)
    if len(values) == 1:
        return None
    tree = _tree(data, file)
    span = tree.documents[index]
    if index == 0:
        following = tree.documents[1]
        start, end = tree.line_start(span.root.start), tree.next_line(_marker(following, file))
    else:
        start, end = _marker(span, file), span.end
    left = tree.text[:start] + tree.text[end:]
    return _verified(left, data, file, [*values[:index], *values[index + 1 :]])


def document_text(data: bytes, file: str, index: int) -> str:
    """One document as it is written, with the comments that stand in its part of the file, without `---`."""
    tree = _tree(data, file)
    span = tree.documents[index]
    start = span.start if span.marker is None else tree.next_line(span.marker)
    text = tree.text[start : span.end]
    return text.removesuffix("...\n") if text.endswith("\n...\n") else text


def _tree(data: bytes, file: str) -> NodeTree:
    source, _ = read_source(data, file)
    if source is None:
        raise ValueError(f"{file} cannot be read")
    return read_nodes(source)


def _values(data: bytes, file: str) -> list[Json]:
    parsed = parse(data, file)
    if parsed.diagnostics:
        raise ValueError(f"{file} has problems that parse reports: it cannot be edited")
    return list(parsed.documents)


def _verified(text: str, before: bytes, file: str, wanted: Sequence[Json]) -> bytes:
    data = (_BOM if before.startswith(_BOM) else b"") + text.encode()
    parsed = parse(data, file)
    if parsed.diagnostics or not is_same(list(parsed.documents), list(wanted)):
        raise _cannot(file)
    return data


def _cannot(file: str) -> UsageError:
    return UsageError(
        f"{file} cannot be edited without touching what else stands in it",
        detail="The value is shared by an alias, or is written in a form that cannot be changed in its place.",
        fix="Edit it yourself, or write the value out where it is used, and run this again.",
    )


def _marker(span: DocumentSpan, file: str) -> int:
    if span.marker is None:
        raise _cannot(file)
    return span.marker
