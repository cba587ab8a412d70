"""The X accounts whose public mentions become tickets: connected in Admin Center, and only read through the API.

It refuses to know tickets and posts.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, Json
from reconciler.emulator.call import Route
from reconciler.emulator.collection import Collection


def _admit(account: Account, handle: Json, parts: dict[str, str]) -> Json:
    """What a person connected; every attribute is the service's (ticketing/account-configuration/x_channel)."""
    settings = account.get("settings", "-") or {}
    defaults: Json = {
        "screen_name": "@zendesk",
        "twitter_user_id": 10_000_000_000 + int(handle["id"]),
        "name": str(handle.get("screen_name", "@zendesk")).lstrip("@"),
        "avatar_url": "https://example.com/avatar.png",
        "allow_reply": True,
        "can_reply": True,
        "brand_id": settings.get("brands", {}).get("default_brand_id"),
    }
    return {**defaults, **handle}


HANDLES = Collection(
    "/api/v2/channels/twitter/monitored_twitter_handles",
    "x_handles",
    "monitored_twitter_handles",
    "monitored_twitter_handle",
    modes="none",
    admit=_admit,
)
COLLECTIONS = [HANDLES]
ROUTES: list[Route] = HANDLES.reading_routes()
