"""Turns a live account into manifests that a person could have written; it writes no file, no state and no account.

It refuses to know how an account is read. What it promises is checked before it answers: every manifest is valid, and
the first plan of all of them adopts, asks persons, and changes nothing. What cannot keep that promise is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.core.edits import FileChange
from reconciler.core.policy import Binding
from reconciler.core.resource import Resource
from reconciler.core.state import Entry
from reconciler.engine.binding_lines import binding_key
from reconciler.engine.identity import Matching
from reconciler.engine.importing_discovery import Discovery, Found, Stray, claims_of, discover, gather
from reconciler.engine.importing_documents import Draft, write_document
from reconciler.engine.importing_files import manifest_text, place_manifests
from reconciler.engine.importing_merge import Merged, merge
from reconciler.engine.importing_names import ImportNames, Key, name_all, name_items
from reconciler.engine.importing_reading import is_shown, why_unreadable
from reconciler.engine.live import Snapshot
from reconciler.engine.matching import match
from reconciler.engine.planner import make_plan
from reconciler.engine.situation import Inputs
from reconciler.kinds._registry import find_kind
from reconciler.manifest.documents import Context, Documents, read_document
from reconciler.manifest.file_edits import FileEdits
from reconciler.manifest.files import SourceFile
from reconciler.manifest.inventory import Inventory
from reconciler.manifest.loader import LoadedEnvironment
from reconciler.manifest.references import check_references
from reconciler.manifest.relations import check_relations
from reconciler.manifest.sources import Sources
from reconciler.manifest.twins import check_twins
from reconciler.manifest.yaml_reader import parse


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be imported: kinds, whether secrets get references, below which folder, beside which files.

    With `merges`, manifests that are there already are brought to what is live.
    """

    kinds: tuple[str, ...]
    with_secrets: bool = False
    folder: str = ""
    merges: bool = False
    present: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refused:
    """What no manifest can describe, and why: its live objects, the one that people know it by first."""

    kind: str
    live_ids: tuple[str, ...]
    title: str
    why: str


@dataclass(slots=True)
class Imported:
    """What came of it. `files` maps paths below the root to manifests, `texts` to what is written there.

    `managed` are addresses that have a manifest already, `unreadable` maps kinds to reasons, `warnings` are sentences.
    `merged` and `changes` say what became of the manifests of `managed`, where they were to be merged.
    """

    files: dict[str, Draft] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    bindings: dict[str, str] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    unshown: tuple[str, ...] = ()
    warnings: list[str] = field(default_factory=list)
    merged: Merged = field(default_factory=Merged)
    changes: tuple[FileChange, ...] = ()


@dataclass(slots=True)
class _Attempt:
    """One try at all manifests, and what has to change in the next one."""

    names: ImportNames
    drafts: list[Draft] = field(default_factory=list)
    files: dict[str, Draft] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    bindings: dict[str, str] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    gathered: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Importer:
    """Imports from one snapshot. `read_more` reads the collections in which kinds are looked up, and says whether it did;
    `inventory` are the files that are there, needed to merge."""

    def __init__(
        self,
        environment: LoadedEnvironment,
        entries: Mapping[str, Entry],
        snapshot: Snapshot,
        today: str,
        read_more: Callable[[Sequence[str]], bool] = lambda kinds: False,
        inventory: Inventory | None = None,
    ) -> None:
        self.inventory = inventory
        self.environment, self.entries, self.snapshot, self.today = environment, entries, snapshot, today
        self.read_more = read_more
        self.refused: dict[Key, str] = {}
        self.gathered: dict[Key, Found] = {}
        self.unwanted: dict[Key, dict[str, str]] = {}

    def run(self, request: Request) -> Imported:
        """Everything of the kinds that were asked for; raises nothing for what an account may hold."""
        matching = self._match_present()
        taken = claims_of(self.environment.resources, matching)
        managed = [each for each in dict.fromkeys(taken.values()) if each.partition("/")[0] in request.kinds]
        discovery = discover(self.snapshot, request.kinds, taken)
        if request.merges:
            # What a manifest owns a section of, it can own all of.
            owned = {each.kind for each in self.environment.resources if not each.removed}
            discovery.found = [each for each in discovery.found if not (each.are_settings and each.kind in owned)]
        while True:
            matching = self._match_present()
            attempt = self._attempt(discovery.found, ImportNames(matching.names), request)
            files = FileEdits(self.inventory) if request.merges and self.inventory is not None else None
            merged = Merged()
            if files is not None:
                present = [each for each in self.environment.resources if each.address in managed]
                merged = merge(present, matching, attempt.names, files)
            if self.read_more(sorted(set(attempt.names.bare.values()))):
                continue
            if self._is_settled(attempt):
                imported = self._imported(request, discovery, attempt, managed)
                imported.merged, imported.changes = merged, files.changes() if files is not None else ()
                return imported

    def _match_present(self) -> Matching:
        return match(self.environment.resources, self.entries, self.environment.bindings, self.snapshot)

    def _attempt(self, discovered: Sequence[Found], names: ImportNames, request: Request) -> _Attempt:
        """All manifests at once, as far as is known by now what cannot be said."""
        found = [each for each in discovered if each.key not in self.refused]
        taken: dict[str, list[str]] = {}
        for resource in self.environment.resources:
            taken.setdefault(resource.kind, []).append(resource.name)
        named = name_all(found, names, taken)
        for each in found:
            for part, piece in each.pieces.items():
                names.bind(f"{each.kind}/{named[each.key]}", part, piece.part.collection.name, piece.live_id)
            items = name_items(each)
            for brood in each.broods:
                for live_id in (str(live["id"]) for live in brood.objects if str(live["id"]) in items):
                    child = brood.children.part(items[live_id])
                    names.bind(f"{each.kind}/{named[each.key]}", child.name, child.collection.name, live_id)
        attempt = _Attempt(names)
        for name in request.kinds:
            gathered, notes = gather(find_kind(name), names, self.environment.resources)
            attempt.notes += [f"{name}: {note}" for note in notes]
            attempt.gathered += [each for each in gathered if each.key not in self.refused]
        named |= name_all(attempt.gathered, names, taken)
        for each in [*found, *attempt.gathered]:
            unwanted = self.unwanted.get(each.key, {})
            draft = write_document(
                each, named[each.key], name_items(each), names, unwanted, with_secrets=request.with_secrets
            )
            attempt.drafts.append(draft)
        attempt.files = place_manifests(
            attempt.drafts, self.environment.name, self.environment.resources, request.present, request.folder
        )
        attempt.texts = {path: manifest_text(draft.document, path) for path, draft in attempt.files.items()}
        return attempt

    def _is_settled(self, attempt: _Attempt) -> bool:
        """Whether nothing has to be given up or to say less; otherwise that is noted, and all must be tried again."""
        refused = {draft.found.key: draft.refused for draft in attempt.drafts if draft.refused}
        if refused:
            self.refused.update(refused)
        self.gathered.update({each.key: each for each in attempt.gathered})
        return not refused and self._read_back(attempt) and self._bind(attempt) and self._changes_nothing(attempt)

    def _read_back(self, attempt: _Attempt) -> bool:
        """Judge the texts as `validate` does."""
        before = len(self.refused)
        sources, documents = Sources(), Documents()
        for path, draft in attempt.files.items():
            data = attempt.texts[path].encode("utf-8", "surrogatepass")
            parsed = parse(data, path)
            if parsed.diagnostics:
                self.refused[draft.found.key] = parsed.diagnostics[0].summary
                continue
            sources.add(SourceFile(path, data))
            for document in parsed.documents:
                read_document(document, path, 0, Context(sources, {}, ""), documents)
        keys = {draft.address: draft.found.key for draft in attempt.drafts}
        everything = [*self.environment.resources, *documents.resources]
        judged = [*documents.diagnostics, *check_references(everything), *check_twins(everything)]
        judged += check_relations(everything)
        for diagnostic in judged:
            if diagnostic.severity == "error" and diagnostic.address in keys:
                self.refused.setdefault(keys[diagnostic.address], diagnostic.summary)
        attempt.resources = documents.resources
        return len(self.refused) == before

    def _bind(self, attempt: _Attempt) -> bool:
        """Find every object again as the plan will, with a line of bindings.yaml where nothing else tells.

        What is found by titles comes second: what its fields refer to tells it from others once that is bound.
        """
        for are_titled in (False, True):
            attempt.bindings.update(
                {
                    binding_key(draft.address, part): live_id
                    for draft, part, live_id in self._lost(attempt)
                    if find_kind(draft.found.kind).matches_by_title is are_titled
                }
            )
        lost = self._lost(attempt)
        for draft, part, _ in lost:
            why = self._matching(attempt).identity(draft.address, part).undecided
            self.refused[draft.found.key] = why or "it could not be found again"
        return not lost

    def _lost(self, attempt: _Attempt) -> list[tuple[Draft, str, str]]:
        """The parts that the plan would not find, with their live ids."""
        matching = self._matching(attempt)
        return [
            (draft, part, live_id)
            for draft in attempt.drafts
            for part, live_id in draft.live.items()
            if matching.identity(draft.address, part).live_id != live_id
        ]

    def _matching(self, attempt: _Attempt) -> Matching:
        bindings = {**self.environment.bindings, **{key: Binding(value) for key, value in attempt.bindings.items()}}
        return match([*self.environment.resources, *attempt.resources], self.entries, bindings, self.snapshot)

    def _changes_nothing(self, attempt: _Attempt) -> bool:
        """Plan it: what would change is not stated, and named."""
        bindings = {**self.environment.bindings, **{key: Binding(value) for key, value in attempt.bindings.items()}}
        environment = replace(
            self.environment, resources=(*self.environment.resources, *attempt.resources), bindings=bindings
        )
        memory = "full" if self.entries else "none"
        planned = make_plan(Inputs(environment, self.entries, memory, self.snapshot, self.today, environment.attested))
        keys = {draft.address: draft for draft in attempt.drafts}
        is_good = True
        for step in planned.plan.steps:
            draft = keys.get(step.address)
            if draft is None or step.action == "manual":
                continue
            if step.action == "adopt":
                attempt.blocked += [f"{step.address}: {why}" for why in step.blocked]
                continue
            is_good = False
            key = draft.found.key
            paths = [change.path for change in step.changes]
            stated = [path for path in paths if path not in self.unwanted.get(key, {})]
            if step.action == "create" or not stated:
                self.refused[key] = f"the first plan would {step.action} it: {step.reason}"
                continue
            for path in stated:
                why = "the first plan would change it, so it cannot be said as it is"
                self.unwanted.setdefault(key, {})[path] = why
        return is_good

    def _imported(self, request: Request, discovery: Discovery, attempt: _Attempt, managed: list[str]) -> Imported:
        found = {each.key: each for each in [*discovery.found, *self.gathered.values()]}
        result = Imported(attempt.files, attempt.texts, attempt.bindings, strays=discovery.strays, managed=managed)
        result.refused = [
            Refused(key[0], found[key].live_ids, found[key].title, why) for key, why in self.refused.items()
        ]
        for kind in request.kinds:
            why = why_unreadable(self.snapshot, kind)
            if why:
                result.unreadable[kind] = why
        result.unshown = tuple(kind for kind in request.kinds if not is_shown(kind))
        result.warnings = [*self._of_ids(attempt), *self._of_surplus(attempt), *attempt.blocked, *attempt.notes]
        return result

    def _of_ids(self, attempt: _Attempt) -> list[str]:
        names = attempt.names
        return [
            f"{draft.address}: {path} keeps the live id {live_id}: {self._why_bare(names.bare[live_id], live_id)}"
            for draft in attempt.drafts
            for path, ids in draft.bare_ids.items()
            for live_id in ids
            if live_id in names.bare
        ]

    def _why_bare(self, kind: str, live_id: str) -> str:
        lookup = find_kind(kind).lookup
        label = find_kind(kind).title.lower()
        if lookup is None:
            return f"no manifest describes that {label}."
        unreadable = self.snapshot.unreadable(lookup.collection.name)
        if unreadable:
            return f"{label}s cannot be read ({unreadable.rstrip('.')})."
        if self.snapshot.find(lookup.collection.name, live_id) is None:
            return f"the account has no {label} with it (any more)."
        return f"several {label}s share its name."

    def _of_surplus(self, attempt: _Attempt) -> list[str]:
        return [
            f"{draft.address}: {', '.join(draft.found.surplus)} belongs to it too, and a manifest has no place for it."
            for draft in attempt.drafts
            if draft.found.surplus
        ]
