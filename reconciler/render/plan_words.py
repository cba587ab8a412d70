"""The words, symbols, order and counts of a plan that every rendering shares; it refuses to know any medium."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reconciler.core.plan import ACTIONS, Change, Plan, Step
from reconciler.core.text import visible

_SYMBOLS = {
    "delete": "-",
    "deactivate": "-",
    "update": "~",
    "link": "~",
    "write_secret": "~",
    "create": "+",
    "adopt": "=",
    "move": ">",
    "forget": "x",
}

_COUNTED = (
    ("to change", "to change", ("update", "link")),
    ("to release", "to release", ("release",)),
    ("to add", "to add", ("create",)),
    ("to delete", "to delete", ("delete",)),
    ("to deactivate", "to deactivate", ("deactivate",)),
    ("secret write", "secret writes", ("write_secret",)),
    ("to adopt", "to adopt", ("adopt",)),
    ("to move", "to move", ("move",)),
    ("to forget", "to forget", ("forget",)),
    ("waiting", "waiting", ("waiting",)),
    ("manual step", "manual steps", ("manual",)),
)

_CAUSES = {
    "drift": ("DRIFT", "live was edited after the last apply"),
    "conflict": ("CONFLICT", "live and the manifest both changed since the last apply"),
    "unknown": ("", ""),
    "release": ("", "no manifest states it any more"),
    "rotation": ("", "a newer generation is asked for"),
    "vanished": ("VANISHED", "the object that was ours is gone"),
}

_HAZARDS = {
    "irreversible": "cannot be undone",
    "deletes_data": "deletes data",
    "changes_work": "changes every agent's work",
    "changes_billing": "changes the plan or the bill",
}

_MEMORY = {
    "none": (
        "No memory of earlier applies: what is found live is proposed for adoption, the causes of changes are "
        "unknown, and removed manifests cannot be seen."
    ),
    "older": (
        "The memory of earlier applies is older than this plan's predecessor: causes may be wrong, and apply will "
        "refuse to use it."
    ),
}


def symbol(step: Step) -> str:
    """The one character beside a step; it says as much as its colour."""
    if step.blocked:
        return "!"
    if step.is_waiting:
        return "?"
    return _SYMBOLS.get(step.action, " ")


def place(step: Step) -> str:
    """A step's address with its part, as in its id."""
    return place_named(step.id, step.action, step.address, step.part)


def place_named(step_id: str, action: str, address: str, part: str) -> str:
    """An address with its part; where a part has several steps, as when a request takes only so many items, the id says
    more."""
    own = f"{address}#{part}" if part else address
    named = step_id.removeprefix(f"{action}:")
    return visible(named if named.startswith(own) else own)


def rank(step: Step) -> int:
    """Where a step stands: blocked, then by action, then waiting, then manual."""
    if step.blocked:
        return 0
    if step.action == "manual":
        return len(ACTIONS) + (3 if step.is_waiting else 2)
    if step.is_waiting:
        return len(ACTIONS) + 1
    return 1 + ACTIONS.index(step.action) if step.action in ACTIONS else len(ACTIONS)


def groups(steps: Iterable[Step]) -> list[tuple[str, list[Step]]]:
    """Steps by address, the most urgent first, then by kind and name; manual and waiting ones form their own.

    Within an address they stand in the order in which they run.
    """
    found: dict[tuple[str, int], list[Step]] = {}
    for step in steps:
        apart = rank(step) if rank(step) > len(ACTIONS) else 0
        found.setdefault((step.address, apart), []).append(step)
    ordered = [(address, members) for (address, _), members in found.items()]
    return sorted(ordered, key=lambda group: (min(map(rank, group[1])), group[0].partition("/")[::2], group[1][0].id))


def hazards_first(changes: Sequence[Change]) -> list[Change]:
    """The changes of a step in their order, those with a hazard before all others."""
    return sorted(changes, key=lambda change: not change.hazard)


def why_by_hand(step: Step) -> str:
    """Why a manual step is there, and what it waits for where a person cannot do it yet."""
    waits = f"not yet: it waits for {', '.join(map(visible, step.waits_for))}" if step.is_waiting else ""
    return "; ".join(part for part in (step.reason, waits) if part)


def shown_changes(step: Step) -> Sequence[Change]:
    """The changes of a step; a create states each field once, also where an item that it makes repeats one."""
    if step.action != "create":
        return step.changes
    first: dict[str, Change] = {}
    for change in step.changes:
        key = change.path if change.address in ("", step.address) else f"{change.address} {change.path}"
        first.setdefault(key, change)
    return list(first.values())


def activations(step: Step) -> list[Change]:
    """The changes by which an order step activates new members; they are shown as one list."""
    return [
        change
        for change in step.changes
        if change.address and change.path == "active" and change.after is True and change.cause.kind != "drift"
    ]


def hazard_words(hazard: str) -> str:
    """What a hazard does, in words."""
    level, _, text = hazard.partition(": ")
    words = _HAZARDS.get(level, visible(level))
    return f"{words}: {visible(text)}" if text else words


def cause_words(change: Change, *, memory: str, is_blocked: bool) -> tuple[str, str, str]:
    """The tag, the sentence and the place (`file:line`) of a change's cause; each may be empty."""
    cause = change.cause
    tag, sentence = _CAUSES.get(cause.kind, ("", ""))
    if cause.kind == "unknown" and memory != "full":
        sentence = ""  # said once for the whole plan
    if cause.kind in ("drift", "conflict") and not is_blocked:
        sentence += "; the manifest wins"
    where = visible(cause.file) + (f":{cause.line}" if cause.line else "") if cause.file else ""
    return tag, sentence, where


def memory_sentence(memory: str) -> str:
    """What it means that a run remembers less than everything; empty for a full memory."""
    return _MEMORY.get(memory, "")


def short(digest: str) -> str:
    """The first seven digits of a digest, as people quote it."""
    return visible(digest.removeprefix("sha256:")[:7])


def counted(number: int, one: str, many: str = "") -> str:
    """`1 step`, `2 steps`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def category(step: Step) -> str:
    """What a step counts as: waiting, manual, release (an update that sends nothing) or its action."""
    if step.is_waiting and step.action != "manual":
        return "waiting"
    if step.action == "update" and not step.is_request:
        return "release"
    return step.action


def counts_sentence(plan: Plan) -> str:
    """`4 to change, 1 to delete (1 blocked), 2 manual steps`: true counts of steps, those that are not 0."""
    totals: dict[str, int] = {}
    blocked: dict[str, int] = {}
    for step in plan.steps:
        name = category(step)
        totals[name] = totals.get(name, 0) + 1
        blocked[name] = blocked.get(name, 0) + bool(step.blocked)
    parts = []
    for one, many, names in _COUNTED:
        number = sum(totals.get(name, 0) for name in names)
        if number:
            held = sum(blocked.get(name, 0) for name in names)
            parts.append(counted(number, one, many) + (f" ({held} blocked)" if held else ""))
    return ", ".join(parts)


def request_count(plan: Plan) -> str:
    """How many requests an apply of this plan sends, or nothing for none."""
    number = plan.summary()["requests"]
    return counted(number, "request") if number else ""


def target_words(plan: Plan) -> str:
    """Which environment and account a plan is for."""
    subdomain = plan.target.get("subdomain", "")
    return visible(f"{plan.environment.upper()} {subdomain}".strip())


def plain_kind(address: str) -> str:
    """The kind of an address if it looks like one; data never names a row."""
    kind = address.partition("/")[0]
    return kind if re.fullmatch(r"[a-z][a-z_]{0,39}", kind) else "other"


NOTHING_TO_DO = "nothing to do: the account is as the manifests say"
