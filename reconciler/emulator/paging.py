"""The vendor's two ways of cutting a Support list into pages, and the one of Conversations.

It refuses to know what is in the lists.
"""

from __future__ import annotations

import base64
from urllib.parse import quote

from reconciler.emulator.account import Json
from reconciler.emulator.answers import bad_request, invalid_request
from reconciler.emulator.call import Call

LARGEST_PAGE = 100
LAST_OFFSET_RECORD = 10_000


def _whole(text: str | None, default: int) -> int | None:
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() else None


def _cursor(item: Json) -> str:
    return base64.urlsafe_b64encode(f"id:{item['id']}".encode()).decode().rstrip("=")


def _cut(
    items: list[Json], keys: list[str], after: str | None, before: str | None, size: int
) -> tuple[int, int] | None:
    """The half-open range of the page, or None when the cursor names nothing here."""
    if after is not None:
        if after not in keys:
            return None
        start = keys.index(after) + 1
        return start, min(start + size, len(items))
    if before is not None:
        if before not in keys:
            return None
        end = keys.index(before)
        return max(0, end - size), end
    return 0, min(size, len(items))


def support_page(call: Call, root: str, items: list[Json], *, modes: str = "both", sticky_links: bool = False) -> Json:
    """The envelope of a Support list.

    `modes`: `both`, `cursor`, `offset` or `none`, as each endpoint documents. Without `page[size]` the vendor pages by
    offset, whatever else is sent (introduction/pagination). With `sticky_links`, `links.next` stays set on the last
    page, as the trigger categories of a real account show it.
    """
    if modes == "none":
        return {root: items}
    if modes == "cursor" or (modes == "both" and call.query("page[size]") is not None):
        return _cursor_page(call, root, items, sticky_links)
    return _offset_page(call, root, items)


def _cursor_page(call: Call, root: str, items: list[Json], sticky_links: bool) -> Json:
    size = _whole(call.query("page[size]"), LARGEST_PAGE)
    if size is None or not 1 <= size <= LARGEST_PAGE:
        raise invalid_request("Invalid attribute", "page[size] must be an integer between 1 and 100.")
    keys = [_cursor(item) for item in items]
    bounds = _cut(items, keys, call.query("page[after]"), call.query("page[before]"), size)
    if bounds is None:
        raise invalid_request("InvalidPaginationParameter", "The cursor is not valid.")
    start, end = bounds
    page = items[start:end]
    more = end < len(items)
    meta = {
        "has_more": more,
        "after_cursor": keys[end - 1] if page else None,
        "before_cursor": keys[start] if page else None,
    }
    links: Json = {"prev": None, "next": None}
    if page and (more or sticky_links):
        links["next"] = _link(call, f"page[size]={size}&page[after]={keys[end - 1]}")
    if page and (start > 0 or sticky_links):
        links["prev"] = _link(call, f"page[size]={size}&page[before]={keys[start]}")
    return {root: page, "meta": meta, "links": links}


def _offset_page(call: Call, root: str, items: list[Json]) -> Json:
    number = _whole(call.query("page"), 1)
    size = _whole(call.query("per_page"), LARGEST_PAGE)
    if not number or not size:
        raise invalid_request("Invalid attribute", "page and per_page must be positive integers.")
    size = min(size, LARGEST_PAGE)
    if number * size > LAST_OFFSET_RECORD:
        raise invalid_request("Invalid attribute", "Offset pagination ends at 10,000 records: use cursor pagination.")
    return {
        root: items[(number - 1) * size : number * size],
        "next_page": _link(call, f"page={number + 1}&per_page={size}") if number * size < len(items) else None,
        "previous_page": _link(call, f"page={number - 1}&per_page={size}") if number > 1 else None,
        "count": len(items),
    }


def _link(call: Call, query: str) -> str:
    return f"{call.account.url(call.path)}.json?{quote(query, safe='=&')}"


def conversations_page(call: Call, root: str, items: list[Json]) -> Json:
    """The envelope of a Conversations list: record ids as cursors, camelCase, links only where a page follows."""
    size = _whole(call.query("page[size]"), 25)
    after, before = call.query("page[after]"), call.query("page[before]")
    wrong = size is None or not 1 <= size <= LARGEST_PAGE or (after is not None and before is not None)
    if wrong or any(cursor is not None and len(cursor) != 24 for cursor in (after, before)):
        raise bad_request("Invalid query parameters")
    items = sorted(items, key=lambda item: str(item["id"]))
    start = next((n for n, item in enumerate(items) if item["id"] > after), len(items)) if after else 0
    end = min(start + (size or 0), len(items))
    if before:
        end = next((n for n, item in enumerate(items) if item["id"] >= before), len(items))
        start = max(0, end - (size or 0))
    page = items[start:end]
    meta: Json = {"hasMore": start > 0 if before else end < len(items)}
    links: Json = {}
    base = f"{call.account.url(call.path)}?page[size]={size}"
    if page and end < len(items):
        meta["afterCursor"] = page[-1]["id"]
        links["next"] = f"{base}&page[after]={page[-1]['id']}"
    if page and start > 0:
        meta["beforeCursor"] = page[0]["id"]
        links["prev"] = f"{base}&page[before]={page[0]['id']}"
    return {root: page, "meta": meta, "links": links}
