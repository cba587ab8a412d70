"""Drafts what only a person can set: stated fields that are not live so, and live values that call for somebody.

Such a step holds nothing back and changes nothing; it is done when a read shows it. It refuses to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.codec import MISSING
from reconciler.core.manual import ByPerson
from reconciler.core.plan import Change, Step, digest_of
from reconciler.core.resource import Json
from reconciler.engine.attesting import attest_command
from reconciler.engine.comparing import cause_at
from reconciler.engine.drafting import Draft, Observation, Raised, references_in, step_id
from reconciler.engine.externals import draft_external, matches_of, unreadable_kind
from reconciler.engine.situation import Situation


@dataclass(frozen=True, slots=True)
class _Asked:
    """One observation as it is put to a person; `is_unseen` says that no read can tell."""

    observation: Observation
    is_unseen: bool

    @property
    def label(self) -> str:
        return label_of(self.observation.field.path)

    @property
    def wanted(self) -> str:
        return value_words(self.observation.desired)


def observed_steps(draft: Draft, situation: Situation) -> None:
    """One manual step for the stated fields of a resource that are set together, one for each alarm."""
    by_step: dict[str, list[Observation]] = {}
    for each in draft.observations:
        slug = each.field.by_person.slug if each.field.by_person else ""
        by_step.setdefault(step_id("manual", each.resource.address, slug), []).append(each)
    for manual, observations in by_step.items():
        _draft_settings(draft, situation, manual, observations)
    for raised in draft.raised:
        _draft_alarm(draft, raised)


def _draft_settings(draft: Draft, situation: Situation, manual: str, observations: Sequence[Observation]) -> None:
    asked = [_Asked(each, _is_unseen(each, situation)) for each in observations]
    asked = [each for each in asked if not (each.is_unseen and each.observation.desired is None)]
    vouched = [
        each for each in asked if each.is_unseen and not each.observation.create and _by(each).when_unseen == "attest"
    ]
    digest = digest_of([[each.observation.field.path, each.observation.desired] for each in vouched]) if vouched else ""
    known = situation.inputs.attested.get(manual)
    if digest and known == digest:
        asked = [each for each in asked if each not in vouched]
        digest = ""
    if not asked:
        return
    first, by = asked[0].observation, _by(asked[0])
    attest: Mapping[str, Json] = {"attest": attest_command(situation, manual), "digest": digest} if digest else {}
    draft.add(
        Step(
            manual,
            "manual",
            first.resource.address,
            first.part,
            first.live_id,
            changes=tuple(_change(each.observation) for each in asked),
            reason=_reason(asked, is_vouched_before=bool(digest and known)),
            manual={
                "title": by.title,
                "admin_center": by.admin_center,
                "values": [[each.label, each.wanted] for each in asked],
                "looks_for": "; ".join(_looks_for(asked)),
                "article": by.article,
                "notes": list(dict.fromkeys(note for each in asked for note in _by(each).notes)),
                **attest,
            },
        ),
        *(each.observation.create for each in asked if each.observation.create),
    )
    for each in asked:
        _ask_for_what_is_missing(draft, situation, manual, each.observation)


def _draft_alarm(draft: Draft, raised: Raised) -> None:
    by = raised.alarm.calls[raised.value]
    draft.add(
        Step(
            step_id("manual", raised.resource.address, by.slug),
            "manual",
            raised.resource.address,
            raised.part,
            raised.live_id,
            reason=f'its {raised.alarm.member} is "{raised.value}"',
            manual={
                "title": by.title,
                "admin_center": by.admin_center,
                "values": [],
                "looks_for": f'a {raised.alarm.member} that is not "{raised.value}" any more',
                "article": by.article,
                "notes": list(by.notes),
            },
        )
    )


def _by(asked: _Asked) -> ByPerson:
    by = asked.observation.field.by_person
    if by is None:
        raise AssertionError(f"{asked.observation.field.path} is not observed. This is a bug in reconciler.")
    return by


def _is_unseen(each: Observation, situation: Situation) -> bool:
    """Whether no read can tell: the reply leaves it out, or what it refers to cannot be listed."""
    kinds = {str(reference["kind"]) for reference in references_in(each.desired) if "external" in reference}
    return each.seen is MISSING or any(unreadable_kind(situation, kind) for kind in kinds)


def _change(each: Observation) -> Change:
    seen = None if each.seen is MISSING else each.seen
    op = "clear" if each.desired is None else "set"
    return Change(each.field.path, op, seen, each.desired, cause_at(each.resource, each.field.path, each.cause))


def _reason(asked: Sequence[_Asked], *, is_vouched_before: bool) -> str:
    if any(each.observation.create for each in asked):
        return "only a person can set it, once the object exists"
    if any(each.observation.cause in ("drift", "conflict") for each in asked):
        return "it was changed in the account since it was last as stated"
    if is_vouched_before:
        return "what is stated changed since somebody vouched for it"
    if all(each.is_unseen for each in asked):
        return "no answer of the account shows whether it is done"
    return "only a person can set it"


def _looks_for(asked: Sequence[_Asked]) -> Iterator[str]:
    vouched = [each for each in asked if _is_vouched(each)]
    for each in asked:
        if each not in vouched:
            yield f"{each.label.lower()}: {each.wanted}{_now(each)}"
    if vouched:
        yield "somebody's word in attestations.yaml"


def _is_vouched(each: _Asked) -> bool:
    """Whether a person's word stands in for a read; before the object exists nobody knows what a read will tell."""
    return each.is_unseen and not each.observation.create and _by(each).when_unseen == "attest"


def _now(each: _Asked) -> str:
    if each.observation.create:
        return ""
    if each.is_unseen:
        return ", which no answer of the account shows"
    return f" (now {value_words(each.observation.seen)})"


def _ask_for_what_is_missing(draft: Draft, situation: Situation, manual: str, each: Observation) -> None:
    """What the field shall point to and is not in the account comes first; it is a person's too."""
    for reference in references_in(each.desired):
        if "external" not in reference or unreadable_kind(situation, str(reference["kind"])):
            continue
        if not matches_of(situation, reference):
            draft.needs[manual].add(draft_external(draft, str(reference["kind"]), str(reference["external"])))


def label_of(path: str) -> str:
    """A field's path as a label for people: `Agent workspace`."""
    return path.replace("_", " ").replace(".", " > ").capitalize()


def value_words(value: Json) -> str:
    """A canonical value as a person would enter it: keys for references, on and off for truth values."""
    if isinstance(value, Mapping):
        return str(value.get("external") or value.get("ref") or value.get("id") or ", ".join(map(str, value.values())))
    if isinstance(value, list | tuple):
        return ", ".join(map(value_words, value)) or "none"
    return (
        {True: "on", False: "off", None: "none"}.get(value, str(value))
        if isinstance(value, bool | None)
        else str(value)
    )
