"""Decides what of a fresh plan may run under an approved one; a pure function over two plans.

The approved plan is an upper bound by effect: fresh effects that it has run, its own that are brought about already
are `already`, fresh ones that it lacks are `unplanned`, and what moved underneath it is stale.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reconciler.core.canonical import canonical_json
from reconciler.core.plan import Change, Plan, Step, effects
from reconciler.core.report import Outcome
from reconciler.engine.arranging import keeps_order
from reconciler.engine.assigning import assignments_of, is_on_the_way
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.planner import Planned
from reconciler.kinds._registry import find_kind

Key = tuple[str, str, str]


@dataclass(slots=True)
class Decision:
    """`runs` are the fresh steps, cut to what was approved, in order; `settled` are outcomes that need no run.

    `stands_for` maps a fresh step to the approved one whose effects it brings about under another name.
    """

    runs: list[Step] = field(default_factory=list)
    settled: list[Outcome] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    stale_steps: set[str] = field(default_factory=set)
    blocked: list[Step] = field(default_factory=list)
    stands_for: dict[str, str] = field(default_factory=dict)


def decide(approved: Plan, fresh: Planned) -> Decision:
    """What runs, what is done already, what was not planned, and what is stale or blocked."""
    return _Decider(approved, fresh).decide()


class _Decider:
    def __init__(self, approved: Plan, fresh: Planned) -> None:
        self.approved, self.fresh = approved, fresh
        self.decision = Decision()
        self.bounds: dict[Key, set[bytes]] = {}
        self.created_parts: set[tuple[str, str]] = set()
        self.saved_changes: dict[Key, list[Change]] = {}
        self.approved_ids = {step.id for step in approved.steps}
        for step in approved.steps:
            # A blocked step was shown, not approved: what it would do is no part of the bound.
            for effect, change in effects(step) if not step.blocked else ():
                key = (effect.address, effect.part, effect.what)
                self.bounds.setdefault(key, set()).add(effect.after)
                if change is not None:
                    self.saved_changes.setdefault(key, []).append(change)
                if step.action == "create":
                    self.created_parts.add((effect.address, effect.part))

    def decide(self) -> Decision:
        approved_by_id = {step.id: step for step in self.approved.steps}
        fresh_ids = {step.id for step in self.fresh.plan.steps}
        for step in self.fresh.plan.steps:
            self._judge(step, approved_by_id)
        fresh_effects = {
            ((effect.address, effect.part, effect.what), effect.after)
            for step in (*self.decision.runs, *self.decision.blocked)
            for effect, _ in effects(step)
        }
        for step in self.approved.steps:
            if step.is_change and (not step.blocked or step.id not in fresh_ids):
                self._judge_missing(step, fresh_effects)
            elif step.action == "manual" and step.id not in fresh_ids:
                self._settle(step, "already", "somebody has done it")
        return self.decision

    def _covers(self, address: str, part: str, what: str, after: bytes) -> bool:
        if after in self.bounds.get((address, part, what), ()):
            return True
        return what == "*adopt" and (address, part) in self.created_parts

    def _judge(self, step: Step, approved: dict[str, Step]) -> None:
        if step.action == "manual":
            self._settle(step, "manual")
            return
        if step.is_waiting:
            self._settle(step, "waiting", f"waits for {', '.join(step.waits_for)}")
            return
        saved = approved.get(step.id)
        if saved is not None and saved.blocked:
            self.decision.blocked.append(replace(step, blocked=step.blocked or saved.blocked))
            return
        covered = [
            (effect, change)
            for effect, change in effects(step)
            if self._covers(effect.address, effect.part, effect.what, effect.after)
        ]
        if step.blocked:
            if covered or (not step.changes and self._was_planned(step)):
                self.decision.blocked.append(step)
            else:
                self._settle(step, "unplanned", "blocked in the fresh plan, and not part of the approved one")
            return
        needs_existence = step.action in ("create", "delete", "adopt", "move", "forget")
        has_existence = any(change is None for _, change in covered)
        if not covered or (needs_existence and not has_existence):
            self._settle(step, "unplanned", "not part of the approved plan: plan again")
            return
        kept = {id(change) for _, change in covered if change is not None}
        left_out = [change for change in step.changes if id(change) not in kept]
        if left_out:
            self._settle(
                step,
                "unplanned",
                f"{', '.join(change.path for change in left_out)}: not part of the approved plan: plan again",
            )
        runnable = replace(step, changes=tuple(change for change in step.changes if id(change) in kept))
        reason = self._stale_reason(runnable, saved)
        if reason:
            self._mark_stale(step, reason)
        self.decision.runs.append(runnable)

    def _was_planned(self, step: Step) -> bool:
        """Whether the approved plan changes the same part: then a block in the fresh plan is about it."""
        return any(key[:2] == (step.address, step.part) for key in self.bounds)

    def _stale_reason(self, step: Step, saved: Step | None) -> str:
        if step.action in ("create", "move", "forget", "write_secret"):
            return ""
        if saved is not None and saved.action == step.action:
            if saved.observed == step.observed and "digest" in step.observed:
                return ""
            if step.action in ("delete", "deactivate"):
                return "the object changed since the plan was made"
            if step.action == "adopt":
                return "" if saved.live_id == step.live_id else f"it was {saved.live_id}, now it is {step.live_id}"
        return next((reason for change in step.changes if (reason := self._moved(step, change))), "")

    def _moved(self, step: Step, change: Change) -> str:
        """Why a field cannot be written any more: live is neither what was reviewed nor what the plan makes of it."""
        if change.op == "release":
            return ""
        address, part = (change.address, change.part) if change.address else (step.address, step.part)
        planned = self.saved_changes.get((address, part, change.path), [])
        before = canonical_json(change.before)
        if any(before in (canonical_json(each.before), canonical_json(each.after)) for each in planned):
            return ""
        if self._is_as_we_left_it(address, part, change):
            return ""
        return f"{change.path} is neither what it was when the plan was made nor what the plan makes of it"

    def _is_as_we_left_it(self, address: str, part: str, change: Change) -> bool:
        """Whether this plan, run in part, left the field as it is: inert, never written so far, or the same order with
        other members."""
        resource = self.fresh.resources.get(address)
        if resource is None:
            return False
        kind = find_kind(resource.kind)
        its_part = next((each for each in kind.parts(resource.document) if each.name == part), None)
        if its_part is not None and its_part.arrangement is not None:
            planned = self.saved_changes.get((address, part, change.path), [])
            is_kept = any(keeps_order(change.before, other) for each in planned for other in (each.before, each.after))
            return is_kept or (address, "") in self.created_parts
        if its_part is not None and its_part.assignment is not None:
            planned = self.saved_changes.get((address, part, change.path), [])
            return any(is_on_the_way(each.before, change.before, each.after) for each in planned)
        field = its_part.field(change.path) if its_part is not None else None
        if field is None or not self._was_to_be_created(address, part):
            return False
        if change.before == field.inert or (change.path, change.before) == kind.deactivates:
            return True
        entry = self.fresh.entries.get(address)
        home = its_part.lives_as if its_part is not None else part
        is_ours = entry is not None and entry.live.get(home) == self.fresh.matching.identity(address, part).live_id
        return entry is not None and is_ours and change.path not in entry.applied.get(part, {})

    def _was_to_be_created(self, address: str, part: str) -> bool:
        """Whether the approved plan creates the part, alone or inside another one of its resource."""
        return (address, part) in self.created_parts or any(
            each.address == address and each.part == part and each.action == "link" for each in self.approved.steps
        )

    def _judge_missing(self, step: Step, fresh_effects: set[tuple[Key, bytes]]) -> None:
        missing = [
            (effect, change)
            for effect, change in effects(step)
            if ((effect.address, effect.part, effect.what), effect.after) not in fresh_effects
        ]
        if not missing:
            if all(each.id != step.id for each in self.fresh.plan.steps):
                brought = {(effect.address, effect.part) for effect, _ in effects(step)}
                for each in self.decision.runs:
                    if (each.address, each.part) in brought and each.id not in self.approved_ids:
                        self.decision.stands_for.setdefault(each.id, step.id)
            return
        if step.blocked:
            self._settle(step, "skipped", "it was blocked when the plan was made")
            return
        if self._is_held_by_a_block(step, {(effect.address, effect.part) for effect, _ in missing}):
            return
        undone = [
            reason
            for effect, change in missing
            if (reason := self._not_done(step, change, effect.address, effect.part))
        ]
        if undone:
            self._mark_stale(step, undone[0])
            if all(each.id != step.id for each in self.decision.runs):
                self._settle(step, "skipped", f"it is stale: {undone[0]}")
        elif len(missing) == sum(1 for _ in effects(step)) or step.action not in ("create",):
            still_runs = any(each.id == step.id for each in self.decision.runs)
            if not still_runs:
                self._settle(step, "already", "")
        else:
            self._settle(step, "already", "the object is there already")

    def _is_held_by_a_block(self, step: Step, parts: set[tuple[str, str]]) -> bool:
        """Whether the fresh plan cannot even tell which object it is: then its block speaks for the approved step,
        which is not stale (without a memory, an object without a readable key ends blocked)."""
        holding = next((each for each in self.decision.blocked if (each.address, each.part) in parts), None)
        if holding is not None and holding.id not in self.approved_ids:
            self.decision.stands_for.setdefault(holding.id, step.id)
        return holding is not None

    def _not_done(self, step: Step, change: Change | None, address: str, part: str) -> str:
        """Why an effect that the fresh plan does not have cannot be taken as done; empty when it is done."""
        identity = self.fresh.matching.identity(address, part)
        resource = self.fresh.resources.get(address)
        is_gone_here = resource is None or bool(resource.removed)
        if change is None:
            if step.action == "create":
                return "" if identity.live_id else "the object is not there, and is not to be created any more"
            if step.action == "adopt":
                return "" if identity.live_id == step.live_id or not step.live_id else "the live object is another one"
            if step.action == "delete":
                entry = self.fresh.entries.get(address)
                own = [each for each in parts_of_entry(address, entry) if each.name == part] if entry else []
                snapshot = self.fresh.matching.names.snapshot
                is_there = any(snapshot.find(each.collection.name, step.live_id) for each in own)
                return "the object is still there, and is not to be deleted any more" if is_there else ""
            return ""
        if change.op in ("release", "write_secret") or step.action in ("move", "forget") or is_gone_here:
            return ""
        observed = self.fresh.observed.get((address, part), {})
        if change.path in observed and canonical_json(observed[change.path]) == canonical_json(change.after):
            return ""
        desired = self.fresh.desired.get((address, part), {})
        if change.path in desired and change.path not in observed and identity.live_id:
            return ""
        if change.path not in observed and self._is_assigned(address, part):
            is_gone = "whom it is about is not there any more, or is left alone now"
            return "" if change.after == [] else f"{change.path}: {is_gone}"
        if change.path not in observed and not identity.live_id:
            return "the object is not there any more"
        return f"{change.path} is neither what it was when the plan was made nor what the plan makes of it"

    def _is_assigned(self, address: str, part: str) -> bool:
        resource = self.fresh.resources.get(address)
        return resource is not None and any(each.name == part for each, _ in assignments_of(resource))

    def _mark_stale(self, step: Step, reason: str) -> None:
        self.decision.stale.append(f"{step.id}: {reason}")
        self.decision.stale_steps.add(step.id)

    def _settle(self, step: Step, result: str, detail: str = "") -> None:
        self.decision.settled.append(
            Outcome(step.id, step.action, step.address, step.part, result, step.live_id, detail, manual=step.manual)  # type: ignore[arg-type]
        )
