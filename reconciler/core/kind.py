"""A kind of resource: what its manifests look like, and how they meet the service.

A kind is data and pure functions over values; it refuses to know HTTP clients, state, and the order of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from reconciler.core.codec import Names
from reconciler.core.diagnostic import Path
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.neighbours import Neighbours
from reconciler.core.part import Children, Field, Part
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Collection

if TYPE_CHECKING:
    from reconciler.core.assignment import GatheredGrants, Watch


@dataclass(frozen=True, slots=True)
class Problem:
    """What a kind's own rule has found wrong with a document."""

    rule: str
    path: Path
    summary: str
    why: str = ""
    fix: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Twins:
    """What no two manifests of a kind may share, because the service refuses the second.

    `key` gives the plain value that is compared, or None where the document has no twin whatever it states; the
    texts are those of the error, which stands at `path`. `fields` are those whose live values make a twin of what is
    to be removed: it goes before the one that takes its place comes.
    """

    key: Callable[[Mapping[str, Json]], Json]
    rule: str
    path: Path
    summary: str
    why: str = ""
    fix: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a live object of the kind is found by its natural key: the part that holds it and the live member.

    `ignores_case` says that the service takes two spellings of a key for one, as with e-mail addresses; the canonical
    form is then in lower case. Where `is_qualified`, the key is the parent's value of that member, a slash, and its own.
    """

    part: str
    collection: Collection
    member: str
    label: str
    ignores_case: bool = False
    is_qualified: bool = False

    def key(self, text: str) -> str:
        """A key as a reference states it or the service answers it, in its canonical form."""
        return text.lower() if self.ignores_case else text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource: what its manifests look like and how they meet the service.

    `model` is the pydantic model (or discriminated union) of its manifests, None for kinds that are only
    looked up. `parts` gives the parts of one document, in the order in which they are created. `rules` judge a
    resolved document beyond its schema, `relations` judge it beside the other manifests, `twins` says what two of them
    cannot share. `watches` are what a person does and a read verifies. `manual` is the step that a person does where
    the tool cannot create. `attests` are the steps that a person vouches for, `attests_beside` those that follow from
    other manifests too. `noted` are fields
    that no part manages, such as what a person enters; their references are checked like any other. `exclusive` are
    the fields whose value only one environment can have (`type:path` of one type alone); of those, `contested` are the
    ones where the vendor does not say so, which an approval lets two environments share. `limits` and `cannot` are
    sentences for `explain`, `mode` is what it says where the parts do not tell who does the work, and `by_person` the
    mode of fields that no part has and that a person sets: `observed`, `attested`, or `observed or attested`.
    `children` are the lists whose items are parts; `parts` gives those of the items that the document states.
    `expand` writes the short forms of a valid document out, and makes mappings of its keyed lists. `forms` are beginnings
    of documents, one for each way in which a live object can be described; import takes the first whose parts are there
    and whose fields, where it states any, are live.
    `shorten` writes a document as short as a person would; `expand` makes the same of both. A kind without objects of its
    own `gathers` what others have and none of its manifests gives, from the collections `gathered_from`.
    """

    name: str
    area: str
    title: str
    model: Any
    parts: Callable[[Mapping[str, Json]], tuple[Part, ...]]
    lookup: Lookup | None = None
    on_remove: Literal["delete", "deactivate", "keep", "block"] = "block"
    deactivates: tuple[str, Json] | None = None
    rules: tuple[Callable[[Mapping[str, Json]], Iterator[Problem]], ...] = ()
    relations: tuple[Callable[[Resource, Neighbours], Iterator[Problem]], ...] = ()
    twins: Twins | None = None
    watches: Callable[[Mapping[str, Json]], tuple[Watch, ...]] | None = None
    manual: Callable[[Resource], ManualStep] | None = None
    attests: Callable[[Resource], tuple[Attested, ...]] | None = None
    attests_beside: Callable[[Resource, Neighbours], tuple[Attested, ...]] | None = None
    noted: tuple[Field, ...] = ()
    exclusive: tuple[str, ...] = ()
    forms: tuple[Mapping[str, Json], ...] = ({},)
    contested: tuple[str, ...] = ()
    matches_by_title: bool = False
    children: tuple[Children, ...] = ()
    expand: Callable[[Mapping[str, Json]], dict[str, Json]] | None = None
    gathers: Callable[[Names, Sequence[Resource]], GatheredGrants] | None = None
    gathered_from: tuple[Collection, ...] = ()
    shorten: Callable[[Mapping[str, Json]], dict[str, Json]] | None = None
    keeps_when_vanished: bool = False
    secret_requirements: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()
    mode: str = ""
    by_person: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    def asks(self, resource: Resource, neighbours: Neighbours) -> tuple[Attested, ...]:
        """Everything about a manifest that only a person can do and say."""
        alone = self.attests(resource) if self.attests else ()
        return alone + (self.attests_beside(resource, neighbours) if self.attests_beside else ())

    def exclusive_paths(self, type_name: str) -> Iterator[str]:
        """The fields of a type whose value only one environment can have."""
        for each in self.exclusive:
            of, _, path = each.rpartition(":")
            if of in ("", type_name):
                yield path
