"""A satisfaction survey: when and where it is offered, and what it asks.

The service makes the rules that deliver it when a person activates it; they are found by what they do, and only the
switch, the channels and added conditions are owned. It refuses to know customers' answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, StringConstraints
from pydantic import Field as Stated

from reconciler.core.assignment import Watch
from reconciler.core.kind import Kind, Problem
from reconciler.core.manual import ManualStep
from reconciler.core.neighbours import Neighbours
from reconciler.core.part import Field, Hazard, Part
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Collection
from reconciler.kinds._codecs import Boolean
from reconciler.kinds._collections import ACCOUNT_SETTINGS, AUTOMATIONS, TRIGGERS
from reconciler.kinds._conditions import Conditions, Rules
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel, Shape, Text
from reconciler.kinds._survey_content import SurveyContent
from reconciler.kinds._survey_rules import (
    BesidesChannels,
    ChannelSet,
    delivers_email,
    delivers_social,
    delivers_web,
    may_deliver_in_messaging,
)

Channel = Literal[
    "whatsapp",
    "messenger",
    "instagram",
    "line",
    "wechat",
    "x_dm",
    "telegram",
    "viber",
    "twilio",
    "messagebird",
    "apple",
]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]

_RULES = Rules()


_ASKING = Hazard(
    "changes_work",
    "Customers are asked by this survey from now on, or no longer; the legacy one must not ask beside it.",
)


class Social(Shape):
    """Surveys in the conversations of social channels."""

    active: Annotated[bool, Managed("active", Boolean(), part="social", hazard=_ASKING)] = Stated(
        default=UNSTATED, description="Whether they are sent."
    )
    channels: Annotated[
        list[Channel],
        Managed("conditions.any", ChannelSet(), part="social", together="rule", is_slice=True),
    ] = Stated(default=UNSTATED, min_length=1, description="The channels in which they are sent; no others are.")
    when: Annotated[Conditions, Managed("conditions.all", _RULES, part="social", together="rule", is_additive=True)] = (
        Stated(default=UNSTATED, description="Conditions that must hold besides those of the service's own rule.")
    )


class Web(Shape):
    """Surveys in the web widget and in mobile apps."""

    active: Annotated[bool, Managed("active", Boolean(), part="web", hazard=_ASKING)] = Stated(
        default=UNSTATED, description="Whether they are sent."
    )
    when: Annotated[Conditions, Managed("conditions.all", _RULES, part="web", together="rule", is_additive=True)] = (
        Stated(default=UNSTATED, description="Conditions that must hold besides those of the service's own rule.")
    )


class Email(Shape):
    """Surveys by e-mail, some time after a ticket was solved."""

    active: Annotated[bool, Managed("active", Boolean(), part="email", hazard=_ASKING)] = Stated(
        default=UNSTATED, description="Whether they are sent."
    )
    when: Annotated[Conditions, Managed("conditions.all", _RULES, part="email", together="rule", is_additive=True)] = (
        Stated(default=UNSTATED, description="Conditions that must hold besides those of the service's own rule.")
    )


class Deliver(Shape):
    """Where surveys are offered; what is left out is not managed."""

    social: Social = Stated(default=UNSTATED, description="In the conversations of social channels.")
    web: Web = Stated(default=UNSTATED, description="In the web widget and in mobile apps.")
    email: Email = Stated(default=UNSTATED, description="By e-mail.")


class Content(Shape):
    """What the survey asks: edited by a person, verified by a read."""

    scale: Literal[2, 3, 5] = Stated(default=UNSTATED, description="How many steps the scale has.")
    style: Literal["numeric", "emoji", "text"] = Stated(default=UNSTATED, description="How the steps are shown.")
    headline: Text = Stated(default=UNSTATED, description="The question above the scale.")
    locale: Locale = Stated(default=UNSTATED, description="The locale in which texts are compared, otherwise en-us.")


class Csat(ManifestModel):
    """The customisable survey: its delivery rules are managed, its content is verified."""

    kind: Literal["survey"]
    type: Literal["csat"]
    deliver: Deliver = Stated(description="Where it is offered.")
    content: Content = Stated(default=UNSTATED, description="What it asks.")


class LegacyCsat(ManifestModel):
    """The older survey, good or bad, which excludes the customisable one."""

    kind: Literal["survey"]
    type: Literal["legacy_csat"]
    enabled: Annotated[
        bool,
        Managed(
            "active_features.customer_satisfaction",
            Boolean(),
            hazard=Hazard("changes_work", "Customers are asked in another way, or not at all, and ratings start anew."),
        ),
    ] = Stated(description="Whether it is on.")


_RULES_OF: Mapping[str, tuple[Collection, Callable[[Mapping[str, Json]], bool], str]] = {
    "social": (TRIGGERS, delivers_social, "trigger"),
    "web": (TRIGGERS, delivers_web, "trigger"),
    "email": (AUTOMATIONS, delivers_email, "automation"),
}
"""By way of delivery: where its rule stands, how it is recognised, and the kind of manifest that could claim it."""

_PERMANENT = (
    "the service made its delivery rules, and would not make them again. State active: false, and remove the manifest "
    "with removed: keep."
)


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    if document.get("type") == "legacy_csat":
        return (Part("", ACCOUNT_SETTINGS, fields_of(LegacyCsat), creates=False, is_singleton=True),)
    # Without a manifest every way counts: what the memory holds is any of them.
    stated = document.get("deliver", _RULES_OF)
    return tuple(_rule_part(way, is_stated="deliver" in document) for way in _RULES_OF if way in stated)


def _rule_part(way: str, *, is_stated: bool) -> Part:
    collection, recognises, _ = _RULES_OF[way]
    return Part(
        way,
        collection,
        fields_of(Csat, way) + (_sent_along(way) if is_stated else ()),
        creates=False,
        is_singleton=True,
        permanent=_PERMANENT,
        type_value=f"survey {way}",
        recognises=recognises,
    )


def _sent_along(way: str) -> tuple[Field, ...]:
    """What a rule has besides, which the service replaces together with what is written
    (developer.zendesk.com/api-reference/ticketing/business-rules/triggers)."""
    any_of = BesidesChannels() if way == "social" else _RULES
    return (
        Field(f"deliver.{way}.besides", "conditions.any", any_of, together="rule", is_slice=way == "social"),
        Field(f"deliver.{way}.actions", "actions", _RULES, together="rule"),
    )


def _content_watched(document: Mapping[str, Json]) -> tuple[Watch, ...]:
    return (SurveyContent(),) if document.get("content") else ()


def _one_claim(survey: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    """A rule that another manifest states is that manifest's; two cannot own one."""
    for way in survey.document.get("deliver", {}):
        _, recognises, kind = _RULES_OF[way]
        for other in neighbours.of_kind(kind):
            if recognises(other.document) or (way != "email" and may_deliver_in_messaging(other.document)):
                yield Problem(
                    "survey/claimed-twice",
                    ("deliver", way),
                    f"{other.address} states a rule that delivers surveys too",
                    "The rule that the service made is found by what it does, so both would claim it.",
                    f"Remove {other.address}, or deliver.{way}.",
                )


def _one_system(survey: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    if survey.document.get("enabled") is not True:
        return
    for other in neighbours.of_kind("survey"):
        ways = other.document.get("deliver", {}).values()
        if any(each.get("active") is True for each in ways):
            yield Problem(
                "survey/two-systems",
                ("enabled",),
                f"{other.address} delivers the customisable survey, which excludes the older one",
                "Only one of the two may be active in an account.",
                "Switch one of them off.",
            )


def _manual(survey: Resource) -> ManualStep:
    ways = [way for way in _RULES_OF if way in survey.document.get("deliver", _RULES_OF)]
    labels = {"social": "Social messaging", "web": "Messaging", "email": "E-mail"}
    return ManualStep(
        title="activate the survey",
        admin_center="Admin Center > Business rules > Customer satisfaction",
        values=tuple(("Activate for", labels[way]) for way in ways),
        looks_for="for each of them, exactly one rule of the service's own that delivers it",
        article="https://support.zendesk.com/hc/en-us/articles/4408822875034",
        notes=("Where the older survey is on, activating this one replaces it for the whole account.",),
    )


KIND = Kind(
    name="survey",
    area="surveys",
    title="Survey",
    model=Annotated[Csat | LegacyCsat, Discriminator("type")],
    parts=_parts,
    on_remove="keep",
    forms=({"type": "csat"}, {"type": "legacy_csat", "enabled": True}),
    relations=(_one_claim, _one_system),
    watches=_content_watched,
    manual=_manual,
    limits=(
        "Delivery rules are found by what they do: a trigger with notification_messaging_csat and conditions on via_id under "
        "any (social channels, or messaging for the web), an automation that sets satisfaction_score to offered. Exactly one "
        "each; several are told apart by a line in bindings.yaml.",
        "Of a rule only active, its channels and the conditions under when are owned; everything else stays as it is.",
        "Whether switching a rule on shows as active on the Customer satisfaction page is UNCONFIRMED.",
        "Where a question's headline stands in a reply is UNCONFIRMED: where it is not found, somebody vouches for it.",
    ),
    by_person={"content": "observed or attested"},
    cannot=(
        "Activate the survey, or change what it asks: no endpoint writes either.",
        "Change the reasons of the older survey: they are edited in Admin Center.",
    ),
    sources=(
        "developer.zendesk.com/api-reference/ticketing/ticket-management/csat_surveys",
        "support.zendesk.com/hc/en-us/articles/4408822875034 and 8082415949210",
        "developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings",
    ),
    example="""\
kind: survey
name: csat
type: csat
deliver:
  social: {active: true, channels: [whatsapp, line, messenger, instagram]}
  web: {active: true}
  email: {active: false}
content: {scale: 5, style: emoji, headline: "Comment était notre réponse ?"}
""",
)
