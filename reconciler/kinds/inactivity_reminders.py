"""Reminders to customers who stopped answering, part of the account's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Problem
from reconciler.core.part import Part
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Boolean, Record, WholeNumber
from reconciler.kinds._collections import ACCOUNT_SETTINGS
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel, Shape, Text


class Reminder(Shape):
    """One reminder; the first has a message only."""

    message: Text = Field(description="What the customer is asked.")
    timeout_seconds: int = Field(default=UNSTATED, ge=1, description="How long after the one before it.")
    ticket_status_id: int | None = Field(
        default=UNSTATED, description="The live id of the ticket status that it sets, or null."
    )


class InactivityReminders(ManifestModel):
    """Reminders to customers who stopped answering."""

    kind: Literal["inactivity_reminders"]
    enabled: Annotated[bool, Managed("messaging_inactivity.enabled", Boolean())] = Field(
        description="Whether reminders are sent."
    )
    timeout_minutes: Annotated[int, Managed("messaging_inactivity.timeout", WholeNumber())] = Field(
        default=UNSTATED, ge=1, description="After how many idle minutes the first one is sent."
    )
    ticket_status_id: Annotated[int | None, Managed("messaging_inactivity.ticket_status_id", WholeNumber())] = Field(
        default=UNSTATED, description="The live id of the ticket status that inactivity sets, or null."
    )
    reminders: Annotated[
        list[Reminder],
        Managed(
            "messaging_inactivity.reminders",
            Record({"message": "message", "timeout_seconds": "timeout", "ticket_status_id": "ticket_status_id"}),
        ),
    ] = Field(default=UNSTATED, max_length=3, description="The reminders, in order; written as a whole.")


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", ACCOUNT_SETTINGS, fields_of(InactivityReminders), creates=False, is_singleton=True),)


def _first_and_following(document: Mapping[str, Json]) -> Iterator[Problem]:
    for index, reminder in enumerate(document.get("reminders", ())):
        extra = sorted(reminder.keys() & {"timeout_seconds", "ticket_status_id"})
        missing = sorted({"timeout_seconds", "ticket_status_id"} - reminder.keys())
        if index == 0 and extra:
            yield Problem(
                "inactivity_reminders/first-has-a-message-only",
                ("reminders", 0, extra[0]),
                f"the first reminder takes no {' and no '.join(extra)}",
                "It is sent after timeout_minutes; only the following ones have a time and a status of their own.",
                "Remove it.",
            )
        elif index and missing:
            yield Problem(
                "inactivity_reminders/following-needs-more",
                ("reminders", index),
                f"reminder {index + 1} needs {' and '.join(missing)}",
                "The service wants both for every reminder behind the first.",
                "Add them; ticket_status_id may be null.",
            )


KIND = Kind(
    name="inactivity_reminders",
    area="responders",
    title="Inactivity reminders",
    model=InactivityReminders,
    parts=_parts,
    on_remove="keep",
    rules=(_first_and_following,),
    limits=("Ticket statuses are named by their live ids, which differ between accounts: keep them in a value.",),
    sources=("developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings",),
    example="""\
kind: inactivity_reminders
name: relances
enabled: true
timeout_minutes: 10
reminders:
  - {message: "Êtes-vous toujours là ?"}
""",
)
