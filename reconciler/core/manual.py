"""What only a person can do, as values: where, with which values, and what is looked for afterwards.

It refuses to know who does it, and whether it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.core.codec import Names
from reconciler.core.resource import Json


@dataclass(frozen=True, slots=True)
class ByPerson:
    """How a person sets an observed field: fields of a resource that share a `slug` make one manual step.

    The step's id ends in the slug. `when_unseen` says what happens where the reply leaves the field out: somebody is
    asked to vouch for it (`attest`), or the step says that it cannot be seen (`ask`).
    """

    slug: str
    title: str
    admin_center: str
    article: str = ""
    notes: tuple[str, ...] = ()
    when_unseen: Literal["ask", "attest"] = "ask"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A live value that calls for a person whatever the manifest states, such as a status that says `error`.

    `calls` maps each such value of `member` to what the person does; the manual step is done when `member` is none of
    them any more, and there is none where the reply leaves `member` out.
    """

    member: str
    calls: Mapping[str, ByPerson]


@dataclass(frozen=True, slots=True)
class ManualStep:
    """What only a person can do: where, with which values, and what the tool looks for afterwards."""

    title: str
    admin_center: str
    values: tuple[tuple[str, str], ...]
    looks_for: str
    article: str = ""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """As plain values, for the plan."""
        return {
            "title": self.title,
            "admin_center": self.admin_center,
            "values": [[name, value] for name, value in self.values],
            "looks_for": self.looks_for,
            "article": self.article,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Attested:
    """Something that only a person can say is done, since no API shows it.

    `slug` ends the step's id. `content` is what is vouched for, the values to enter or the items, not our prose: when
    it changes, the person is asked again. `needs` are canonical references to what must be there before it can be done.
    `is_done` is given where a read shows it after all: true and false need nobody's word, None is a read that does not
    tell; it may raise Unresolved. `holds_back` names the part whose creation waits for it; once that part is
    there nobody is asked. `needs_live` names the part that has to be there first: its live id and the app's stand in
    texts and content for `{live_id}` and `{app_id}`.
    """

    slug: str
    manual: ManualStep
    content: Json
    needs: tuple[Mapping[str, Json], ...] = ()
    is_done: Callable[[Names], bool | None] | None = None
    holds_back: str | None = None
    needs_live: str | None = None
