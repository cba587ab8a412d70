"""Who answers a conversation: a bot behind a webhook, or one of the vendor's own (agent workspace, AI agent).

A bot is three live objects: a custom integration, its webhook, and its entry in the switchboard. An integration
outside the switchboard receives every event and would answer beside the agents, so a bot is created with its
webhook on one harmless trigger, then gets its entry, and only then its real triggers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints

from reconciler.core.kind import Kind, Lookup, Problem
from reconciler.core.manual import ManualStep
from reconciler.core.part import Part
from reconciler.core.resource import Json, Resource
from reconciler.kinds._codecs import Pointer
from reconciler.kinds._collections import INTEGRATION_WEBHOOKS, INTEGRATIONS, SWITCHBOARD_INTEGRATIONS
from reconciler.kinds._fields import Managed, MatchKey, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, HttpsUrl, ManifestModel, Shape

HARMLESS_TRIGGER = "user:merge"
"""The one trigger that a new bot listens to until its entry stands: two end users merged; nobody answers that."""

_PERMANENT = "the vendor provides this entry, and nothing here could bring it back. Use removed: keep."

EntryName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")]

WebhookTrigger = Literal[
    "client:add",
    "client:remove",
    "client:update",
    "conversation:create",
    "conversation:join",
    "conversation:leave",
    "conversation:message",
    "conversation:message:delivery:channel",
    "conversation:message:delivery:failure",
    "conversation:message:delivery:user",
    "conversation:postback",
    "conversation:read",
    "conversation:referral",
    "conversation:remove",
    "conversation:typing",
    "passthrough:messaging",
    "switchboard:acceptControl",
    "switchboard:acceptControl:failure",
    "switchboard:offerControl",
    "switchboard:offerControl:failure",
    "switchboard:passControl",
    "switchboard:passControl:failure",
    "switchboard:releaseControl",
    "user:merge",
    "user:remove",
    "user:update",
]


class Webhook(Shape):
    """Where the bot is told about events, and about which."""

    target: Annotated[HttpsUrl, Managed("target", part="webhook")] = Field(
        description="The address that Zendesk calls."
    )
    triggers: Annotated[list[WebhookTrigger], Managed("triggers", part="webhook", inert=[HARMLESS_TRIGGER])] = Field(
        min_length=1, description="The events it is called for."
    )
    include_full_user: Annotated[bool, Managed("includeFullUser", part="webhook", service_default=False)] = Field(
        default=UNSTATED, description="Send the whole user with each event."
    )
    include_full_source: Annotated[bool, Managed("includeFullSource", part="webhook", service_default=False)] = Field(
        default=UNSTATED, description="Send the whole client with each event."
    )


class ResponderModel(ManifestModel):
    """What both types of responder have: their entry in the switchboard."""

    kind: Literal["responder"]
    next_responder: Annotated[
        AnyReference | None,
        Managed("nextSwitchboardIntegrationId", Pointer("responder", "entry"), part="entry"),
    ] = Field(default=UNSTATED, description="Who gets the conversation when this one hands it over.")
    message_history_count: Annotated[int | None, Managed("messageHistoryCount", part="entry")] = Field(
        default=UNSTATED, ge=1, le=10, description="How many earlier messages it is shown when it takes over."
    )
    deliver_standby_events: Annotated[bool, Managed("deliverStandbyEvents", part="entry", service_default=True)] = (
        Field(default=UNSTATED, description="Also send events while somebody else has the conversation.")
    )


class Bot(ResponderModel):
    """A bot of your own, reached through a webhook."""

    type: Literal["bot"]
    display_name: Annotated[str, Managed("displayName", part="integration")] = Field(
        default=UNSTATED, min_length=1, max_length=100, description="The name shown for the integration."
    )
    entry_name: Annotated[EntryName, Managed("name", part="entry", is_key=True)] = Field(
        default=UNSTATED, description="The name of its switchboard entry; the manifest's name where it is not stated."
    )
    webhook: Webhook = Field(description="Where the bot is told about events, and about which.")


class Builtin(ResponderModel):
    """A responder that the vendor provides: found in the switchboard, never created."""

    type: Literal["builtin"]
    integration_type: Annotated[str, MatchKey("integrationType", part="entry")] = Field(
        default=UNSTATED, min_length=1, description="The vendor's type, such as zd:agentWorkspace or zd:answerBot."
    )
    entry_name: Annotated[EntryName, MatchKey("name", part="entry")] = Field(
        default=UNSTATED, description="The name of its switchboard entry, where there is no type to find it by."
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    if document.get("type") == "builtin":
        entry = fields_of(Builtin, "entry")
        if "integration_type" in document:
            entry = tuple(each for each in entry if each.path != "entry_name")
        return (
            Part("entry", SWITCHBOARD_INTEGRATIONS, entry, creates=False, parent="switchboard/", permanent=_PERMANENT),
        )
    name = document.get("entry_name", document["name"])
    return (
        Part(
            "integration",
            INTEGRATIONS,
            fields_of(Bot, "integration"),
            constants=(("type", "custom"), ("displayName", document.get("display_name", name))),
            type_member="type",
            type_value="custom",
            found_through=("entry", "integrationId"),
        ),
        Part(
            "webhook",
            INTEGRATION_WEBHOOKS,
            fields_of(Bot, "webhook"),
            inside="integration",
            inside_member="webhooks",
            parent="integration",
            links_after=("entry",),
            is_singleton=True,
            made_secret="secret",
        ),
        Part(
            "entry",
            SWITCHBOARD_INTEGRATIONS,
            tuple(
                replace(each, default=name) if each.path == "entry_name" else each for each in fields_of(Bot, "entry")
            ),
            parent="switchboard/",
            follows=("integration",),
            embeds=(("integrationId", "integration"),),
        ),
    )


def _findable(document: Mapping[str, Json]) -> Iterator[Problem]:
    if document.get("type") == "builtin" and not document.keys() & {"integration_type", "entry_name"}:
        yield Problem(
            "responder/not-findable",
            (),
            "a builtin responder needs integration_type or entry_name",
            "It is found in the switchboard, never created, and these are what it is found by.",
            "Add integration_type: zd:agentWorkspace (or the type that your account shows).",
        )


def _own_successor(document: Mapping[str, Json]) -> Iterator[Problem]:
    if document.get("next_responder") == document.get("name"):
        yield Problem(
            "responder/hands-over-to-itself",
            ("next_responder",),
            "a responder cannot hand over to itself",
            "The conversation would never reach anybody else.",
            "Name another responder, or leave next_responder out.",
        )


def _manual(resource: Resource) -> ManualStep:
    found_by = [
        (label, str(resource.document[path]))
        for path, label in (("integration_type", "Integration type"), ("entry_name", "Switchboard entry"))
        if path in resource.document
    ]
    return ManualStep(
        title="switch the responder on",
        admin_center="Admin Center > Channels > AI agents and automation, or Workspaces > Agent tools > Agent workspace",
        values=tuple(found_by),
        looks_for="an entry of that type or name in the account's switchboard",
        article="https://developer.zendesk.com/documentation/conversations/messaging-platform/"
        "programmable-conversations/switchboard",
    )


KIND = Kind(
    name="responder",
    area="responders",
    title="Responder",
    model=Annotated[Bot | Builtin, Discriminator("type")],
    parts=_parts,
    lookup=Lookup("entry", SWITCHBOARD_INTEGRATIONS, "name", "switchboard entry"),
    exclusive=("webhook.target",),
    forms=(
        {"type": "bot", "name": ""},
        {"type": "builtin", "integration_type": ""},
        {"type": "builtin", "entry_name": ""},
    ),
    rules=(_findable, _own_successor),
    manual=_manual,
    limits=(
        "A switchboard has at most 10 entries.",
        "A custom integration has exactly one webhook at creation, and an app at most 10.",
    ),
    cannot=("Create a builtin responder: it comes with the account.",),
    sources=(
        "Conversations API reference, switchboards and custom integrations",
        "Conversations OpenAPI 17.12.1, switchboardIntegration",
    ),
    example="""\
kind: responder
name: lune-bot
type: bot
webhook:
  target: https://bot.maison-lune.example/zendesk
  triggers: ["conversation:message", "conversation:postback"]
next_responder: agents
message_history_count: 10
""",
)
