"""The emulator on the wire: credentials, limits, faults, seeds, persistence, ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.emulator.faults import Fault, parse_fault
from reconciler.emulator.server import Emulator
from tests.unit.emulator.conftest import APP, SUBDOMAIN, Client

TOKEN = {"grant_type": "client_credentials", "client_id": "c", "client_secret": "s", "scope": "read write"}


class Clock:
    """Time that only moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1_767_225_600.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize("auth", [None, ("refused@example.com/token", "t"), ("a@example.com/token", "refused")])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v2/groups", {"error": "Couldn't authenticate you"}),
        (f"{APP}/integrations", {"errors": [{"code": "unauthorized", "title": "Authorization is required"}]}),
    ],
)
def test_missing_and_refused_credentials_are_401_in_each_apis_shape(
    ask: Client, auth: Any, path: str, body: Any
) -> None:
    response = httpx.get(ask.url + path, auth=auth)

    assert (response.status_code, response.json()) == (401, body)


def test_a_token_works_until_it_runs_out_and_then_a_new_one_does(start: Callable[..., Client]) -> None:
    clock = Clock()
    ask = start(clock=clock, token_ttl_seconds=60)

    def fresh() -> dict[str, Any]:
        answer: dict[str, Any] = ask("POST", "/oauth/tokens", TOKEN, 201)
        return answer

    def status(token: str) -> int:
        return httpx.get(ask.url + "/api/v2/groups", headers={"Authorization": f"Bearer {token}"}).status_code

    issued = fresh()
    assert (issued["token_type"], issued["expires_in"], issued["scope"]) == ("bearer", 60, "read write")
    assert status(issued["access_token"]) == 200
    clock.seconds += 60
    assert status(issued["access_token"]) == 401
    assert status(fresh()["access_token"]) == 200
    assert status("any-other") == 200


def test_a_token_lasts_half_an_hour_unless_asked_otherwise(ask: Client) -> None:
    assert ask("POST", "/oauth/tokens", TOKEN, 201)["expires_in"] == 1800


@pytest.mark.parametrize(
    ("change", "status"),
    [({"client_secret": "refused"}, 401), ({"client_id": ""}, 401), ({"grant_type": "password"}, 400)],
)
def test_wrong_grants_get_no_token(ask: Client, change: Any, status: int) -> None:
    assert "error" in ask("POST", "/oauth/tokens", {**TOKEN, **change}, status)


def test_rate_limit_headers_stand_on_support_and_chat_but_not_on_conversations(ask: Client) -> None:
    support = ask.http.get("/api/v2/groups").headers
    chat = ask.http.get("/api/v2/chat/routing_settings/account").headers
    conversations = ask.http.get(APP).headers

    assert [name for name in support if "limit" in name] == [
        "x-rate-limit",
        "x-rate-limit-remaining",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
    ]
    assert (support["x-rate-limit"], support["content-type"]) == ("2500", "application/json")
    assert [name for name in chat if "limit" in name] == ["x-rate-limit", "x-rate-limit-remaining"]
    assert [name for name in conversations if "limit" in name] == []


def test_a_used_up_limit_is_429_with_a_time_to_wait_until_the_minute_is_over(start: Callable[..., Client]) -> None:
    clock = Clock()
    ask = start(clock=clock, rate_limit=2)
    remaining = [ask.http.get("/api/v2/groups").headers["x-rate-limit-remaining"] for _ in range(2)]
    clock.seconds += 20
    refused = ask.http.get("/api/v2/groups")
    other_api = ask.http.get(APP)
    clock.seconds += int(refused.headers["retry-after"])

    assert (remaining, refused.status_code, refused.headers["retry-after"]) == (["1", "0"], 429, "40")
    assert refused.headers["content-type"].startswith("text/plain")
    assert (other_api.status_code, ask.http.get("/api/v2/groups").status_code) == (200, 200)


def test_the_request_log_tells_what_was_asked_in_order(ask: Client) -> None:
    ask("GET", "/api/v2/groups?page[size]=1")
    ask("POST", "/api/v2/groups", {"group": {}}, 422)

    assert ask("GET", "/__emulator__/requests") == [
        {"index": 0, "method": "GET", "path": "/api/v2/groups", "query": "page[size]=1", "status": 200},
        {"index": 1, "method": "POST", "path": "/api/v2/groups", "query": "", "status": 422},
    ]


def test_a_body_that_is_no_json_object_is_refused_in_each_apis_shape(ask: Client) -> None:
    support = ask.http.post("/api/v2/groups", content=b"{")
    conversations = ask.http.post(f"{APP}/integrations", content=b"[]")

    assert (support.status_code, set(support.json()["error"])) == (400, {"title", "message"})
    assert (conversations.status_code, conversations.json()["errors"][0]["code"]) == (400, "bad_request")


@pytest.mark.parametrize(("when", "count"), [("before", 1), ("after", 2)])
@pytest.mark.parametrize("do", ["drop", "reset", "truncate"])
def test_a_cut_connection_loses_the_answer_and_the_effect_only_if_it_comes_before(
    ask: Client, do: str, when: str, count: int
) -> None:
    ask("POST", "/__emulator__/faults", [{"index": 0, "when": when, "do": do}])

    with pytest.raises(httpx.TransportError):
        ask.http.post("/api/v2/groups", json={"group": {"name": "Japan"}})

    assert len(ask("GET", "/api/v2/groups")["groups"]) == count


@pytest.mark.parametrize(("when", "count"), [("before", 1), ("after", 2)])
@pytest.mark.parametrize(
    ("do", "status", "content_type"),
    [("status", 500, "application/json"), ("html", 500, "text/html; charset=utf-8")],
)
def test_a_fault_can_answer_with_another_status_or_a_page(
    ask: Client, do: str, status: int, content_type: str, when: str, count: int
) -> None:
    ask("POST", "/__emulator__/faults", [{"index": 0, "when": when, "do": do, "status": status}])

    response = ask.http.post("/api/v2/groups", json={"group": {"name": "Japan"}})

    assert (response.status_code, response.headers["content-type"]) == (status, content_type)
    assert len(ask("GET", "/api/v2/groups")["groups"]) == count


def test_a_corrupt_answer_is_no_json_and_the_next_one_is_whole(ask: Client) -> None:
    ask("POST", "/__emulator__/faults", [{"index": 0, "when": "after", "do": "corrupt"}])
    response = ask.http.get("/api/v2/groups")

    with pytest.raises(ValueError, match="utf-8"):
        response.json()

    assert ask("GET", "/api/v2/groups")["count"] == 1


def test_a_delay_lasts_and_then_gives_the_true_answer(ask: Client) -> None:
    ask("POST", "/__emulator__/faults", [{"index": 0, "when": "after", "do": "delay", "seconds": 0.05}])

    response = ask.http.get("/api/v2/groups")

    assert response.elapsed.total_seconds() >= 0.05
    assert response.json()["count"] == 1


def test_a_fault_is_written_in_a_word() -> None:
    assert parse_fault("3:after:drop") == Fault(index=3, when="after", do="drop")
    assert parse_fault("5:before:status=429") == Fault(index=5, when="before", do="status", status=429)
    assert parse_fault("5:before:delay=0.5") == Fault(index=5, when="before", do="delay", seconds=0.5)
    for wrong in ("x", "1:never:drop", "1:after:explode"):
        with pytest.raises(ValueError, match="fault"):
            parse_fault(wrong)


def test_a_seed_replaces_what_it_names_and_nothing_else(start: Callable[..., Client]) -> None:
    owner = {"id": 7, "name": "Ines", "email": "ines@example.com", "role": "admin"}
    mirror = {"name": "zd-answerBot", "inherited": False}
    seed = {
        "/api/v2/users": [owner],
        "/api/v2/trigger_categories": [{"id": "9", "name": "Social", "position": 1}],
        "/api/v2/triggers": [{"id": 5, "title": "T", "category_id": "9", "url": "https://other.zendesk.com/x"}],
        "/api/v2/account/settings": {"routing": {"enabled": True}},
        f"{APP}/integrations": [
            {"id": "a" * 24, "type": "whatsapp", "phoneNumber": "33140000001", "defaultResponder": mirror},
            {"id": "b" * 24, "type": "custom", "webhooks": [{"target": "https://x.example", "triggers": ["a"]}]},
        ],
    }
    ask = start(seed)

    assert ask("GET", "/api/v2/users/me")["user"]["name"] == "Ines"
    assert (
        ask("GET", "/api/v2/triggers/5")["trigger"]["url"] == "https://maison-lune.zendesk.com/api/v2/triggers/5.json"
    )
    assert [c["name"] for c in ask("GET", "/api/v2/trigger_categories")["trigger_categories"]] == ["Social"]
    assert ask("GET", "/api/v2/account/settings")["settings"]["routing"]["enabled"] is True
    assert [g["name"] for g in ask("GET", "/api/v2/groups")["groups"]] == ["Support"]
    phone, bot = ask("GET", f"{APP}/integrations")["integrations"]
    assert (phone["phoneNumber"], phone["defaultResponder"]["integrationType"]) == ("33140000001", "zd:answerBot")
    assert bot["webhooks"][0]["target"] == "https://x.example"
    ask("GET", "/sc/v2/apps/another/integrations", expected=404)


def test_a_seed_without_an_owner_gets_one(start: Callable[..., Client]) -> None:
    ask = start({"/api/v2/users": [{"name": "Client", "email": "c@example.com"}]})

    assert ask("GET", "/api/v2/users/me")["user"]["role"] == "admin"


@pytest.mark.parametrize("path", ["/api/v2/unheard_of", "/api/v2/groups/7"])
def test_a_seed_with_an_unknown_path_is_refused_by_name(path: str) -> None:
    with pytest.raises(ValueError, match=path):
        Emulator({SUBDOMAIN: 0}, seed={SUBDOMAIN: {path: []}})


def test_a_person_creates_changes_and_deletes_objects(ask: Client) -> None:
    made = ask.click("/api/v2/groups", {"name": "Japan"})
    one = f"/api/v2/groups/{made['id']}"
    assert ask("GET", one)["group"]["name"] == "Japan"

    ask.click(one, {"deleted": True, "name": "Japon"})

    assert (ask("GET", one)["group"]["deleted"], ask("GET", one)["group"]["name"]) == (True, "Japon")
    ask.click(one, None)
    ask("GET", one, expected=404)
    ask.click("/api/v2/account/settings", {"active_features": {"facebook": True}})
    assert ask("GET", "/api/v2/account/settings")["settings"]["active_features"]["facebook"] is True
    ask("POST", "/__emulator__/objects", {"path": "/api/v2/groups/1", "object": {}}, 404)
    ask("POST", "/__emulator__/objects", {"path": "/api/v2/unheard_of", "object": {}}, 404)
    ask("POST", "/__emulator__/objects", {"object": {}}, 400)


def test_a_click_on_an_integration_keeps_what_it_does_not_name(ask: Client) -> None:
    made = ask("POST", f"{APP}/integrations", {"type": "web", "displayName": "Site"}, 201)["integration"]

    ask.click(f"{APP}/integrations/{made['id']}", {"status": "error"})

    assert ask("GET", f"{APP}/integrations/{made['id']}")["integration"] == {**made, "status": "error"}
    ask("DELETE", f"{APP}/integrations/{made['id']}")


def test_a_database_outlives_the_process_and_beats_the_seed(tmp_path: Path) -> None:
    for expected in (["Support", "G"], ["Support", "G", "G2"]):
        seed = {SUBDOMAIN: {"/api/v2/organizations": [{"name": "O"}]}}
        with Emulator({SUBDOMAIN: 0, "other": 0}, seed=seed, db_file=tmp_path / "zendesk.db") as emulator:
            ask = Client(emulator.url(SUBDOMAIN))
            name = expected[-1]
            ask("POST", "/api/v2/groups", {"group": {"name": name}}, 201)
            ask("POST", "/api/v2/groups", {"group": {"name": name}}, 422)
            assert [group["name"] for group in ask("GET", "/api/v2/groups")["groups"]] == expected
            assert len(ask("GET", "/api/v2/organizations")["organizations"]) == 1
            ask.http.close()
            other = Client(emulator.url("other"))
            assert [group["name"] for group in other("GET", "/api/v2/groups")["groups"]] == ["Support"]
            other.http.close()


def test_what_was_deleted_stays_deleted_in_the_database(tmp_path: Path) -> None:
    with Emulator({SUBDOMAIN: 0}, db_file=tmp_path / "zendesk.db") as emulator:
        ask = Client(emulator.url(SUBDOMAIN))
        first, _ = ask("GET", "/api/v2/trigger_categories")["trigger_categories"]
        ask("DELETE", f"/api/v2/trigger_categories/{first['id']}", expected=204)
        ask.http.close()
    with Emulator({SUBDOMAIN: 0}, db_file=tmp_path / "zendesk.db") as emulator:
        ask = Client(emulator.url(SUBDOMAIN))
        left = ask("GET", "/api/v2/trigger_categories")["trigger_categories"]
        ask.http.close()

    assert [category["name"] for category in left] == ["Initial Category"]


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(OSError, match=f"port {port} of 127.0.0.1"):
            Emulator({SUBDOMAIN: 0, "other": port})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_well_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "seed.json").write_text('{"maison-lune": {"/api/v2/organizations": [{"name": "O"}]}}')
    program = textwrap.dedent(
        f"""
        from reconciler.emulator.server import serve
        serve(
            {{"maison-lune": 0, "maison-lune-sandbox": 0}},
            seed_file={str(tmp_path / "seed.json")!r},
            ready=lambda ports: print(ports["maison-lune"], ports["maison-lune-sandbox"], flush=True),
        )
        """
    )
    command = [sys.executable, "-W", "error", "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        ports = process.stdout.readline().split()
        for port in ports:
            answer = httpx.get(f"http://127.0.0.1:{port}/api/v2/organizations", auth=("a@b.example/token", "t"))
            assert answer.status_code == 200
        process.send_signal(number)
        _, complaints = process.communicate(timeout=10)

    assert (len(ports), process.returncode, complaints) == (2, 0, "")


def test_it_imports_nothing_else_of_the_program() -> None:
    package = Path(__file__).resolve().parents[3] / "reconciler" / "emulator"
    imports = [
        line for file in package.glob("*.py") for line in file.read_text("utf-8").splitlines() if "import" in line
    ]
    ours = [line.strip() for line in imports if "reconciler" in line and "reconciler.emulator" not in line]

    assert ours == []
