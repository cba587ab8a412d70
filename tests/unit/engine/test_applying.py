"""Applying against the emulator while answers get lost, people interfere, time passes and stores fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.core.errors import PlanNotAcceptable, StoreError
from reconciler.core.report import Report
from tests.unit.engine.situations import RULE, environment, resource
from tests.unit.engine.worlds import Stage, stage

A = resource("group", "a", title="A", description="first")
B = resource("group", "b", title="B", description="second")
GROUPS = environment(A, B)


def results(report: Report) -> dict[str, str]:
    return {each.step: each.result for each in report.outcomes}


def details(report: Report) -> dict[str, str]:
    return {each.step: each.detail for each in report.outcomes}


def assert_in_step(here: Stage, loaded: Any) -> None:
    assert [step.id for step in here.plan(loaded).plan.steps] == []
    assert here.state().intents == ()


def group_names(here: Stage) -> list[str]:
    return here.names("/api/v2/groups?exclude_deleted=true", "groups")


def is_create_of(name: str) -> Any:
    return lambda request: request.method == "POST" and f'"{name}"'.encode() in request.content


def test_everything_is_created_once_and_then_there_is_nothing_to_do(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        assert results(here.apply(GROUPS)) == {"create:group/a": "applied", "create:group/b": "applied"}
        assert_in_step(here, GROUPS)
        assert group_names(here) == ["Support", "A", "B"]


def test_a_lost_answer_of_a_create_is_found_by_a_listing_and_not_sent_again(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.wire.loses = is_create_of("A")
        assert results(here.apply(GROUPS)) == {"create:group/a": "applied", "create:group/b": "applied"}
        assert group_names(here) == ["Support", "A", "B"]
        assert_in_step(here, GROUPS)


def test_a_create_that_never_arrived_is_sent_again_once(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        arrivals = 0

        def swallow(request: httpx.Request) -> None:
            nonlocal arrivals
            if is_create_of("A")(request):
                arrivals += 1
                if arrivals == 1:
                    raise httpx.ReadError("it never arrived", request=request)

        here.wire.before = swallow
        assert results(here.apply(GROUPS))["create:group/a"] == "applied"
        assert [arrivals, group_names(here)] == [2, ["Support", "A", "B"]]
        assert_in_step(here, GROUPS)


def test_a_create_that_is_lost_twice_is_unknown_and_the_rest_goes_on(tmp_path: Path) -> None:
    with stage(tmp_path) as here:

        def swallow(request: httpx.Request) -> None:
            if is_create_of("A")(request):
                raise httpx.ReadError("it never arrived", request=request)

        here.wire.before = swallow
        report = here.apply(GROUPS)
        assert results(report) == {"create:group/a": "unknown", "create:group/b": "applied"}
        assert report.exit_code() == 14
        here.wire.before = lambda request: None
        assert results(here.apply(GROUPS)) == {"create:group/a": "applied"}
        assert_in_step(here, GROUPS)


def test_a_lost_create_whose_object_reads_back_otherwise_is_not_sent_again(tmp_path: Path) -> None:
    """A person changes the object between its creation and our looking for it: one with our key has arrived."""
    with stage(tmp_path) as here:

        def change(request: httpx.Request) -> None:
            if request.method == "GET" and "/groups" in request.url.path and here.wire.sent:
                for each in here.person("GET", "/api/v2/groups")["groups"]:
                    if each["name"] == "A":
                        here.person("PUT", f"/api/v2/groups/{each['id']}", {"group": {"description": "theirs"}})

        here.wire.loses = is_create_of("A")
        here.wire.before = change
        assert results(here.apply(GROUPS))["create:group/a"] == "unknown"
        assert [path for _, path in here.wire.sent].count("/api/v2/groups") == 2


def test_intents_of_creates_that_were_never_sent_do_not_outlive_the_run(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.world.is_interrupted = lambda: len(here.wire.sent) > 0
        report = here.apply(GROUPS)
        assert [results(report), report.exit_code()] == [
            {"create:group/a": "applied", "create:group/b": "skipped"},
            130,
        ]
        assert here.state().intents == ()


def test_a_same_key_that_arrives_before_the_create_is_a_conflict_and_the_rest_goes_on(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        loaded = environment(B, resource("group", "z", title="Z", description="third"))

        def arrive(request: httpx.Request) -> None:
            if is_create_of("B")(request):
                here.person("POST", "/api/v2/groups", {"group": {"name": "Z"}})
                here.clock.now += 6

        here.wire.before = arrive
        report = here.apply(loaded)
        assert results(report) == {"create:group/b": "applied", "create:group/z": "conflict"}
        assert group_names(here) == ["Support", "Z", "B"]


def test_an_object_that_moves_before_an_old_reading_is_written_is_a_conflict(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.apply(GROUPS)
        changed = environment(
            resource("group", "a", title="A", description="new"), resource("group", "b", title="B", description="new")
        )

        def interfere(request: httpx.Request) -> None:
            if request.method == "PUT" and here.clock.now < 1006:
                here.clock.now += 6
                for each in here.person("GET", "/api/v2/groups")["groups"]:
                    if each["name"] == "B":
                        here.person("PUT", f"/api/v2/groups/{each['id']}", {"group": {"description": "theirs"}})

        here.wire.before = interfere
        assert results(here.apply(changed)) == {"update:group/a": "applied", "update:group/b": "conflict"}
        here.wire.before = lambda request: None
        entry = here.state().resources["group/b"]
        assert entry.applied[""]["description"] == "second"


def test_a_retry_after_a_wait_reads_again(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.apply(GROUPS)
        loaded = environment(resource("group", "a", title="A", description="new"), B)
        tries = 0

        def refuse_once(request: httpx.Request) -> None:
            nonlocal tries
            if request.method == "PUT":
                tries += 1
                if tries == 1:
                    here.clock.now += 6
                    live = here.person("GET", "/api/v2/groups")["groups"][1]
                    here.person("PUT", f"/api/v2/groups/{live['id']}", {"group": {"description": "theirs"}})
                    raise httpx.ConnectError("refused", request=request)

        here.wire.before = refuse_once
        assert [results(here.apply(loaded)), tries] == [{"update:group/a": "conflict"}, 1]


def test_a_delete_whose_answer_is_lost_is_done(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.apply(GROUPS)
        loaded = environment(resource("group", "a", removed="delete"), B)
        lost = 0

        def lose_once(request: httpx.Request) -> bool:
            nonlocal lost
            lost += request.method == "DELETE"
            here.clock.now += 6 * (request.method == "DELETE")
            return request.method == "DELETE" and lost == 1

        here.wire.loses = lose_once
        assert results(here.apply(loaded)) == {"delete:group/a": "applied"}
        assert group_names(here) == ["Support", "B"]
        assert_in_step(here, loaded)


def category(name: str, **fields: Any) -> Any:
    return resource("trigger_category", name, title=name.upper(), **fields)


def test_two_places_in_one_plan_come_out_right(tmp_path: Path) -> None:
    loaded = environment(
        category("x", place="first"), category("y", place={"after": "x"}), category("z", place={"after": "y"})
    )
    with stage(tmp_path) as here:
        report = here.apply(loaded)
        assert {each.result for each in report.outcomes} == {"applied"}
        listed = here.person("GET", "/api/v2/trigger_categories")["trigger_categories"]
        in_place = [each["name"] for each in sorted(listed, key=lambda each: each["position"])]
        assert in_place == ["X", "Y", "Z", "Notifications", "Initial Category"]
        assert_in_step(here, loaded)


def test_places_that_are_turned_around_come_out_right_even_when_it_takes_long(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.apply(environment(category("x", place="first"), category("y", place={"after": "x"}), category("z")))
        turned = environment(
            category("x", place={"after": "y"}), category("y", place={"after": "z"}), category("z", place="first")
        )

        def take_long(request: httpx.Request) -> None:
            here.clock.now += 6 * (request.method != "GET")

        here.wire.before = take_long
        report = here.apply(turned)
        assert {each.step: each.result for each in report.outcomes if each.result != "applied"} == {}
        listed = here.person("GET", "/api/v2/trigger_categories")["trigger_categories"]
        in_place = [each["name"] for each in sorted(listed, key=lambda each: each["position"])]
        assert in_place[:3] == ["Z", "Y", "X"]
        here.wire.before = lambda request: None
        assert_in_step(here, turned)


def test_what_follows_a_category_that_moves_goes_with_it_in_the_same_plan(tmp_path: Path) -> None:
    notifications = {"after": {"external": "Notifications"}}
    with stage(tmp_path) as here:
        before = environment(
            category("x", place={"after": "y"}), category("y", place=notifications), category("z", place="last")
        )
        here.apply(before)
        assert_in_step(here, before)
        after = environment(
            category("new"),
            category("x", place={"after": "y"}),
            category("y", place="first"),
            category("z", place="last"),
        )
        assert {each.result for each in here.apply(after).outcomes} == {"applied"}
        listed = here.person("GET", "/api/v2/trigger_categories")["trigger_categories"]
        in_place = [each["name"] for each in sorted(listed, key=lambda each: each["position"])]
        assert [in_place[:2], in_place[-1]] == [["Y", "X"], "Z"]
        assert_in_step(here, after)


def test_an_order_is_made_after_its_member_moved_in_however_long_that_took(tmp_path: Path) -> None:
    one = resource("trigger", "one", title="One", category="x", **RULE)
    with stage(tmp_path) as here:
        two = resource("trigger", "two", title="Two", category="y", **RULE)
        here.apply(environment(category("x", order=["one"]), category("y"), one, two))
        moved = resource("trigger", "two", title="Two", category="x", **RULE)

        def take_long(request: httpx.Request) -> None:
            here.clock.now += 6 * (request.method == "PUT")

        here.wire.before = take_long
        loaded = environment(category("x", order=["two", "one"]), category("y"), one, moved)
        assert results(here.apply(loaded)) == {
            "update:trigger/two": "applied",
            "update:trigger_category/x#order": "applied",
        }
        assert_in_step(here, loaded)


MIXED = environment(
    category("x", order=["two", "one"]),
    resource("trigger", "one", title="One", category="x", **RULE),
    resource("trigger", "two", title="Two", category="x", **RULE),
    A,
)


@pytest.mark.parametrize("number", range(1, 12))
def test_wherever_the_store_fails_nothing_is_lost_or_doubled(tmp_path: Path, number: int) -> None:
    with stage(tmp_path) as here:
        saved = here.plan(MIXED)
        here.backend.intents_per_put = 1
        here.backend.refuses = lambda put: put >= number
        sent = 0
        try:
            report = here.apply(MIXED, saved)
            sent = report.writes
            assert report.exit_code() != 0 or here.backend.puts < number or "for history" in report.warnings[-1]
        except StoreError:
            assert here.wire.sent == []
        assert sent == len(here.wire.sent)
        here.backend.refuses = lambda put: False
        here.apply(MIXED, saved)
        assert group_names(here) == ["Support", "A"]
        assert sorted(here.names("/api/v2/triggers", "triggers", "title")) == ["One", "Two"]
        assert_in_step(here, MIXED)
        assert results(here.apply(MIXED, saved)) == {step.id: "already" for step in saved.plan.steps}


@pytest.mark.parametrize("number", range(1, 7))
def test_wherever_it_is_interrupted_the_same_plan_goes_on(tmp_path: Path, number: int) -> None:
    with stage(tmp_path) as here:
        saved = here.plan(MIXED)
        here.world.is_interrupted = lambda: len(here.wire.sent) >= number
        here.apply(MIXED, saved)
        here.world.is_interrupted = lambda: False
        assert here.apply(MIXED, saved).exit_code() == 0
        assert sorted(here.names("/api/v2/triggers", "triggers", "title")) == ["One", "Two"]
        assert_in_step(here, MIXED)


def test_a_refused_create_skips_what_needs_it_and_the_rest_goes_on(tmp_path: Path) -> None:
    with stage(tmp_path, faults=()) as here:
        saved = here.plan(MIXED)
        here.wire.before = lambda request: _break(request)

        def _break(request: httpx.Request) -> None:
            if request.url.path.endswith("/trigger_categories") and request.method == "POST":
                request.headers["authorization"] = request.headers["authorization"]
                request.stream = httpx.ByteStream(b'{"trigger_category": {"name": ""}}')
                request.headers["content-length"] = "34"

        report = here.apply(MIXED, saved)
        assert results(report) == {
            "create:group/a": "applied",
            "create:trigger_category/x": "failed",
            "create:trigger/one": "skipped",
            "create:trigger/two": "skipped",
            "update:trigger_category/x#order": "skipped",
        }
        assert [report.exit_code(), here.state().intents] == [14, ()]


def test_a_deleted_object_leaves_its_values_in_the_document_of_the_run(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.apply(GROUPS)
        here.apply(environment(resource("group", "a", removed="delete"), B))
        run = b"".join(here.backend.bodies)
        assert b'"before":{"group/a":{"":{"description":"first"' in run


def test_a_stale_plan_writes_nothing(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        saved = here.plan(GROUPS)
        here.person("POST", "/api/v2/groups", {"group": {"name": "A", "description": "theirs"}})
        with pytest.raises(PlanNotAcceptable):
            here.apply(GROUPS, saved)
        assert [each for each in here.wire.sent if "/groups" in each[1]] == []


def bot(name: str, **fields: Any) -> Any:
    webhook = {"target": f"https://{name}.example/in", "triggers": ["conversation:message"]}
    return resource("responder", name, type="bot", webhook=webhook, **fields)


AGENTS = resource("responder", "agents", type="builtin", integration_type="zd:agentWorkspace")
BOARD = resource("switchboard", "main", enabled=True, default_responder="one")
BOTS = environment(AGENTS, BOARD, bot("one", next_responder="two"), bot("two", next_responder="one"))


@pytest.mark.parametrize("number", [*range(1, 9), 99])
def test_bots_that_need_each_other_come_and_go_wherever_the_runs_are_interrupted(tmp_path: Path, number: int) -> None:
    with stage(tmp_path) as here:
        saved = here.plan(BOTS)
        here.world.is_interrupted = lambda: len(here.wire.sent) >= number
        here.apply(BOTS, saved)
        here.world.is_interrupted = lambda: False
        assert here.apply(BOTS, saved).exit_code() == 0
        assert_in_step(here, BOTS)

        board = resource("switchboard", "main", enabled=True, default_responder="agents")
        gone = environment(
            AGENTS,
            board,
            bot("one", next_responder=None),
            resource("responder", "two", removed="delete"),
        )
        sent = len(here.wire.sent)
        saved = here.plan(gone)
        here.world.is_interrupted = lambda: len(here.wire.sent) >= sent + number
        here.apply(gone, saved)
        here.world.is_interrupted = lambda: False
        assert here.apply(gone, saved).exit_code() == 0
        assert_in_step(here, gone)
        requests = [(method, path.split("/")[-2]) for method, path in here.wire.sent[sent:]]
        silent, entry, integration = (
            requests.index(each)
            for each in (("PATCH", "webhooks"), ("DELETE", "switchboardIntegrations"), ("DELETE", "integrations"))
        )
        assert silent < entry < integration


def test_a_tombstone_without_memory_is_carried_out_when_it_is_bound(tmp_path: Path) -> None:
    from reconciler.core.policy import Binding

    with stage(tmp_path) as here:
        live = here.person("POST", "/api/v2/groups", {"group": {"name": "Old"}})["group"]["id"]
        loaded = environment(A, resource("group", "old", removed="delete"), bindings={"group/old": Binding(str(live))})
        assert results(here.apply(loaded)) == {"create:group/a": "applied", "delete:group/old": "applied"}
        assert group_names(here) == ["Support", "A"]


def test_a_renamed_trigger_with_moved_from_is_only_moved(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.apply(environment(category("x"), resource("trigger", "old", title="T", category="x", **RULE)))
        renamed = environment(
            category("x"), resource("trigger", "new", title="T", category="x", moved_from=["old"], **RULE)
        )
        assert results(here.apply(renamed)) == {"move:trigger/new": "applied"}
        assert_in_step(here, renamed)
        assert sorted(here.state().resources) == ["trigger/new", "trigger_category/x"]


def test_a_deactivated_trigger_that_comes_back_is_the_same_object(tmp_path: Path) -> None:
    one = resource("trigger", "one", title="One", category="x", **RULE)
    with stage(tmp_path) as here:
        here.apply(environment(category("x"), one))
        live_id = here.state().resources["trigger/one"].live[""]
        assert results(here.apply(environment(category("x")))) == {"deactivate:trigger/one": "applied"}
        assert_in_step(here, environment(category("x")))
        assert results(here.apply(environment(category("x"), one))) == {"update:trigger/one": "applied"}
        entry = here.state().resources["trigger/one"]
        assert [entry.live[""], entry.retired] == [live_id, None]
        assert_in_step(here, environment(category("x"), one))


def test_no_secret_reaches_the_store(tmp_path: Path) -> None:
    token = {"from": "env://TOKEN", "generation": 1}
    line = resource(
        "channel", "line", type="line", channel_id="1234567890", channel_secret=token, channel_access_token=token
    )
    with stage(tmp_path) as here:
        here.world.environ = {**here.world.environ, "TOKEN": "s3cr3t-of-the-line"}
        here.wire.loses = lambda request: request.method == "POST" and request.url.path.endswith("/integrations")
        report = here.apply(environment(line))
        assert results(report)["create:channel/line"] == "applied"
        assert any("s3cr3t-of-the-line" in str(body) for body in here.wire.bodies)
        assert [body for body in here.backend.bodies if b"s3cr3t" in body] == []
        assert "s3cr3t" not in str(report.as_json())


def test_a_run_that_lost_its_lease_writes_nothing_more(tmp_path: Path) -> None:
    with stage(tmp_path) as here:

        def lose_the_lease(request: httpx.Request) -> None:
            if is_create_of("A")(request):
                here.backend.has_lost_leases = True
                here.clock.now += 25

        here.wire.before = lose_the_lease
        report = here.apply(GROUPS)
        assert results(report) == {"create:group/a": "applied", "create:group/b": "failed"}
        assert [report.exit_code(), group_names(here)] == [14, ["Support", "A"]]
