"""The table of the setup guide (docs/coverage.md) says what the kinds say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from reconciler.core.kind import Kind
from reconciler.core.part import Part
from reconciler.core.resource import Resource
from reconciler.core.service import Collection
from reconciler.kinds import _collections
from reconciler.kinds._registry import find_kind, kind_names, manifest_kinds
from reconciler.render.kind_facts import FieldFacts, KindFacts, kind_facts
from tests.architecture.source_files import ROOT

TABLE = ROOT / "docs" / "coverage.md"
MODES = ("managed", "observed", "attested", "generated")
NONE = "none"
COLUMNS = ["The guide asks", "Kind", "Mode", "Endpoint", "Automated", "A person does"]
PARTS = [
    "1. Add the channels",
    "2. Give agents access",
    "3. Set up the work flows",
    "4. Prepare the agents",
    "5. Try it in a sandbox first",
]
SOCIAL_CHANNELS = {"facebook_page", "x_handle", "whatsapp", "wechat", "line", "messenger", "x_dm", "instagram"}
"""The channels that the guide's first part takes one by one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `subject` is `kind`, `kind.field` or `kind: type`, as it stands there."""

    asks: str
    subject: str
    mode: str
    endpoint: str
    automated: str
    person: str

    @property
    def kind(self) -> str:
        return re.split(r"[.:]", self.subject)[0]

    @property
    def path(self) -> str:
        return self.subject.partition(".")[2]

    @property
    def type(self) -> str:
        return self.subject.partition(": ")[2]


def read_rows(text: str) -> list[Row]:
    """The rows of all tables in a markdown text, without their headings."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return [
        Row(*(cell.strip("`") for cell in row)) for row in cells if row != COLUMNS and not set("".join(row)) <= {"-"}
    ]


ROWS = read_rows(TABLE.read_text("utf-8"))
OF_KINDS = [row for row in ROWS if row.kind != NONE]


def _type_named(facts: KindFacts, name: str) -> bool:
    return any(each.name == name for each in facts.types)


def _fields_named(facts: KindFacts, path: str) -> list[FieldFacts]:
    return [each for of in facts.types for each in of.fields if each.path.replace("[]", "") == path]


def explained_modes(row: Row) -> set[str]:
    """The modes that `explain` gives to what a row is about."""
    facts = kind_facts(row.kind)
    types = [each for each in facts.types if not row.type or each.name == row.type]
    texts = [each.mode for each in (_fields_named(facts, row.path) if row.path else types)]
    whole = " ".join(texts) if any(texts) else " ".join(each.mode for each in types)
    return {mode for mode in MODES if re.search(rf"\b{mode}\b", whole)}


def endpoints(row: Row) -> set[str]:
    """The paths of everything that is read or written for what a row is about."""
    kind, facts = find_kind(row.kind), kind_facts(row.kind)
    parts = list(_parts(kind, [each.name for each in facts.types if row.type in ("", each.name)]))
    if not row.path:
        found = [*(part.collection for part in parts), *(each.collection for each in kind.children), *_watched(kind)]
        return {_shape(each.path) for each in found}
    found = [
        part.collection for part in parts if any(f"{each.path}.".startswith(f"{row.path}.") for each in part.fields)
    ]
    kinds = [of for each in _fields_named(facts, row.path) for of in re.findall(r"\w+", each.refers_to)]
    lookups = [find_kind(each).lookup for each in kinds if each in kind_names()]
    found += [each.collection for each in lookups if each is not None]
    return {_shape(each.path) for each in found or _watched(kind)}


def _parts(kind: Kind, types: Sequence[str]) -> Iterator[Part]:
    """The parts of documents of these types, bare and with each field alone."""
    for type_name in types:
        facts = next(each for each in kind_facts(kind.name).types if each.name == type_name)
        bare = {"kind": kind.name, "name": "sample", **({"type": type_name} if type_name else {})}
        stated = [field.path for field in facts.fields if "." not in field.path and field.path not in bare]
        for document in (bare, *({**bare, path: {}} for path in stated)):
            yield from kind.parts(document)


class _Agents:
    """The names of an account in which everybody who is named is an agent."""

    def __init__(self, emails: Sequence[str]) -> None:
        self._users = [{"id": number, "email": each, "role": "agent"} for number, each in enumerate(emails, 1)]

    def objects(self, collection: str, parent: str = "") -> list[dict[str, Any]]:
        return self._users


def _watched(kind: Kind) -> Iterator[Collection]:
    if kind.watches is None:
        return
    by_name = {each.name: each for each in vars(_collections).values() if isinstance(each, Collection)}
    document = yaml.safe_load(kind.example)
    resource = Resource(kind.name, document["name"], document)
    for watch in kind.watches(document):
        yield from (by_name[name] for name in watch.collections)
        names: Any = _Agents(document.get("agents", ()))
        yield from (by_name[name] for name, _ in watch.inside(resource, names))


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_the_table_has_the_guides_five_parts() -> None:
    headings = re.findall(r"^## (.*)$", TABLE.read_text("utf-8"), re.MULTILINE)
    assert PARTS == headings


def test_no_row_leaves_a_cell_empty() -> None:
    assert [] == [row.asks for row in ROWS if "" in (row.asks, row.automated, row.person, row.endpoint)]


def test_every_kind_that_has_manifests_has_a_row() -> None:
    assert set() == set(manifest_kinds()) - {row.kind for row in OF_KINDS}


def test_every_channel_of_the_guide_has_a_row_of_its_own() -> None:
    assert set() == SOCIAL_CHANNELS - {row.type for row in OF_KINDS if row.kind == "channel"}


@pytest.mark.parametrize("row", OF_KINDS, ids=lambda row: f"{row.subject}, {row.asks}")
def test_a_row_names_a_kind_a_type_or_a_field_that_there_is(row: Row) -> None:
    assert row.kind in manifest_kinds()
    facts = kind_facts(row.kind)
    assert not row.type or _type_named(facts, row.type)
    assert not row.path or _fields_named(facts, row.path) != []


@pytest.mark.parametrize("row", OF_KINDS, ids=lambda row: f"{row.subject}, {row.asks}")
def test_the_mode_of_a_row_is_the_one_that_explain_gives(row: Row) -> None:
    assert row.mode in explained_modes(row)


@pytest.mark.parametrize("row", OF_KINDS, ids=lambda row: f"{row.subject}, {row.asks}")
def test_the_endpoint_of_a_row_is_one_that_the_kind_uses(row: Row) -> None:
    if row.endpoint == NONE:
        assert row.mode in ("attested", "generated")
    else:
        assert _shape(row.endpoint) in endpoints(row)


def test_a_row_that_is_wrong_is_noticed() -> None:
    (row,) = read_rows("| Add LINE | `channel: line` | attested | `/groups` | all | nothing |")

    assert (False, False) == (row.mode in explained_modes(row), _shape(row.endpoint) in endpoints(row))
