"""A listing put together from its pages, whole or not at all; it refuses to send requests.

Neither `links.next` nor `next_page` is ever followed: a recorded Zendesk answer has a `links.next` on its last page,
and an address in an answer is not one to send credentials to.
"""

from __future__ import annotations

from typing import Any, Literal

from reconciler.zendesk.answers import UnreadableAnswer

Paging = Literal["cursor", "conversations", "offset", "none", "bare", "object"]
"""How a collection is paged: `cursor` (Support), `conversations` (its camelCase twin), `offset` (numbered pages),
`none` (one answer holds everything), `bare` (likewise, and the answer may be the list itself, without an envelope),
`object` (a collection of exactly one object, which is not in a list)."""

PAGE_CAP = 1000
OFFSET_PAGE_CAP = 100
"""Beyond 10,000 records the vendor refuses numbered pages (developer documentation, "Pagination")."""

_META_NAMES = {"cursor": ("has_more", "after_cursor"), "conversations": ("hasMore", "afterCursor")}


class PageChain:
    """Collects the pages of one listing: ask for `params()`, give the answer to `take`, until `is_whole`.

    `items` names the member that holds the objects; an empty name means that the answer itself is the list or object.
    """

    def __init__(self, items: str, paging: Paging, page_size: int) -> None:
        self.objects: list[dict[str, Any]] = []
        self.is_whole = False
        self._items = items
        self._paging = paging
        self._page_size = page_size
        self._pages = 0
        self._cursor = ""
        self._seen_cursors: set[str] = set()
        self._seen_ids: set[Any] = set()

    def params(self) -> dict[str, str | int]:
        """The query of the next page."""
        if self._paging == "offset":
            return {"page": self._pages + 1, "per_page": self._page_size}
        if self._paging in _META_NAMES:
            size: dict[str, str | int] = {"page[size]": self._page_size}
            return size | ({"page[after]": self._cursor} if self._cursor else {})
        return {}

    def take(self, body: Any) -> None:
        """Adds a page; raises UnreadableAnswer as soon as the listing cannot be known to become whole."""
        self._pages += 1
        self._collect(body)
        meta = body if isinstance(body, dict) else {}
        if self._paging in _META_NAMES:
            self._follow_cursor(meta)
        elif self._paging == "offset":
            self._follow_number(meta)
        else:
            if meta.get("next_page") or _has_more(meta):
                raise UnreadableAnswer("it says that there are further pages of a collection that has none")
            self.is_whole = True
        if self.is_whole:
            self._check_count(meta)
        elif self._pages >= (OFFSET_PAGE_CAP if self._paging == "offset" else PAGE_CAP):
            raise UnreadableAnswer(f"the listing does not end after {self._pages} pages")

    def _collect(self, body: Any) -> None:
        if self._items and not (self._paging == "bare" and isinstance(body, list)):
            if not isinstance(body, dict) or self._items not in body:
                raise UnreadableAnswer(f'it has no member "{self._items}"')
            body = body[self._items]
        found = [body] if self._paging == "object" else body
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            kind = "an object" if self._paging == "object" else "a list of objects"
            raise UnreadableAnswer(f'"{self._items}" is not {kind}' if self._items else f"it is not {kind}")
        for one in found:
            live_id = one.get("id")
            if isinstance(live_id, (str, int)):
                if live_id in self._seen_ids:
                    raise UnreadableAnswer(f"the listing names id {live_id} twice")
                self._seen_ids.add(live_id)
        self.objects += found

    def _follow_cursor(self, page: dict[str, Any]) -> None:
        meta = page.get("meta")
        if meta is None:
            # Some collections answer a cursor request with numbered fields or none at all: that is a single page.
            if page.get("next_page"):
                raise UnreadableAnswer("it is paged in another way than it was asked for")
            self.is_whole = True
            return
        more_name, cursor_name = _META_NAMES[self._paging]
        has_more = meta.get(more_name) if isinstance(meta, dict) else None
        if not isinstance(has_more, bool):
            raise UnreadableAnswer(f'its "meta" does not say "{more_name}"')
        if not has_more:
            self.is_whole = True
            return
        cursor = meta.get(cursor_name)
        if not isinstance(cursor, str) or not cursor:
            raise UnreadableAnswer("it says that there are further pages, but not where")
        if cursor in self._seen_cursors:
            raise UnreadableAnswer("its pages go round in a circle")
        self._seen_cursors.add(cursor)
        self._cursor = cursor

    def _follow_number(self, page: dict[str, Any]) -> None:
        if "next_page" not in page and "count" not in page and len(self.objects) >= self._page_size:
            raise UnreadableAnswer("it does not say whether there are further pages")
        self.is_whole = not page.get("next_page")

    def _check_count(self, page: dict[str, Any]) -> None:
        count = page.get("count")
        if isinstance(count, int) and count > len(self.objects):
            raise UnreadableAnswer(f"it counts {count} objects, but lists {len(self.objects)}")


def _has_more(page: dict[str, Any]) -> bool:
    meta = page.get("meta")
    return isinstance(meta, dict) and bool(meta.get("has_more") or meta.get("hasMore"))
