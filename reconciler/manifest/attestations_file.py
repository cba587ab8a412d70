"""Entries of an `attestations.yaml` that people read too; other entries and comments stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.errors import InvalidManifests, UsageError
from reconciler.manifest.files import SourceFile, display_name, read_file
from reconciler.manifest.yaml_reader import parse

_HEADER = "# yaml-language-server: $schema=../../schemas/attestations.schema.json\n"


def with_attestations(path: Path, root: Path, entries: Sequence[Mapping[str, str]]) -> bytes:
    """The file's bytes with each entry in the place of an earlier one of the same step, or at its end.

    A file that is not there counts as empty. Raises InvalidManifests when the file does not parse, and UsageError when
    an entry cannot be written into it without touching what a person wrote.
    """
    file = read_file(path, root) if path.exists() or path.is_symlink() else SourceFile(display_name(path, root), b"")
    if isinstance(file, Diagnostic):
        raise InvalidManifests("attestations.yaml cannot be read", [file])
    for entry in entries:
        file = SourceFile(file.name, _with_one(file, entry))
    return file.data


def _with_one(file: SourceFile, entry: Mapping[str, str]) -> bytes:
    parsed = parse(file.data, file.name)
    if parsed.diagnostics:
        raise InvalidManifests(f"{file.name} is invalid", parsed.diagnostics)
    present = list(parsed.documents[0]) if parsed.documents and parsed.documents[0] else []
    line = "- {" + ", ".join(f"{name}: {_written(value)}" for name, value in entry.items()) + "}\n"
    text = file.data.decode("utf-8") or _HEADER
    earlier = re.compile(rf"^- \{{step: [\"']?{re.escape(entry['step'])}[\"']?,.*\}}[^\n]*\n?", re.MULTILINE)
    if earlier.search(text):
        text = earlier.sub(lambda _: line, text, count=1)
        wanted = [dict(entry) if each["step"] == entry["step"] else each for each in present]
    else:
        text = f"{text}{'' if text.endswith(chr(10)) else chr(10)}{line}"
        wanted = [*(each for each in present if each["step"] != entry["step"]), dict(entry)]
    written = parse(text.encode(), file.name)
    if written.diagnostics or written.documents != (wanted,):
        raise UsageError(f"the entry cannot be written into {file.name}", detail=f"Write it yourself:\n{line}".rstrip())
    return text.encode()


def _written(value: str) -> str:
    return (
        value
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_/#-]*(:[A-Za-z0-9_/#-]+)*", value)
        else json.dumps(value, ensure_ascii=False)
    )
