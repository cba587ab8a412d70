"""The switchboard: which responder a new conversation reaches first.

An account has at most one; where it exists it is ours without a key (developer.zendesk.com/documentation/conversations/messaging-platform/programmable-conversations/switchboard).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Lookup
from reconciler.core.part import Hazard, Part
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Pointer
from reconciler.kinds._collections import SWITCHBOARDS
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, ManifestModel


class Switchboard(ManifestModel):
    """The account's switchboard."""

    kind: Literal["switchboard"]
    enabled: Annotated[
        bool,
        Managed(
            "enabled",
            on_create=False,
            hazard=Hazard(
                "changes_work",
                "With the switchboard off, every integration receives every event: bots and agents answer side by side.",
                values=(False,),
            ),
        ),
    ] = Field(default=UNSTATED, description="Whether conversations are passed through it.")
    default_responder: Annotated[
        AnyReference,
        Managed(
            "defaultSwitchboardIntegrationId",
            Pointer("responder", "entry"),
            on_create=False,
            hazard=Hazard(
                "changes_work", "New conversations of every channel without a responder of its own go there."
            ),
        ),
    ] = Field(default=UNSTATED, description="Who gets a new conversation first.")


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", SWITCHBOARDS, fields_of(Switchboard), is_singleton=True),)


KIND = Kind(
    name="switchboard",
    area="routing",
    title="Switchboard",
    model=Switchboard,
    parts=_parts,
    lookup=Lookup("", SWITCHBOARDS, "id", "switchboard"),
    limits=("One switchboard per app.", "An enabled switchboard needs a default responder."),
    cannot=("Read one switchboard alone: the service only lists them.",),
    sources=(
        "developer.zendesk.com/documentation/conversations/messaging-platform/programmable-conversations/switchboard",
        "Conversations OpenAPI 17.12.1, switchboard",
    ),
    example="""\
kind: switchboard
name: main
enabled: true
default_responder: lune-bot
""",
)
