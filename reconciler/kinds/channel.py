"""A messaging channel: where customers write.

A channel without credentials is connected by a person in Admin Center and found by its natural key; one with
credentials of the customer's own app is created by API. Public posts on X and Facebook are channels too, which only a
person connects.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Discriminator

from reconciler.core.kind import Kind, Problem
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.neighbours import Neighbours
from reconciler.core.part import Part
from reconciler.core.resource import Json, Resource
from reconciler.kinds._channel_model import ChannelModel
from reconciler.kinds._channel_rules import (
    MOST_NUMBERS,
    MOST_PAGES,
    MOST_PAGES_OF_OLD_CHANNEL,
    MOST_X_ACCOUNTS,
    same_channel_twice,
    unusual_handle,
    unusual_language,
    whole_firebase_key,
    within_limits,
)
from reconciler.kinds._fields import fields_of
from reconciler.kinds._integration_types import INTEGRATION_TYPES, line_steps
from reconciler.kinds._public_channels import PUBLIC_TYPES, FacebookPage, facebook_steps
from reconciler.kinds._wechat import WeChat, aes_key_problem, unusual_app_id, wechat_steps

MODELS: tuple[type[ChannelModel], ...] = (*INTEGRATION_TYPES, WeChat, *PUBLIC_TYPES)


def _type_of(model: type[ChannelModel]) -> str:
    return str(model.model_fields["type"].annotation.__args__[0])  # type: ignore[union-attr]


BY_TYPE = {_type_of(model): model for model in MODELS}


def _is_connected_by_hand(model: type[ChannelModel], document: Mapping[str, Json]) -> bool:
    return not model.is_created_by_api or bool(model.credentials and not document.keys() & set(model.credentials))


_BY_HAND_ALONE = "it is disconnected in Admin Center alone. Use removed: keep, and disconnect it there."


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    model = BY_TYPE[document["type"]]
    if model.collection is None:
        return ()
    if not model.vendor_type:
        return (
            Part("", model.collection, fields_of(model), creates=False, permanent=_BY_HAND_ALONE, alarms=model.alarms),
        )
    return (
        Part(
            "",
            model.collection,
            fields_of(model),
            creates=not _is_connected_by_hand(model, document),
            constants=(("type", model.vendor_type),),
            type_member="type",
            type_value=model.vendor_type,
            alarms=model.alarms,
            made_secret=model.made_secret,
        ),
    )


def _whole_credentials(document: Mapping[str, Json]) -> Iterator[Problem]:
    model = BY_TYPE[document["type"]]
    stated = [name for name in model.credentials if name in document]
    missing = [name for name in model.credentials if name not in document]
    if stated and missing:
        yield Problem(
            "channel/half-credentials",
            (stated[0],),
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing beside {', '.join(stated)}",
            "The service creates this type of channel only with all of its credentials.",
            "State all of them to create the channel by API, or none where a person connects it in Admin Center.",
        )


def _findable(document: Mapping[str, Json]) -> Iterator[Problem]:
    keys = [each.path for each in fields_of(BY_TYPE[document["type"]]) if each.is_key]
    if keys and not document.keys() & set(keys):
        yield Problem(
            "channel/not-findable",
            ("type",),
            f"a channel of this type needs {' or '.join(keys)}",
            "Without it, a channel that exists already could not be told from another one.",
            f"Add {keys[0]}.",
        )


def _different_prechat_names(document: Mapping[str, Json]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, each in enumerate(document.get("prechat_capture", {}).get("fields", ())):
        if each["name"] in seen:
            yield Problem(
                "channel/prechat-name-twice",
                ("prechat_capture", "fields", index, "name"),
                f'two fields of the form have the name "{each["name"]}"',
                "The service needs a different name for each field.",
                "Rename one of them.",
            )
        seen.add(each["name"])


def _same_channel_twice(channel: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    keys = [each.path for each in fields_of(BY_TYPE[channel.type]) if each.is_key]
    yield from same_channel_twice(channel, neighbours, keys or ("page_id",))


def _manual(resource: Resource) -> ManualStep:
    model = BY_TYPE[resource.type]
    keys = [each for each in fields_of(model) if each.is_key and each.path in resource.document]
    shown = [(each.path.replace("_", " ").capitalize(), str(resource.document[each.path])) for each in keys]
    if resource.document.get("display_name"):
        shown.append(("Name", str(resource.document["display_name"])))
    found = " and ".join(f"{each.path} {resource.document[each.path]}" for each in keys)
    listed = f"channel of type {model.vendor_type or resource.type}"
    return ManualStep(
        title=f"connect the channel: {(model.__doc__ or '').split(':')[0].rstrip('.')}",
        admin_center=model.admin_center,
        values=tuple(shown),
        looks_for=f"a {listed} with {found}" if found else f"one {listed}",
        article=model.article,
        notes=tuple(f"Before you start: {need}." for need in model.person_needs),
    )


_STEPS = {"line": line_steps, "wechat": wechat_steps, "facebook_page": facebook_steps}


def _attests(resource: Resource) -> tuple[Attested, ...]:
    steps = _STEPS.get(resource.type)
    return steps(resource) if steps is not None else ()


def _base64_problem(value: str) -> str:
    try:
        is_file = bool(base64.b64decode("".join(value.split()), validate=True))
    except ValueError:
        is_file = False
    return "" if is_file else "it needs to be the .p12 file in base64"


def _long_enough(value: str) -> str:
    return "" if len(value) >= 88 else "it needs at least 88 characters"


def _model() -> Any:
    union: Any = MODELS[0]
    for model in MODELS[1:]:
        union = union | model
    return Annotated[union, Discriminator("type")]


KIND = Kind(
    name="channel",
    area="channels",
    title="Channel",
    model=_model(),
    parts=_parts,
    rules=(
        _whole_credentials,
        _findable,
        _different_prechat_names,
        unusual_app_id,
        unusual_language,
        unusual_handle,
        whole_firebase_key,
    ),
    relations=(_same_channel_twice, within_limits),
    manual=_manual,
    attests=_attests,
    noted=fields_of(FacebookPage, "noted"),
    exclusive=("phone_number", "page_id", "business_id", "business_username", "channel_id", "handle", "wechat:app_id"),
    contested=("page_id", "business_id", "business_username", "handle"),
    forms=tuple({"type": each} for each in BY_TYPE),
    keeps_when_vanished=True,
    secret_requirements={
        "authentication_message_secret": _long_enough,
        "encoding_aes_key": aes_key_problem,
        "certificate": _base64_problem,
    },
    limits=(
        "A changed immutable field is never a re-creation: the new channel would have a new id and a new webhook URL.",
        "A Conversations request body is at most 100 kB.",
        f"An account holds {MOST_X_ACCOUNTS} X accounts, public and private together, and {MOST_PAGES} Facebook pages, or "
        f"{MOST_PAGES_OF_OLD_CHANNEL} without the Facebook channel of November 2024; a WhatsApp Business Account has "
        f"{MOST_NUMBERS} numbers unless Meta raised its limit.",
        "A number, a page, a LINE channel or another account of a provider belongs to one environment: two that state the "
        "same one block each other. Where the vendor does not say so (page, Instagram account, X handle), an approval "
        "lets both have it.",
        "WeChat is in version 1.1 of the Conversations API alone, and whether an account has that is UNCONFIRMED: where "
        "its listing is refused, a person connects the channel and vouches for it.",
        "Which of the web channel's looks change a widget that was made in Admin Center is UNCONFIRMED.",
    ),
    cannot=(
        "Connect an X handle or a Facebook page, or change their brand: only a person in Admin Center can.",
        "Show Facebook pages: somebody vouches for each.",
        "Assign a channel to a brand: a person does, and where the reply does not show the brand, vouches for it.",
        "Create a WhatsApp number: only Meta's sign-up in Admin Center can.",
        "Read a secret back, or a responder override's id: the override is compared through its readable mirror.",
        "Say whether a channel that was created by API is listed in Admin Center (UNCONFIRMED).",
        "Delete an SDK channel that was made in Admin Center.",
    ),
    sources=(
        "Conversations API reference, integrations",
        "Conversations OpenAPI 17.12.1, integration and its types",
        "developer.zendesk.com/api-reference/ticketing/account-configuration/x_channel",
    ),
    example="""\
kind: channel
name: whatsapp-fr
type: whatsapp
phone_number: "+33755531200"
display_name: Maison Lune France
default_responder: lune-bot
""",
)
