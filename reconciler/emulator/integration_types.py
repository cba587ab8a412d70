"""The sixteen integration types: what each takes on create, on update, never gives back, and sets by itself.

It refuses to know how integrations are kept; the rules are those of the Conversations contract, 17.12.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.emulator.account import Json
from reconciler.emulator.attributes import Attribute, problems


def _text_items(where: str, value: Any) -> list[str]:
    return [f"{where}[{n}]: should be string" for n, item in enumerate(value) if not isinstance(item, str)]


WEBHOOK = {
    "target": Attribute(required=True, patch=True),
    "triggers": Attribute("array", required=True, patch=True, items=_text_items),
    "includeFullUser": Attribute("boolean", patch=True),
    "includeFullSource": Attribute("boolean", patch=True),
}


def _webhook_items(where: str, value: Any) -> list[str]:
    return [problem for n, item in enumerate(value) for problem in problems(item, WEBHOOK, where=f"{where}[{n}]")]


_FIELD = {
    "type": Attribute(required=True, choices=("email", "select", "text")),
    "name": Attribute(required=True, minimum=1, maximum=128),
    "label": Attribute(required=True, minimum=1, maximum=128),
    "text": Attribute(minimum=1, maximum=256),
    "email": Attribute(minimum=1, maximum=128),
    "select": Attribute("array"),
    "format": Attribute(choices=("integer", "decimal")),
    # Not among the schema's properties, but in the contract's own example of prechatCapture.
    "placeholder": Attribute(minimum=1, maximum=128),
}


def _field_items(where: str, value: Any) -> list[str]:
    found = [problem for n, item in enumerate(value) for problem in problems(item, _FIELD, where=f"{where}[{n}]")]
    names = [] if found else [item["name"] for item in value]
    return found + ([f"{where}: names should be unique"] if len(set(names)) < len(names) else [])


_PRECHAT = {
    "avatarUrl": Attribute(),
    "enabled": Attribute("boolean"),
    "enableEmailLinking": Attribute("boolean"),
    "fields": Attribute("array", items=_field_items),
}


def _prechat_members(where: str, value: Any) -> list[str]:
    return problems(value, _PRECHAT, where=where)


def _secret(**more: Any) -> Attribute:
    return Attribute(**{"secret": True, "minimum": 1, "nullable": True, **more})


def _color(default: str) -> Attribute:
    return Attribute(patch=True, pattern="[0-9A-Fa-f]{3}([0-9A-Fa-f]{3})?", default=default)


COMMON = {
    "type": Attribute(required=True),
    "displayName": Attribute(patch=True, nullable=True, maximum=100),
    "defaultResponderId": Attribute(patch=True, nullable=True, secret=True),
    "showAIDisclaimer": Attribute("boolean", patch=True, default=True),
}
_FLAG = Attribute("boolean", patch=True)
_LISTS = {"canUserSeeConversationList": _FLAG, "canUserCreateMoreConversations": _FLAG}
_ON = Attribute("boolean", patch=True, default=True)
_PAGE = {
    "pageAccessToken": Attribute(required=True, patch=True, secret=True, nullable=True),
    "appId": Attribute(required=True),
    "appSecret": Attribute(required=True, secret=True, nullable=True),
}
_KEY = Attribute(required=True, secret=True, minimum=1)
_NULLABLE_KEY = _secret(required=True)
_MOBILE_KEY = _secret(patch=True)

TYPES: dict[str, dict[str, Attribute]] = {
    "android": {
        **COMMON,
        "projectId": _MOBILE_KEY,
        "clientEmail": _MOBILE_KEY,
        "privateKey": _MOBILE_KEY,
        "serverKey": _MOBILE_KEY,
        "senderId": Attribute(patch=True, nullable=True, minimum=1),
        **_LISTS,
    },
    "apple": {
        **COMMON,
        "businessId": Attribute(required=True),
        "apiSecret": Attribute(required=True, secret=True),
        "mspId": Attribute(required=True),
        "authenticationMessageSecret": Attribute(patch=True, secret=True, minimum=88),
    },
    "custom": {
        "type": COMMON["type"],
        "displayName": COMMON["displayName"],
        "webhooks": Attribute("array", required=True, minimum=1, maximum=1, items=_webhook_items),
    },
    "instagram": {**COMMON, **_PAGE, "storyRepliesEnabled": _ON, "storyMentionsEnabled": _ON},
    "ios": {
        **COMMON,
        "certificate": _MOBILE_KEY,
        "password": Attribute(patch=True, secret=True),
        "production": _FLAG,
        "autoUpdateBadge": _FLAG,
        **_LISTS,
    },
    "line": {
        **COMMON,
        "channelId": Attribute(),
        "channelSecret": Attribute(secret=True),
        "channelAccessToken": Attribute(secret=True),
        "serviceCode": Attribute(),
        "switcherSecret": Attribute(secret=True, minimum=1),
        "qrCodeUrl": Attribute(),
    },
    "mailgun": {
        **COMMON,
        "apiKey": _NULLABLE_KEY,
        "signingKey": Attribute(secret=True, minimum=1),
        "domain": Attribute(required=True, minimum=1),
        "incomingAddress": Attribute(required=True, minimum=1),
        "hideUnsubscribeLink": _FLAG,
        "fromAddress": Attribute(patch=True, nullable=True, minimum=1),
    },
    "messagebird": {
        **COMMON,
        "accessKey": _NULLABLE_KEY,
        "signingKey": _NULLABLE_KEY,
        "originator": Attribute(required=True, minimum=1),
    },
    "messenger": {**COMMON, **_PAGE, "pageId": Attribute("number"), "pageName": Attribute()},
    "telegram": {**COMMON, "token": _NULLABLE_KEY},
    "twilio": {
        **COMMON,
        "accountSid": Attribute(required=True),
        "authToken": _NULLABLE_KEY,
        "phoneNumberSid": Attribute(minimum=1),
        "messagingServiceSid": Attribute(minimum=1),
    },
    "twitter": {
        **COMMON,
        "tier": Attribute(required=True, choices=("enterprise",)),
        "consumerKey": _KEY,
        "consumerSecret": _NULLABLE_KEY,
        "accessTokenKey": _KEY,
        "accessTokenSecret": _NULLABLE_KEY,
    },
    "unity": {**COMMON, **_LISTS},
    "viber": {**COMMON, "token": _NULLABLE_KEY},
    "web": {
        **COMMON,
        "brandColor": _color("65758e"),
        "fixedIntroPane": Attribute("boolean", patch=True, default=False),
        "conversationColor": _color("0099ff"),
        "actionColor": _color("0099ff"),
        "displayStyle": Attribute(patch=True, choices=("button", "tab"), default="button"),
        "buttonIconUrl": Attribute(patch=True, nullable=True),
        "buttonWidth": Attribute(patch=True, default="58"),
        "buttonHeight": Attribute(patch=True, default="58"),
        "integrationOrder": Attribute("array", patch=True, nullable=True, items=_text_items),
        "businessName": Attribute(patch=True),
        "businessIconUrl": Attribute(patch=True),
        "backgroundImageUrl": Attribute(patch=True),
        "originWhitelist": Attribute("array", patch=True, nullable=True, items=_text_items),
        "prechatCapture": Attribute("object", patch=True, items=_prechat_members),
        **_LISTS,
    },
    "whatsapp": {
        **COMMON,
        "hsmFallbackLanguage": Attribute(patch=True, nullable=True, default="en_US"),
        "accountId": Attribute(patch=True, nullable=True),
        "accountManagementAccessToken": Attribute(patch=True, secret=True, nullable=True),
    },
}
SDK_TYPES = {"web", "ios", "android", "unity"}


def create_problems(body: Json) -> list[str]:
    """What the service says against a create body of a known type."""
    found = problems(body, TYPES[body["type"]])
    if body["type"] == "line" and ("channelId" in body) != ("channelSecret" in body):
        found.append("channelId and channelSecret should be given together")
    if body["type"] == "twilio" and not {"phoneNumberSid", "messagingServiceSid"} & set(body):
        found.append("should have required property 'messagingServiceSid' or 'phoneNumberSid'")
    return found


def update_problems(integration_type: str, body: Json) -> list[str]:
    """What the service says against an update body: what cannot be changed in place counts as unknown."""
    changeable = {name: attribute for name, attribute in TYPES[integration_type].items() if attribute.patch}
    if "displayName" in changeable:
        changeable["displayName"] = Attribute(patch=True, nullable=True, minimum=1, maximum=100)
    if integration_type in ("messenger", "instagram"):
        changeable["pageAccessToken"] = Attribute(patch=True, secret=True)
    return problems(body, changeable, partial=True)


def secret_names(integration_type: str) -> Iterable[str]:
    """The attributes that no reply shows."""
    return [name for name, attribute in TYPES.get(integration_type, COMMON).items() if attribute.secret]


def derived(integration_type: str, body: Json, number: int) -> Json:
    """What the service learns from the channel itself when it is connected; made from a number, never at random."""
    if integration_type == "messenger":
        page = body.get("pageId")
        return {
            "pageId": str(100_000_000_000_000 + number) if page is None else f"{page:.0f}",
            "pageName": body.get("pageName") or f"Page {number}",
        }
    if integration_type == "instagram":
        return {
            "businessId": str(17_841_400_000_000_000 + number),
            "businessUsername": f"business_{number}",
            "businessName": f"Business {number}",
            "pageId": str(100_000_000_000_000 + number),
        }
    if integration_type == "telegram":
        return {"username": f"bot_{number}_bot", "botId": str(700_000_000 + number)}
    if integration_type == "viber":
        return {"uri": f"account{number}", "accountId": f"pa:{500_000_000 + number}"}
    if integration_type == "line" and body.get("qrCodeUrl"):
        return {"lineId": f"@{number:03d}line"}
    if integration_type == "messagebird":
        return {"webhookSecret": f"{number:032x}"}
    if integration_type == "whatsapp":
        return {"phoneNumber": None}
    if integration_type in SDK_TYPES:
        return {"attachmentsEnabled": True}
    return {}
