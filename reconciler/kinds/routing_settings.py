"""How conversations reach agents: omnichannel routing, which overrides chat routing where both are stated.

Two objects of two APIs: the account's settings, and the chat routing settings, whose access by a Support token is
not confirmed. The order of the queues belongs to the account's settings here, since the account has one such list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Problem
from reconciler.core.neighbours import Neighbours
from reconciler.core.part import Hazard, Part
from reconciler.core.resource import Json, Resource
from reconciler.kinds._arrangements import listed_twice
from reconciler.kinds._codecs import Boolean, Pointer, PointerList, WholeNumber
from reconciler.kinds._collections import ACCOUNT_SETTINGS, CHAT_ROUTING, QUEUES
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, AnyReference, ManifestModel, Shape, Text
from reconciler.kinds._queue_order import QueueOrder


class Reassignment(Shape):
    """What happens to a conversation that its agent does not take."""

    enabled: Annotated[bool, Managed("routing.reassignment_messaging_enabled", Boolean())] = Field(
        default=UNSTATED, description="Whether it goes to somebody else."
    )
    timeout_seconds: Annotated[int, Managed("routing.reassignment_messaging_timeout", WholeNumber())] = Field(
        default=UNSTATED, ge=1, description="After how long."
    )
    talk_timeout_seconds: Annotated[int, Managed("routing.reassignment_talk_timeout", WholeNumber())] = Field(
        default=UNSTATED, ge=1, description="After how long a call goes to somebody else."
    )


class Omnichannel(Shape):
    """Omnichannel routing: every channel's work is given to agents by their capacity."""

    enabled: Annotated[
        bool,
        Managed(
            "routing.enabled",
            Boolean(),
            hazard=Hazard("changes_work", "Omnichannel routing gives every agent work in another way."),
        ),
    ] = Field(default=UNSTATED, description="Whether it is on.")
    autorouting_tag: Annotated[Text, Managed("routing.autorouting_tag")] = Field(
        default=UNSTATED, description="The tag that lets a ticket be routed; it can never be empty again."
    )
    max_email_capacity: Annotated[int, Managed("routing.max_email_capacity", WholeNumber())] = Field(
        default=UNSTATED, ge=0, description="How many e-mails an agent has at a time."
    )
    max_messaging_capacity: Annotated[int, Managed("routing.max_messaging_capacity", WholeNumber())] = Field(
        default=UNSTATED, ge=0, description="How many conversations an agent has at a time."
    )
    reassignment: Reassignment = Field(
        default=UNSTATED, description="What happens to a conversation that its agent does not take."
    )


class ChatLimit(Shape):
    """How many conversations an agent is given."""

    enabled: Annotated[bool, Managed("chat_limit.enabled", Boolean(), part="chat")] = Field(
        default=UNSTATED, description="Whether there is a limit."
    )
    limit: Annotated[int, Managed("chat_limit.limit", WholeNumber(), part="chat")] = Field(
        default=UNSTATED, ge=0, le=20, description="The limit."
    )
    limit_type: Annotated[Literal["account", "agent"], Managed("chat_limit.limit_type", part="chat")] = Field(
        default=UNSTATED, description="Whether it is everybody's or each agent's own."
    )
    allow_agent_override: Annotated[bool, Managed("chat_limit.allow_agent_override", Boolean(), part="chat")] = Field(
        default=UNSTATED, description="Whether agents may change theirs."
    )


class SkillRouting(Shape):
    """Giving a conversation to agents with its skills first."""

    enabled: Annotated[bool, Managed("skill_routing.enabled", Boolean(), part="chat")] = Field(
        default=UNSTATED, description="Whether it is on."
    )
    max_wait_time_seconds: Annotated[int, Managed("skill_routing.max_wait_time", WholeNumber(), part="chat")] = Field(
        default=UNSTATED, ge=5, le=300, description="How long agents with the skills come first."
    )


class ChatReassignment(Shape):
    """What happens to a chat that its agent does not take."""

    enabled: Annotated[bool, Managed("reassignment.enabled", Boolean(), part="chat")] = Field(
        default=UNSTATED, description="Whether it goes to somebody else."
    )
    timeout_seconds: Annotated[int, Managed("reassignment.timeout", WholeNumber(), part="chat")] = Field(
        default=UNSTATED, ge=10, le=120, description="After how long."
    )


class Chat(Shape):
    """Chat routing, which holds where omnichannel routing is off."""

    routing_mode: Annotated[
        Literal["broadcast", "assigned", "hybrid"],
        Managed(
            "routing_mode",
            part="chat",
            hazard=Hazard("changes_work", "Who is told about a new conversation changes for every agent."),
        ),
    ] = Field(default=UNSTATED, description="Everybody, one agent at a time, or one at a time above a limit.")
    chat_limit: ChatLimit = Field(default=UNSTATED, description="How many conversations an agent is given.")
    skill_routing: SkillRouting = Field(default=UNSTATED, description="Agents with the skills first.")
    reassignment: ChatReassignment = Field(default=UNSTATED, description="What happens to a chat nobody takes.")
    auto_accept: Annotated[bool, Managed("auto_accept.enabled", Boolean(), part="chat")] = Field(
        default=UNSTATED, description="Whether chats are accepted without a click."
    )


class RoutingSettings(ManifestModel):
    """How conversations reach agents."""

    kind: Literal["routing_settings"]
    omnichannel: Omnichannel = Field(default=UNSTATED, description="Omnichannel routing.")
    chat: Chat = Field(default=UNSTATED, description="Chat routing.")
    queue_order: Annotated[list[AnyReference], Managed("order", PointerList(Pointer("queue")), part="order")] = Field(
        default=UNSTATED,
        description="The order of the queues; a ticket goes to the first that takes it. The ones not listed keep their places.",
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    parts = []
    if "omnichannel" in document or "queue_order" in document:
        fields = tuple(each for each in fields_of(RoutingSettings) if each.path.startswith("omnichannel."))
        parts.append(Part("", ACCOUNT_SETTINGS, fields, creates=False, is_singleton=True))
    if "chat" in document:
        parts.append(Part("chat", CHAT_ROUTING, fields_of(RoutingSettings, "chat"), creates=False, is_singleton=True))
    if "queue_order" in document:
        order = fields_of(RoutingSettings, "order")
        parts.append(Part("order", QUEUES, order, creates=False, follows=("",), arrangement=QueueOrder()))
    return tuple(parts)


def _without_broadcast(resource: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    """Chat and omnichannel routing may be stated in two manifests."""
    is_on = any(each.stated("omnichannel.enabled") == (True, True) for each in neighbours.of_kind("routing_settings"))
    if is_on and resource.stated("chat.routing_mode") == (True, "broadcast"):
        yield Problem(
            "routing_settings/broadcast-with-omnichannel",
            ("chat", "routing_mode"),
            "broadcast cannot be used with omnichannel routing",
            "Omnichannel routing gives each conversation to one agent and overrides chat routing.",
            "Use assigned, or switch omnichannel routing off.",
        )


def _compatible(document: Mapping[str, Json]) -> Iterator[Problem]:
    chat = document.get("chat", {})
    mode = chat.get("routing_mode")
    if mode == "hybrid" and chat.get("chat_limit", {}).get("enabled") is not True:
        yield Problem(
            "routing_settings/hybrid-without-limit",
            ("chat", "routing_mode"),
            "hybrid needs chat_limit: {enabled: true}",
            "In hybrid mode agents are given conversations up to their limit and may take more.",
            "State the limit, or use assigned.",
        )
    if mode == "broadcast" and chat.get("skill_routing", {}).get("enabled") is True:
        yield Problem(
            "routing_settings/skills-with-broadcast",
            ("chat", "skill_routing"),
            "skill routing needs another mode than broadcast",
            "In broadcast mode everybody is told at once.",
            "Use assigned or hybrid.",
        )
    if mode in ("broadcast", "hybrid") and chat.get("reassignment", {}).get("enabled") is True:
        yield Problem(
            "routing_settings/reassignment-needs-assigned",
            ("chat", "reassignment"),
            "reassignment works in assigned mode only",
            "In the other modes a conversation is not one agent's until somebody takes it.",
            "Use assigned, or leave reassignment out.",
        )


def _each_queue_once(document: Mapping[str, Json]) -> Iterator[Problem]:
    return listed_twice(document, "queue_order", "routing_settings/queue-listed-twice", "queue")


KIND = Kind(
    name="routing_settings",
    area="routing",
    title="Routing settings",
    model=RoutingSettings,
    parts=_parts,
    on_remove="keep",
    forms=({"omnichannel": {}, "chat": {}, "queue_order": []},),
    rules=(_compatible, _each_queue_once),
    relations=(_without_broadcast,),
    limits=(
        "Omnichannel routing overrides chat routing; capacity rules override chat limits.",
        "The order of the queues is written as a whole, with every queue of the account.",
    ),
    cannot=(
        "Set ticket sorting, the assignment method, focus mode and the other initial routing choices: no endpoint.",
        "Say whether a Support token may write chat routing settings (UNCONFIRMED): a refusal blocks that part only.",
    ),
    sources=(
        "developer.zendesk.com/api-reference/live-chat/chat-api/routing_settings and developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings",
    ),
    example="""\
kind: routing_settings
name: routage
omnichannel:
  enabled: true
  max_messaging_capacity: 4
  reassignment: {enabled: true, timeout_seconds: 60}
queue_order: [vip-whatsapp]
""",
)
