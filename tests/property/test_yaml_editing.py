"""Edits of YAML files in every layout that people write: the intended value results, and nothing else moves."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.errors import UsageError
from reconciler.manifest import yaml_writing
from reconciler.manifest.yaml_editing import with_values
from reconciler.manifest.yaml_reader import parse

TEXTS = st.one_of(
    st.sampled_from(
        [
            "a",
            "no",
            "12:30",
            "+33 1",
            "it: is",
            "a #b",
            "# c",
            "- x",
            "{x}",
            "${values.x}",
            "",
            " ",
            "é日本",
            "'",
            '"q"',
        ]
    ),
    st.sampled_from(["two\nlines", "two\nlines\n", "a\n\n  b\n", " lead\nx", "tail \nx", "\n\n", "x\ty", "\x85\u2028"]),
    st.text(max_size=8),
)
SCALARS = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-5, 10**17), st.sampled_from([0.5, -1.25]))
KEYS = st.sampled_from(["a", "b", "kind", "on", "with space", "x:y", "é", "1", "#"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=8,
)


class Layout:
    """Writes a value with the layout that the drawn choices ask for."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def choose(self, *choices: Any) -> Any:
        return self.data.draw(st.sampled_from(choices))

    def field(self, key: str, value: Any, indent: int) -> str:
        head = self.choose("", "", f"{' ' * indent}# above {key}\n", "\n")
        lines = yaml_writing.entry_lines(key, value, indent)
        if isinstance(value, list | dict) and value and self.choose(True, False):
            lines = [f"{' ' * indent}{lines[0].strip().partition(': ')[0].removesuffix(':')}:"]
            inner = self.choose(indent, indent + 2, indent + 4) if isinstance(value, list) else indent + 3
            lines += self.block(value, inner)
        elif isinstance(value, str) and value.isprintable() and self.choose(True, False):
            lines = [lines[0].split(":")[0] + ": '" + value.replace("'", "''") + "'"] if ":" not in key else lines
        if len(lines) == 1 and self.choose(True, False, False):
            lines[0] += "  # behind"
        return head + "\n".join(lines) + "\n"

    def block(self, value: Any, indent: int) -> list[str]:
        if isinstance(value, dict):
            return "".join(self.field(key, inner, indent) for key, inner in value.items()).splitlines()
        return [line for inner in value for line in yaml_writing.item_lines(inner, indent)]


@settings(max_examples=400, deadline=None)
@given(
    old=st.dictionaries(KEYS, VALUES, min_size=1, max_size=5),
    new=st.dictionaries(KEYS, VALUES, min_size=1, max_size=5),
    staying=st.sets(KEYS),
    line_break=st.sampled_from(["\n", "\r\n"]),
    data=st.data(),
)
def test_an_edit_results_in_the_value_and_leaves_the_text_of_all_other_fields(
    old: dict[str, Any], new: dict[str, Any], staying: set[str], line_break: str, data: st.DataObject
) -> None:
    new |= {key: value for key, value in old.items() if key in staying}
    layout = Layout(data)
    fields = {key: layout.field(key, value, 0).replace("\n", line_break) for key, value in old.items()}
    before = ("# top" + line_break + "".join(fields.values())).encode()
    if parse(before, "x").documents != (old,):
        return
    try:
        after = with_values(before, "x", {0: new})
    except UsageError:
        return
    assert (new,) == parse(after, "x").documents
    reached = 0
    for key in old:
        if key in new and yaml_writing.flow(old[key]) == yaml_writing.flow(new[key]):
            found = after.find(fields[key].strip("\r\n").encode(), reached)
            assert found >= reached, f"{key} was touched:\n{before.decode()}\nbecame\n{after.decode()}"
            reached = found


@settings(max_examples=200, deadline=None)
@given(document=st.dictionaries(KEYS, VALUES, min_size=1, max_size=5), data=st.data())
def test_to_the_same_value_changes_no_byte(document: dict[str, Any], data: st.DataObject) -> None:
    before = "".join(f"{line}\n" for line in Layout(data).block(document, 0)).encode()
    assert before == with_values(before, "x", {0: document})


@settings(max_examples=300, deadline=None)
@given(document=st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_a_written_document_reads_back_as_it_was(document: dict[str, Any]) -> None:
    assert (document,) == parse(yaml_writing.document_text(document).encode(), "x").documents
