"""Users, and the Support collections that the product only looks up: brands, locales, fields, forms and so on.

It refuses to know groups, rules and settings, and how users are written.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection
from reconciler.emulator.paging import support_page


def _admit_user(account: Account, document: Json, parts: dict[str, str]) -> Json:
    defaults: Json = {
        "role": "end-user",
        "role_type": None,
        "custom_role_id": None,
        "active": True,
        "suspended": False,
        "verified": True,
        "chat_only": False,
        "locale": "en-US",
        "locale_id": 1,
        "time_zone": "UTC",
        "tags": [],
        "organization_id": None,
        "phone": None,
        "photo": None,
        "user_fields": {},
    }
    return {**defaults, **document}


def _admit_brand(account: Account, document: Json, parts: dict[str, str]) -> Json:
    defaults: Json = {
        "active": True,
        "default": False,
        "is_deleted": False,
        "has_help_center": False,
        "help_center_state": "disabled",
        "ticket_form_ids": [],
        "signature_template": "{{agent.signature}}",
    }
    document = {**defaults, **document}
    document.setdefault("brand_url", f"https://{document.get('subdomain', account.subdomain)}.zendesk.com")
    return document


def _admit_active(account: Account, document: Json, parts: dict[str, str]) -> Json:
    return {"active": True, **document}


USERS = Collection("/api/v2/users", "users", "users", "user", admit=_admit_user)
BRANDS = Collection("/api/v2/brands", "brands", "brands", "brand", admit=_admit_brand)
LOCALES = Collection("/api/v2/locales", "locales", "locales", "locale", modes="none")
TICKET_FIELDS = Collection(
    "/api/v2/ticket_fields", "ticket_fields", "ticket_fields", "ticket_field", admit=_admit_active
)
TICKET_FORMS = Collection("/api/v2/ticket_forms", "ticket_forms", "ticket_forms", "ticket_form", admit=_admit_active)
WEBHOOKS = Collection("/api/v2/webhooks", "webhooks", "webhooks", "webhook", modes="cursor", id_type="string")
ORGANIZATIONS = Collection("/api/v2/organizations", "organizations", "organizations", "organization")

COLLECTIONS = [USERS, BRANDS, LOCALES, TICKET_FIELDS, TICKET_FORMS, WEBHOOKS, ORGANIZATIONS]


def owner(account: Account) -> Json | None:
    """The account's owner: the user marked `owner`, else the oldest administrator."""
    users = account.all(USERS.table)
    marked = [user for user in users if user.get("owner") is True]
    admins = [user for user in users if user.get("role") == "admin"]
    return next(iter(marked + admins), None)


def _narrow_users(call: Call, users: list[Json]) -> list[Json]:
    roles = call.queries("role[]") + call.queries("role")
    if roles:
        users = [user for user in users if user["role"] in roles]
    custom_role = call.query("permission_set")
    if custom_role is not None:
        users = [user for user in users if str(user["custom_role_id"]) == custom_role]
    return users


def _show_me(call: Call) -> Answer:
    me = owner(call.account)
    if me is None:
        raise USERS.missing()
    return USERS.answer(call.account, me)


def _search_users(call: Call) -> Answer:
    users = call.account.all(USERS.table)
    external_id = call.query("external_id")
    if external_id is not None:
        users = [user for user in users if str(user.get("external_id") or "").lower() == external_id.lower()]
    else:
        field, _, text = (call.query("query") or "").partition(":")
        wanted = text.strip("\"' ").lower()
        if field == "email" and wanted:
            users = [user for user in users if str(user.get("email") or "").lower() == wanted]
        else:
            words = (call.query("query") or "").strip("\"' ").lower()
            users = [u for u in users if words and words in f"{u.get('name', '')} {u.get('email', '')}".lower()]
    return Answer(body=support_page(call, "users", [USERS.show(call.account, user) for user in users], modes="offset"))


ROUTES: list[Route] = [
    ("GET", "/api/v2/users/me", _show_me),
    ("GET", "/api/v2/users/search", _search_users),
    *USERS.reading_routes(_narrow_users),
    *(route for collection in COLLECTIONS if collection is not USERS for route in collection.reading_routes()),
]
