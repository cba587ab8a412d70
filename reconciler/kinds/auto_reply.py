"""The automatic reply of one channel: a text that a person sets in Admin Center, and that no API shows.

The plan gives the exact text to paste, and somebody vouches that it is set; a changed text is asked for again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Problem, Twins
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.neighbours import Neighbours
from reconciler.core.resource import Json, Resource, ref
from reconciler.kinds._codecs import Pointer
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel, Name, Text

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_KNOWN_PLACEHOLDER = re.compile(r"\{\{\s*firstName\s*(\|\|[^{}|]*)?\}\}")


_AGENTS = "zd:agentWorkspace"
"""The one builtin responder that is people (Conversations API reference, switchboard integrations)."""


class AutoReply(ManifestModel):
    """The automatic reply of one channel."""

    kind: Literal["auto_reply"]
    channel: Annotated[Name, Managed("", Pointer("channel"), part="noted")] = Field(
        description="The channel whose reply it is."
    )
    enabled: bool = Field(description="Whether the reply is sent.")
    text: Text = Field(default=UNSTATED, description="What is sent, at most once a day to each customer.")


def _sendable(document: Mapping[str, Json]) -> Iterator[Problem]:
    text = document.get("text")
    if text is None and document["enabled"]:
        yield Problem(
            "auto_reply/no-text",
            ("enabled",),
            "a reply that is enabled needs a text",
            "",
            "Add text, or write enabled: false.",
        )
    for match in _PLACEHOLDER.finditer(text or ""):
        if not _KNOWN_PLACEHOLDER.fullmatch(match[0]):
            why = "Dynamic content does not work here." if "dc." in match[0] else "No other placeholder works here."
            yield Problem(
                "auto_reply/placeholder",
                ("text",),
                f"the placeholder {match[0]} would be sent as it is",
                why,
                "Use {{firstName || }} with a word for customers without a name, or write the text out.",
            )


def _answered_by_people(resource: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    """A bot's own greeting and the automatic reply would both be sent."""
    channel = neighbours.named("channel", resource.document["channel"])
    if channel is None or not resource.document["enabled"]:
        return
    said_by, first = channel, channel.document.get("default_responder")
    if first is None:
        switchboards = neighbours.of_kind("switchboard")
        said_by, first = next(
            (
                (each, each.document["default_responder"])
                for each in switchboards
                if "default_responder" in each.document
            ),
            (channel, None),
        )
    responder = neighbours.named("responder", first)
    if responder is not None and _is_bot(responder):
        yield Problem(
            "auto_reply/beside-a-bot",
            ("channel",),
            f"{responder.address} answers first on {channel.address}, beside the automatic reply",
            f"{said_by.address} says so. Customers would get both answers.",
            "Let the bot alone greet them (enabled: false), or let another responder answer first.",
            severity="warning",
        )


def _is_bot(responder: Resource) -> bool:
    """A builtin responder that is found by its name alone may be either, and is given the benefit of the doubt."""
    return responder.type == "bot" or responder.document.get("integration_type", _AGENTS) != _AGENTS


def _attests(resource: Resource) -> tuple[Attested, ...]:
    channel, enabled = str(resource.document["channel"]), bool(resource.document["enabled"])
    text = str(resource.document.get("text", ""))
    values = [("Channel", f"channel/{channel}"), ("Automatic reply", "on" if enabled else "off")]
    if enabled:
        values.append(("Message", text))
    return (
        Attested(
            "set",
            ManualStep(
                title="set the automatic reply" if enabled else "switch the automatic reply off",
                admin_center="Admin Center > Channels > Messaging and social > Messaging > the channel > Responses",
                values=tuple(values),
                looks_for="somebody's word in attestations.yaml",
                article="https://support.zendesk.com/hc/en-us/articles/4408838007578",
            ),
            {"channel": channel, "enabled": enabled, "text": text if enabled else ""},
            needs=(ref(f"channel/{channel}"),),
        ),
    )


KIND = Kind(
    name="auto_reply",
    area="responders",
    title="Automatic reply",
    model=AutoReply,
    parts=lambda document: (),
    on_remove="deactivate",
    rules=(_sendable,),
    relations=(_answered_by_people,),
    twins=Twins(
        lambda document: document["channel"],
        "auto_reply/channel-twice",
        ("channel",),
        "two automatic replies are for the same channel",
        "A channel has one text.",
        "Remove one of them.",
    ),
    attests=_attests,
    noted=fields_of(AutoReply, "noted"),
    limits=("One text for each channel, sent at most once a day to each customer.",),
    cannot=("Set or read the text: it is in no API.", "Use dynamic content, or another placeholder than firstName."),
    sources=("support.zendesk.com/hc/en-us/articles/4408838007578",),
    example="""\
kind: auto_reply
name: merci-whatsapp
channel: whatsapp-fr
enabled: true
text: "Bonjour {{firstName || }} ! Nous vous répondons sous deux heures."
""",
)
