"""What is wrong with channels before anybody asks an account."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.kinds.channel import KIND
from reconciler.manifest.loader import load_environment

Judge = Callable[[str], list[tuple[str, str]]]

ENVIRONMENT = """\
kind: environment
name: sandbox
account: {subdomain: maison-lune-sandbox, app_id: 65f1c2a9d3b4e7f8a0b1c2d3}
credentials:
  support: {client_id: "env://A", client_secret: "env://B"}
  conversations: {key_id: "env://C", secret: "env://D"}
"""


@pytest.fixture
def found(tmp_path: Path) -> Judge:
    """Judge the text of a manifest file: each diagnostic's rule and severity."""
    folder = tmp_path / "environments" / "sandbox"
    folder.mkdir(parents=True)
    (folder / "environment.yaml").write_text(ENVIRONMENT, "utf-8")

    def judge(text: str) -> list[tuple[str, str]]:
        (folder / "manifests.yaml").write_text(text, "utf-8")
        return [(each.rule, each.severity) for each in load_environment(tmp_path, "sandbox").diagnostics]

    return judge


def channel(name: str, **fields: object) -> str:
    lines = [f"{key}: {value}" for key, value in fields.items()]
    return "\n".join(["---", "kind: channel", f"name: {name}", *lines, ""])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "whatsapp", "phone_number": "+33755531200", "hsm_fallback_language": "fr"}, []),
        ({"type": "whatsapp", "phone_number": "+33755531200", "hsm_fallback_language": "en_US"}, []),
        (
            {"type": "whatsapp", "phone_number": "+33755531200", "hsm_fallback_language": "français"},
            [("channel/unusual-language", "warning")],
        ),
        ({"type": "wechat", "app_id": "wx0123456789abcdef"}, []),
        ({"type": "wechat", "app_id": "0123456789abcdef"}, [("channel/unusual-app-id", "warning")]),
        ({"type": "x_handle", "handle": "'@MaisonLune'"}, []),
        ({"type": "x_handle", "handle": "maison.lune"}, [("channel/unusual-handle", "warning")]),
        ({"type": "android", "project_id": "a", "client_email": "b", "private_key": "env://KEY"}, []),
        ({"type": "android", "project_id": "a"}, [("channel/half-firebase-key", "warning")]),
        ({"type": "android", "server_key": "env://KEY"}, [("manifest/unknown-field", "error")]),
        (
            {"type": "line", "channel_id": "'1'", "channel_secret": "env://A"},
            [("channel/half-credentials", "error")],
        ),
        ({"type": "x_dm", "tier": "premium"}, [("manifest/unknown-value", "error")]),
    ],
)
def test_a_channel_alone(found: Judge, fields: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert expected == found(channel("a", **fields))


def test_two_manifests_are_never_one_channel(found: Judge) -> None:
    handles = channel("a", type="x_handle", handle="MaisonLune") + channel("b", type="x_handle", handle="'@maisonlune'")
    pages = channel("c", type="facebook_page", page_id="'1'") + channel("d", type="facebook_page", page_id="'1'")
    assert [("channel/twice", "error")] * 2 == found(handles + pages)


def test_one_page_may_be_public_and_private(found: Judge) -> None:
    page = channel("a", type="facebook_page", page_id="'1'")
    assert [] == found(page + channel("b", type="messenger", page_id="'1'"))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (5, []),
        (6, [("channel/too-many", "error"), ("channel/too-many", "warning")]),
    ],
)
def test_an_account_holds_five_x_accounts(found: Judge, number: int, expected: list[tuple[str, str]]) -> None:
    handles = [channel(f"x-{each}", type="x_handle", handle=f"lune_{each}") for each in range(number)]
    assert expected == found("".join(handles))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (15, []),
        (16, [("channel/too-many", "warning")]),
        (31, [("channel/too-many", "warning"), ("channel/too-many", "error")]),
    ],
)
def test_an_account_holds_fifteen_pages_or_thirty(found: Judge, number: int, expected: list[tuple[str, str]]) -> None:
    pages = [channel(f"page-{each:02}", type="facebook_page", page_id=f"'{each}'") for each in range(number)]
    assert sorted(expected) == sorted(found("".join(pages)))


def test_a_whatsapp_account_has_twenty_numbers_by_default(found: Judge) -> None:
    def numbers(first: int, account: int) -> str:
        return "".join(
            channel(
                f"w-{each}", type="whatsapp", phone_number=f"'+337555312{each:02}'", account_id=f"'account {account}'"
            )
            for each in range(first, first + 20)
        )

    assert [] == found(numbers(0, 1) + numbers(20, 2))
    more = channel("w-99", type="whatsapp", phone_number="'+33755531299'", account_id="'account 1'")
    assert [("channel/too-many", "warning")] == found(numbers(0, 1) + more)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("encoding_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", ""),
        ("encoding_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF", "it needs exactly 43 letters and digits"),
        ("encoding_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDE+/", "it needs exactly 43 letters and digits"),
        ("certificate", "TUlJS0ZB\nSUJBekND\n", ""),
        ("certificate", "-----BEGIN CERTIFICATE-----", "it needs to be the .p12 file in base64"),
        ("certificate", "", "it needs to be the .p12 file in base64"),
    ],
)
def test_a_secret_is_judged_when_it_is_resolved(field: str, value: str, reason: str) -> None:
    assert reason == KIND.secret_requirements[field](value)
