"""Listings: whole or an error."""

from __future__ import annotations

import httpx
import pytest

from reconciler.core.errors import ServiceUnavailable

A = "a" * 24
NO_FURTHER = "it says that there are further pages of a collection that has none"


def page(ids, **members):
    return httpx.Response(200, json={"items": [{"id": one} for one in ids], **members})


def cursor(has_more, after):
    return {"meta": {"has_more": has_more, "after_cursor": after}, "links": {"next": "https://elsewhere.example/"}}


def test_a_cursor_listing_asks_until_has_more_is_false_and_follows_no_link(bench):
    api = bench.script(page([1, 2], **cursor(True, "x1")), page([3], **cursor(False, "x2")))
    listed = api.list_all("/triggers", items="items", paging="cursor", params={"sort": "id"}, page_size=2)
    assert listed == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert [dict(request.url.params) for request in bench.requests] == [
        {"sort": "id", "page[size]": "2"},
        {"sort": "id", "page[size]": "2", "page[after]": "x1"},
    ]
    assert {request.url.host for request in bench.requests} == {"maison.zendesk.com"}


def test_a_conversations_listing_reads_camel_case(bench):
    api = bench.script(
        page(["p"], meta={"hasMore": True, "afterCursor": A}), page(["q"], meta={"hasMore": False, "afterCursor": None})
    )
    assert api.list_all("/v2/x", items="items", paging="conversations") == [{"id": "p"}, {"id": "q"}]
    assert bench.requests[1].url.params["page[after]"] == A


def test_an_offset_listing_counts_pages_itself(bench):
    api = bench.script(
        page([1], next_page="https://elsewhere.example/?page=7", count=2), page([2], next_page=None, count=2)
    )
    assert api.list_all("/x", items="items", paging="offset", page_size=1) == [{"id": 1}, {"id": 2}]
    assert [dict(request.url.params) for request in bench.requests] == [
        {"page": "1", "per_page": "1"},
        {"page": "2", "per_page": "1"},
    ]


def test_a_cursor_request_that_is_answered_without_paging_is_one_page(bench):
    assert bench.script(page([1], next_page=None, count=1)).list_all("/x", items="items", paging="cursor") == [
        {"id": 1}
    ]


def test_the_answer_itself_can_be_the_list_and_a_settings_object_is_a_list_of_one(bench):
    assert bench.script(httpx.Response(200, json=[{"id": 1}])).list_all("/x", items="", paging="none") == [{"id": 1}]
    settings = httpx.Response(200, json={"settings": {"chat": {"enabled": True}}})
    assert bench.script(settings).list_all("/x", items="settings", paging="object") == [{"chat": {"enabled": True}}]
    assert [dict(request.url.params) for request in bench.requests] == [{}, {}]


@pytest.mark.parametrize(
    ("paging", "pages", "problem"),
    [
        ("cursor", [page([1], **cursor(True, "x")), page([2], **cursor(True, "x"))], "its pages go round in a circle"),
        ("cursor", [page([1], **cursor(True, None))], "it says that there are further pages, but not where"),
        ("cursor", [page([1], **cursor(True, 7))], "it says that there are further pages, but not where"),
        ("cursor", [page([1], meta={})], 'its "meta" does not say "has_more"'),
        ("cursor", [page([1], meta={"hasMore": False})], 'its "meta" does not say "has_more"'),
        ("cursor", [page([1], meta={"has_more": "no"})], 'its "meta" does not say "has_more"'),
        ("conversations", [page([1], meta={"has_more": False})], 'its "meta" does not say "hasMore"'),
        ("cursor", [page([1], next_page="x")], "it is paged in another way than it was asked for"),
        ("cursor", [page([1], **cursor(True, "x")), page([1], **cursor(False, ""))], "the listing names id 1 twice"),
        ("cursor", [httpx.Response(200, json={"others": []})], 'it has no member "items"'),
        ("cursor", [httpx.Response(200, json=[])], 'it has no member "items"'),
        ("cursor", [httpx.Response(200, json={"items": {}})], '"items" is not a list of objects'),
        ("cursor", [httpx.Response(200, json={"items": None})], '"items" is not a list of objects'),
        ("cursor", [httpx.Response(200, json={"items": [1]})], '"items" is not a list of objects'),
        ("object", [httpx.Response(200, json={"items": []})], '"items" is not an object'),
        ("none", [page([1], next_page="x")], NO_FURTHER),
        (
            "none",
            [page([1], **cursor(True, "x"))],
            "it says that there are further pages of a collection that has none",
        ),
        ("none", [page([1], count=2)], "it counts 2 objects, but lists 1"),
        ("offset", [page([1], next_page="x", count=3), page([2], count=3)], "it counts 3 objects, but lists 2"),
        ("offset", [page([1, 2])], "it does not say whether there are further pages"),
    ],
)
def test_a_listing_that_cannot_be_whole_is_an_error(bench, paging, pages, problem):
    with pytest.raises(ServiceUnavailable) as caught:
        bench.script(*pages).list_all("/x", items="items", paging=paging, page_size=2)
    assert caught.value.summary == f"the answer to GET /api/v2/x cannot be used: {problem}"


@pytest.mark.parametrize(("paging", "cap"), [("cursor", 1000), ("offset", 100)])
def test_a_listing_without_end_is_stopped(bench, paging, cap):
    def endless(request):
        return page([], meta={"has_more": True, "after_cursor": f"x{len(bench.requests)}"}, next_page="x")

    with pytest.raises(ServiceUnavailable):
        bench.api(endless).list_all("/x", items="items", paging=paging)
    assert len(bench.requests) == cap


def test_a_fault_on_a_later_page_is_an_error_not_a_shorter_list(bench):
    with pytest.raises(ServiceUnavailable):
        bench.script(page([1], **cursor(True, "x")), httpx.Response(500)).list_all("/x", items="items", paging="cursor")


def test_only_a_collection_that_may_come_without_an_envelope_is_read_without_one(bench):
    def bare():
        return bench.script(httpx.Response(200, json=[]))

    assert bare().list_all("/x", items="data", paging="bare") == []
    with pytest.raises(ServiceUnavailable):
        bare().list_all("/x", items="data", paging="none")
