"""From a reference in a manifest to its secret; it refuses to know what the secret is for.

No message holds content, nor a reference that does not parse: that may be a secret pasted in the wrong place.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import SecretUnavailable
from reconciler.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMES = ("env", "file")
LARGEST_FILE_BYTES = 64 * 1024

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,15})://(.*)", re.DOTALL)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FORMS = "A secret is written env://NAME or file://path/to/file."


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is to be found: an environment variable's name, or a path; no secret itself."""

    scheme: str
    target: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.target}"


def parse_reference(text: str) -> Reference:
    """`env://NAME` or `file://path` as a Reference. Raises SecretUnavailable, naming the known schemes."""
    match = _SCHEME.fullmatch(text)
    if not match:
        raise SecretUnavailable("a secret reference is not understood", detail=_FORMS)
    scheme, target = match.groups()
    if scheme not in SCHEMES:
        raise SecretUnavailable(
            f'unknown scheme "{scheme}" of a secret reference',
            detail=f"The known schemes are {', '.join(SCHEMES)}.",
            fix=did_you_mean(scheme, SCHEMES) or _FORMS,
        )
    if scheme == "env" and not _VARIABLE.fullmatch(target):
        raise SecretUnavailable(
            "a secret reference does not name an environment variable",
            detail="A name has letters, digits and underscores, and does not start with a digit.",
            fix=_FORMS,
        )
    if scheme == "file" and (not target or not target.isprintable()):
        raise SecretUnavailable("a secret reference does not name a file", fix=_FORMS)
    return Reference(scheme, target)


def resolve(reference: Reference, *, root: Path, environ: Mapping[str, str]) -> Secret:
    """The secret behind `reference`, exactly as it stands there; a file loses one trailing newline.

    A relative path starts at `root`. A file must be a regular one, no symbolic link, of at most 64 kB of UTF-8.
    Raises SecretUnavailable when there is nothing, or nothing acceptable, naming the reference only.
    """
    if reference.scheme == "env":
        return _read_variable(reference, environ)
    return _read_file(reference, root / reference.target)


def _read_variable(reference: Reference, environ: Mapping[str, str]) -> Secret:
    value = environ.get(reference.target)
    if not value:
        raise SecretUnavailable(
            f'the environment variable "{reference.target}" is {"not set" if value is None else "empty"}',
            detail=f'The reference "{reference}" needs it.',
            fix="Set it where this command runs, for example in the pipeline's secret settings.",
        )
    if not _is_text(value):
        raise SecretUnavailable(f'the environment variable "{reference.target}" is not UTF-8')
    return Secret(value)


def _read_file(reference: Reference, path: Path) -> Secret:
    try:
        # A FIFO without a writer would block the open, and a link could lead anywhere.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        is_link = os.path.islink(path)
        raise _refused(reference, "is a symbolic link" if is_link else error.strerror or "cannot be opened") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(reference, "is not a regular file")
        content = _read_up_to(descriptor, LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise _refused(reference, error.strerror or "cannot be read") from None
    finally:
        os.close(descriptor)
    if len(content) > LARGEST_FILE_BYTES:
        raise _refused(reference, f"is larger than {LARGEST_FILE_BYTES} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise _refused(reference, "is not UTF-8") from None
    value = text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")
    if not value:
        raise _refused(reference, "is empty")
    return Secret(value)


def _read_up_to(descriptor: int, limit: int) -> bytes:
    pieces = []
    missing = limit
    while missing and (piece := os.read(descriptor, missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(reference: Reference, why: str) -> SecretUnavailable:
    return SecretUnavailable(
        "a secret file cannot be used",
        detail=f'The file behind "{reference}" cannot serve: {why}.',
        fix="Put the secret alone into a regular file that this command may read.",
    )
