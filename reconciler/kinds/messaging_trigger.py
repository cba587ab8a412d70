"""A messaging trigger: a rule that writes to customers, set by a person in Admin Center, and that no API shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from reconciler.core.kind import Kind
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.resource import Json, Resource
from reconciler.kinds._model import UNSTATED, ManifestModel, Text


class MessagingTrigger(ManifestModel):
    """A messaging trigger."""

    kind: Literal["messaging_trigger"]
    title: Text = Field(description="The name that admins see.")
    active: bool = Field(default=UNSTATED, description="Whether it fires; true where it is not stated.")
    when: Literal[
        "conversation_requested", "message_sent", "conversation_added_to_queue", "conversation_assigned_from_queue"
    ] = Field(description="The event that it fires on.")
    conditions: list[Text] = Field(default=UNSTATED, description="Its conditions, in the words of Admin Center.")
    message: Text = Field(description="What the customer is sent.")


def _attests(resource: Resource) -> tuple[Attested, ...]:
    document: Mapping[str, Json] = resource.document
    is_active = bool(document.get("active", True))
    conditions = [str(each) for each in document.get("conditions", ())]
    values = [
        ("Name", str(document["title"])),
        ("Status", "active" if is_active else "inactive"),
        ("When", str(document["when"]).replace("_", " ")),
        *(("Condition", each) for each in conditions),
        ("Send to customer", str(document["message"])),
    ]
    content = {
        "title": document["title"],
        "active": is_active,
        "when": document["when"],
        "conditions": conditions,
        "message": document["message"],
    }
    return (
        Attested(
            "set",
            ManualStep(
                title=f'set the messaging trigger "{document["title"]}"',
                admin_center="Admin Center > Objects and rules > Business rules > Messaging triggers",
                values=tuple(values),
                looks_for="somebody's word in attestations.yaml",
                article="https://support.zendesk.com/hc/en-us/articles/8015292388378",
            ),
            content,
        ),
    )


KIND = Kind(
    name="messaging_trigger",
    area="responders",
    title="Messaging trigger",
    model=MessagingTrigger,
    parts=lambda document: (),
    on_remove="deactivate",
    attests=_attests,
    limits=("Conditions are written in the words of Admin Center; nothing checks them.",),
    cannot=(
        "Set or read a messaging trigger: no endpoint was found.",
        "Say whether these are the legacy chat triggers (UNCONFIRMED).",
    ),
    sources=("support.zendesk.com/hc/en-us/articles/8015292388378",),
    example="""\
kind: messaging_trigger
name: hors-horaires
title: Réponse en dehors des horaires
when: conversation_requested
conditions: ["Account status is Offline"]
message: "Notre boutique est fermée. Nous vous répondons dès 9 h."
""",
)
