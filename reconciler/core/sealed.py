"""Documents that show any damage: canonical JSON with its own checksum; it refuses to know what they are about.

The seal is the same for every document and every format version, so that an older program can tell a newer
document from a damaged one.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from reconciler.core.canonical import canonical_json, utf16_units
from reconciler.core.errors import StoreCorrupt

if TYPE_CHECKING:
    from collections.abc import Mapping

SEAL = "checksum"


def seal(members: Mapping[str, object]) -> bytes:
    """The canonical bytes of `members` with a `checksum` member: the SHA-256 of the canonical bytes without it.

    Raises ValueError for what canonical JSON cannot hold (floats among others), and for a `checksum` already there.
    """
    if SEAL in members:
        raise ValueError(f'a sealed document has no member "{SEAL}" of its own')
    # Encoding a large state costs more than putting it, so every member is encoded once, for the sum and for the body.
    encoded = {name: canonical_json(name) + b":" + canonical_json(value) for name, value in members.items()}
    checksum = hashlib.sha256(_object(encoded)).hexdigest()
    return _object({**encoded, SEAL: canonical_json(SEAL) + b":" + canonical_json(checksum)})


def unseal(body: bytes, *, what: str, fix: str = "") -> dict[str, Any]:
    """The members that `seal` was given; `what` names the document. Raises StoreCorrupt for any other bytes."""
    try:
        # Sealing again refuses what JSON readers forgive: a name that stands twice, NaN, floats, white space.
        members = json.loads(body.decode())
        is_whole = isinstance(members, dict) and isinstance(members.pop(SEAL, None), str) and seal(members) == body
    except (ValueError, RecursionError):
        is_whole = False
    if not is_whole:
        raise StoreCorrupt(
            f"{what} is damaged",
            detail="Its bytes are not the ones that were written: they are cut short, altered, or of another program.",
            fix=fix,
        ) from None
    return dict(members)


def _object(encoded: Mapping[str, bytes]) -> bytes:
    return b"{" + b",".join(encoded[name] for name in sorted(encoded, key=utf16_units)) + b"}"
