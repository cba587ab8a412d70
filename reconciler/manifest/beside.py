"""Judges what the schemas of the files beside the manifests cannot: names that lead nowhere, ids given twice, days.

It refuses to know the live account: whether an id exists is not asked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date

from reconciler.core.diagnostic import Diagnostic, Path, Position, did_you_mean
from reconciler.core.resource import Json
from reconciler.manifest.claims import Claims
from reconciler.manifest.values import UNFILLED

Place = Callable[[Path, bool], Position]
"""The position of the value at a path of the file, or of its key."""

_ADDRESS = re.compile(r"[a-z_]+/[a-z0-9][a-z0-9-]*(#[a-z_]+)?")
_STEP = re.compile(r"[a-z_]+:([a-z_]+/[a-z0-9][a-z0-9-]*)(?:#.*)?")
_VALUE_NAME = re.compile(r"[a-z0-9_]+")


def check_bindings(
    bindings: Mapping[str, Json], known: Collection[str], claims: Claims, place: Place
) -> Iterator[Diagnostic]:
    """What is wrong with the lines of `bindings.yaml`; `known` are the addresses that have a manifest."""
    first: dict[tuple[str, str], str] = {}
    for key, line in bindings.items():
        address = key.partition("#")[0]
        kind, _, name = address.partition("/")
        if not _ADDRESS.fullmatch(key):
            yield Diagnostic(
                "manifest/bad-form",
                f'"{key}" is not an address',
                place((key,), True),
                fix="Write a kind and a name, such as channel/messenger-fr.",
            )
            continue
        if ("id" in line) == ("none_of" in line):
            yield Diagnostic(
                "bindings/one-of-two",
                f"{key} needs either id or none_of",
                place((key,), True),
                why="id says which live object it is; none_of says that it is none of these.",
                fix='Write one of the two, such as {id: "65f1c2a9d3b4"}.',
                address=address,
            )
        if address not in known and not claims.may_hold(kind, name):
            yield Diagnostic(
                "bindings/unknown-address",
                f"{address} has no manifest here",
                place((key,), True),
                "warning",
                "The line has no effect.",
                _similar(address, known) or "Remove the line.",
                address,
            )
        if "id" in line:
            other = first.setdefault((kind + key.partition("#")[2], line["id"]), key)
            if other != key:
                yield Diagnostic(
                    "bindings/same-id",
                    f'{other} and {key} are both bound to "{line["id"]}"',
                    place((key, "id"), False),
                    why="Two manifests cannot both be the same live object.",
                    fix="Remove one of the two lines, or correct its id.",
                    address=address,
                    related=((place((other, "id"), False), "the other line"),),
                )


def check_entries(
    entries: Sequence[Mapping[str, str]], day: str, known: Collection[str], place: Place
) -> Iterator[Diagnostic]:
    """What is wrong with the entries of `approvals.yaml` or `attestations.yaml`; `day` is the member with a date."""
    for index, entry in enumerate(entries):
        try:
            date.fromisoformat(entry[day])
        except ValueError:
            yield Diagnostic(
                "manifest/bad-form",
                f'{day} cannot be "{entry[day]}"',
                place((index, day), False),
                why="There is no such day.",
                fix="Write a day of the calendar, such as 2026-03-31.",
            )
        subjects = [names for names in (("step", "effect"), ("limit", "measured")) if entry.keys() & set(names)]
        if day == "until" and (len(subjects) != 1 or not entry.keys() >= set(subjects[0])):
            yield Diagnostic(
                "approval/subject",
                "an approval names a step with its effect, or a limit with its measured number",
                place((index,), False),
                why="It holds for exactly one change, or for exactly one number.",
                fix="Copy the entry that the plan prints beside what it blocks.",
            )
        step = _STEP.fullmatch(entry.get("step", ""))
        similar = _similar(step[1], known) if step and step[1] not in known else ""
        if step and similar:
            yield Diagnostic(
                "approval/unknown-address",
                f"{step[1]} has no manifest here",
                place((index, "step"), False),
                "warning",
                "The entry has no effect.",
                similar,
            )


def _similar(address: str, known: Collection[str]) -> str:
    kind = address.partition("/")[0] + "/"
    names = {each.removeprefix(kind): each for each in known if each.startswith(kind)}
    found = did_you_mean(address.removeprefix(kind), names)
    return next((f'Did you mean "{each}"?' for name, each in names.items() if f'"{name}"' in found), "")


def is_value_name(name: str) -> bool:
    """Whether a manifest can refer to a value of this name."""
    return _VALUE_NAME.fullmatch(name) is not None


def check_value_names(values: Mapping[str, Json], place: Place) -> Iterator[Diagnostic]:
    """Values that no manifest could refer to."""
    for name in values:
        if not is_value_name(name):
            yield Diagnostic(
                "value/bad-name",
                f'a value cannot be named "{name}"',
                place(("values", name), True),
                why="It could not be written as ${values.name}.",
                fix="Use lower-case letters, digits and underscores.",
            )


def check_filled(values: Mapping[str, Json], place: Place) -> Iterator[Diagnostic]:
    """Values that a person still has to fill in."""
    for name, value in values.items():
        if value == UNFILLED or (isinstance(value, list) and UNFILLED in value):
            yield Diagnostic(
                "value/unfilled",
                f'the value "{name}" is not filled in yet',
                place(("values", name), False),
                why=f"It was added as {UNFILLED}, because the other environment has it and this one did not.",
                fix="Write the value that this environment has.",
            )
