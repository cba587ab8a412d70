"""What the golden cases of a kind have to show, worked out from the kind's own description, and what of it they do.

It refuses to know whether a case passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

from reconciler.core.kind import Kind
from reconciler.core.part import Part
from reconciler.render.kind_facts import FieldFacts, kind_facts
from tests.golden.case import Case, Round

_CHANGING = frozenset({"update", "link", "write_secret", "move", "manual"})


@dataclass(frozen=True, slots=True)
class Shown:
    """The plan lines about a kind in all rounds of its cases, the changes in them, and what the manifests state.

    `is_idle` says that in a case nothing happens, `has_left` that in one a manifest of the kind is there no more.
    """

    lines: tuple[str, ...]
    changes: tuple[str, ...]
    manifests: tuple[Mapping[str, Any], ...]
    is_idle: bool
    has_left: bool

    def has(self, *actions: str) -> bool:
        """Whether a step of one of these actions is in a plan."""
        return any(line.split()[0] in actions for line in self.lines)

    def changed(self, path: str) -> bool:
        """Whether something at or below a top-level field changes, or that field of an item of a list."""
        return any(re.match(rf"(\w+\[[^\]]+\]\.)?{re.escape(path)}(?=[.\[= (!]|$)", each) for each in self.changes)


def shown_by(kind: str, cases: Sequence[Case]) -> Shown:
    """What the cases of a kind show of it."""
    rounds = [each for case in cases for each in case.rounds]
    lines = tuple(line for each in rounds for line in each.plan if line.split()[1].startswith(f"{kind}/"))
    changing = [line for line in lines if line.split()[0] in _CHANGING]
    return Shown(
        lines,
        tuple(change for line in changing for change in line.partition(": ")[2].split(" | ")[0].split(", ")),
        tuple(each for one in rounds for each in _documents(one, kind)),
        any(case.no_op for case in cases),
        any(_has_left([*case.before, *case.rounds], kind) for case in cases),
    )


def _has_left(rounds: Sequence[Round], kind: str) -> bool:
    names = [{each["name"] for each in _documents(one, kind) if not each.get("removed")} for one in rounds]
    return any(earlier - later for earlier, later in pairwise(names))


def _documents(one: Round, kind: str) -> Iterator[Mapping[str, Any]]:
    for each in yaml.safe_load_all(one.manifest_text()):
        if isinstance(each, dict) and each.get("kind") == kind:
            yield each


def missing(kind: Kind, shown: Shown) -> list[str]:
    """What the cases lack, in words."""
    return [what for what, is_shown in _demands(kind, shown) if not is_shown]


def _demands(kind: Kind, shown: Shown) -> Iterator[tuple[str, bool]]:
    parts = [part for document in _documents_of(kind) for part in kind.parts(document)]
    objects = [part for part in parts if part.is_object]
    facts = [each for of in kind_facts(kind.name).types for each in of.fields if not each.is_shared]
    forms = {each.path: each for each in facts if "." not in each.path}
    yield "nothing to do", shown.is_idle
    yield "removal", shown.has_left or any(each.get("removed") for each in shown.manifests)
    if any(each.creates for each in objects):
        yield "create", shown.has("create")
    if objects:
        yield "adopt", shown.has("adopt")
    for group in _groups(parts, forms):
        yield f"update of {' or '.join(group)}", any(map(shown.changed, group))
    written = [forms[path] for group in _groups(parts, forms) for path in group]
    if any(each.form.endswith("or null") for each in written):
        yield "clear", any("=null" in each for each in shown.changes)
    if any(not each.is_required for each in written):
        yield "release", any("(release)" in each for each in shown.changes)
    for path, each in forms.items():
        if each.refers_to and not each.mode:
            yield f"reference in {path}", any(document.get(path) for document in shown.manifests)
    for part in parts:
        if part.arrangement is not None:
            yield f"order in {part.arrangement.path}", shown.changed(part.arrangement.path)
    if kind.manual or kind.attests or kind.attests_beside or kind.watches or _are_observed(parts):
        yield "manual", shown.has("manual")
    if any(path != "type" and each.refers_to for path, each in forms.items()) and objects:
        yield "waiting", any(" | waits for " in line for line in shown.lines)


def _groups(parts: Iterable[Part], forms: Mapping[str, FieldFacts]) -> list[list[str]]:
    """The top-level fields that an update writes; those of one part that are alike in every way make one group."""
    groups: dict[tuple[Any, ...], dict[str, None]] = {}
    for part in parts:
        for each in part.fields:
            top = re.split(r"[.\[]", each.path)[0]
            if top not in forms or not each.on_update or each.is_secret:
                continue
            alike = (part.name, each.together) if each.together else (part.name, repr(each.codec), forms[top].form)
            groups.setdefault(alike, {})[top] = None
    return [list(group) for group in groups.values()]


def _are_observed(parts: Iterable[Part]) -> bool:
    return any(each.by_person for part in parts for each in part.fields)


def _documents_of(kind: Kind) -> Iterator[dict[str, Any]]:
    """Documents of every type, bare and with each field alone, so that every part of the kind is in one of them."""
    for each in kind_facts(kind.name).types:
        bare = {"kind": kind.name, "name": "sample", **({"type": each.name} if each.name else {})}
        yield bare
        for field in each.fields:
            if "." not in field.path and not field.is_shared and field.path != "type":
                yield {**bare, field.path: {}}
