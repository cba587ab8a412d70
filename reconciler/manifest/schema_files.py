"""Finds the published schemas and judges documents by them.

The verdict is jsonschema-rs's; the words for a failing document come from `schema_errors`. Importing this module
imports neither of the libraries nor pydantic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reconciler.core.errors import ReconcilerError
from reconciler.core.resource import Json

_PACKAGED = Path(__file__).resolve().parent.parent / "schemas"
_CHECKOUT = Path(__file__).resolve().parent.parent.parent / "schemas"


def schema_directory() -> Path:
    """Where the schemas lie: beside the package when it is installed, at the root of a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


@cache
def read_schema(name: str) -> Mapping[str, Any]:
    """A published schema by its file's stem, such as `channel`."""
    path = schema_directory() / f"{name}.schema.json"
    try:
        schema: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise ReconcilerError(
            f'the schema "{path.name}" is missing or damaged',
            fix="Run reconciler schema write, or install reconciler again.",
        ) from None
    return schema


@cache
def verdict_schema(name: str) -> Mapping[str, Any]:
    """The schema for resolved documents: the published one, in which no reference to a value is left."""
    schema = dict(read_schema(name))
    if "ValueReference" in schema.get("$defs", {}):
        schema["$defs"] = {**schema["$defs"], "ValueReference": False}
    return schema


@cache
def _validator(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(dict(verdict_schema(name)))


def is_valid(name: str, document: Json) -> bool:
    """The one schema judgement of a resolved document."""
    return bool(_validator(name).is_valid(document))
