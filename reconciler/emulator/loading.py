"""Makes an emulated account hold what another account holds, with the same ids.

It refuses to know where the content comes from. Unlike a seed, which is laid over what a new account has, what is
loaded stands there exactly as it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.emulator.account import Account
from reconciler.emulator.answers import Refusal
from reconciler.emulator.collection import Collection
from reconciler.emulator.conversations import claim_app
from reconciler.emulator.registry import COLLECTIONS, collection_of

FIRST_NEW_ID = 10_000_000
"""Where an account's counter goes on after loading, far from whatever ids were loaded."""


def load(account: Account, content: Mapping[str, Any]) -> list[str]:
    """Put the objects of list paths (an object where the path has only one) in the place of all that was there.

    Returns in words what could not be held; everything else is held.
    """
    refused: list[str] = []
    known: list[tuple[Collection, dict[str, str], str, Any]] = []
    for path, listed in content.items():
        named = collection_of(path)
        if named is None or named[2] is not None:
            refused.append(f"{path} is not served")
        elif "app" in named[1] and not claim_app(account, named[1]["app"]):
            refused.append(f"{path} is of another app")
        else:
            known.append((named[0], named[1], path, listed))
    for table in {collection.table for collection, *_ in known}:
        account.clear(table)
    for collection, parts, path, listed in sorted(known, key=lambda each: COLLECTIONS.index(each[0])):
        refused += _put(account, collection, parts, path, listed)
    account.put("counters", "ids", {"value": FIRST_NEW_ID})
    account.put("counters", "connections", {"value": FIRST_NEW_ID})
    account.commit()
    return refused


def _put(account: Account, collection: Collection, parts: dict[str, str], path: str, listed: Any) -> list[str]:
    if collection.singleton:
        content = {collection.item: listed} if isinstance(listed, list) else dict(listed)
        own = {f"_{collection.within}": parts[collection.within]} if collection.within else {}
        document = {**collection.admit(account, content, parts), **own}
        account.put(collection.table, parts.get(collection.within, "-"), document)
        return []
    refused = []
    for each in listed:
        try:
            collection.show(account, collection.add(account, each, parts))
        except (Refusal, KeyError, TypeError, ValueError, AttributeError):
            account.remove(collection.table, str(each.get("id")))
            refused.append(f"{path} {each.get('id')} has a form that is not known")
    return refused
