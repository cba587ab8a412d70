"""Agents by their e-mail addresses, as manifests name them; it refuses to know what they are given."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.core.codec import Names
from reconciler.core.resource import Json, Resource

Live = Mapping[str, Json]


def person_key(email: str) -> str:
    """An e-mail address in the one spelling that is compared: the service ignores case.

    Lower case only: folding would make one of `straße@` and `strasse@`, who are two people.
    """
    return unicodedata.normalize("NFC", email.strip()).lower()


@dataclass(frozen=True, slots=True)
class Named:
    """One address of a manifest with the agents and administrators who have it: none, one, or too many."""

    key: str
    users: tuple[Live, ...]

    @property
    def live_id(self) -> str:
        """The id of the one who has it, or an empty string."""
        return str(self.users[0]["id"]) if len(self.users) == 1 else ""

    @property
    def is_left_alone(self) -> bool:
        """Whether it is the owner or an administrator, whom nothing here ever changes."""
        return len(self.users) == 1 and self.users[0].get("role") == "admin"


def people(names: Names) -> dict[str, list[Live]]:
    """All agents and administrators by address."""
    found: dict[str, list[Live]] = {}
    for each in names.objects("users"):
        if each.get("email") and each.get("active") is not False:
            found.setdefault(person_key(str(each["email"])), []).append(each)
    return found


def named(resource: Resource, member: str, names: Names) -> Iterator[Named]:
    """Everybody whom a list of a manifest names, each once, in the order of the addresses."""
    known = people(names)
    for key in sorted(stated_people(resource.document, member)):
        yield Named(key, tuple(known.get(key, ())))


def stated_people(document: Mapping[str, Json], member: str) -> dict[str, int]:
    """The addresses of a list of a manifest with the index of their first place in it."""
    found: dict[str, int] = {}
    for index, email in enumerate(document.get(member) or ()):
        found.setdefault(person_key(email), index)
    return found


def ambiguous(each: Named) -> str:
    """Why nothing can be given to somebody whose address several people have."""
    ids = ", ".join(str(user["id"]) for user in each.users)
    return f'{len(each.users)} users have the address "{each.key}": {ids}. Correct them in the account.'
