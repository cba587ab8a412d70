"""What broken files and documents may have meant to define, so that one mistake is reported once and not where it is used.

It refuses to know what is wrong with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_NAME_LINE = re.compile(rb"""^[-{ \t]*name:[ \t]*["']?([a-z0-9][a-z0-9-]*)""", re.MULTILINE)


@dataclass(slots=True)
class Claims:
    """Addresses that a broken document has, names of unknown kind, and kinds with a document without a good name."""

    addresses: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    has_unread_file: bool = False

    def may_hold(self, kind: str, name: str) -> bool:
        """Whether a broken document may be the manifest `kind/name`."""
        return self.has_unread_file or f"{kind}/{name}" in self.addresses or name in self.names or kind in self.kinds

    def add_unparsed(self, file: str, data: bytes) -> None:
        """A file that does not parse: the names that its lines seem to give, or else the file's own."""
        names = {match.decode() for match in _NAME_LINE.findall(data)}
        self.names |= names or {PurePosixPath(file).stem}
