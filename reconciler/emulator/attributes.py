"""Bodies judged attribute by attribute, in the words of the Conversations service's JSON-schema validator.

It refuses to know which attributes any body has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a body.

    `patch`: may be sent on update; `secret`: never given back, whether the contract flags it write-only or only the
    service behaves so; `form` is a JSON type name; `minimum` and `maximum` bound lengths of strings and lists, and
    values of integers.
    """

    form: str = "string"
    required: bool = False
    patch: bool = False
    secret: bool = False
    nullable: bool = False
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    default: Any = None
    items: Callable[[str, Any], list[str]] | None = None


FORMS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
    "array": (list,),
    "object": (dict,),
}


def problems(body: Any, attributes: dict[str, Attribute], *, where: str = "", partial: bool = False) -> list[str]:
    """What is wrong with a body, one title per problem, worded as the service's JSON-schema validator does."""
    if not isinstance(body, dict):
        return [f"{where}: should be object"]
    found = []
    if not partial:
        missing = (name for name, attribute in attributes.items() if attribute.required and name not in body)
        found += [f"{where or ''}{' ' if where else ''}should have required property '{name}'" for name in missing]
    for name, value in body.items():
        attribute = attributes.get(name)
        if attribute is None:
            found.append(f"{where}.{name}: should not have additional properties".lstrip("."))
        else:
            found += _value_problems(f"{where}.{name}", value, attribute)
    return found


def _value_problems(where: str, value: Any, attribute: Attribute) -> list[str]:
    if value is None:
        return [] if attribute.nullable else [f"{where}: should be {attribute.form}"]
    is_misplaced_boolean = isinstance(value, bool) and attribute.form != "boolean"
    if is_misplaced_boolean or not isinstance(value, FORMS[attribute.form]):
        return [f"{where}: should be {attribute.form}"]
    found = []
    if isinstance(value, str | list):
        unit = "characters" if isinstance(value, str) else "items"
        less, more = ("be shorter", "be longer") if isinstance(value, str) else ("have fewer", "have more")
        if attribute.minimum is not None and len(value) < attribute.minimum:
            found.append(f"{where}: should not {less} than {attribute.minimum} {unit}")
        if attribute.maximum is not None and len(value) > attribute.maximum:
            found.append(f"{where}: should not {more} than {attribute.maximum} {unit}")
    elif isinstance(value, int):
        if attribute.minimum is not None and value < attribute.minimum:
            found.append(f"{where}: should be >= {attribute.minimum}")
        if attribute.maximum is not None and value > attribute.maximum:
            found.append(f"{where}: should be <= {attribute.maximum}")
    if attribute.choices and value not in attribute.choices:
        found.append(f"{where}: should be equal to one of the allowed values")
    if attribute.pattern and isinstance(value, str) and not re.fullmatch(attribute.pattern, value):
        found.append(f'{where}: should match pattern "{attribute.pattern}"')
    if attribute.items and isinstance(value, list | dict):
        found += attribute.items(where, value)
    return found
