"""An account that refuses, fails or is another one ends a command with its exit code and leaves everything as it is."""

from __future__ import annotations

import json
import socket
import urllib.request
from typing import Any

import pytest

from reconciler.emulator.server import Emulator
from reconciler.store.lease import acquire
from reconciler.store.open import open_store
from tests.relay import Asked, Rule, Told, relay
from tests.spoilt_project import SUBDOMAIN, Project, SkippingClock

PAGE = Told(200, b"<html><body>Sign in</body></html>", "text/html; charset=utf-8")


def requests_of(account: Emulator) -> list[dict[str, Any]]:
    with urllib.request.urlopen(account.url(SUBDOMAIN) + "/__emulator__/requests") as answer:
        listed: list[dict[str, Any]] = json.load(answer)
    return listed


def writes_of(account: Emulator) -> list[str]:
    return [
        each["path"] for each in requests_of(account) if each["method"] != "GET" and each["path"] != "/oauth/tokens"
    ]


def at(part: str, told: Told) -> Rule:
    return lambda asked: told if part in asked.path else None


ANONYMOUS = Told.json(200, {"user": {"id": None, "name": "Anonymous user", "url": None}})

# what is wrong: (rule, exit code, words)
ACCOUNTS: dict[str, tuple[Rule, int, tuple[str, ...]]] = {
    "it answers a web page": (lambda asked: PAGE, 17, ("it is a web page", "Check account.subdomain")),
    "there is no such account": (
        lambda asked: Told(404, PAGE.body, PAGE.content_type),
        17,
        ("answered with 404", "Check account.subdomain"),
    ),
    "it is down": (lambda asked: Told(503, PAGE.body, PAGE.content_type), 17, ("answered with 503",)),
    "it redirects": (lambda asked: Told(302, b""), 17, ("redirect", "Check the subdomain")),
    "its token is none": (lambda asked: Told.json(200, {}), 17, ("gave no token",)),
    "it cuts its answers": (lambda asked: Told(200, b'{"access_'), 17, ("not valid JSON",)),
    "it takes the visitor for anonymous": (at("/users/me", ANONYMOUS), 16, ("does not know these credentials",)),
    "a listing fails": (at("/api/v2/groups", Told.json(500, {"error": "boom"})), 17, ("/api/v2/groups", "500")),
    "a listing is a web page": (at("/api/v2/groups", PAGE), 17, ("/api/v2/groups", "it is a web page")),
    "a listing is no list": (at("/api/v2/groups", Told.json(200, {"groups": 7})), 17, ('"groups" is not a list',)),
    "a listing lists no objects": (
        at("/api/v2/groups", Told.json(200, {"groups": [7], "meta": {"has_more": False}})),
        17,
        ("/api/v2/groups",),
    ),
    "the app is unknown": (
        at("/sc/v2/apps/", Told.json(404, {"errors": [{"code": "app_not_found", "title": "App not found"}]})),
        16,
        ("does not show the app 65f1c2a9d3b4e7f8a0b1c2d3", "app_id"),
    ),
}


@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"]])
@pytest.mark.parametrize("name", ACCOUNTS)
def test_an_account_that_does_not_answer_as_one_ends_with_its_code_and_writes_nothing(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch, name: str, command: list[str]
) -> None:
    rule, code, words = ACCOUNTS[name]
    before = project.files()

    with relay(rule, account.url(SUBDOMAIN)) as address:
        monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", address)
        told = project.run(*command, "-e", "sandbox")
        as_json = project.run(*command, "-e", "sandbox", "--format", "json")

    assert (code, "") == (told.code, told.out)
    assert 1 == told.err.count("error: ")
    assert "" == "".join(each for each in words if each not in told.err), told.err
    assert "Traceback" not in told.err
    assert "This is a bug" not in told.err
    envelope = as_json.json()
    assert (f"reconciler.{command[0]}/1", code, None) == tuple(
        envelope[each] for each in ("format", "exit_code", "result")
    )
    assert 1 == len(envelope["diagnostics"])
    assert [] == writes_of(account)
    assert before == project.files()


def test_a_collection_that_is_closed_after_an_apply_blocks_its_manifests_alone_and_is_no_lack_of_drift(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (project.root / "environments" / "sandbox").rglob("*.yaml"):
        if path.name != "environment.yaml":
            path.unlink()
    project.write(
        "a.yaml",
        "kind: group\nname: a\ntitle: A\n---\nkind: macro\nname: m\ntitle: M\nactions: [{field: status, value: open}]\n",
    )
    assert 0 == project.run("apply", "-e", "sandbox", "--auto-approve").code
    closed = at("/api/v2/macros", Told.json(403, {"error": "Forbidden"}))

    with relay(closed, account.url(SUBDOMAIN)) as address:
        monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", address)
        planned = project.run("plan", "-e", "sandbox", "--format", "json")
        drifted = project.run("drift", "-e", "sandbox")

    assert (11, ["macro/m"]) == (planned.code, [each["address"] for each in planned.json()["steps"]])
    assert 11 == drifted.code
    assert "no drift is seen in" in drifted.out
    assert "not compared: macro/m: its collection could not be read" in drifted.out


def test_a_port_nobody_listens_on_is_17(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", f"http://127.0.0.1:{port}")
    before = project.files()

    told = project.run("plan", "-e", "sandbox")

    assert (17, "") == (told.code, told.out)
    assert f"nobody listens on 127.0.0.1:{port}" in told.err
    assert before == project.files()


@pytest.mark.parametrize("variable", ["ZD_SANDBOX_CLIENT_SECRET", "ZD_SANDBOX_SC_SECRET"])
def test_refused_credentials_are_16(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "refused")
    before = project.files()

    told = project.run("plan", "-e", "sandbox")

    assert (16, "") == (told.code, told.out)
    assert "401" in told.err
    assert "Check the credentials of this environment" in told.err
    assert before == project.files()


def test_all_missing_credentials_are_named_at_once_and_nothing_is_asked(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZD_SANDBOX_CLIENT_ID")
    monkeypatch.setenv("ZD_SANDBOX_SC_SECRET", "")

    told = project.run("plan", "-e", "sandbox")

    assert (16, "") == (told.code, told.out)
    assert 'the environment variable "ZD_SANDBOX_CLIENT_ID" is not set' in told.err
    assert 'the environment variable "ZD_SANDBOX_SC_SECRET" is empty' in told.err
    assert [] == requests_of(account)


def test_another_account_than_environment_yaml_names_is_11(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator({"somebody-else": 0}) as other:
        monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", other.url("somebody-else"))
        before = project.files()

        told = project.run("plan", "-e", "sandbox")

    assert (11, "") == (told.code, told.out)
    assert 'the account is "somebody-else", environment.yaml names "maison-lune-sandbox"' in told.err
    assert before == project.files()


@pytest.mark.parametrize("address", ["http://example.com", "localhost:3", "ftp://127.0.0.1", "http://127.0.0.1/x"])
def test_an_override_that_leads_away_is_64_and_named(
    project: Project, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", address)

    told = project.run("plan", "-e", "sandbox")

    assert (64, "") == (told.code, told.out)
    assert "_BASE_URL" in told.err


def test_a_collection_that_may_not_be_read_blocks_its_own_manifests_only(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = at("/api/v2/groups", Told.json(403, {"error": "Forbidden"}))
    with relay(rule, account.url(SUBDOMAIN)) as address:
        monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", address)
        told = project.run("plan", "-e", "sandbox", "--format", "json")
        applied = project.run("apply", "plans/sandbox.json")

    steps = told.json()["steps"]
    blocked = {each["address"] for each in steps if each["blocked"]}
    assert 11 == told.code
    assert {"group/equipe-chine", "group/equipe-france", "group/equipe-japon", "group/service-apres-vente"} <= blocked
    assert not {"channel/messenger-fr", "responder/lune-bot", "trigger_category/messagerie"} & {
        each["address"] for each in steps if each["blocked"] and each["action"] == "create"
    }
    assert "403" in next(each["blocked"][0] for each in steps if each["address"] == "group/equipe-chine")
    assert 11 == applied.code
    assert [] == writes_of(account)


def test_slow_answers_are_cut_by_the_deadline(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SkippingClock()
    monkeypatch.setattr("reconciler.zendesk.clock.SystemClock", lambda: clock)

    def wait(asked: Asked) -> Told | None:
        if "/api/v2/groups" in asked.path:
            clock.sleep(3600)
            return Told.json(503, {"error": "slow"})
        return None

    with relay(wait, account.url(SUBDOMAIN)) as address:
        monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", address)
        told = project.run("plan", "-e", "sandbox")

    assert (17, "") == (told.code, told.out)
    assert 1 == told.err.count("error: ")


# -- at apply ---------------------------------------------------------------------------------------------------


@pytest.fixture
def planned(project: Project, account: Emulator) -> Project:
    """A project with a plan file."""
    assert 0 == project.run("plan", "-e", "sandbox").code
    return project


def test_secrets_that_are_missing_at_apply_are_listed_all_at_once(
    planned: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FACEBOOK_APP_SECRET")
    monkeypatch.setenv("MESSENGER_FR_TOKEN", "")

    told = planned.run("apply", "plans/sandbox.json")

    assert (16, "") == (told.code, told.out)
    assert 'channel/messenger-fr app_secret: the environment variable "FACEBOOK_APP_SECRET" is not set' in told.err
    assert 'channel/messenger-fr page_access_token: the environment variable "MESSENGER_FR_TOKEN" is empty' in told.err
    assert "nothing was written" in told.err
    assert [] == writes_of(account)


STORES = {
    "garbage": (lambda path: path.write_bytes(b"garbage" * 1000), "the store is damaged"),
    "an empty file": (lambda path: path.write_bytes(b""), "the store is not one of reconciler's"),
    "a folder": (lambda path: path.mkdir(), "the store cannot be opened"),
}


@pytest.mark.parametrize("command", [["plan", "-e", "sandbox"], ["apply", "plans/sandbox.json"]])
@pytest.mark.parametrize("name", STORES)
def test_a_store_that_cannot_be_read_is_never_taken_for_an_empty_one(
    planned: Project, account: Emulator, name: str, command: list[str]
) -> None:
    make, words = STORES[name]
    path = planned.root / ".reconciler" / "state.sqlite3"
    path.parent.mkdir()
    make(path)
    before = planned.files()

    told = planned.run(*command)

    assert (1, "") == (told.code, told.out)
    assert 1 == told.err.count("error: ")
    assert words in told.err
    assert "This is a bug" not in told.err
    assert before == planned.files()
    assert [] == writes_of(account)


def test_a_store_that_cannot_be_written_stops_before_the_first_write(planned: Project, account: Emulator) -> None:
    (planned.root / ".reconciler").write_text("a file where the folder should be")

    told = planned.run("apply", "plans/sandbox.json")

    assert (1, "") == (told.code, told.out)
    assert "the store cannot be reached" in told.err
    assert [] == writes_of(account)


def test_a_lease_of_another_run_is_13_with_the_line_that_frees_it(planned: Project, account: Emulator) -> None:
    backend = open_store({}, planned.root)
    lease = acquire(backend, "sandbox", "ci-7 run 42", "apply", clock=SkippingClock())
    backend.close()

    told = planned.run("apply", "plans/sandbox.json")

    assert (13, "") == (told.code, told.out)
    assert f"reconciler unlock -e sandbox {lease.id}" in told.err
    assert "ci-7 run 42" in told.err
    assert [] == writes_of(account)
