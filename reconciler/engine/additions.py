"""Items that a manifest adds to a live list, among others that are nobody's business; pure functions over values.

It refuses to know what the items are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core.part import Field
from reconciler.core.resource import Json
from reconciler.engine.live import AccountNames


@dataclass(frozen=True, slots=True)
class Added:
    """Stands for an additive field among the values of a request: `after` takes the place of `before` in the list."""

    before: Json
    after: Json


def own_items(field: Field, seen: Json, *stated: Json) -> Json:
    """What a live list holds of the stated items, in the order of the first statement where it holds just those.

    Of a field that is not additive, and of what is no list, the live value itself.
    """
    if not field.is_additive or not isinstance(seen, list):
        return seen
    ours = [each for items in stated if isinstance(items, list) for each in items]
    held = [each for each in seen if each in ours]
    first = stated[0] if stated and isinstance(stated[0], list) else []
    return list(first) if _same_items(held, first) else held


def with_added(field: Field, added: Added, raw: Json, names: AccountNames) -> list[Json]:
    """The whole list to write: what is nobody's business as it was read, then the stated items."""
    ours = [*(added.before or ()), *(added.after or ())]
    others = [each for each in raw or () if field.codec.live([each], names)[0] not in ours]
    return [*others, *field.codec.encode(added.after or [], names)]


def _same_items(some: Sequence[Json], others: Sequence[Json]) -> bool:
    return all(each in others for each in some) and all(each in some for each in others)
