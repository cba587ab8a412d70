"""Finds kinds by their files, importing only those that are asked for."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import reconciler.kinds
from reconciler.core.kind import Kind


@cache
def kind_names() -> tuple[str, ...]:
    """Every kind's name, sorted, without importing any of them."""
    return tuple(
        sorted(module.name for module in pkgutil.iter_modules(reconciler.kinds.__path__) if module.name[0] != "_")
    )


@cache
def find_kind(name: str) -> Kind:
    """The kind of that name; KeyError when no file defines it."""
    if name not in kind_names():
        raise KeyError(name)
    kind: Kind = importlib.import_module(f"reconciler.kinds.{name}").KIND
    return kind


def manifest_kinds() -> tuple[str, ...]:
    """The kinds that a manifest can have; the others are only looked up."""
    return tuple(name for name in kind_names() if find_kind(name).model is not None)


def documentation(name: str) -> str:
    """What the kind's own file says it is for."""
    return (importlib.import_module(f"reconciler.kinds.{name}").__doc__ or "").strip()
