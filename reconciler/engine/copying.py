"""Reads an account so far that another can be made like it; it refuses to know what that other account is.

What is read is what an API lists: no secret, no ticket, no customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.resource import Json
from reconciler.core.service import Collection
from reconciler.core.state import Entry
from reconciler.engine.live import Live, Snapshot
from reconciler.engine.reader import Reader
from reconciler.engine.session import Session
from reconciler.kinds._collections import AGENT_SKILLS, BY_NAME, ENTITLEMENTS, ORGANIZATIONS, SURVEYS
from reconciler.zendesk.account import ROOTS

READ_IN_PART = {
    ENTITLEMENTS.name: "entitlements of agents whom the manifests do not name",
    AGENT_SKILLS.name: "skills of agents whom the manifests do not name",
    SURVEYS.name: "surveys in languages that the manifests do not name",
    ORGANIZATIONS.name: "organizations, unless the manifests name some",
}
"""What is asked for one by one, or can be without end, and therefore read only where the plan reads it."""

_SECRETS = ("secret", "webhookSecret")


@dataclass(frozen=True, slots=True)
class AccountCopy:
    """What an account holds, by the full list path: its objects, or the one object of settings.

    `closed` are the list paths that the account does not show, with the reason. `snapshot` is the reading itself.
    """

    content: Mapping[str, Json]
    closed: Mapping[str, str]
    snapshot: Snapshot

    @property
    def object_count(self) -> int:
        """How many objects were read, settings not counted."""
        return sum(len(listed) for listed in self.content.values() if isinstance(listed, list))


def copy_account(session: Session, entries: Mapping[str, Entry]) -> AccountCopy:
    """Read what the plan reads, and every other collection that an API lists whole; only GET requests are sent.

    Raises ServiceError where the service does not answer or a listing is not complete.
    """
    environment, reader = session.environment, session.reader
    snapshot = reader.read(environment.resources, entries, environment.bindings)
    wanted = [each for each in BY_NAME.values() if each.name not in READ_IN_PART and not each.embedded]
    read_missing(reader, snapshot, [each for each in wanted if not each.parent])
    read_missing(reader, snapshot, [each for each in wanted if each.parent])
    content: dict[str, Json] = {}
    closed: dict[str, str] = {}
    for (name, parent), listing in snapshot.listings.items():
        collection = BY_NAME[name]
        path = ROOTS[collection.api] + reader.path(collection, parent)
        if listing.unreadable:
            closed[path] = listing.unreadable
        elif collection.is_settings:
            for live in listing.objects:
                content[path] = _without_secrets(_own_members(live, name))
        elif not collection.embedded:
            content[path] = [_without_secrets(each) for each in listing.objects]
    return AccountCopy(content, closed, snapshot)


def read_missing(reader: Reader, snapshot: Snapshot, collections: list[Collection]) -> None:
    """Add the collections that the snapshot lacks, in all parents that it knows."""
    missing = [
        (each, parent)
        for each in collections
        for parent in (_holders(snapshot, each) if each.parent else [""])
        if (each.name, parent) not in snapshot.listings
    ]
    reader.list_whole(snapshot, missing)


def _holders(snapshot: Snapshot, collection: Collection) -> list[str]:
    """The ids of the objects that can have such a collection inside them: of integrations only a custom one has webhooks
    of its own (the Conversations contract, ListWebhooks)."""
    holders = snapshot.objects(collection.parent)
    if collection.name == "integration_webhooks":
        holders = [each for each in holders if each.get("type") == "custom"]
    return [str(each["id"]) for each in holders]


def _own_members(live: Live, collection: str) -> dict[str, Json]:
    return {name: value for name, value in live.items() if (name, value) != ("id", collection)}


def _without_secrets(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {name: _without_secrets(each) for name, each in value.items() if name not in _SECRETS}
    return [_without_secrets(each) for each in value] if isinstance(value, list | tuple) else value
