"""The settings of the Conversations app: several conversations, ending and reopening them, retention, masking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Problem
from reconciler.core.part import Hazard, Part
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Boolean
from reconciler.kinds._collections import APP
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel


class MessagingSettings(ManifestModel):
    """The settings of the Conversations app."""

    kind: Literal["messaging_settings"]
    multi_convo_enabled: Annotated[
        bool,
        Managed(
            "settings.multiConvoEnabled",
            Boolean(),
            unreachable=(False, "Several conversations per customer can never be switched off again."),
            hazard=Hazard(
                "irreversible", "Several conversations per customer can never be switched off again.", values=(True,)
            ),
        ),
    ] = Field(default=UNSTATED, description="Whether a customer may have several conversations.")
    end_session_enabled: Annotated[bool, Managed("settings.endSessionEnabled", Boolean())] = Field(
        default=UNSTATED, description="Whether customers may end a conversation; needs several conversations."
    )
    disable_conversation_reopen: Annotated[bool, Managed("settings.disableConversationReopen", Boolean())] = Field(
        default=UNSTATED, description="Whether an ended conversation stays closed; needs several conversations."
    )
    conversation_retention_seconds: Annotated[
        int,
        Managed(
            "settings.conversationRetentionSeconds",
            hazard=Hazard("deletes_data", "Messages of conversations that are idle for longer are deleted."),
        ),
    ] = Field(default=UNSTATED, ge=0, description="After how many idle seconds messages are deleted.")
    mask_credit_card_numbers: Annotated[
        bool,
        Managed(
            "settings.maskCreditCardNumbers",
            Boolean(),
            hazard=Hazard("changes_work", "Agents see card numbers that customers send, or no longer see them."),
        ),
    ] = Field(default=UNSTATED, description="Whether card numbers in messages are masked.")
    use_animal_names: Annotated[bool, Managed("settings.useAnimalNames", Boolean())] = Field(
        default=UNSTATED, description="Whether customers without a name get an animal's."
    )
    echo_postback: Annotated[bool, Managed("settings.echoPostback", Boolean())] = Field(
        default=UNSTATED, description="Whether a click on a button shows as a message."
    )
    ignore_auto_conversation_start: Annotated[bool, Managed("settings.ignoreAutoConversationStart", Boolean())] = Field(
        default=UNSTATED, description="Whether opening the widget alone starts no conversation."
    )
    app_localization_enabled: Annotated[bool, Managed("settings.appLocalizationEnabled", Boolean())] = Field(
        default=UNSTATED, description="Whether the platform's own messages are translated."
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", APP, fields_of(MessagingSettings), creates=False, is_singleton=True),)


def _several_conversations(document: Mapping[str, Json]) -> Iterator[Problem]:
    if document.get("multi_convo_enabled") is not False:
        return
    for path in ("end_session_enabled", "disable_conversation_reopen"):
        if document.get(path) is True:
            yield Problem(
                "messaging_settings/needs-several-conversations",
                (path,),
                f"{path} needs multi_convo_enabled",
                "The service takes it only where a customer may have several conversations.",
                "Leave it out, or state multi_convo_enabled: true.",
            )


KIND = Kind(
    name="messaging_settings",
    area="channels",
    title="Messaging settings",
    model=MessagingSettings,
    parts=_parts,
    on_remove="keep",
    rules=(_several_conversations,),
    limits=("An app has one set of settings; only the stated ones are written.",),
    cannot=("Switch several conversations per customer off again.",),
    sources=(
        "developer.zendesk.com/documentation/conversations/messaging-platform/programmable-conversations/switchboard",
        "Conversations OpenAPI 17.12.1, appSettings",
    ),
    example="""\
kind: messaging_settings
name: messagerie
echo_postback: true
use_animal_names: false
""",
)
