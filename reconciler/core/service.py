"""How the service keeps its objects, and one request as a value: collections, requests, slots for secrets.

It refuses to know HTTP clients, and what a kind makes of an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.core.resource import Json, SecretUse

Api = Literal["support", "conversations", "chat"]
Paging = Literal["cursor", "conversations", "offset", "none", "bare", "object"]


@dataclass(frozen=True, slots=True)
class Collection:
    """One listing of the service and how its objects are read and written.

    `path` may hold `{app_id}` and, when `parent` names another collection, `{parent}` (the parent's live id).
    `items` is the member of a list reply, `item` that of a single object's reply; `wraps_requests` says that
    request bodies carry `item` too. `query` is sent with every listing. `has_item_read` is false where the
    service has no GET for one object. `deleted_flag` names the member that marks a softly deleted object. `is_settings`
    says that there is exactly one object, read and written at `path` itself; it may have no id of its own.
    `is_read_when_ours` says that it is listed only inside parents that a manifest or the memory has something in.
    `embedded` names the member of its parent's object that holds all of its objects, so that no listing of its own is needed.
    `id_member` names the member that holds an object's id. `is_optional` says that not every account has the listing:
    where it is refused, a person connects what would be in it, and vouches for it. `audited_as` are the source types
    under which the account's audit log has changes of its objects.
    """

    name: str
    api: Api
    path: str
    items: str
    item: str
    paging: Paging
    update_verb: Literal["PATCH", "PUT"]
    wraps_requests: bool
    parent: str = ""
    query: tuple[tuple[str, str], ...] = ()
    has_item_read: bool = True
    deleted_flag: str = ""
    is_settings: bool = False
    is_read_when_ours: bool = False
    embedded: str = ""
    id_member: str = "id"
    is_optional: bool = False
    audited_as: tuple[str, ...] = ()

    def object_path(self, listing_path: str, live_id: str) -> str:
        """Where one object is read and written, given the path of its listing in an account."""
        return listing_path if self.is_settings else f"{listing_path}/{live_id}"

    def identified(self, live: Mapping[str, Json]) -> dict[str, Json]:
        """A live object with an id; settings that have none are known by the collection's name."""
        if self.id_member in live:
            return {"id": live[self.id_member], **live}
        return {"id": self.name, **live} if self.is_settings else dict(live)


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in a request body where a secret's value goes when the request leaves; it is never the value."""

    field: str
    use: SecretUse


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a value. `is_repeatable` is false where sending it twice would do it twice.

    `touches` are the collections (name, parent id) whose objects it changes beyond its own answer; they are
    listed again at the end to verify the outcome. `leaves` are live objects as it leaves them, where the answer does not
    show them: collection, live id, changed members. `is_job` says that the answer names a job, which does the work after
    it. `query` are the parameters behind the path.
    """

    api: Api
    method: str
    path: str
    body: Json
    is_repeatable: bool
    touches: tuple[tuple[str, str], ...] = ()
    leaves: tuple[tuple[str, str, Mapping[str, Json]], ...] = ()
    is_job: bool = False
    query: tuple[tuple[str, str], ...] = ()
