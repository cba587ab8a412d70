"""Brings manifests back to what was live before a run: the same review, plan and apply follow as for any other edit.

It refuses to touch an account, and to overwrite what somebody edited after the run: that is kept and listed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.codec import MISSING
from reconciler.core.edits import Deed, Edit, Edits, Left
from reconciler.core.errors import UsageError
from reconciler.core.history import PastRun
from reconciler.core.part import Field, Part
from reconciler.core.resource import Json
from reconciler.core.standing import FieldDifference
from reconciler.engine.environment_comparison import StatedNames
from reconciler.engine.importing_files import FOLDERS
from reconciler.engine.placing import Placed, Unplaceable, place_canonical, stated_value_at, why_invalid
from reconciler.engine.placing_items import remove_item, restore_item
from reconciler.kinds._registry import find_kind
from reconciler.manifest.file_edits import FileEdits
from reconciler.manifest.inventory import Inventory, expanded
from reconciler.manifest.values import resolve_values
from reconciler.manifest.yaml_writing import document_text

_RAN = frozenset({"applied", "diverged", "unknown", ""})
"""How steps ended that may have changed something; without an outcome nobody knows better."""

_SCHEMA_LINE = "# yaml-language-server: $schema=../../../schemas/manifest.schema.json\n"


def undo(run: PastRun, earlier: Sequence[PastRun], inventory: Inventory) -> Edits:
    """The edits that take a run's changes back; `earlier` are the runs before it, the newest first.

    What was created gets a tombstone, what was removed its manifest again, what was changed the value from before.
    """
    return _Undoing(run, earlier, FileEdits(inventory)).made()


@dataclass(slots=True)
class _Undoing:
    run: PastRun
    earlier: Sequence[PastRun]
    files: FileEdits
    edits: list[Edit] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    adopted: list[str] = field(default_factory=list)

    def made(self) -> Edits:
        for step in self.run.steps:
            if self.run.result_of(str(step["id"])) in _RAN:
                self._undo(step)
        mentioned = {each.address for each in self.edits} | {each.address for each in self.left}
        for address in dict.fromkeys(self.adopted):
            if address not in mentioned:
                self._leave(address, "it was taken over as it was: nothing in the account was changed by that")
        return Edits(self.files.inventory.name, tuple(self.edits), tuple(self.left), (), self.files.changes())

    def _undo(self, step: Mapping[str, Any]) -> None:
        action, address = step["action"], step["address"]
        if action == "create":
            self._remove(step)
        elif action in ("delete", "deactivate", "forget"):
            self._restore(step)
        elif action in ("update", "link") and address not in self.done:
            self._change_back(step)
        elif action == "write_secret":
            self._leave(address, "its secret was written again: the former one is known to nobody here")
        elif action == "adopt":
            self.adopted.append(address)
        elif action == "move":
            self._leave(address, "only its name in the memory changed")

    def _leave(self, address: str, reason: str) -> None:
        left = Left(address, reason)
        if left not in self.left:
            self.left.append(left)

    # What the run created

    def _remove(self, step: Mapping[str, Any]) -> None:
        address, part_name = step["address"], step["part"]
        if address in self.done:
            return
        document = self._document(address)
        if document is None or "removed" in document:
            return
        item = _item(address, part_name)
        if item is not None:
            self._edit_list(address, part_name, lambda: remove_item(self.files, address, *item))
            return
        parts = _parts(address, resolve_values(dict(document), self.files.values()).value)
        self.done.add(address)
        was_there = self.run.before.get(address, {})
        if any(each.arrangement is None and was_there.get(each.name) for each in parts):
            self._leave(address, f"only {part_name or 'a part'} of it was created: edit its manifest yourself")
            return
        permanent = next((why for each in parts if (why := each.why_permanent())), "")
        if permanent:
            self._leave(address, f"what was created stays: {permanent}")
            return
        if document.get("lifecycle", {}).get("protect") is True:
            self._leave(address, "it was created, and is protected: clear lifecycle.protect first")
            return
        kind, _, name = address.partition("/")
        stone = {"kind": kind, "name": name, "removed": "delete"}
        try:
            self.files.bring(address, stone)
        except UsageError:
            self.files.overwrite(address, document_text(stone))
        self._edit(address, "remove", (), "a tombstone in its place")

    # What the run removed

    def _restore(self, step: Mapping[str, Any]) -> None:
        address = step["address"]
        document = self._document(address)
        item = _item(address, step["part"])
        if address in self.done:
            return
        if item is not None:
            if document is not None and "removed" not in document:
                earlier = self._last_manifest(address)[1] or {}
                self._edit_list(address, step["part"], lambda: restore_item(self.files, address, *item, earlier))
            return
        self.done.add(address)
        if document is not None and "removed" not in document:
            return
        file, content = self._last_manifest(address)
        if content is None:
            content = self._from_before(address)
        problem = why_invalid(address.partition("/")[0], resolve_values(content, self.files.values()).value)
        if problem:
            self._leave(
                address,
                f"its manifest cannot be written again from what is remembered: {problem}. Take it from git's history.",
            )
            return
        text = document_text(content)
        if document is not None:
            self.files.overwrite(address, self._with_schema_line(address, text))
        else:
            kind, _, name = address.partition("/")
            area = find_kind(kind).area
            path = file or f"{FOLDERS.get(area, area)}/{name}.yaml"
            self.files.add(path, text if self.files.holds(path) else _SCHEMA_LINE + text)
        self._edit(address, "restore", (), "")

    def _with_schema_line(self, address: str, text: str) -> str:
        is_alone = self.files.count_in(self.files.path_of(address)) == 1
        return _SCHEMA_LINE + text if is_alone else text

    def _edit_list(self, address: str, part: str, edit: Callable[[], Placed | None]) -> None:
        try:
            placed = edit()
        except Unplaceable as error:
            self._leave(f"{address}#{part}", str(error))
            return
        if placed is not None:
            self.edits.append(Edit(address, "change", placed.file, (placed.difference,)))

    def _last_manifest(self, address: str) -> tuple[str, dict[str, Json] | None]:
        """Where the address last stood, from the environment's folder, and what its document said; None: nobody knows."""
        prefix = f"environments/{self.files.inventory.name}/"
        for run in self.earlier:
            known = run.manifests.get(address)
            document = json.loads(known["document"]) if known else {}
            if known and document and "removed" not in document:
                return str(known["file"]).removeprefix(prefix), document
        return "", None

    def _from_before(self, address: str) -> dict[str, Json]:
        """The document that the values from before make, as far as they are known."""
        kind, _, name = address.partition("/")
        document: dict[str, Json] = {"kind": kind, "name": name}
        before = self.run.before.get(address, {})
        try:
            parts = _parts(address, document)
        except (KeyError, TypeError):
            return document
        for part in parts:
            for path, value in before.get(part.name, {}).items():
                each = part.field(path)
                stated = each.codec.manifest(value, StatedNames()) if each and value is not None else MISSING
                if stated is not MISSING:
                    place: Any = document
                    *above, last = path.split(".")
                    for key in above:
                        place = place.setdefault(key, {})
                    place[last] = stated
        return document

    # What the run changed

    def _change_back(self, step: Mapping[str, Any]) -> None:
        address = step["address"]
        document = self._document(address)
        if document is None or "removed" in document:
            self._leave(address, "it has no manifest any more that could be edited")
            return
        placed: dict[str, list[FieldDifference]] = {}
        for change in step["changes"]:
            if change.get("address") or change["op"] == "write_secret":
                continue
            try:
                for file, difference in self._put_back(address, step["part"], change):
                    placed.setdefault(file, []).append(difference)
            except Unplaceable as error:
                self._leave(f"{address}#{change['path']}", str(error))
        for file, differences in placed.items():
            self.edits.append(Edit(address, "change", file, tuple(differences)))
        if placed and not step["reversible"]:
            self._leave(address, f"the plan marks it: what it did cannot be wholly taken back ({step['risk']})")

    def _put_back(self, address: str, part: str, change: Mapping[str, Any]) -> Iterator[tuple[str, FieldDifference]]:
        resolved = resolve_values(dict(self.files.document(address)), self.files.values()).value
        each = _field(address, resolved, part, change["path"])
        if each is None:
            raise Unplaceable("no field of the manifest stands for it now")
        present = stated_value_at(self.files, address, change["path"])
        now = MISSING if present is MISSING else _canonical(each, present)
        if change["op"] == "release":
            if present is not MISSING:
                return
        elif now is MISSING and change["after"] is not None:
            raise Unplaceable("the manifest no longer states it: that later edit is kept")
        elif now == change["before"]:
            return
        elif now is not MISSING and now != change["after"]:
            raise Unplaceable("it was edited after the run: that later edit is kept")
        done = place_canonical(self.files, address, each, change["before"], StatedNames())
        yield done.file, done.difference

    def _document(self, address: str) -> Mapping[str, Json] | None:
        return self.files.document(address) if address in self.files.inventory.documents else None

    def _edit(self, address: str, deed: Deed, differences: tuple[FieldDifference, ...], note: str) -> None:
        file = self.files.display(self.files.path_of(address))
        self.edits.append(Edit(address, deed, file, differences, note))


def _item(address: str, part: str) -> tuple[str, str] | None:
    """The list and the key that a part stands for where it is an item of a keyed list."""
    for children in find_kind(address.partition("/")[0]).children:
        if children.part_named(part) is not None:
            return children.path, part.partition("/")[2]
    return None


def _parts(address: str, resolved: Mapping[str, Json]) -> tuple[Part, ...]:
    kind = address.partition("/")[0]
    return find_kind(kind).parts(expanded(kind, resolved))


def _field(address: str, resolved: Mapping[str, Json], part: str, path: str) -> Field | None:
    found = next((each for each in _parts(address, resolved) if each.name == part), None)
    return found.field(path) if found else None


def _canonical(each: Field, value: Json) -> Json:
    return each.codec.desired(value, StatedNames())
