"""Documents as git keeps them: a ref per folder of keys, a file per document; it refuses to run git.

A file is one line, `reconciler.document/1 NONCE CHECKSUM`, and the body. The nonce makes every put a file of its own,
so that the id which git gives the file is the document's version: equal bodies never have equal ids.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

from reconciler.core.errors import StoreCorrupt

DOCUMENT_FORMAT = "reconciler.document/1"
STORE_FORMAT = "reconciler.store/1"
FORMAT_FILE = "reconciler.format"
"""Beside the documents; its dot keeps it apart from their names."""

_ENVIRONMENTS = "environments/"
_HEADER = re.compile(rb"(reconciler\.document/[0-9]+) ([0-9a-f]{32}) ([0-9a-f]{64})\n")
_FIX = "Bring the ref back to a copy. Deleting it is safe but forgets what is ours: the next plan proposes adoptions."


def place_of(key: str) -> tuple[str, str]:
    """The last part of the ref and the name of the file for a key.

    `environments/production/state` is `state` in `production`, `environments/production/runs/1` is `1` in
    `production+runs`: runs are many, and reading the state must not bring them all along. Both are injective, also
    where a server keeps refs in files that ignore case (git-scm.com/docs/git-check-ref-format says what they may hold).
    """
    folder, _, name = key.rpartition("/")
    if f"{folder}/".startswith(_ENVIRONMENTS) and folder != _ENVIRONMENTS[:-1]:
        return _as_ref(folder.removeprefix(_ENVIRONMENTS)), _encoded(name, keep="A-Za-z0-9_-")
    return "+" + _as_ref(folder), _encoded(name, keep="A-Za-z0-9_-")


def folder_of(ref: str) -> str | None:
    """What the keys in a ref begin with, up to and with the last slash; None for a ref that is none of ours."""
    if ref.startswith("+"):
        folder = "/".join(unquote(segment) for segment in ref[1:].split("+"))
        key = f"{folder}/" if folder else ""
    else:
        key = _ENVIRONMENTS + "/".join(unquote(segment) for segment in ref.split("+")) + "/"
    return key if place_of(key)[0] == ref else None


def key_of(folder: str, name: str) -> str:
    """The key of a file in a ref whose keys begin with `folder`."""
    return folder + unquote(name)


def dump_document(key: str, nonce: str, body: bytes) -> bytes:
    """The file of a document."""
    return f"{DOCUMENT_FORMAT} {nonce} {_checksum(key, nonce, body)}\n".encode() + body


def parse_document(key: str, data: bytes, where: str) -> bytes:
    """The body that `dump_document` was given for this key. Raises StoreCorrupt, also for another key's file."""
    header = _HEADER.match(data)
    if header is None:
        raise damaged(f'the file of "{key}" does not begin as one of ours', where)
    written_as, nonce, checksum = (each.decode() for each in header.groups())
    if written_as != DOCUMENT_FORMAT:
        raise another_format(written_as, DOCUMENT_FORMAT, where)
    body = data[header.end() :]
    if _checksum(key, nonce, body) != checksum:
        raise damaged(f'"{key}" is not as it was written', where)
    return body


def damaged(why: str, where: str) -> StoreCorrupt:
    """The error for a store that holds something else than what was put there."""
    return StoreCorrupt("the git store is damaged", detail=f"{where}: {why}.", fix=_FIX)


def another_format(written_as: str, ours: str, where: str) -> StoreCorrupt:
    """The error for a store of a newer reconciler."""
    return StoreCorrupt(
        "the git store has another format",
        detail=f'{where} is written as "{written_as}"; this version of reconciler reads "{ours}".',
        fix=f'Use the version of reconciler that reads "{written_as}".',
    )


def _as_ref(folder: str) -> str:
    return "+".join(_encoded(segment, keep="a-z0-9_-") for segment in folder.split("/"))


def _encoded(text: str, *, keep: str) -> str:
    return re.sub(
        f"[^{keep}]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text, flags=re.ASCII
    )


def _checksum(key: str, nonce: str, body: bytes) -> str:
    return hashlib.sha256(f"{nonce}{key}\0".encode() + body).hexdigest()
