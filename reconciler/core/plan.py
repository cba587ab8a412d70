"""A plan as data, and its file: canonical, digested, sealed.

It refuses to know how a plan is made, shown or run; everything that varies between two makings of the same
plan (time, host, run) stands in the envelope, outside the digest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.canonical import canonical_json
from reconciler.core.errors import PlanNotAcceptable
from reconciler.core.resource import Json

FORMAT = "reconciler.plan/1"

ACTIONS = ("delete", "deactivate", "update", "link", "write_secret", "create", "adopt", "move", "forget", "manual")
"""Every action, in the order in which plans are shown; blocked steps come before all."""

CHANGING = frozenset(ACTIONS) - {"manual"}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a field changes, and where in the manifests; line 0 and no file mean that no manifest says it.

    | kind     | meaning                                                        |
    | intended | the manifest moved since the last apply                        |
    | drift    | the live value moved since the last apply                      |
    | conflict | both moved, to different values                                |
    | unknown  | there is no last apply to compare with                         |
    | release  | the manifest no longer states the field                        |
    | rotation | a secret's generation went up                                  |
    | vanished | the object that was ours is gone                               |
    """

    kind: str
    file: str = ""
    line: int = 0

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        return {"kind": self.kind, "file": self.file, "line": self.line}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one step. `before` is None for what does not exist yet; a secret has neither value.

    `address` and `part` are set where the effect belongs to another resource than the step's own.
    """

    path: str
    op: str
    before: Json
    after: Json
    cause: Cause
    address: str = ""
    part: str = ""
    hazard: str = ""

    def as_json(self) -> dict[str, Json]:
        """As plain values; optional members are left out when empty."""
        members: dict[str, Json] = {
            "path": self.path,
            "op": self.op,
            "before": self.before,
            "after": self.after,
            "cause": self.cause.as_json(),
        }
        for name in ("address", "part", "hazard"):
            if getattr(self, name):
                members[name] = getattr(self, name)
        return members


@dataclass(frozen=True, slots=True)
class Step:
    """One mutating request (or bulk job), one change of memory (adopt, move, forget), or one thing a person does.

    `observed` is `{"absent": true}`, `{"digest": "sha256:…"}` or `{"after": step id}`. `blocked` holds reasons, each
    with its way out. `waits_for` lists manual steps: a waiting step has no effects. `exposed_until` names the
    link step until which the object is live without what the link brings. `sequence` is the resulting order, for
    people. `manual` holds a person's instructions.
    """

    id: str
    action: str
    address: str
    part: str = ""
    live_id: str = ""
    depends_on: tuple[str, ...] = ()
    observed: Mapping[str, Json] = field(default_factory=dict)
    binding: str = ""
    changes: tuple[Change, ...] = ()
    reason: str = ""
    risk: str = ""
    reversible: bool = True
    takes: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    exposed_until: str = ""
    sequence: tuple[str, ...] = ()
    manual: Mapping[str, Json] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether a person has to do something first."""
        return bool(self.waits_for)

    @property
    def is_of_child(self) -> bool:
        """Whether it is about one item of a list, an object inside the resource's own; such parts have a slash."""
        return "/" in self.part

    @property
    def is_change(self) -> bool:
        """Whether running it changes the account or the memory; manual and waiting steps do not."""
        return self.action in CHANGING and not self.is_waiting

    @property
    def is_request(self) -> bool:
        """Whether running it sends a request; adopt, move, forget and a mere release only change the memory."""
        if not self.is_change or self.action in ("adopt", "move", "forget"):
            return False
        return not self.changes or any(change.op != "release" for change in self.changes)

    def as_json(self) -> dict[str, Json]:
        """As plain values; members that only some steps have are left out when empty."""
        members: dict[str, Json] = {
            "id": self.id,
            "action": self.action,
            "address": self.address,
            "part": self.part,
            "live_id": self.live_id,
            "depends_on": list(self.depends_on),
            "observed": dict(self.observed),
            "binding": self.binding,
            "changes": [change.as_json() for change in self.changes],
            "reason": self.reason,
            "risk": self.risk,
            "reversible": self.reversible,
            "takes": list(self.takes),
            "blocked": list(self.blocked),
            "waits_for": list(self.waits_for),
        }
        if self.exposed_until:
            members["exposed_until"] = self.exposed_until
        if self.sequence:
            members["sequence"] = list(self.sequence)
        if self.manual is not None:
            members["manual"] = dict(self.manual)
        return members


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step brings about: a value at (address, part, what), where `what` is a field path or existence."""

    address: str
    part: str
    what: str
    after: bytes

    def digest(self, change: Change | None = None) -> str:
        """The digest that an approval names; of drift it covers the live value too, so it is void when that moves."""
        members: list[Json] = [self.address, self.part, self.what, self.after.decode()]
        if change is not None and change.cause.kind in ("drift", "conflict"):
            members.append(change.before)
        return _sha256(canonical_json(members))


def effects(step: Step) -> Iterator[tuple[Effect, Change | None]]:
    """The effects of a step with the change each comes from; manual and waiting steps have none."""
    if not step.is_change:
        return
    if step.action in ("create", "delete", "adopt", "move", "forget"):
        exists = "absent" if step.action in ("delete", "forget") else "present"
        what = "*" if step.action in ("create", "delete") else f"*{step.action}"
        yield Effect(step.address, step.part, what, canonical_json(exists)), None
    for change in step.changes:
        address, part = (change.address, change.part) if change.address else (step.address, step.part)
        yield Effect(address, part, change.path, canonical_json([change.op, change.after])), change


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an apply may do, and nothing that varies between two makings of it."""

    environment: str
    target: Mapping[str, str]
    memory: str
    digests: Mapping[str, str]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    approvals: tuple[Mapping[str, Json], ...] = ()

    @property
    def is_blocked(self) -> bool:
        """Whether any step is blocked: such a plan applies nothing unless told to skip them."""
        return any(step.blocked for step in self.steps)

    def summary(self) -> dict[str, Json]:
        """True counts of the steps: by action (waiting and blocked ones apart), waiting, manual, blocked."""
        counts: dict[str, int] = dict.fromkeys(ACTIONS, 0)
        for step in self.steps:
            if step.action == "manual" or (step.is_change and not step.blocked):
                counts[step.action] += 1
        counts["waiting"] = sum(step.is_waiting for step in self.steps)
        counts["blocked"] = sum(bool(step.blocked) for step in self.steps)
        counts["requests"] = sum(step.is_request and not step.blocked for step in self.steps)
        return {**counts, "warnings": list(self.warnings)}

    def as_json(self) -> dict[str, Json]:
        """The `plan` member of the file."""
        members: dict[str, Json] = {
            "format": FORMAT,
            "environment": self.environment,
            "target": dict(self.target),
            "memory": self.memory,
            "digests": dict(self.digests),
            "steps": [step.as_json() for step in self.steps],
            "summary": self.summary(),
        }
        if self.approvals:
            members["approvals"] = [dict(approval) for approval in self.approvals]
        return members

    def digest(self) -> str:
        """`sha256:…` of the canonical plan; the same situation has the same digest on any machine."""
        return _sha256(canonical_json(self.as_json()))


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with its envelope: when, where and by which run it was made, and which state it was made against."""

    plan: Plan
    envelope: Mapping[str, Json]

    def encode(self) -> bytes:
        """The file's bytes: canonical JSON with digest and seal, and one newline."""
        body: dict[str, Json] = {
            "plan": self.plan.as_json(),
            "digest": self.plan.digest(),
            "envelope": dict(self.envelope),
        }
        return canonical_json({**body, "seal": _sha256(canonical_json(body))}) + b"\n"


def read_plan_file(data: bytes) -> PlanFile:
    """The plan in a file's bytes.

    Accepted only when the bytes are the canonical form of what they say plus one newline and both hashes hold;
    otherwise PlanNotAcceptable names what is wrong. A format that is not ours is refused, never migrated.
    """
    try:
        body = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _refused(
            "the plan file is not JSON", "It was cut short, or something else was written into it."
        ) from None
    plan = body.get("plan") if isinstance(body, dict) else None
    if not isinstance(plan, dict):
        raise _refused("the file is not a plan", 'It has no member "plan".')
    if plan.get("format") != FORMAT:
        raise _refused(
            f'the plan file has the format "{str(plan.get("format"))[:40]}"',
            f'This version of reconciler reads "{FORMAT}" and never migrates a plan.',
        )
    if set(body) != {"plan", "digest", "envelope", "seal"}:
        raise _refused("the plan file has members that a plan file does not have, or lacks some", _CHANGED)
    try:
        whole = canonical_json(body) + b"\n"
        digest = _sha256(canonical_json(plan))
        seal = _sha256(canonical_json({name: value for name, value in body.items() if name != "seal"}))
    except ValueError:
        raise _refused("the plan file is not in canonical form", _CHANGED) from None
    if not hmac.compare_digest(whole, data):
        raise _refused("the plan file is not in canonical form", _CHANGED)
    if not hmac.compare_digest(digest, str(body["digest"])) or not hmac.compare_digest(seal, str(body["seal"])):
        raise _refused("the plan file's digest or seal does not match its content", _CHANGED)
    try:
        read = PlanFile(_plan(plan), dict(body["envelope"]))
        whole_again = read.encode()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _refused("the plan file's content does not have the shape of a plan", _CHANGED) from None
    if whole_again != data:
        raise _refused("the plan file's content does not have the shape of a plan", _CHANGED)
    return read


_CHANGED = "It was changed after it was made."


def _refused(summary: str, detail: str) -> PlanNotAcceptable:
    return PlanNotAcceptable(summary, detail=detail, fix="Make a new one: reconciler plan -e ENV")


def _plan(value: Mapping[str, Any]) -> Plan:
    return Plan(
        environment=value["environment"],
        target=value["target"],
        memory=value["memory"],
        digests=value["digests"],
        steps=tuple(_step(step) for step in value["steps"]),
        warnings=tuple(value["summary"]["warnings"]),
        approvals=tuple(value.get("approvals", ())),
    )


def _step(value: Mapping[str, Any]) -> Step:
    return Step(
        id=value["id"],
        action=value["action"],
        address=value["address"],
        part=value["part"],
        live_id=value["live_id"],
        depends_on=tuple(value["depends_on"]),
        observed=value["observed"],
        binding=value["binding"],
        changes=tuple(_change(change) for change in value["changes"]),
        reason=value["reason"],
        risk=value["risk"],
        reversible=value["reversible"],
        takes=tuple(value["takes"]),
        blocked=tuple(value["blocked"]),
        waits_for=tuple(value["waits_for"]),
        exposed_until=value.get("exposed_until", ""),
        sequence=tuple(value.get("sequence", ())),
        manual=value.get("manual"),
    )


def _change(value: Mapping[str, Any]) -> Change:
    cause = value["cause"]
    return Change(
        path=value["path"],
        op=value["op"],
        before=value["before"],
        after=value["after"],
        cause=Cause(cause["kind"], cause["file"], cause["line"]),
        address=value.get("address", ""),
        part=value.get("part", ""),
        hazard=value.get("hazard", ""),
    )


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(value: Json) -> str:
    """`sha256:…` of a value's canonical JSON."""
    return _sha256(canonical_json(value))
