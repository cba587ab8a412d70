"""Gives everything that was found a name, and speaks of live ids by those names.

It refuses to know what is written about the objects, and where.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from reconciler.core.codec import MISSING
from reconciler.core.slug import distinct_slugs
from reconciler.engine.binding_lines import title_of
from reconciler.engine.importing_discovery import Found
from reconciler.engine.live import AccountNames, observe
from reconciler.kinds._registry import find_kind

Key = tuple[str, str]


class ImportNames(AccountNames):
    """Live ids as names; `bare` are the ids that have none, with the kind that was expected behind each."""

    def __init__(self, names: AccountNames) -> None:
        super().__init__(names.snapshot, names.addresses)
        self._ids.update(names._ids)
        self._owners.update(names._owners)
        self.bare: dict[str, str] = {}

    def reference(self, kind: str, part: str, live_id: str) -> dict[str, str]:
        """The canonical reference to a live id: managed before external before bare id."""
        found = super().reference(kind, part, live_id)
        if "id" in found:
            self.bare[live_id] = kind
        return found


def name_all(found: Sequence[Found], names: AccountNames, taken: Mapping[str, Collection[str]]) -> dict[Key, str]:
    """A manifest's name for everything that was found; `taken` holds by kind the names that manifests have already."""
    named: dict[Key, str] = {}
    for kind in dict.fromkeys(each.kind for each in found):
        titles = {each.live_id: _title(each, names) for each in found if each.kind == kind}
        slugs = distinct_slugs(titles, taken.get(kind, ()), kind.replace("_", "-"))
        named.update({(kind, live_id): slug for live_id, slug in slugs.items()})
    return named


def name_items(found: Found) -> dict[str, str]:
    """The names of the items that have one of their own, by live id."""
    named: dict[str, str] = {}
    for brood in found.broods:
        if brood.children.are_named:
            titles = {str(live["id"]): title_of(live) for live in brood.objects}
            named.update(distinct_slugs(titles, (), brood.children.label))
    return named


def _title(found: Found, names: AccountNames) -> str:
    """What the name is made of: the title; where there is none the type and the key; settings go by their kind.

    Where a kind has many types, such as channels, whose titles are often the brand's, the type comes first.
    """
    if found.gathered is not None:
        return found.title
    anchor = found.pieces[found.anchor]
    kind = find_kind(found.kind)
    types = {str(form.get("type", "")) for form in kind.forms}
    if anchor.part.recognises is not None:
        return found.type or found.kind
    if anchor.part.collection.is_settings or (anchor.part.is_singleton and not found.title):
        return found.kind
    title = found.title
    if not title:
        keys = (observe(key, anchor.live, names) for key in anchor.part.key_fields())
        title = next((str(key) for key in keys if key not in (MISSING, None, "")), "")
    if len(types) <= 2:
        return title
    words = found.type.replace("_", " ")
    return title if title.casefold().startswith(words) else f"{words} {title}".strip()
