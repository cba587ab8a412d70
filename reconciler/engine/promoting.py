"""Brings the files of one environment to those of another; a pure function over what stands in both.

It refuses to touch an account, and to take anything away: what stands in the target alone, and what it protects, is
left and listed. Documents are compared as they are written, so a value of `environment.yaml` stays a value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.core.diagnostic import Path
from reconciler.core.edits import Edit, Edits, Left
from reconciler.core.errors import UsageError
from reconciler.core.resource import Json, Resource
from reconciler.core.standing import FieldDifference
from reconciler.manifest.file_edits import FileEdits, text_of
from reconciler.manifest.inventory import Inventory, expanded
from reconciler.manifest.references import references_of
from reconciler.manifest.values import UNFILLED, value_names
from reconciler.manifest.yaml_splicing import is_same


def promote(source: Inventory, target: Inventory, addresses: Collection[str] = ()) -> Edits:
    """What brings the target's files to the source's, for these addresses or for all.

    Raises UsageError for an address that neither side has. A second promotion of the result edits nothing.
    """
    for address in addresses:
        if address not in source.documents and address not in target.documents:
            raise UsageError(
                f"{address} has no manifest in {source.name} or {target.name}", fix="Write kind/name, as in a plan."
            )
    return _Promotion(source, target).made(addresses)


@dataclass(slots=True)
class _Promotion:
    source: Inventory
    target: Inventory
    files: FileEdits = field(init=False)
    edits: list[Edit] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = FileEdits(self.target)

    def made(self, addresses: Collection[str]) -> Edits:
        for address in self.source.documents:
            if not addresses or address in addresses:
                self._promote(address)
        for address in self.target.documents:
            is_asked = not addresses or address in addresses
            if is_asked and address not in self.source.documents and address not in self.renamed:
                self._leave_alone(address)
        unfilled = self._add_values()
        edits = tuple(self._noted(each) for each in self.edits)
        return Edits(self.target.name, edits, tuple(self.left), unfilled, self.files.changes())

    def _promote(self, address: str) -> None:
        document = self.source.documents[address].document
        earlier = self._earlier(address, document)
        present = address if address in self.target.documents else earlier
        if present is None and "removed" in document:
            return
        if present is not None and is_same(self.target.documents[present].document, document):
            return
        reason = self._obstacle(address, present)
        if reason:
            self.left.append(Left(address, reason))
        elif present is None:
            self._add(address)
        else:
            self._change(address, present)

    def _obstacle(self, address: str, present: str | None) -> str:
        """Why an address is left as it is, or an empty string."""
        for inventory in (self.source, self.target):
            for each in (address, present):
                if each in inventory.only:
                    return f"only: of {inventory.name} lists it: {inventory.only[each]}"
        if present is not None and _is_protected(self.target.documents[present].document):
            return f"{self.target.name} protects it"
        for inventory, each in ((self.source, address), (self.target, present)):
            alone = next((to for to in _references(inventory, each) if to in inventory.only), "") if each else ""
            if alone:
                return (
                    f"in {inventory.name} it refers to {alone}, which only: lists there. List it too, or keep the "
                    "reference in a value of environment.yaml."
                )
        return ""

    def _earlier(self, address: str, document: Mapping[str, Json]) -> str | None:
        """What the address is in the target when its new name has not arrived there yet."""
        kind = address.partition("/")[0]
        names = document.get("moved_from")
        for name in names if isinstance(names, list) else ():
            if f"{kind}/{name}" in self.target.documents:
                return f"{kind}/{name}"
        return None

    def _leave_alone(self, address: str) -> None:
        if "removed" in self.target.documents[address].document:
            return
        reason = self.target.only.get(address)
        self.left.append(
            Left(
                address,
                f"only: of {self.target.name} lists it: {reason}"
                if reason
                else f"it stands in {self.target.name} only",
            )
        )

    def _add(self, address: str) -> None:
        path = self.source.documents[address].path
        whole = self.source.files[path].data
        if not self.files.holds(path) and self.source.count_in(path) == 1:
            self.files.add(path, whole.decode("utf-8-sig"))
        else:
            self.files.add(path, text_of(self.source, address))
        self.edits.append(Edit(address, "add", self.files.display(path)))

    def _change(self, address: str, present: str) -> None:
        wanted = self.source.documents[address].document
        before = self.target.documents[present].document
        path = self.files.path_of(present)
        try:
            self.files.bring(present, wanted)
        except UsageError:
            # What cannot be spliced is taken over as the source has it, comments and all.
            self.files.overwrite(present, text_of(self.source, address))
        new_path = self.source.documents[address].path
        if present != address:
            self.renamed[present] = address
            if self.files.count_in(path) == 1 and not self.files.holds(new_path):
                self.files.move(path, new_path)
                path = new_path
        differences = tuple(written_differences(before, wanted))
        deed: tuple[str, str] = ("rename", f"from {present}") if present != address else ("change", "")
        self.edits.append(
            Edit(address, "rename" if deed[0] == "rename" else "change", self.files.display(path), differences, deed[1])
        )

    def _add_values(self) -> tuple[str, ...]:
        """The values that promoted documents use and the target lacks, added so that nothing validates before they are filled."""
        used = dict.fromkeys(
            name for edit in self.edits for name in value_names(self.source.documents[edit.address].document)
        )
        missing = tuple(name for name in used if name not in self.target.values)
        if missing:
            self.files.set_values(dict.fromkeys(missing, UNFILLED))
        return missing

    def _noted(self, edit: Edit) -> Edit:
        """The edit, and what it refers to that the target will not have."""
        arriving = {each.address for each in self.edits} | (self.target.documents.keys() - self.renamed.keys())
        lacking = [each for each in _references(self.source, edit.address) if each not in arriving]
        if not lacking:
            return edit
        note = f"refers to {', '.join(dict.fromkeys(lacking))}, which {self.target.name} lacks: promote it too"
        return Edit(edit.address, edit.deed, edit.file, edit.differences, f"{edit.note}; {note}" if edit.note else note)


def written_differences(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[FieldDifference]:
    """The fields in which two documents differ as they are written, mappings field by field."""
    for key in {**before, **after}:
        one, other = before.get(key), after.get(key)
        if key in before and key in after and is_same(one, other):
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            for each in written_differences(one, other):
                yield FieldDifference(f"{key}.{each.path}", each.left, each.right, each.is_in_left, each.is_in_right)
        else:
            yield FieldDifference(key, one, other, key in before, key in after)


def _is_protected(document: Mapping[str, Json]) -> bool:
    lifecycle = document.get("lifecycle")
    return isinstance(lifecycle, Mapping) and lifecycle.get("protect") is True


def _references(inventory: Inventory, address: str) -> list[str]:
    """The addresses that a document itself refers to, not through a value; none where it cannot be understood."""
    written = inventory.documents.get(address)
    if written is None or "removed" in written.document:
        return []
    kind, _, name = address.partition("/")
    resource = Resource(kind, name, expanded(kind, inventory.resolved(address)))
    try:
        found = list(references_of(resource))
    except (AttributeError, KeyError, TypeError, ValueError):
        return []
    document = expanded(kind, written.document)
    return [str(each.address) for each in found if each.address and not _is_value(document, each.path)]


def _is_value(document: Json, path: Path) -> bool:
    """Whether what stands at a path of a document, as it is written, comes from a value."""
    value = document
    for key in path:
        if isinstance(value, str):
            break
        try:
            value = value[key]
        except (IndexError, KeyError, TypeError):
            break
    return isinstance(value, str) and any(value_names(value))
