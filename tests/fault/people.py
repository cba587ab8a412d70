"""What other people do in the account while the program is at work.

It refuses to know what the program will make of it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.fault.account_in_process import Key, LiveAccount

PATHS = {"groups": "/api/v2/groups", "triggers": "/api/v2/triggers"}
UNSTATED: dict[Key, str] = {("group/team-b", ""): "description", ("trigger/one", ""): "description"}
"""Fields that no manifest states: what a person writes there stays."""


@dataclass(slots=True)
class People:
    """Somebody in Admin Center; remembers what of it the program has to leave alone."""

    live: LiveAccount
    chance: random.Random
    acts: list[str] = field(default_factory=list)
    theirs: dict[tuple[str, str], str] = field(default_factory=dict)
    deleted: set[Key] = field(default_factory=set)
    renamed: set[Key] = field(default_factory=set)

    def act(self, *, can_rename: bool) -> None:
        """Do one thing, if there is anything to do it to."""
        deeds = [self.write_unstated_field, self.change, self.delete, self.create_another, self.change_another]
        self.chance.choice([*deeds, self.rename] if can_rename else deeds)()

    def write_unstated_field(self) -> None:
        key = self.chance.choice(list(UNSTATED))
        for live_id in self.live.live_ids(key):
            text = f"by a person, {len(self.acts)}"
            self._click(key, live_id, {UNSTATED[key]: text})
            self.theirs[self._table(key), live_id] = text

    def change(self) -> None:
        for live_id in self.live.live_ids(("group/team-a", "")):
            self._click(("group/team-a", ""), live_id, {"description": f"drifted {len(self.acts)}"})

    def rename(self) -> None:
        key = self.chance.choice([("group/team-a", ""), ("trigger/one", "")])
        members = ("name",) if key[0].startswith("group") else ("title", "raw_title")
        for live_id in self.live.live_ids(key):
            self._click(key, live_id, dict.fromkeys(members, f"Renamed {len(self.acts)}"))
            self.renamed.add(key)

    def delete(self) -> None:
        key = self.chance.choice([("group/team-a", ""), ("trigger/one", ""), ("trigger/two", "")])
        for live_id in self.live.live_ids(key):
            if self._table(key) == "groups":
                self._click(key, live_id, {"deleted": True})
            else:
                self._click(key, live_id, None)
            self.deleted.add(key)

    def create_another(self) -> None:
        self.acts.append("creates Team D")
        self.live.person(PATHS["groups"], {"name": f"Team D{len(self.acts)}"})

    def change_another(self) -> None:
        table, live_id = self.chance.choice([each for each in self.live.truth.bystanders if each[0] in PATHS])
        self.acts.append(f"changes {table} {live_id}")
        self.live.person(f"{PATHS[table]}/{live_id}", {"description": f"by its owner, {len(self.acts)}"})
        document = self.live.account.get(table, live_id)
        assert document is not None
        self.live.truth.bystanders[table, live_id] = document

    def create_by_hand(self, key: Key = ("group/team-a", "")) -> None:
        """The same group as a manifest's, where there is none."""
        if not self.live.live_ids(key):
            self.acts.append("creates Team A")
            self.live.person(PATHS["groups"], {"name": "Team A"})

    def _click(self, key: Key, live_id: str, content: dict[str, object] | None) -> None:
        self.acts.append(f"{key[0]} {live_id}: {content}")
        self.live.person(f"{PATHS[self._table(key)]}/{live_id}", content)

    def _table(self, key: Key) -> str:
        return "groups" if key[0].startswith("group/") else "triggers"
