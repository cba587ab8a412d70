"""Smallest and fullest bodies of the integration types; it refuses to know what the emulator makes of them."""

from __future__ import annotations

from typing import Any

WEBHOOK = {"target": "https://bots.example.com/hook", "triggers": ["conversation:message"]}

SMALLEST: dict[str, dict[str, Any]] = {
    "android": {},
    "apple": {"businessId": "b-1", "apiSecret": "s", "mspId": "m-1"},
    "custom": {"webhooks": [WEBHOOK]},
    "instagram": {"pageAccessToken": "t", "appId": "1", "appSecret": "s"},
    "ios": {},
    "line": {},
    "mailgun": {"apiKey": "k", "domain": "mg.example.com", "incomingAddress": "in@mg.example.com"},
    "messagebird": {"accessKey": "k", "signingKey": "s", "originator": "12262121021"},
    "messenger": {"pageAccessToken": "t", "appId": "1", "appSecret": "s"},
    "telegram": {"token": "t"},
    "twilio": {"accountSid": "sid", "authToken": "t", "phoneNumberSid": "pn"},
    "twitter": {
        "tier": "enterprise",
        "consumerKey": "k",
        "consumerSecret": "s",
        "accessTokenKey": "k",
        "accessTokenSecret": "s",
    },
    "unity": {},
    "viber": {"token": "t"},
    "web": {},
    "whatsapp": {},
}

MORE: dict[str, dict[str, Any]] = {
    "android": {"projectId": "p", "clientEmail": "c@example.com", "privateKey": "k", "senderId": "1"},
    "apple": {"authenticationMessageSecret": "x" * 88},
    "custom": {},
    "instagram": {"storyRepliesEnabled": False, "storyMentionsEnabled": False},
    "ios": {"certificate": "YQ==", "password": "s", "production": False, "autoUpdateBadge": True},
    "line": {
        "channelId": "1286564967",
        "channelSecret": "s",
        "channelAccessToken": "t",
        "serviceCode": "c",
        "switcherSecret": "s",
        "qrCodeUrl": "https://qr-official.line.me/sid/L/x.png",
    },
    "mailgun": {"signingKey": "s", "hideUnsubscribeLink": True, "fromAddress": "from@mg.example.com"},
    "messagebird": {},
    "messenger": {"pageId": 104857600000001, "pageName": "Maison Lune"},
    "telegram": {},
    "twilio": {"messagingServiceSid": "ms"},
    "twitter": {},
    "unity": {"canUserSeeConversationList": True, "canUserCreateMoreConversations": False},
    "viber": {},
    "web": {
        "brandColor": "abc",
        "displayStyle": "tab",
        "integrationOrder": None,
        "originWhitelist": ["https://example.com"],
        "prechatCapture": {
            "enabled": True,
            "fields": [{"type": "email", "name": "mail", "label": "E-mail", "placeholder": "nom@exemple.example"}],
        },
    },
    "whatsapp": {"hsmFallbackLanguage": "fr", "accountId": "1", "accountManagementAccessToken": "t"},
}

PATCHABLE: dict[str, dict[str, Any]] = {
    "android": {"projectId": "p2", "canUserSeeConversationList": True},
    "apple": {"authenticationMessageSecret": "y" * 88},
    "custom": {},
    "instagram": {"pageAccessToken": "t2", "storyRepliesEnabled": True},
    "ios": {"certificate": None, "password": "s2"},
    "line": {},
    "mailgun": {"fromAddress": None},
    "messagebird": {},
    "messenger": {"pageAccessToken": "t2"},
    "telegram": {},
    "twilio": {},
    "twitter": {},
    "unity": {"canUserCreateMoreConversations": True},
    "viber": {},
    "web": {"conversationColor": "00ff99", "buttonIconUrl": None},
    "whatsapp": {"hsmFallbackLanguage": "ja", "accountManagementAccessToken": None},
}
