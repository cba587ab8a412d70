"""What doctor finds: every check is made, the worst failure is the exit code, and nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.core.text import display_width
from reconciler.emulator.faults import Fault
from reconciler.emulator.server import Emulator
from reconciler.store.lease import acquire
from reconciler.store.sqlite import SqliteBackend
from reconciler.zendesk.account import Account
from reconciler.zendesk.clock import SystemClock
from tests.projects import SECRETS, SUBDOMAIN, Project, new_account

CHECKS = ["manifests", "credentials", "secrets", "support", "account", "rights", "conversations", "collections"]
CHECKS += ["clock", "store", "memory", "lease"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    monkeypatch.setattr(SystemClock, "sleep", lambda self, seconds: None)
    made = Project(tmp_path, monkeypatch, capsys)
    # What a person sets in the account has tests of its own; a new account would be warned about.
    (made.root / "environments/sandbox/compte/compte.yaml").unlink()
    change(made, "environments/sandbox/environment.yaml", "  bac_a_sable_de: maison-lune\n", "")
    return made


@pytest.fixture
def account(project: Project) -> Iterator[Emulator]:
    with new_account() as running:
        project.point_at(running.url(SUBDOMAIN))
        yield running


def examine(project: Project, *arguments: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and per check its verdict and its words; of several of one name the worst."""
    ran = project.run("doctor", "-e", "sandbox", "--format", "json", *arguments)
    order = ["failed", "warning", "skipped", "ok"]
    found = sorted(ran.result, key=lambda each: order.index(each["verdict"]), reverse=True)
    return ran.code, {each["name"]: (each["verdict"], f"{each['finding']} {each['fix']}") for each in found}


def verdicts(checks: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {name: verdict for name, (verdict, _) in checks.items()}


def change(project: Project, path: str, old: str, new: str) -> None:
    text = project.read(path)
    assert old in text
    project.write(path, text.replace(old, new))


def test_a_healthy_environment_passes_every_check(project: Project, account: Emulator) -> None:
    code, checks = examine(project)
    assert (0, dict.fromkeys(sorted(CHECKS), "ok")) == (code, dict(sorted(verdicts(checks).items())))
    for words in ("integrations", "switchboard_integrations", "groups", "triggers", "trigger_categories"):
        assert words in checks["collections"][1]


def test_the_text_fits_eighty_columns_and_ends_with_the_conclusion(project: Project, account: Emulator) -> None:
    ran = project.run("doctor", "-e", "sandbox")
    lines = ran.out.splitlines()
    assert (0, "", "sandbox: all is fine") == (ran.code, ran.err, lines[-1])
    home = str(project.root)
    assert [] == [line for line in lines if display_width(line) > 80 and home not in line]


def test_nothing_is_written_anywhere(project: Project, account: Emulator) -> None:
    def files() -> list[tuple[Path, bytes]]:
        return [(path, path.read_bytes()) for path in sorted(project.root.rglob("*")) if path.is_file()]

    before = files()
    assert 0 == examine(project)[0]
    assert before == files()
    asked = httpx.get(f"{account.url(SUBDOMAIN)}/__emulator__/requests").json()
    writes = [each["path"] for each in asked if each["method"] != "GET"]
    assert ["/oauth/tokens"] == writes


def test_a_new_repository_lacks_manifests_and_nothing_else(project: Project, account: Emulator) -> None:
    project.keep_only()
    code, checks = examine(project)
    assert 0 == code
    assert ("warning", "there are none yet Write one, or let reconciler import write them.") == checks["manifests"]


def test_one_request_is_enough_for_each_collection(project: Project, account: Emulator) -> None:
    assert 0 == examine(project)[0]
    asked = httpx.get(f"{account.url(SUBDOMAIN)}/__emulator__/requests").json()
    paths = [each["path"] for each in asked]
    # The app is asked for twice: who the account is, and its settings, which are a collection here.
    paths.remove(next(path for path in paths if path.split("/")[-2] == "apps"))
    assert sorted(set(paths)) == sorted(paths)
    groups = next(each["query"] for each in asked if each["path"] == "/api/v2/groups")
    assert "page%5Bsize%5D=1" in groups.replace("[", "%5B").replace("]", "%5D")


def test_account_and_store_are_opened_for_reading_only(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[str, bool]] = []
    connect, init = Account.connect, SqliteBackend.__init__

    def connecting(*arguments: Any, **options: Any) -> Account:
        opened.append(("account", options["read_only"]))
        return connect(*arguments, **options)

    def opening(self: SqliteBackend, path: Path, **options: Any) -> None:
        opened.append(("store", options["is_read_only"]))
        init(self, path, **options)

    monkeypatch.setattr(Account, "connect", connecting)
    monkeypatch.setattr(SqliteBackend, "__init__", opening)
    assert 0 == examine(project)[0]
    assert [("store", True), ("account", True)] == opened


def test_no_secret_is_ever_printed(project: Project, account: Emulator) -> None:
    for arguments in (["--format", "json"], ["-v"]):
        ran = project.run("doctor", "-e", "sandbox", *arguments)
        assert not [name for name in SECRETS if f"value-of-{name.lower()}" in ran.out + ran.err]


@pytest.mark.parametrize(
    ("variable", "failing", "not_made"),
    [
        ("ZD_SANDBOX_CLIENT_SECRET", "support", ["account", "rights"]),
        ("ZD_SANDBOX_SC_SECRET", "conversations", []),
    ],
)
def test_refused_credentials_end_16_and_the_other_api_is_still_asked(
    project: Project, account: Emulator, variable: str, failing: str, not_made: list[str]
) -> None:
    project.environ.setenv(variable, "refused")
    code, checks = examine(project)
    other = "conversations" if failing == "support" else "support"
    assert (16, "failed", "ok") == (code, checks[failing][0], checks[other][0])
    assert not_made == [name for name in ("account", "rights") if checks[name][0] == "skipped"]
    assert "skipped" == checks["collections"][0]
    assert "ok" == checks["store"][0]


def test_missing_credentials_are_named_and_end_16(project: Project, account: Emulator) -> None:
    project.environ.delenv("ZD_SANDBOX_SC_KEY_ID")
    code, checks = examine(project)
    assert (16, "failed", "skipped") == (code, checks["credentials"][0], checks["support"][0])
    assert "env://ZD_SANDBOX_SC_KEY_ID" in checks["credentials"][1]
    assert "ZD_SANDBOX_CLIENT_ID" not in checks["credentials"][1]


def test_a_missing_secret_of_a_manifest_is_a_warning(project: Project, account: Emulator) -> None:
    project.environ.delenv("MESSENGER_FR_TOKEN")
    code, checks = examine(project)
    assert (0, "warning") == (code, checks["secrets"][0])
    assert "env://MESSENGER_FR_TOKEN" in checks["secrets"][1]


def test_another_account_ends_11(project: Project) -> None:
    with Emulator({"maison-lune": 0}) as other:
        project.point_at(other.url("maison-lune"))
        code, checks = examine(project)
    assert (11, "failed", "ok") == (code, checks["account"][0], checks["collections"][0])
    assert 'it is "maison-lune", environment.yaml names "maison-lune-sandbox"' in checks["account"][1]


def test_an_unknown_app_ends_16(project: Project, account: Emulator) -> None:
    assert 0 == examine(project)[0]
    change(project, "environments/sandbox/environment.yaml", "65f1c2a9d3b4e7f8a0b1c2d3", "0" * 24)
    code, checks = examine(project)
    assert (16, "failed", "ok") == (code, checks["conversations"][0], checks["rights"][0])


def test_invalid_manifests_end_10_and_the_account_is_still_examined(project: Project, account: Emulator) -> None:
    project.write("environments/sandbox/broken.yaml", "kind: group\nname: x\n")
    code, checks = examine(project)
    assert (10, "failed", "ok", "ok") == (code, checks["manifests"][0], checks["account"][0], checks["store"][0])
    assert "environments/sandbox/broken.yaml:1" in checks["manifests"][1]


def test_an_invalid_environment_file_leaves_the_store_to_examine(project: Project, account: Emulator) -> None:
    change(project, "environments/sandbox/environment.yaml", "subdomain:", "subdomian:")
    code, checks = examine(project)
    assert (10, "failed", "skipped", "ok") == (
        code,
        checks["manifests"][0],
        checks["support"][0],
        checks["store"][0],
    )


def test_nobody_listening_ends_17(project: Project) -> None:
    with new_account() as gone:
        url = gone.url(SUBDOMAIN)
    project.point_at(url)
    code, checks = examine(project)
    assert (17, "failed", "failed") == (code, checks["support"][0], checks["conversations"][0])
    assert "nobody listens" in checks["support"][1]
    assert ("skipped", "skipped") == (checks["collections"][0], checks["clock"][0])


def test_a_collection_that_may_not_be_listed_ends_16_and_the_others_are_named(project: Project) -> None:
    # 0 is the token, 1 the user, 2 the app; the first collection follows.
    with new_account(faults=[Fault(3, "before", "status", status=403)]) as limited:
        project.point_at(limited.url(SUBDOMAIN))
        code, checks = examine(project)
        listed = project.run("doctor", "-e", "sandbox")
    assert (16, "failed") == (code, checks["collections"][0])
    assert " was answered with 403" in checks["collections"][1]
    assert 0 == listed.code


@pytest.mark.parametrize(("status", "expected"), [(403, 16), (404, 16), (500, 17)])
def test_an_own_user_that_is_not_shown_is_a_failure(project: Project, status: int, expected: int) -> None:
    faults = [Fault(index, "before", "status", status=status) for index in range(1, 5)]
    with new_account(faults=faults if status == 500 else faults[:1]) as limited:
        project.point_at(limited.url(SUBDOMAIN))
        code, checks = examine(project)
    assert (expected, "failed", "skipped") == (code, checks["support"][0], checks["rights"][0])


def test_a_damaged_store_ends_1_before_all_others(project: Project, account: Emulator) -> None:
    project.environ.setenv("ZD_SANDBOX_CLIENT_SECRET", "refused")
    (project.root / ".reconciler").mkdir()
    project.write(".reconciler/state.sqlite3", "no database")
    code, checks = examine(project)
    assert (1, "failed", "failed") == (code, checks["memory"][0], checks["support"][0])


def test_a_store_that_may_not_be_written_ends_1(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    code, checks = examine(project)
    assert (1, "failed") == (code, checks["store"][0])


def test_a_store_of_one_machine_ends_11_where_the_policy_wants_a_shared_one(
    project: Project, account: Emulator
) -> None:
    change(project, "environments/sandbox/environment.yaml", "policy: {", "policy: {require_shared_store: true, ")
    code, checks = examine(project)
    assert (11, "failed") == (code, checks["store"][0])


def test_a_held_lease_is_a_warning_with_the_command_that_frees_it(project: Project, account: Emulator) -> None:
    backend = SqliteBackend(project.root / ".reconciler" / "state.sqlite3")
    held = acquire(backend, "sandbox", "other run 7", "apply", clock=SystemClock())
    code, checks = examine(project)
    assert (0, "warning") == (code, checks["lease"][0])
    assert '"other run 7" (apply, since ' in checks["lease"][1]
    assert f"reconciler unlock -e sandbox {held.id}" in checks["lease"][1]


def test_after_an_apply_the_memory_is_described_and_the_webhooks_of_bots_are_listed(
    project: Project, account: Emulator
) -> None:
    assert 18 == project.run("apply", "-e", "sandbox", "--auto-approve").code
    code, checks = examine(project)
    assert 0 == code
    assert checks["memory"][1].startswith("serial ")
    assert "integration_webhooks" in checks["collections"][1]


def test_a_memory_of_another_account_ends_11(project: Project, account: Emulator) -> None:
    assert 18 == project.run("apply", "-e", "sandbox", "--auto-approve").code
    change(project, "environments/sandbox/environment.yaml", "65f1c2a9d3b4e7f8a0b1c2d3", "0" * 24)
    _, checks = examine(project)
    assert "failed" == checks["memory"][0]


def test_an_unknown_environment_ends_64(project: Project) -> None:
    ran = project.run("doctor", "-e", "sandbx")
    assert 64 == ran.code
    assert 'Did you mean "sandbox"?' in ran.err


def test_what_a_person_sets_in_the_account_is_examined_where_a_manifest_states_it(
    project: Project, account: Emulator
) -> None:
    project.write(
        "environments/sandbox/account.yaml",
        "kind: account\nname: account\nagent_workspace: true\nmessaging: true\nlocales: [ja, en-us, FR]\n",
    )
    _, checks = examine(project)
    assert checks["by hand"] == ("ok", "account/account: agent workspace: on; locales: en-us, fr, ja ")

    body = {"path": "/api/v2/account/settings", "object": {"agents": {"agent_workspace": False}}}
    httpx.post(f"{account.url(SUBDOMAIN)}/__emulator__/objects", json=body)
    code, checks = examine(project)
    assert (code, *checks["by hand"]) == (
        0,
        "warning",
        "account/account: agent workspace: off, not on; locales: en-us, fr, ja "
        "A person sets it in Admin Center > Workspaces > Agent workspace.",
    )
