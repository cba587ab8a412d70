"""What a new account contains, and what a seed puts in its place.

It refuses to know what happens to an account afterwards.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.collection import Collection


def furnish(account: Account) -> None:
    """Put into an empty account what the vendor puts into a new one (the app itself waits for its id)."""
    from reconciler.emulator.chat import ROUTING, default_routing
    from reconciler.emulator.support_groups import GROUPS
    from reconciler.emulator.support_people import BRANDS, LOCALES
    from reconciler.emulator.support_settings import SETTINGS, default_settings
    from reconciler.emulator.switchboards import ENTRIES, SWITCHBOARDS
    from reconciler.emulator.trigger_categories import CATEGORIES

    name = account.subdomain.replace("-", " ").title()
    brand = BRANDS.add(account, {"name": name, "subdomain": account.subdomain, "default": True})
    group = GROUPS.add(account, {"name": "Support", "default": True})
    _add_owner(account, group["id"])
    for locale_id, code, label in ((1, "en-US", "English"), (16, "fr", "Français"), (67, "ja", "日本語")):
        LOCALES.add(account, {"id": locale_id, "locale": code, "name": label})
    SETTINGS.add(account, default_settings(brand["id"]))
    for category in ("Notifications", "Initial Category"):
        CATEGORIES.add(account, {"name": category})
    ROUTING.add(account, default_routing())
    switchboard = SWITCHBOARDS.add(account, {"enabled": True})
    parts = {"switchboard": switchboard["id"]}
    agents = {"name": "zd-agentWorkspace", "integrationType": "zd:agentWorkspace"}
    bot = {"name": "zd-answerBot", "integrationType": "zd:answerBot"}
    bot_id = account.new_conversations_id()
    bot_entry = ENTRIES.add(account, {"integrationId": bot_id, **bot}, parts)
    agents_entry = ENTRIES.add(account, {"integrationId": account.new_conversations_id(), **agents}, parts)
    ENTRIES.add(account, {**bot_entry, "nextSwitchboardIntegrationId": agents_entry["id"]}, parts)
    SWITCHBOARDS.add(account, {**switchboard, "defaultSwitchboardIntegrationId": agents_entry["id"]})


def _add_owner(account: Account, group_id: Any) -> None:
    from reconciler.emulator.support_people import USERS

    owner = {"name": "Account Owner", "email": f"owner@{account.subdomain}.example", "role": "admin", "role_type": 4}
    USERS.add(account, {**owner, "default_group_id": group_id, "owner": True})


def plant(account: Account, seed: Json) -> None:
    """Replace what a seed names: list paths with all their objects, settings and the like laid over the defaults.

    `ValueError` names a path that is no collection of the emulator.
    """
    from reconciler.emulator.conversations import claim_app
    from reconciler.emulator.registry import COLLECTIONS, collection_of
    from reconciler.emulator.support_people import owner

    found = []
    for path, content in seed.items():
        named = collection_of(path)
        if named is None or named[2] is not None:
            raise ValueError(f'"{path}" is no list path that the emulator serves.')
        collection, parts, _ = named
        if "app" in parts and not claim_app(account, parts["app"]):
            raise ValueError(f'"{path}" names a second app; an account has one.')
        found.append((COLLECTIONS.index(collection), collection, parts, content))
    for _, collection, parts, content in sorted(found, key=lambda entry: entry[0]):
        _replace(account, collection, parts, content)
    if owner(account) is None:
        default = next((group["id"] for group in account.all("groups") if group["default"]), None)
        _add_owner(account, default)
    _keep_default_brand_true(account)
    switchboards = [switchboard["id"] for switchboard in account.all("switchboards")]
    for entry in account.all("switchboard_integrations"):
        if entry["_switchboard"] not in switchboards:
            raise ValueError(f'"{entry["_switchboard"]}" has switchboard integrations but is no switchboard.')


def _replace(account: Account, collection: Collection, parts: dict[str, str], content: Any) -> None:
    if collection.singleton:
        collection.add(account, _unwrapped(collection, content), parts)
        return
    for old in account.all(collection.table):
        if all(old.get(f"_{name}", value) == value for name, value in parts.items()):
            account.remove(collection.table, old["id"])
    if collection.table == "switchboards":
        for entry in account.all("switchboard_integrations"):
            account.remove("switchboard_integrations", entry["id"])
    for document in content:
        collection.add(account, document, parts)


def _unwrapped(collection: Collection, content: Any) -> Json:
    """What a seed says of the only document of a path: in its envelope, without it, or as the list that it shows."""
    if isinstance(content, list):
        return {collection.item: content}
    inner = content.get(collection.item)
    return inner if isinstance(inner, dict) else content


def _keep_default_brand_true(account: Account) -> None:
    settings = account.get("settings", "-") or {}
    brands = account.all("brands")
    if brands and not any(brand["id"] == settings["brands"].get("default_brand_id") for brand in brands):
        default = next((brand for brand in brands if brand["default"]), brands[0])
        brands_section = {**settings["brands"], "default_brand_id": default["id"]}
        account.put("settings", "-", {**settings, "brands": brands_section})
