"""Lines added to a `bindings.yaml` that people wrote; it refuses to change or remove what stands there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.errors import Blocked, InvalidManifests, UsageError
from reconciler.core.resource import Json
from reconciler.manifest.files import SourceFile, display_name, read_file
from reconciler.manifest.yaml_reader import parse

_HEADER = "# yaml-language-server: $schema=../../schemas/bindings.schema.json\n"


def with_bindings(path: Path, root: Path, ids: Mapping[str, str]) -> tuple[bytes, list[str]]:
    """The file's bytes with a line appended for every key that has none yet, and those keys; nothing is written.

    A file that is not there counts as empty. Raises Blocked when a line that is there says something else,
    InvalidManifests when the file does not parse, UsageError when lines cannot be appended to it.
    """
    file = read_file(path, root) if path.exists() or path.is_symlink() else SourceFile(display_name(path, root), b"")
    if isinstance(file, Diagnostic):
        raise InvalidManifests("bindings.yaml cannot be read", [file])
    present = _parsed(file)
    contradictions = [
        f'{key}: the memory says {live_id}, the file says {json.dumps(present[key])}. Write: {key}: {{id: "{live_id}"}}'
        for key, live_id in ids.items()
        if key in present and present[key] != {"id": live_id}
    ]
    if contradictions:
        raise Blocked(
            f"{file.name} says something else than the memory",
            detail="\n".join(contradictions),
            fix="Correct the line, or the memory, then run this again. Nothing was written.",
        )
    added = [key for key in ids if key not in present]
    if not added:
        return file.data, []
    text = file.data.decode("utf-8") or _HEADER
    separator = "" if text.endswith("\n") else "\n"
    lines = "".join(f'{key}: {{id: "{ids[key]}"}}\n' for key in added)
    data = f"{text}{separator}{lines}".encode()
    parsed = parse(data, file.name)
    wanted = {**present, **{key: {"id": ids[key]} for key in added}}
    if parsed.diagnostics or parsed.documents != (wanted,):
        raise UsageError(f"lines cannot be appended to {file.name}", detail=f"Add them yourself:\n{lines}".rstrip())
    return data, added


def _parsed(file: SourceFile) -> dict[str, Json]:
    parsed = parse(file.data, file.name)
    if parsed.diagnostics:
        raise InvalidManifests(f"{file.name} is invalid", parsed.diagnostics)
    document = parsed.documents[0] if parsed.documents else None
    return dict(document) if isinstance(document, dict) else {}
