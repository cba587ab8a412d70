"""WeChat: the one channel type that only the older Conversations API (v1.1) describes.

Where an account does not have that API, a person connects the channel and vouches for it. It refuses to know how that is
found out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Problem
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.resource import Json, Resource
from reconciler.kinds._channel_model import BRAND, MESSAGING, STATUS, ChannelModel
from reconciler.kinds._codecs import Pointer
from reconciler.kinds._collections import LEGACY_INTEGRATIONS
from reconciler.kinds._fields import Managed, MatchKey, Observed, SecretValue
from reconciler.kinds._model import UNSTATED, External, HttpsUrl, Id, Secret, Text

_CONSOLE = "WeChat Official Accounts console > Develop > Basic configuration"
_SOURCE = "developers.weixin.qq.com/doc/offiaccount/Getting_Started/message-push.html"


class WeChat(ChannelModel):
    """WeChat: messages to an Official Account."""

    collection = LEGACY_INTEGRATIONS
    vendor_type = "wechat"
    credentials = ("app_secret",)
    is_created_by_api = True
    made_secret = "webhookSecret"
    admin_center = f"{MESSAGING} > Add channel > WeChat"
    person_needs = (
        "have a verified Official Account, and its App ID and App Secret from the WeChat console",
        "add the IP addresses that Admin Center shows to the allow-list in the WeChat console",
    )
    alarms = (STATUS,)
    type: Literal["wechat"]
    app_id: Annotated[Text, MatchKey("appId", is_sent=True)] = Field(
        description="The Official Account's App ID; what the channel is found by."
    )
    app_secret: Annotated[Secret, SecretValue("appSecret", rotates="by_hand")] = Field(
        default=UNSTATED, description="The Official Account's App Secret."
    )
    encoding_aes_key: Annotated[Secret, SecretValue("encodingAesKey", rotates="by_hand")] = Field(
        default=UNSTATED, description="The EncodingAESKey, where messages are encrypted (Safe Mode)."
    )
    access_token_url: Annotated[HttpsUrl, Managed("accessTokenUrl", on_update=False, is_readable=False)] = Field(
        default=UNSTATED, description="Your own endpoint for access tokens, where other systems use the account too."
    )
    display_name: Annotated[str, Managed("displayName")] = Field(
        default=UNSTATED, min_length=1, max_length=100, description="The name that admins and agents see."
    )
    brand: Annotated[External | Id, Observed("brandId", Pointer("brand"), by=BRAND)] = Field(
        default=UNSTATED, description="The brand that conversations of the channel belong to."
    )


def wechat_steps(resource: Resource) -> tuple[Attested, ...]:
    """Before the channel is created its callers are let in; afterwards its address and token go into WeChat's console."""
    if "app_secret" not in resource.document:
        return ()
    app_id, token = str(resource.document["app_id"]), f"reconciler responder secret {resource.address} --to file://PATH"
    url = "https://app.smooch.io/api/wechat/webhooks/{app_id}"
    return (
        Attested(
            "allow-list",
            ManualStep(
                title="let the service reach the Official Account",
                admin_center=f"{_CONSOLE} > IP allow-list",
                values=(("App ID", app_id), ("IP addresses", f"those that {MESSAGING} > Add channel > WeChat shows")),
                looks_for="somebody's word in attestations.yaml",
                article=f"https://{_SOURCE}",
                notes=("A WeChat sandbox account has no allow-list.",),
            ),
            {"app_id": app_id},
            holds_back="",
        ),
        Attested(
            "webhook",
            ManualStep(
                title="paste the channel's address and token into WeChat",
                admin_center=f"{_CONSOLE} > Server configuration",
                values=(("App ID", app_id), ("URL", url), ("Token", f"in the file that this writes: {token}")),
                looks_for="somebody's word in attestations.yaml",
                article=f"https://{_SOURCE}",
                notes=("Save, then enable it. Where Admin Center shows another address, that one is right.",),
            ),
            {"app_id": app_id, "url": url, "channel": "{live_id}"},
            needs_live="",
        ),
    )


def unusual_app_id(document: Mapping[str, Json]) -> Iterator[Problem]:
    """A warning for an App ID that does not look like one."""
    if document["type"] == "wechat" and not re.fullmatch(r"wx[0-9a-f]{16}", document["app_id"]):
        yield Problem(
            "channel/unusual-app-id",
            ("app_id",),
            f'"{document["app_id"]}" does not look like an App ID of WeChat',
            "They are usually wx and 16 hex digits.",
            "Compare it with the WeChat console.",
            "warning",
        )


def aes_key_problem(value: str) -> str:
    """What is wrong with an EncodingAESKey, or an empty string (developers.weixin.qq.com, message encryption).

    43 such characters and a `=` are 32 bytes in base64.
    """
    return "" if re.fullmatch(r"[A-Za-z0-9]{43}", value) else "it needs exactly 43 letters and digits"
