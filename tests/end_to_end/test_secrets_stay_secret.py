"""No secret leaves the program: not when it is written where it must not be, not when a service repeats it."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable
from urllib.parse import quote

import pytest

from reconciler.emulator.server import Emulator
from tests.relay import Asked, Rule, Told, echo, relay
from tests.spoilt_project import SECRETS, SUBDOMAIN, Project, Ran

MESSENGER = "canaux/messenger-fr.yaml"
APP_SECRET = "app_secret: env://FACEBOOK_APP_SECRET\n"
TOKEN = 'page_access_token: {from: "env://MESSENGER_FR_TOKEN", generation: 1}\n'
CANARIES = ("zq81kanari", "zq82kanari")


def in_messenger(old: str, new: str) -> Callable[[Project], None]:
    return lambda project: project.replace(MESSENGER, old, new)


def in_environment(old: str, new: str) -> Callable[[Project], None]:
    return lambda project: project.replace("environment.yaml", old, new)


def _by_value(project: Project) -> None:
    project.replace(MESSENGER, "env://FACEBOOK_APP_SECRET", "${values.fb}")
    project.replace("environment.yaml", "values:\n", "values:\n  fb: zq81kanari\n  other: x\n")


LITERAL: dict[str, tuple[Callable[[Project], None], str]] = {
    "as the value": (in_messenger(APP_SECRET, "app_secret: zq81kanari\n"), "secret/literal"),
    "in quotes, with a generation": (
        in_messenger(TOKEN, "page_access_token: {from: 'zq81kanari', generation: 2}\n"),
        "secret/literal",
    ),
    "with a reference as its comment": (
        in_messenger(APP_SECRET, "app_secret: zq81kanari # env://X\n"),
        "secret/literal",
    ),
    "in a list": (in_messenger(APP_SECRET, "app_secret: [zq81kanari]\n"), "secret/literal"),
    "in a block list": (in_messenger(APP_SECRET, "app_secret:\n  - zq81kanari\n  - zq82kanari\n"), "secret/literal"),
    "in a mapping": (in_messenger(APP_SECRET, "app_secret:\n  value: zq81kanari\n"), "secret/literal"),
    "as a key": (in_messenger(APP_SECRET, "app_secret: {zq81kanari: zq82kanari}\n"), "secret/literal"),
    "as a text of several lines": (
        in_messenger(APP_SECRET, "app_secret: |\n  zq81kanari\n  zq82kanari\n"),
        "secret/literal",
    ),
    "as a folded text": (in_messenger(APP_SECRET, "app_secret: >-\n  zq81kanari\n  zq82kanari\n"), "secret/literal"),
    "as a misspelt reference": (in_messenger(APP_SECRET, "app_secret: evn://zq81kanari\n"), "secret/literal"),
    "in a value of the environment": (_by_value, "secret/literal"),
    "in a field that there is not": (
        in_messenger(APP_SECRET, APP_SECRET + "webhook_secret: zq81kanari\n"),
        "manifest/unknown-field",
    ),
    "in a nested field that there is not": (
        in_messenger(APP_SECRET, APP_SECRET + "api_tokens:\n  main: zq81kanari\n"),
        "manifest/unknown-field",
    ),
    "beside an unknown type": (
        lambda project: (
            project.replace(MESSENGER, "type: messenger", "type: mesenger"),
            project.replace(MESSENGER, APP_SECRET, "app_secret: zq81kanari\n"),
            project.replace(MESSENGER, "page_id:", "app_secret2: zq82kanari\npage_id:"),
        )[0],
        "manifest/unknown-type",
    ),
    "as credentials of the environment": (
        in_environment('"env://ZD_SANDBOX_CLIENT_SECRET"', "zq81kanari"),
        "secret/literal",
    ),
    "as a key id of the environment": (in_environment('"env://ZD_SANDBOX_SC_KEY_ID"', "zq81kanari"), "secret/literal"),
    "in a misspelt credential": (
        in_environment("client_secret: ", "client_scret: zq81kanari, client_secret: "),
        "manifest/unknown-field",
    ),
    "instead of the credentials": (
        in_environment('{key_id: "env://ZD_SANDBOX_SC_KEY_ID", secret: "env://ZD_SANDBOX_SC_SECRET"}', "zq81kanari"),
        "manifest/wrong-type",
    ),
    "in an environment file that does not parse": (
        in_environment('"env://ZD_SANDBOX_CLIENT_SECRET"}', "zq81kanari"),
        "yaml/syntax",
    ),
    "in a file that does not parse": (in_messenger(APP_SECRET, "app_secret: zq81kanari: zq82kanari\n"), "yaml/syntax"),
    "as an alias": (in_messenger(APP_SECRET, "app_secret: *zq81kanari\n"), "yaml/undefined-alias"),
    "as a tag": (in_messenger(APP_SECRET, "app_secret: !zq81kanari\n"), "yaml/unknown-tag"),
    "as an anchor that is used twice": (
        in_messenger(APP_SECRET, "app_secret: &zq81kanari a\napi_token: &zq81kanari b\n"),
        "yaml/duplicate-anchor",
    ),
    "twice": (in_messenger(APP_SECRET, "app_secret: zq81kanari\napp_secret: zq82kanari\n"), "yaml/duplicate-key"),
    "as a certificate that is not indented": (
        in_messenger(APP_SECRET, "app_secret: |\n-----BEGIN zq81kanari-----\nzq82kanari\n"),
        "yaml/syntax",
    ),
    "after a tab": (in_messenger(APP_SECRET, "app_secret: |\n  zq81kanari\n\tzq82kanari\n"), "yaml/tab-indentation"),
    "in a quote that stays open": (in_messenger(APP_SECRET, 'app_secret: "zq81kanari\n  zq82kanari\n'), "yaml/syntax"),
    "in a French field that does not parse": (
        in_messenger(APP_SECRET, "mot_de_passe: zq81kanari: x\n"),
        "yaml/syntax",
    ),
}


@pytest.mark.parametrize("name", LITERAL)
def test_a_secret_that_is_written_literally_is_never_repeated(project: Project, name: str) -> None:
    change, rule = LITERAL[name]
    change(project)
    before = project.files()

    ran = [
        project.run(*command, *loudness, *format_)
        for command in (["validate", "-e", "sandbox"], ["plan", "-e", "sandbox"], ["apply", "-e", "sandbox"])
        for loudness in ([], ["-vv"])
        for format_ in ([], ["--format", "json"])
    ]

    assert {10} == {each.code for each in ran}
    assert f"error[{rule}]" in ran[0].out
    assert [] == [canary for canary in CANARIES for each in ran if canary in each.text]
    assert before == project.files()


def test_a_literal_secret_is_marked_without_its_length(project: Project) -> None:
    project.replace(MESSENGER, APP_SECRET, "app_secret: zq81kanari\n")

    (diagnostic,) = project.run("validate", "-e", "sandbox", "--format", "json").json()["diagnostics"]

    assert ("secret/literal", 8, 13, 1) == tuple(diagnostic[each] for each in ("rule", "line", "column", "length"))
    assert "app_secret: env://NAME" in diagnostic["fix"]


def test_a_literal_credential_is_named_by_its_whole_path(project: Project) -> None:
    project.replace("environment.yaml", '"env://ZD_SANDBOX_CLIENT_SECRET"', "zq81kanari")

    told = project.run("validate", "-e", "sandbox").out

    assert "credentials.support.client_secret must be a reference to a secret" in told
    assert "environment.yaml:6:69" in told


# -- secrets that the program resolves ------------------------------------------------------------------------


def _forms(value: str) -> set[str]:
    data = value.encode()
    return {value, base64.b64encode(data).decode().rstrip("="), quote(value, safe=""), json.dumps(value)[1:-1]}


BASIC = base64.b64encode(f"{SECRETS['ZD_SANDBOX_SC_KEY_ID']}:{SECRETS['ZD_SANDBOX_SC_SECRET']}".encode()).decode()


def _leaks(texts: list[str | bytes]) -> list[str]:
    forms = {form for value in SECRETS.values() for form in _forms(value)} | {BASIC}
    haystacks = [text if isinstance(text, bytes) else text.encode() for text in texts]
    return sorted(form for form in forms if any(form.encode() in text for text in haystacks))


def _everything(project: Project, ran: list[Ran]) -> list[str | bytes]:
    rows: list[str | bytes] = []
    for path in project.root.rglob("*.sqlite3"):
        with sqlite3.connect(path) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows += [repr(row) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
        connection.close()
    return [*(each.text for each in ran), *project.files().values(), *rows]


def test_resolved_secrets_are_in_no_output_and_in_no_file(project: Project, account: Emulator) -> None:
    ran = [
        project.run("plan", "-e", "sandbox", "-vv"),
        project.run("show", "plans/sandbox.json", "--format", "markdown"),
        project.run("apply", "plans/sandbox.json", "-vv", "--format", "json"),
        project.run("apply", "plans/sandbox.json", "--format", "markdown"),
        project.run("plan", "-e", "sandbox", "--format", "json", "-vv"),
        project.run("drift", "-e", "sandbox", "-vv"),
    ]

    assert [0, 0, 18, 18, 0, 0] == [each.code for each in ran]
    assert any(b"channel/messenger-fr" in content for content in project.files().values())
    assert [] == _leaks(_everything(project, ran))


def _only(kind: str, rule: Rule) -> Rule:
    def answer(asked: Asked) -> Told | None:
        is_token, is_write = asked.path.startswith("/oauth"), asked.method != "GET"
        matches = {
            "token": is_token,
            "read": not is_token and not is_write and asked.path.startswith("/api/v2/groups"),
            "identity": asked.path.startswith("/api/v2/users/me"),
            "app": asked.path.endswith("/apps/65f1c2a9d3b4e7f8a0b1c2d3"),
            "channel": is_write and b'"messenger"' in asked.body,
        }
        return rule(asked) if matches[kind] else None

    return answer


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("kind", ["token", "read", "identity", "app", "channel"])
def test_a_service_that_repeats_what_it_was_sent_gives_no_secret_away(
    project: Project, account: Emulator, monkeypatch: pytest.MonkeyPatch, kind: str, status: int
) -> None:
    assert 0 == project.run("plan", "-e", "sandbox").code
    ran = []

    with relay(_only(kind, echo(status)), account.url(SUBDOMAIN)) as address:
        monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", address)
        for format_ in ("text", "json"):
            ran.append(project.run("apply", "plans/sandbox.json", "-vv", "--format", format_))

    assert {11, 12, 14, 16, 17} >= {each.code for each in ran}
    assert [] == _leaks(_everything(project, ran))
