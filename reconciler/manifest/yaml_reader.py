"""YAML read strictly: bytes in, plain values and diagnostics out; it refuses to know what a manifest is.

Read without positions by `parse`; what has something to report is read once more by `locate`. Text is UTF-8 with or
without a byte order mark; lines end with LF, CR LF or CR. Scalars follow `yaml_scalars`. Refused, each with a rule:
duplicate, merge and non-text keys, tags other than the core ones that fit, recursive or undefined aliases, tabs as
indentation, control characters, and what passes a limit: 5,000,000 bytes, 64 levels, 200,000 nodes. Aliases are
expanded into copies. `~` is text, an empty value is null, and a control character may be written as an escape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.manifest.yaml_builder import Builder
from reconciler.manifest.yaml_locator import Locator
from reconciler.manifest.yaml_source import read_source, split_lines

if TYPE_CHECKING:
    from reconciler.core.diagnostic import Diagnostic

__all__ = ["Locator", "Parsed", "locate", "parse", "split_lines"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents of a file, in order and without the empty ones; none at all when there is a diagnostic."""

    documents: tuple[Any, ...]
    diagnostics: tuple[Diagnostic, ...]


def parse(data: bytes, file: str) -> Parsed:
    """The values of a YAML file, as `json` would give them, or all that is wrong with it, up to 100 problems.

    Never raises for anything that `data` may hold; `file` is the name that the positions carry.
    """
    source, problems = read_source(data, file)
    if source is None:
        return Parsed((), tuple(problems))
    builder = Builder(source)
    builder.build()
    if builder.problems:
        return Parsed((), tuple(builder.problems))
    return Parsed(tuple(builder.documents), ())


def locate(data: bytes, file: str) -> Locator:
    """The places of all values of a file in which `parse` finds nothing wrong; ValueError for any other."""
    source, _ = read_source(data, file)
    if source is None or parse(data, file).diagnostics:
        raise ValueError(f"{file} has problems that parse reports: it has no places to look up")
    return Locator(source)
