"""Reads a model's annotations as fields; it refuses to know what a field is for."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from reconciler.core.codec import MISSING, Codec
from reconciler.core.manual import ByPerson
from reconciler.core.part import Field, Hazard
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Plain

_PLAIN = Plain()


@dataclass(frozen=True, slots=True)
class Managed:
    """Annotation of a model field that is one field of a live object; see `core.part.Field` for the members."""

    api: str
    codec: Codec = _PLAIN
    part: str = ""
    writes: str = ""
    reads: str = ""
    unreachable: tuple[Json, str] | None = None
    on_create: bool = True
    on_update: bool = True
    is_readable: bool = True
    is_key: bool = False
    rotates: Literal["in_place", "by_hand"] | None = None
    together: str = ""
    inert: Json = MISSING
    hazard: Hazard | None = None
    default: Json = MISSING
    is_slice: bool = False
    is_additive: bool = False
    is_initial: bool = False
    service_default: Json = MISSING
    by_person: ByPerson | None = None


def MatchKey(api: str, codec: Codec = _PLAIN, *, is_sent: bool = False, part: str = "") -> Managed:
    """A natural key: matched and verified; sent on creation only where the contract takes it, and then immutable."""
    return Managed(api, codec, part=part, on_create=is_sent, on_update=False, is_key=True)


def SecretValue(api: str, *, rotates: Literal["in_place", "by_hand"]) -> Managed:
    """A write-only secret; `rotates` says whether the service can change it in place."""
    return Managed(api, is_readable=False, on_update=rotates == "in_place", rotates=rotates)


def Observed(
    api: str, codec: Codec = _PLAIN, *, by: ByPerson, part: str = "", reads: str = "", is_readable: bool = True
) -> Managed:
    """A field that a person sets and the tool only compares; one that is never readable is vouched for."""
    return Managed(
        api,
        codec,
        part=part,
        reads=reads,
        is_readable=is_readable,
        on_create=False,
        on_update=False,
        by_person=by,
    )


@cache
def fields_of(model: Any, part: str = "") -> tuple[Field, ...]:
    """The fields of a model that belong to `part`, nested models included, in the order they are written in."""
    return tuple(_walk(model, part, ()))


def _walk(model: type[BaseModel], part: str, above: tuple[str, ...]) -> typing.Iterator[Field]:
    for name, info in model.model_fields.items():
        path = (*above, info.alias or name)
        managed = next((each for each in info.metadata if isinstance(each, Managed)), None)
        if managed is None:
            nested = _model_in(info.annotation)
            if nested is not None:
                yield from _walk(nested, part, path)
        elif managed.part == part:
            yield Field(
                path=".".join(path),
                **{each: getattr(managed, each) for each in Managed.__slots__ if each != "part"},
            )


def _model_in(annotation: Any) -> type[BaseModel] | None:
    candidates = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    for candidate in candidates:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None
