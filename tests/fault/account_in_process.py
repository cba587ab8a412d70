"""An emulated account without sockets, and the truth about who made which of its objects.

It refuses to know faults, and what the program remembers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from reconciler.emulator.account import Account
from reconciler.emulator.answers import Answer
from reconciler.emulator.call import Options
from reconciler.emulator.control import click
from reconciler.emulator.dispatch import Dispatcher
from tests.unit.store.virtual_clock import VirtualClock

EPOCH_SECONDS = 1_760_000_000

Key = tuple[str, str]
"""Address and part of a manifest."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How an object of a manifest is told from all others, whatever else happens to it: a text that its create sends."""

    table: str
    text: str
    key: Key


@dataclass(slots=True)
class Truth:
    """Live ids by the manifest that they are of, as only the service can know them: never forgotten, never guessed."""

    made: dict[Key, list[str]] = field(default_factory=dict)
    bystanders: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    released: set[Key] = field(default_factory=set)

    def copy(self) -> Truth:
        return Truth({key: list(ids) for key, ids in self.made.items()}, dict(self.bystanders), set(self.released))


class LiveAccount:
    """One account: `answer` is a request from anybody, `person` is a click in Admin Center."""

    def __init__(self, subdomain: str, app: str, clock: VirtualClock, marks: Sequence[Mark]) -> None:
        self.clock, self.app, self.marks = clock, app, marks
        self.account = Account(subdomain, clock=lambda: EPOCH_SECONDS + clock.now)
        self.dispatcher = Dispatcher(self.account, Options())
        self.truth = Truth()
        self.writes: list[tuple[str, str]] = []

    def answer(self, request: httpx.Request) -> Answer:
        """What the service makes of a request; objects that it makes are noted under the manifest that sent it."""
        before = {mark.table for mark in self.marks}
        known = {table: {str(each["id"]) for each in self.account.all(table)} for table in before}
        answer = self.dispatcher.answer(
            request.method,
            request.url.path,
            request.url.query.decode("ascii"),
            request.headers.get("authorization"),
            request.content,
        )
        if request.method != "GET" and request.url.path != "/oauth/tokens":
            self.writes.append((request.method, request.url.path))
            self._note(known)
        return answer

    def person(self, path: str, content: Mapping[str, Any] | None) -> dict[str, Any]:
        """A click; what it makes is noted as a bystander unless it carries a manifest's mark."""
        known = {
            table: {str(each["id"]) for each in self.account.all(table)} for table in {m.table for m in self.marks}
        }
        done = click(self.account, path.replace("{app}", self.app), None if content is None else dict(content))
        assert done is not None, path
        self.account.commit()
        self._note(known)
        return done

    def _note(self, known: Mapping[str, set[str]]) -> None:
        for table, ids in known.items():
            for document in self.account.all(table):
                if str(document["id"]) not in ids:
                    text = json.dumps(document, ensure_ascii=False)
                    mark = next((each for each in self.marks if each.table == table and each.text in text), None)
                    if mark is None:
                        self.truth.bystanders[table, str(document["id"])] = document
                    else:
                        self.truth.made.setdefault(mark.key, []).append(str(document["id"]))

    def live_ids(self, key: Key) -> list[str]:
        """The live objects that were made for a manifest."""
        (table,) = {mark.table for mark in self.marks if mark.key == key}
        return [
            each
            for each in self.truth.made.get(key, ())
            if (document := self.account.get(table, each)) is not None and not document.get("deleted")
        ]
