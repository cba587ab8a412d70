from __future__ import annotations

import base64
import html
import json
import pickle
import random
import threading
from urllib.parse import quote, quote_plus

import pytest

from reconciler.core.secret import Secret
from reconciler.secrets.redactor import Redactor

PLAIN = "cAnArY7f3a91"
AWKWARD = "p@ss/w\"ö\\r\td& <é>'+="


def redactor(*values: str, users: tuple[str, ...] = ()) -> Redactor:
    made = Redactor()
    for value in values:
        made.learn(Secret(value), users=users)
    return made


@pytest.mark.parametrize("value", [PLAIN, AWKWARD])
@pytest.mark.parametrize(
    "written",
    [
        lambda v: v,
        lambda v: json.dumps(v)[1:-1],
        lambda v: json.dumps(v, ensure_ascii=False)[1:-1],
        lambda v: json.dumps(json.dumps(v)[1:-1])[1:-1],
        lambda v: json.dumps(v)[1:-1].replace("/", "\\/"),
        lambda v: repr(v)[1:-1],
        lambda v: html.escape(v),
        lambda v: html.escape(v, quote=False),
        lambda v: quote(v),
        lambda v: quote(v, safe=""),
        lambda v: quote_plus(v),
        lambda v: base64.b64encode(v.encode()).decode(),
        lambda v: base64.b64encode(v.encode()).decode().rstrip("="),
        lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    ],
)
def test_every_written_form_becomes_a_mark(value: str, written: object) -> None:
    form = written(value)  # type: ignore[operator]

    assert "before *** between *** after" == redactor(value).redact(f"before {form} between {form} after")


def test_url_escapes_are_found_in_lower_case_too() -> None:
    assert "x=***" == redactor("a/b=c+d").redact("x=a%2fb%3dc%2bd")


@pytest.mark.parametrize("value", [PLAIN, AWKWARD, "abcd"])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "client-id:"])
@pytest.mark.parametrize("after", ["", "z", "zy", "zyx"])
def test_base64_of_a_longer_text_does_not_hold_the_secret_at_any_alignment(value: str, before: str, after: str) -> None:
    encoded = base64.b64encode((before + value + after).encode()).decode()

    redacted = redactor(value).redact(encoded)

    assert "***" in redacted
    # What is left around the mark is what the neighbours alone determine, and one character that they share.
    assert len(redacted) - 3 <= len(before.encode()) * 8 / 6 + len(after.encode()) * 8 / 6 + 6


@pytest.mark.parametrize("user", ["a@b.example/token", "id", "ü"])
def test_a_pair_in_basic_authorization_becomes_one_mark(user: str) -> None:
    header = "Basic " + base64.b64encode(f"{user}:{PLAIN}".encode()).decode()

    assert "Basic ***" == redactor(PLAIN, users=(user,)).redact(header)


def test_the_lines_of_a_secret_of_several_lines_are_secrets() -> None:
    key = "-----BEGIN KEY-----\nMIIabcdefgh\nijklmnopqrs\n--\n"

    assert "key: |\n  ***\n  ***\n" == redactor(key).redact("key: |\n  MIIabcdefgh\n  ijklmnopqrs\n")


def test_overlapping_secrets_leave_no_rest() -> None:
    assert "<***>" == redactor("abcdef", "defghi").redact("<abcdefghi>")
    assert "<***>" == redactor("abcd", "abcdef").redact("<abcdef>")
    assert "<***>" == redactor("aaaa").redact("<aaaaaa>")


def test_a_short_secret_is_found_only_as_the_whole_of_a_quoted_text() -> None:
    short = redactor("a", "007", users=("id",))

    assert '{"pin":"***"} a day, 007, \'***\'' == short.redact('{"pin":"007"} a day, 007, \'a\'')
    assert "Basic ***" == short.redact("Basic " + base64.b64encode(b"id:007").decode())


def test_text_without_a_secret_is_unchanged() -> None:
    text = "1 change: channel/messenger-fr\n" * 3

    assert text == Redactor().redact(text)
    assert text == redactor(PLAIN, "").redact(text)
    assert ["", "cAn"] == [redactor(PLAIN).redact(short) for short in ("", "cAn")]


def test_json_stays_json() -> None:
    document = {"token": AWKWARD, "list": [PLAIN], "pin": "1", "count": 1}

    redacted = redactor(AWKWARD, PLAIN, "1").redact(json.dumps(document))

    assert {"token": "***", "list": ["***"], "pin": "***", "count": 1} == json.loads(redacted)


def test_no_canary_survives_among_many_secrets_in_a_long_text() -> None:
    seed = 20260822
    draws = random.Random(seed)
    secrets = [draws.randbytes(20).hex() for _ in range(200)]
    text = "\n".join(f"line {number}: {draws.choice(secrets)} and more" for number in range(5000))

    redacted = redactor(*secrets).redact(text)

    assert [] == [secret for secret in secrets if secret in redacted], f"seed {seed}"
    assert 5000 == redacted.count("***")


def test_learning_and_redacting_side_by_side_is_safe() -> None:
    shared = Redactor()
    failures: list[str] = []

    def work(number: int) -> None:
        for turn in range(50):
            value = f"same{number}-{turn}-secret"
            shared.learn(Secret(value))
            if value in shared.redact(f"<{value}>"):
                failures.append(value)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures
    assert "***" == shared.redact("same3-7-secret")


def test_a_redactor_shows_and_stores_nothing() -> None:
    made = redactor(PLAIN)

    assert PLAIN not in repr(made) + str(made)
    with pytest.raises(TypeError):
        pickle.dumps(made)
