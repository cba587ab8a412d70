"""The person of the demo: does in a local account what the manual steps of a plan ask for, and nothing else.

It refuses to know manifests: a plan's instructions have to be enough, as they are for a real person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Click:
    """One thing done in Admin Center: the list path, the object as the API returns it, and what to say about it."""

    path: str
    content: Mapping[str, Any]
    said: str


Step = Mapping[str, Any]


def clicks(steps: Iterable[Step], app_id: str) -> list[Click]:
    """What a person does for the open manual steps of a plan; what they only vouch for is not among them.

    A step that needs another one is left for the next plan, which has it again. Raises LookupError for a step that this person has not learned.
    """
    return [
        click
        for step in steps
        if step.get("manual") and not step["manual"].get("digest") and not step.get("depends_on")
        for click in _hand(step)(step, app_id)
    ]


def vouched(steps: Iterable[Step]) -> list[str]:
    """The ids of the open steps that need somebody's word."""
    return [str(step["id"]) for step in steps if step.get("manual") and step["manual"].get("digest")]


def _hand(step: Step) -> Callable[[Step, str], list[Click]]:
    for beginning, ending, hand in _HANDS:
        if step["address"].startswith(beginning) and step["id"].endswith(ending):
            return hand
    raise LookupError(f"nobody here knows how to do {step['id']}")


def _entered(step: Step) -> dict[str, str]:
    return {str(name): str(value) for name, value in step["manual"]["values"]}


def _connect_channel(step: Step, app_id: str) -> list[Click]:
    path = f"/sc/v2/apps/{app_id}/integrations"
    entered = _entered(step)
    if "Phone number" in entered:
        number = entered["Phone number"]
        whatsapp = {"type": "whatsapp", "displayName": "WhatsApp", "phoneNumber": number.lstrip("+")}
        return [Click(path, whatsapp, f"WhatsApp number {number} connected")]
    instagram = {
        "type": "instagram",
        "displayName": "Instagram",
        "businessId": entered["Business id"],
        "businessUsername": "maisonlune",
    }
    return [Click(path, instagram, "Instagram account @maisonlune connected")]


_HANDS: tuple[tuple[str, str, Callable[[Step, str], list[Click]]], ...] = (("channel/", "#connect", _connect_channel),)
"""Who does what: how the address begins, how the step's id ends."""
