"""A collection: where its documents stand, how it lists and shows them, and how a person's click adds one.

It refuses to know the rules of any particular kind; those are hooks of the file that owns the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, Refusal, record_not_found, visible
from reconciler.emulator.call import Call, Handler, Route
from reconciler.emulator.paging import support_page

Show = Callable[[Account, Json], Json]
Admit = Callable[[Account, Json, dict[str, str]], Json]


def show_visible(account: Account, document: Json) -> Json:
    """The document without what is the emulator's own."""
    return visible(document)


def nothing_follows(account: Account, document: Json) -> None:
    """A person's click changes this document alone."""


def admit_as_is(account: Account, document: Json, parts: dict[str, str]) -> Json:
    """The document as it was given."""
    return document


@dataclass(frozen=True, slots=True)
class Collection:
    """One list path and what stands behind it.

    `path` is the real list path with `{names}` for its variable parts; `table` is where the account keeps the
    documents; `root` and `item` are the envelopes; `modes` says how the list is paged; `id_type` is what the vendor
    makes ids of (`integer`, `string` of an integer, `ulid`, `uuid`, or `record` for Conversations). `admit` completes a document that
    came from a seed or from Admin Center. A `singleton` has one document and no list; with `within`, one for
    each value of that path variable. `clicked` does what else happens when a person makes or changes one.
    """

    path: str
    table: str
    root: str
    item: str
    modes: str = "both"
    id_type: str = "integer"
    show: Show = show_visible
    admit: Admit = admit_as_is
    singleton: bool = False
    within: str = ""
    missing: Callable[[], Refusal] = record_not_found
    clicked: Callable[[Account, Json], None] = nothing_follows

    def parts(self, path: str) -> tuple[dict[str, str], str | None] | None:
        """The variable parts of a path and the id behind it, or None when the path is another collection's."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern + ("" if self.singleton else r"(?:/(?P<_id>[^/]+))?"), path)
        if found is None:
            return None
        parts = found.groupdict()
        return {name: part for name, part in parts.items() if name != "_id"}, parts.get("_id")

    def new_id(self, account: Account) -> int | str:
        """The next id in the vendor's type."""
        if self.id_type == "record":
            return account.new_conversations_id()
        if self.id_type == "ulid":
            return account.new_ulid()
        if self.id_type == "uuid":
            return account.new_uuid()
        number = account.new_support_id()
        return str(number) if self.id_type == "string" else number

    def add(self, account: Account, document: Json, parts: dict[str, str] | None = None) -> Json:
        """Complete a document with id, url and time stamps where it lacks them, and store it."""
        if self.singleton:
            key = (parts or {}).get(self.within, "-")
            kept = account.get(self.table, key) or {}
            own = {f"_{self.within}": key} if self.within else {}
            return account.put(self.table, key, merge(kept, {**self.admit(account, document, parts or {}), **own}))
        document = dict(document)
        if document.get("id") is None:
            document = {"id": self.new_id(account), **{k: v for k, v in document.items() if k != "id"}}
        document = self.admit(account, document, parts or {})
        if self.id_type != "record":
            document.setdefault("created_at", account.now())
            document.setdefault("updated_at", document["created_at"])
            inside = {key[1:]: value for key, value in document.items() if key.startswith("_")}
            document["url"] = account.url(f"{self.path.format_map(inside)}/{document['id']}.json")
        return account.put(self.table, document["id"], document)

    def find(self, account: Account, key: str) -> Json:
        """One document, or the vendor's 404."""
        document = account.get(self.table, key)
        if document is None:
            raise self.missing()
        return document

    def answer(self, account: Account, document: Json, status: int = 200) -> Answer:
        """The document in its envelope."""
        return Answer(status, {self.item: self.show(account, document)})

    def lister(self, narrow: Callable[[Call, list[Json]], list[Json]] | None = None) -> Handler:
        """A handler that lists, after `narrow` has filtered and ordered the documents."""

        def list_documents(call: Call) -> Answer:
            documents = call.account.all(self.table)
            documents = narrow(call, documents) if narrow else documents
            shown = [self.show(call.account, document) for document in documents]
            return Answer(body=support_page(call, self.root, shown, modes=self.modes))

        return list_documents

    def reader(self) -> Handler:
        """A handler that reads one document by the path part `id`."""
        return lambda call: self.answer(call.account, self.find(call.account, call.parts["id"]))

    def reading_routes(self, narrow: Callable[[Call, list[Json]], list[Json]] | None = None) -> list[Route]:
        """List and read, for collections that nobody writes through the API here."""
        return [("GET", self.path, self.lister(narrow)), ("GET", self.path + "/{id}", self.reader())]


def merge(kept: Json, changes: Json) -> Json:
    """`kept` with `changes` laid over it, objects merged, everything else replaced."""
    merged = dict(kept)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def is_text(value: Any) -> bool:
    """Whether a value is a string with something in it."""
    return isinstance(value, str) and value.strip() != ""
