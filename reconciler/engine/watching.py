"""Drafts the steps that a person does and a read verifies; where the account hides it, somebody's word counts.

It refuses to know what is watched.
"""

from __future__ import annotations

from reconciler.core.plan import Step, digest_of
from reconciler.engine.attesting import attest_command
from reconciler.engine.drafting import Draft, step_id
from reconciler.engine.reader import watches_of
from reconciler.engine.situation import Situation


def watched_steps(draft: Draft, situation: Situation) -> None:
    """A manual step for everything that is stated and that the account does not show as done."""
    for resource in situation.resources.values():
        if resource.lifecycle.watch_only:
            continue
        for watch in watches_of(resource):
            unreadable = [why for each in watch.collections if (why := situation.snapshot.unreadable(each))]
            if unreadable:
                draft.warnings.append(
                    f"{resource.address}: what a person has to do for it cannot be said, since the account cannot be read: "
                    f"{unreadable[0]}"
                )
                continue
            for shown in watch.undone(resource, situation.names):
                address = shown.address or resource.address
                manual = step_id("manual", address, shown.asked.slug)
                digest = digest_of(shown.asked.content)
                if manual in draft.steps or (shown.is_hidden and situation.inputs.attested.get(manual) == digest):
                    continue
                instructions = shown.asked.manual.as_json()
                if shown.is_hidden:
                    instructions |= {"attest": attest_command(situation, manual), "digest": digest}
                draft.add(Step(manual, "manual", address, reason=shown.reason, manual=instructions))
