"""Which parts of a file look like a secret that was written literally; it refuses to know what a good manifest is.

It is for files and lines that no schema has judged: what it takes for a secret is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reconciler.core.secret import Secret

_WORDS = (
    r"secret|token|password|passwd|passphrase|passe|jeton|api_?key|private_?key|key_?id|client_?id|certificate|bearer"
)
_SECRET_WORD = re.compile(rf"(?i){_WORDS}")
# Each run of letters is looked at once and as a whole: a line may have a million of them.
_KEY = re.compile(r"""(?<![\w-])([\w-]++)["']?[ \t]*+:(?=[ \t]|["'{\[]|$)[ \t]*""")
_REFERENCE = re.compile(r"""(?:\{[ \t]*["']?from["']?[ \t]*:[ \t]*)?["']?(?:env|file)://[^\s"',}]+""")
_REFERENCE_LINE = re.compile(
    r"""[ \t]*(?:from[ \t]*:[ \t]*["']?(?:env|file)://[^\s"']+["']?|generation[ \t]*:.*)[ \t]*"""
)
_ANY_KEY = re.compile(r"""[ \t]*(?:-[ \t]+)?["']?[\w.-]+["']?[ \t]*:(?:[ \t]|$)""")
_PIECES = re.compile(r"""[\s,{}\[\]"'|>*&!]+""")
_SHORTEST = 6
MASK = "***"


def sounds_secret(key: str) -> bool:
    """Whether a field of this name would hold a secret."""
    return re.search(rf"(?i){_WORDS}|key|credential", key) is not None


def is_reference(text: str) -> bool:
    """Whether a text is nothing but a reference to a secret."""
    return re.fullmatch(r"(?:env|file)://\S+", text) is not None


def mask_lines(lines: Sequence[str]) -> list[str]:
    """The lines of a file without what stands where a secret would; references to secrets stay."""
    starts = zip(lines, _hidden_starts(lines), strict=True)
    return [line if start is None else line[:start] + MASK for line, start in starts]


def suspected_secrets(lines: Sequence[str]) -> Iterator[Secret]:
    """What `mask_lines` hides, whole and in pieces, for whoever redacts messages that quote a file."""
    for line, start in zip(lines, _hidden_starts(lines), strict=True):
        if start is not None:
            hidden = line[start:].strip()
            for text in dict.fromkeys([hidden, *_PIECES.split(hidden)]):
                if len(text) >= _SHORTEST and not is_reference(text):
                    yield Secret(text)


def _hidden_starts(lines: Sequence[str]) -> Iterator[int | None]:
    """Of every line, where the part begins that may be a secret; None where there is none."""
    open_indent: int | None = None
    for line in lines:
        indent = len(line) - len(line.lstrip(" \t"))
        if open_indent is not None and line.strip():
            if not (_ANY_KEY.match(line) and indent <= open_indent):
                yield None if _REFERENCE_LINE.fullmatch(line) else indent
                continue
            open_indent = None
        start, is_open = _secret_start(line)
        if is_open:
            open_indent = indent
        yield start


def _secret_start(line: str) -> tuple[int | None, bool]:
    """Where the value of the first key that sounds secret begins, and whether lines below may be part of it."""
    is_open = False
    for match in _KEY.finditer(line):
        if not _SECRET_WORD.search(match[1]):
            continue
        if _REFERENCE.match(line, match.end()):
            continue
        is_open = True
        if line[match.end() : match.end() + 1].strip(" \t\r\n#"):
            return match.end(), True
    return None, is_open
