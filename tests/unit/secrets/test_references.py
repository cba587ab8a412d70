from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from reconciler.core.errors import SecretUnavailable
from reconciler.secrets.references import LARGEST_FILE_BYTES, Reference, parse_reference, resolve

CANARY = "cAnArY-7f3a91"


def reveal(text: str, root: Path, environ: dict[str, str] | None = None) -> str:
    return resolve(parse_reference(text), root=root, environ=environ or {}).reveal()


def refusal(text: str, root: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SecretUnavailable) as caught:
        reveal(text, root, environ)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=False).format())
    assert CANARY not in shown
    return str(caught.value)


def test_a_reference_is_its_scheme_and_target() -> None:
    assert Reference("env", "ZD_TOKEN") == parse_reference("env://ZD_TOKEN")
    assert Reference("file", "secrets/a b") == parse_reference("file://secrets/a b")
    assert "file:///run/token" == str(parse_reference("file:///run/token"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fil://x", 'Did you mean "file"?'),
        ("vault://x", "The known schemes are env, file."),
        ("ENV://X", "env://NAME"),
        ("", "env://NAME"),
        ("env://", "environment variable"),
        ("env://1A", "environment variable"),
        ("env://A-B", "environment variable"),
        ("env://A\n", "environment variable"),
        ("file://", "does not name a file"),
        ("file://a\0b", "does not name a file"),
    ],
)
def test_a_reference_that_is_none_is_refused_with_the_known_forms(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(text, tmp_path)


@pytest.mark.parametrize(
    "pasted", [CANARY, f"env://{CANARY}!", f"https://user:{CANARY}@host", f"{CANARY}://x", f"file://{CANARY}\n"]
)
def test_a_secret_pasted_in_the_place_of_a_reference_is_not_repeated(tmp_path: Path, pasted: str) -> None:
    assert refusal(pasted, tmp_path)


def test_a_variable_is_taken_exactly(tmp_path: Path) -> None:
    assert " 007\n" == reveal("env://PIN", tmp_path, {"PIN": " 007\n"})


@pytest.mark.parametrize(("environ", "said"), [({}, "not set"), ({"ZD_TOKEN": ""}, "empty")])
def test_a_missing_variable_is_named(tmp_path: Path, environ: dict[str, str], said: str) -> None:
    assert f'the environment variable "ZD_TOKEN" is {said}' in refusal("env://ZD_TOKEN", tmp_path, environ)


def test_a_variable_of_other_bytes_is_refused(tmp_path: Path) -> None:
    assert "UTF-8" in refusal("env://ZD_TOKEN", tmp_path, {"ZD_TOKEN": CANARY + "\udcff"})


@pytest.mark.parametrize(
    ("content", "secret"),
    [("a", "a"), ("a\n", "a"), ("a\n\n", "a\n"), ("a\r\n", "a"), ("a\r", "a\r"), ("é\nb\n", "é\nb"), ("\na", "\na")],
)
def test_a_file_loses_one_trailing_newline(tmp_path: Path, content: str, secret: str) -> None:
    (tmp_path / "token").write_bytes(content.encode())

    assert secret == reveal("file://token", tmp_path)
    assert secret == reveal(f"file://{tmp_path}/token", Path("/nowhere"))


def test_a_file_of_64_kilobytes_is_read_and_one_more_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("x" * LARGEST_FILE_BYTES)
    assert LARGEST_FILE_BYTES == len(reveal("file://token", tmp_path))

    path.write_text(CANARY + "x" * (LARGEST_FILE_BYTES + 1 - len(CANARY)))
    assert "larger than 65536 bytes" in refusal("file://token", tmp_path)


def test_a_file_that_is_not_text_is_refused_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(CANARY.encode() + b"\xff")

    assert "is not UTF-8" in refusal("file://token", tmp_path)


@pytest.mark.parametrize("content", ["", "\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content)

    assert "is empty" in refusal("file://token", tmp_path)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(CANARY)
    (tmp_path / "link").symlink_to("token")
    (tmp_path / "dangling").symlink_to("nothing")

    assert "symbolic link" in refusal("file://link", tmp_path)
    assert "symbolic link" in refusal("file://dangling", tmp_path)


def test_a_fifo_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")

    assert "not a regular file" in refusal("file://fifo", tmp_path)


def test_a_device_and_a_directory_are_refused(tmp_path: Path) -> None:
    assert "not a regular file" in refusal("file:///dev/zero", tmp_path)
    assert "not a regular file" in refusal(f"file://{tmp_path}", tmp_path)


def test_a_missing_file_is_named_by_its_reference(tmp_path: Path) -> None:
    message = refusal("file://absent/token", tmp_path)

    assert '"file://absent/token"' in message
    assert "No such file" in message
