"""What a resource gives to live objects that are not its own, many of them with one request.

It refuses to know what is given, and to whom; a kind says both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from reconciler.core.codec import Names
from reconciler.core.manual import Attested
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Request

Item = Mapping[str, Json]
"""One thing that a request brings about for one live object, references canonical; equal items are one thing."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one live object is to have because a resource says so.

    `path` is dotted with the object's natural key (`agents[aiko@maison.example].groups`). `before` is as much of
    `after` as the object has, so the two are equal when it has everything, whatever else it has. `items` are what it
    lacks. `holder` is the key for people, `source` the manifest field that says so, `live_id` the object's.
    `takes_away` says that `before` shrinks to `after`; such a change needs somebody's approval of `hazard`.
    """

    path: str
    before: Json
    after: Json
    holder: str
    live_id: str
    source: str
    items: tuple[Item, ...] = ()
    hazard: str = ""
    takes_away: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a resource gives, and what stands in its way.

    `stated` are the paths of everything that the manifest names, also for objects that are not there or are left
    alone. `blocked` and `warnings` are sentences.
    """

    given: tuple[Given, ...] = ()
    stated: frozenset[str] = frozenset()
    blocked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """Things that live objects have and no manifest gives: a title for people, whom it is about, and the manifest's
    fields."""

    title: str
    holders: tuple[str, ...]
    document: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class GatheredGrants:
    """All of them, and sentences about what could not be gathered."""

    gathered: tuple[Gathered, ...] = ()
    notes: tuple[str, ...] = ()


class Assignment(Protocol):
    """A part without an object of its own: things that many other objects are to have.

    It only compares and writes what the manifest names; what an object has besides is nobody's business. A holder's
    items stand in one request together.
    """

    @property
    def collections(self) -> tuple[str, ...]:
        """The collections that show who has what; they are read again before a write and after the last one."""

    @property
    def largest_batch(self) -> int:
        """How many items one request takes; 0 where every holder has a request of its own."""

    @property
    def is_remembered(self) -> bool:
        """Whether the memory keeps what was given, so that drift and release can be told."""

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """The listings (collection, parent id) that have to be read for each holder, once the others are known."""

    def observe(self, resource: Resource, resources: Sequence[Resource], names: Names) -> Assigned:
        """Everything the resource gives; `resources` are all of its kind, for what they say about the same objects."""

    def request(self, items: Sequence[Item], names: Names) -> Request:
        """The one request that brings the items about; raises Unresolved."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the account shows, or hides, about something that only a person can do.

    `asked` is the step while it is not done, about `address` where that is not the resource itself: steps of one id are
    one step. `is_hidden` says that the account does not show it, so that somebody's word counts.
    """

    asked: Attested
    reason: str
    address: str = ""
    is_hidden: bool = False


class Watch(Protocol):
    """Something that a person does and a read verifies, for a resource."""

    @property
    def collections(self) -> tuple[str, ...]:
        """The collections that it is seen in."""

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """The listings (collection, parent id) that have to be read besides."""

    def undone(self, resource: Resource, names: Names) -> Iterator[Shown]:
        """The steps that are not done."""
