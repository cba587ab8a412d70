"""Custom roles: an unpaged list, reserved and unique names, rights that merge, a deletion that asks for no members.

It refuses to know what a right allows. Sources: the Support contract's custom-role operations, and developer.zendesk.com/api-reference/ticketing/account-configuration/custom_roles.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, record_invalid
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection, is_text

RESERVED = {"agent", "administrator", "admin", "billing admin", "light agent"}
READ_ONLY: Json = {
    "assign_tickets_to_any_group": True,
    "chat_access": True,
    "group_access": False,
    "light_agent": False,
    "moderate_forums": False,
    "organization_notes_editing": True,
}
DEFAULTS: Json = {
    "end_user_list_access": "full",
    "end_user_profile_access": "readonly",
    "explore_access": "readonly",
    "forum_access": "readonly",
    "forum_access_restricted_content": False,
    "macro_access": "full",
    "report_access": "none",
    "ticket_access": "all",
    "ticket_comment_access": "public",
    "user_view_access": "readonly",
    "view_access": "readonly",
    "manage_team_members": "readonly",
    "ticket_editing": True,
    "ticket_tag_editing": True,
    "voice_access": True,
    **dict.fromkeys(
        (
            "manage_automations",
            "manage_business_rules",
            "manage_contextual_workspaces",
            "manage_dynamic_content",
            "manage_extensions_and_channels",
            "manage_facebook",
            "manage_group_memberships",
            "manage_groups",
            "manage_organization_fields",
            "manage_skills",
            "manage_ticket_fields",
            "manage_ticket_forms",
            "manage_triggers",
            "manage_user_fields",
            "organization_editing",
            "side_conversation_create",
            "ticket_deletion",
            "ticket_merge",
            "twitter_search_access",
            "view_deleted_tickets",
            "voice_dashboard_access",
        ),
        False,
    ),
}


def _admit(account: Account, role: Json, parts: dict[str, str]) -> Json:
    configuration = {**DEFAULTS, **READ_ONLY, **role.get("configuration", {})}
    return {"name": "", "description": "", "role_type": 0, **role, "configuration": configuration}


def _show(account: Account, role: Json) -> Json:
    """The role as the contract has it, without `url`, and with its members counted."""
    members = sum(str(user.get("custom_role_id")) == str(role["id"]) for user in account.all("users"))
    shown = {name: value for name, value in role.items() if name != "url"}
    return {"team_member_count": members, **shown}


ROLES = Collection(
    "/api/v2/custom_roles", "custom_roles", "custom_roles", "custom_role", modes="none", show=_show, admit=_admit
)
COLLECTIONS = [ROLES]


def _changes(sent: Json) -> Json:
    changes: Json = {name: sent[name] for name in ("name", "description") if name in sent}
    rights: Any = sent.get("configuration", {})
    if not isinstance(rights, dict):
        raise record_invalid("configuration", "Configuration: is not an object")
    return {**changes, "configuration": {name: value for name, value in rights.items() if name not in READ_ONLY}}


def _judge(call: Call, role: Json) -> None:
    name = role.get("name")
    if not is_text(name):
        raise record_invalid("name", "Name: cannot be blank", error="BlankValue")
    if str(name).strip().lower() in RESERVED:
        raise record_invalid("name", "Name: is reserved")
    for other in call.account.all(ROLES.table):
        if other["id"] != role.get("id") and other["name"].lower() == str(name).lower():
            raise record_invalid("name", "Name: has already been taken", error="DuplicateValue")


def _create(call: Call) -> Answer:
    new = _changes(call.member("custom_role"))
    _judge(call, new)
    # The contract answers 200, not 201.
    return ROLES.answer(call.account, ROLES.add(call.account, new))


def _update(call: Call) -> Answer:
    old = ROLES.find(call.account, call.parts["id"])
    changes = _changes(call.member("custom_role"))
    rights = {**old["configuration"], **changes["configuration"]}
    role = {**old, **changes, "configuration": rights, "updated_at": call.account.now()}
    _judge(call, role)
    return ROLES.answer(call.account, call.account.put(ROLES.table, old["id"], role))


def _delete(call: Call) -> Answer:
    role = ROLES.find(call.account, call.parts["id"])
    if _show(call.account, role)["team_member_count"]:
        raise record_invalid("base", "The role is in use and cannot be deleted")
    call.account.remove(ROLES.table, role["id"])
    return Answer(204)


ROUTES: list[Route] = [
    *ROLES.reading_routes(),
    ("POST", "/api/v2/custom_roles", _create),
    ("PUT", "/api/v2/custom_roles/{id}", _update),
    ("DELETE", "/api/v2/custom_roles/{id}", _delete),
]
