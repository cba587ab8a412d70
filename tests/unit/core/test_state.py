from __future__ import annotations

import hashlib
import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.errors import LeaseHeld, StoreCorrupt
from reconciler.core.sealed import seal, unseal
from reconciler.core.state import Entry, Intent, State, Target, dump_state, parse_state

ENTRY = Entry(
    live={"integration": "5f1", "webhook": "5f2"},
    key={"page_id": "104857600000001"},
    applied={"integration": {"display_name": "Lune é", "labels": ["a", "b"], "limits": {"max": 3, "min": None}}},
    generations={"page_access_token": 2},
    protect=True,
    on_remove="block",
    retired=None,
    created=True,
)
INTENT = Intent(
    id="run-1/1",
    address="trigger/greet",
    part="trigger",
    collection="/api/v2/triggers",
    body={"title": "Greet", "active": False},
    known_ids=("2", "1"),
    run="run-1",
)
STATE = State(
    environment="production",
    target=Target("maison-lune", "5f0e1c2d3b4a5f0e1c2d3b4a"),
    lineage="0b0e7c1e-3a55-4a53-9a0e-3a2f4ce0a001",
    serial=7,
    lease_token=3,
    run="run-1",
    resources={"channel/messenger-fr": ENTRY, "channel/web": Entry(live={"channel": "9"}, retired="keep")},
    intents=(INTENT,),
)


def changed(**members: Any) -> bytes:
    return seal({**unseal(dump_state(STATE), what="the sample"), **members})


def test_a_state_is_read_as_it_was_written() -> None:
    body = dump_state(STATE)

    assert STATE == parse_state(body)
    assert body == dump_state(parse_state(body))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.dictionaries(st.just("field"), VALUES)))
def test_any_applied_values_come_back_equal(applied: dict[str, Any]) -> None:
    state = STATE.with_entry("group/a", Entry(live={"group": "1"}, applied=applied))

    assert state == parse_state(dump_state(state))


def test_a_state_cut_at_any_byte_is_corrupt() -> None:
    body = dump_state(STATE)
    for length in range(len(body)):
        with pytest.raises(StoreCorrupt):
            parse_state(body[:length])


def test_a_state_with_any_bit_flipped_is_corrupt() -> None:
    body = dump_state(STATE)
    for offset in range(len(body)):
        for bit in range(8):
            damaged = bytearray(body)
            damaged[offset] ^= 1 << bit
            with pytest.raises(StoreCorrupt):
                parse_state(bytes(damaged))


@pytest.mark.parametrize(
    "body",
    [
        dump_state(STATE) + b"\n",
        b" " + dump_state(STATE),
        dump_state(STATE) + b"\0" * 6,
        dump_state(STATE).replace(b":", b": ", 1),
        b"\xef\xbb\xbf" + dump_state(STATE),
        b'{"a":1,' + dump_state(STATE)[1:],
        dump_state(STATE)[:-1] + b',"serial":7}',
        dump_state(STATE).replace(b'"serial":7', b'"serial":NaN'),
        dump_state(STATE).replace(b'"serial":7', b'"serial":7.0'),
        dump_state(STATE).replace(b'"serial":7', b'"serial":' + b"7" * 5000),
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\0" * 100,
        b'{"checksum":null}',
        b"[" * 100_000,
    ],
)
def test_other_bytes_are_corrupt_and_never_an_empty_state(body: bytes) -> None:
    with pytest.raises(StoreCorrupt, match="the state document is damaged") as caught:
        parse_state(body)

    assert "Restore the store" in caught.value.fix


def test_a_name_that_stands_twice_is_refused_even_under_a_right_checksum() -> None:
    members = unseal(dump_state(STATE), what="the sample")
    twice = json.dumps({**members, "checksum": json.loads(dump_state(STATE))["checksum"]}, sort_keys=True)
    twice = twice.replace('"serial": 7', '"serial": 7, "serial": 7')

    with pytest.raises(StoreCorrupt):
        parse_state(json.dumps(twice).encode())
    with pytest.raises(StoreCorrupt):
        parse_state(twice.encode())


def test_a_newer_format_says_which_version_is_needed() -> None:
    with pytest.raises(StoreCorrupt) as caught:
        parse_state(changed(format="reconciler.state/2", wings=2))

    assert 'Use the version of reconciler that reads "reconciler.state/2".' == caught.value.fix


ENTRY_MEMBERS = unseal(dump_state(STATE), what="the sample")["resources"]["channel/messenger-fr"]
INTENT_MEMBERS = unseal(dump_state(STATE), what="the sample")["intents"][0]


@pytest.mark.parametrize(
    "members",
    [
        {"wings": 2},
        {"environment": ""},
        {"environment": None},
        {"target": None},
        {"target": {"subdomain": "a"}},
        {"target": {"subdomain": "a", "app_id": "b", "wings": 2}},
        {"target": {"subdomain": 1, "app_id": "b"}},
        {"lineage": "one"},
        {"lineage": 1},
        {"serial": -1},
        {"serial": True},
        {"serial": "7"},
        {"lease_token": None},
        {"run": 4},
        {"resources": []},
        {"resources": {"": ENTRY_MEMBERS}},
        {"resources": {"a/b": None}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "wings": 2}}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "live": {"part": 5}}}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "live": ["5"]}}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "key": "104857600000001"}}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "applied": {"part": []}}}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "generations": {"token": "1"}}}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "protect": 1}}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "on_remove": ""}}},
        {"resources": {"a/b": {**ENTRY_MEMBERS, "retired": False}}},
        {"intents": {}},
        {"intents": None},
        {"intents": [None]},
        {"intents": [{**INTENT_MEMBERS, "wings": 2}]},
        {"intents": [{**INTENT_MEMBERS, "status": "hoped"}]},
        {"intents": [{**INTENT_MEMBERS, "known_ids": [1]}]},
        {"intents": [{**INTENT_MEMBERS, "known_ids": "12"}]},
        {"intents": [{**INTENT_MEMBERS, "known_ids": ["2", "1"]}]},
        {"intents": [{**INTENT_MEMBERS, "body": []}]},
        {"intents": [INTENT_MEMBERS, INTENT_MEMBERS]},
        {"resources": {"a/b": {"live": {"part": "5"}}}},
    ],
    ids=str,
)
def test_members_of_another_shape_are_corrupt_even_under_a_right_checksum(members: dict[str, Any]) -> None:
    with pytest.raises(StoreCorrupt, match="members"):
        parse_state(changed(**members))


@pytest.mark.parametrize("name", ["environment", "target", "lineage", "serial", "lease_token", "run", "intents"])
def test_a_missing_member_is_corrupt(name: str) -> None:
    members = unseal(dump_state(STATE), what="the sample")
    del members[name]

    with pytest.raises(StoreCorrupt):
        parse_state(seal(members))


def test_a_float_never_enters_a_state() -> None:
    state = STATE.with_entry("group/a", Entry(live={"group": "1"}, applied={"group": {"share": 0.5}}))

    with pytest.raises(ValueError, match="float"):
        dump_state(state)


def test_a_run_that_puts_the_same_content_makes_other_bytes() -> None:
    once = STATE.advanced("run-2", 4)

    assert (8, 4, "run-2") == (once.serial, once.lease_token, once.run)
    assert STATE.resources == once.resources
    bodies = {dump_state(s) for s in (STATE, once, once.advanced("run-2", 4), STATE.advanced("run-3", 4))}
    assert 4 == len(bodies)


def test_a_state_written_under_a_newer_token_cannot_be_advanced_with_an_older_one() -> None:
    with pytest.raises(LeaseHeld, match="lease token 3"):
        STATE.advanced("run-0", 2)


def test_updates_make_a_new_state_and_leave_the_old_one() -> None:
    entry = Entry(live={"group": "1"})

    added = STATE.with_entry("group/a", entry)

    assert "group/a" not in STATE.resources
    assert entry == added.resources["group/a"]
    assert STATE == added.without("group/a")
    assert STATE == STATE.without("group/never-there")
    assert () == STATE.with_intents([]).intents
    assert ("sent",) == tuple(i.status for i in STATE.with_intents([replace(INTENT, status="sent")]).intents)


def test_a_state_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        STATE.serial = 8  # type: ignore[misc]
    with pytest.raises(TypeError):
        STATE.resources["group/a"] = ENTRY  # type: ignore[index]


def test_known_ids_are_kept_sorted_and_once() -> None:
    assert ("1", "2", "3") == replace(INTENT, known_ids=("3", "1", "2", "1")).known_ids


@given(st.dictionaries(st.text(st.characters(codec="utf-8")).filter(lambda name: name != "checksum"), VALUES))
def test_a_sealed_document_is_canonical_and_its_checksum_that_of_the_rest(members: dict[str, Any]) -> None:
    checksum = hashlib.sha256(rfc8785.dumps(members)).hexdigest()

    assert rfc8785.dumps({**members, "checksum": checksum}) == seal(members)
    assert members == unseal(seal(members), what="the sample")


def test_a_lone_surrogate_in_a_name_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="lone surrogate"):
        seal({"\ud800": 1})


def test_a_document_with_a_checksum_of_its_own_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="checksum"):
        seal({"checksum": "mine"})
