"""The emulator's own doors: what was asked, what there is, and what a person does in Admin Center.

It refuses to know the vendor's API rules: a person's click is not validated.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import visible
from reconciler.emulator.collection import merge
from reconciler.emulator.conversations import INTEGRATIONS, claim_app, receiving_everything
from reconciler.emulator.registry import COLLECTIONS, collection_of


def state(account: Account) -> Json:
    """All documents by list path, and what no API shows. Secrets are left out; only how often each was sent is told."""
    app_id = (account.get("app", "-") or {}).get("id")
    in_paths = {"app": app_id or "{app}"}
    objects: dict[str, Any] = {}
    for collection in COLLECTIONS:
        for document in account.all(collection.table):
            parents = {key[1:]: value for key, value in document.items() if key.startswith("_")}
            path = collection.path.format_map({**in_paths, **parents})
            shown = {
                k: v
                for k, v in collection.show(account, document).items()
                if k not in ("secret", "webhookSecret", "webhooks")
            }
            if collection.singleton:
                objects[path] = shown
            else:
                objects.setdefault(path, []).append(shown)
    written = {item["id"]: item.get("_secrets_written", {}) for item in account.all("integrations")}
    return {
        "subdomain": account.subdomain,
        "app_id": app_id,
        "objects": objects,
        "receives_everything": receiving_everything(account),
        "secrets_written": {key: counts for key, counts in written.items() if counts},
        "tickets_unassigned": int((account.get("counters", "tickets_unassigned") or {"value": 0})["value"]),
    }


def click(account: Account, path: str, content: Json | None) -> Json | None:
    """Create, change or delete an object as a person would; None when the path or the object does not exist."""
    changed = _click(account, path, content)
    named = collection_of(path)
    if changed and named is not None:
        named[0].clicked(account, changed)
    return changed


def _click(account: Account, path: str, content: Json | None) -> Json | None:
    named = collection_of(path)
    if named is None:
        return None
    collection, parts, key = named
    if "app" in parts and not claim_app(account, parts["app"]):
        return None
    if collection.singleton:
        return collection.add(account, content or {}, parts)
    if key is None:
        if content is None:
            return None
        return visible(collection.add(account, {**_from_admin_center(account, path), **content}, parts))
    old = account.get(collection.table, key)
    if old is None:
        return None
    if content is None:
        account.remove(collection.table, key)
        return {}
    moment = {"updated_at": account.now()} if "updated_at" in old else {}
    return visible(collection.add(account, merge(old, {**moment, **content}), parts))


def _from_admin_center(account: Account, path: str) -> Json:
    """Integrations connected by hand carry an undocumented brand in real replies."""
    if INTEGRATIONS.parts(path) is None:
        return {}
    settings = account.get("settings", "-") or {}
    return {"brandId": str(settings["brands"]["default_brand_id"])}
