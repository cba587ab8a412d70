"""A plan in the making, and the words that its steps share; it refuses to know why a step is drafted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.core.manual import Alarm
from reconciler.core.part import Field, Part
from reconciler.core.plan import Change, Step
from reconciler.core.policy import Approval
from reconciler.core.resource import TEXT_REFERENCE, Json, Resource, ref


@dataclass(frozen=True, slots=True)
class Observation:
    """A stated field that only a person can set, and that is not live as stated.

    `seen` is MISSING where no reply tells; `cause` is a cause's kind; `create` is the step that makes the object first.
    """

    resource: Resource
    part: str
    field: Field
    desired: Json
    seen: Json
    cause: str
    live_id: str = ""
    create: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm that a live object raises, and the value that does."""

    resource: Resource
    part: str
    alarm: Alarm
    value: str
    live_id: str


@dataclass(slots=True)
class Draft:
    """A plan in the making: steps by id, what each needs, what each brings about, the approvals used so far, and what is
    seen to be a person's."""

    steps: dict[str, Step] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)
    provided: dict[tuple[str, str], str] = field(default_factory=dict)
    waiting_parts: dict[tuple[str, str], str] = field(default_factory=dict)
    blocked_parts: dict[tuple[str, str], str] = field(default_factory=dict)
    observed: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)
    desired: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)

    def add(self, step: Step, *needs: str) -> None:
        """Add a step and what it needs to have run before."""
        self.steps[step.id] = step
        self.needs.setdefault(step.id, set()).update(needs)

    def change(self, step_id: str, **members: object) -> None:
        """Replace members of a step."""
        self.steps[step_id] = replace(self.steps[step_id], **members)  # type: ignore[arg-type]

    def block(self, step_id: str, reason: str) -> None:
        """Block a step for one more reason."""
        blocked = self.steps[step_id].blocked
        if reason not in blocked:
            self.change(step_id, blocked=(*blocked, reason))

    def wait(self, step_id: str, manual: str) -> None:
        """Let a step wait for one more manual step."""
        waits_for = self.steps[step_id].waits_for
        if manual not in waits_for:
            self.change(step_id, waits_for=(*waits_for, manual))

    def all_needs(self, step_id: str) -> set[str]:
        """Everything that has to have run before a step, its needs' needs included."""
        found: set[str] = set()
        waiting = [step_id]
        while waiting:
            new = self.needs.get(waiting.pop(), set()) - found
            found |= new
            waiting.extend(new)
        return found

    def edges(self) -> dict[str, set[str]]:
        """What each step needs among the steps that there are."""
        return {each: {need for need in needs if need in self.steps} for each, needs in self.needs.items()}


def step_id(action: str, address: str, part: str = "") -> str:
    """`<action>:<kind>/<name>[#part]`."""
    return f"{action}:{address}#{part}" if part else f"{action}:{address}"


def draft_link(draft: Draft, resource: Resource, part: Part, changes: Sequence[Change], create: str) -> str:
    """Draft the step that completes an object after its create, or add to it; returns its id."""
    link = step_id("link", resource.address, part.name)
    known = draft.steps.get(link)
    merged = (*known.changes, *changes) if known else tuple(changes)
    draft.add(
        Step(
            link,
            "link",
            resource.address,
            part.name,
            observed={"after": create},
            changes=merged,
            reason="written right after the create, at a path of its own"
            if part.aspect
            else "completes the object once everything that it points to is there",
            risk=risk_of(merged),
        ),
        create,
        *(step_id("create", resource.address, other) for other in part.links_after),
    )
    return link


def references_in(value: Json) -> Iterator[Mapping[str, Json]]:
    """The references to other resources and to external objects within a drafted value, its texts included."""
    if isinstance(value, str):
        yield from (ref(found[1]) for found in TEXT_REFERENCE.finditer(value))
    elif isinstance(value, Mapping):
        if ("ref" in value and "part" in value) or ("external" in value and "kind" in value):
            yield value
        else:
            for inner in value.values():
                yield from references_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from references_in(inner)


def risk_of(changes: Sequence[Change]) -> str:
    """The gravest hazard among changes, or an empty text."""
    levels = [change.hazard.partition(": ")[0] for change in changes if change.hazard]
    order = ("deletes_data", "irreversible", "changes_billing", "changes_work")
    return next((level for level in order if level in levels), "")
