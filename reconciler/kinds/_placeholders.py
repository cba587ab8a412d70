"""Placeholders of dynamic content inside texts: `{{dc.bienvenue}}` names a manifest, whatever the account calls it.

An account makes a placeholder of an item's first name and never changes it, so two accounts may have two for one text.
The canonical form is `{{dynamic_content/bienvenue}}`, a reference like any other. It refuses to know what a text is for.
Source: developer.zendesk.com/api-reference/ticketing/ticket-management/dynamic_content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from reconciler.core.codec import Names, Unresolved
from reconciler.core.diagnostic import Path, did_you_mean
from reconciler.core.kind import Problem
from reconciler.core.neighbours import Neighbours
from reconciler.core.resource import TEXT_REFERENCE, Json, Resource, ref
from reconciler.kinds._collections import DYNAMIC_CONTENT

KIND_NAME = "dynamic_content"
_PLACEHOLDER = re.compile(r"\{\{\s*dc\.([A-Za-z0-9_-]+)\s*\}\}")


def desired_texts(value: Json, names: Names) -> Json:
    """The value with references for the placeholders of manifests; what no manifest is called stays as it is."""

    def replaced(found: re.Match[str]) -> str:
        address = f"{KIND_NAME}/{found[1]}"
        return _canonical(address) if names.is_managed(address) else _owned(found, names)

    return _in_texts(value, lambda text: _PLACEHOLDER.sub(replaced, text))


def live_texts(value: Json, names: Names) -> Json:
    """The value with references for the placeholders of items that a manifest manages."""
    return _in_texts(value, lambda text: _PLACEHOLDER.sub(lambda found: _owned(found, names), text))


def encoded_texts(value: Json, names: Names) -> Json:
    """The value with the account's placeholders for references; raises Unresolved."""

    def replaced(found: re.Match[str]) -> str:
        reference = ref(found[1])
        live_id = names.live_id(reference)
        for each in names.objects(DYNAMIC_CONTENT.name):
            if str(each.get("id")) == live_id and each.get("placeholder"):
                return str(each["placeholder"])
        raise Unresolved(reference)

    return _in_texts(value, lambda text: TEXT_REFERENCE.sub(replaced, text))


def stated_texts(value: Json) -> Json:
    """A canonical value as manifests state it."""

    def replaced(found: re.Match[str]) -> str:
        kind, _, name = found[1].partition("/")
        return f"{{{{dc.{name}}}}}" if kind == KIND_NAME else found[0]

    return _in_texts(value, lambda text: TEXT_REFERENCE.sub(replaced, text))


def known_placeholders(resource: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    """Warnings of the placeholders in a resource's texts that are no manifest's."""
    known = neighbours.once(_managed_texts)
    for path, name in placeholders_in(resource.document, ()):
        if name not in known:
            yield Problem(
                "text/unknown-placeholder",
                path,
                f"{{{{dc.{name}}}}} is no dynamic content that a manifest manages",
                "It is sent as it is. Placeholders differ between accounts, and nothing checks that this one exists.",
                did_you_mean(name, known) or f"Add a manifest {KIND_NAME}/{name}, or see that every account has it.",
                "warning",
            )


def _managed_texts(neighbours: Neighbours) -> dict[str, None]:
    """The names of all texts that manifests manage, in their order."""
    return dict.fromkeys(each.name for each in neighbours.of_kind(KIND_NAME))


def placeholders_in(value: Json, path: Path) -> Iterator[tuple[Path, str]]:
    """The names in all placeholders of dynamic content within a value, with the places of their texts."""
    if isinstance(value, str):
        yield from ((path, found[1]) for found in _PLACEHOLDER.finditer(value))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from placeholders_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from placeholders_in(inner, (*path, index))


def _owned(found: re.Match[str], names: Names) -> str:
    """The reference to the item that has this placeholder in the account, or the text as it is."""
    for each in names.objects(DYNAMIC_CONTENT.name):
        if each.get("placeholder") == f"{{{{dc.{found[1]}}}}}":
            owner = names.owner(DYNAMIC_CONTENT.name, str(each["id"]))
            return _canonical(owner[0]) if owner else found[0]
    return found[0]


def _canonical(address: str) -> str:
    return f"{{{{{address}}}}}"


def _in_texts(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return change(value) if "{{" in value else value
    return [_in_texts(each, change) for each in value] if isinstance(value, list) else value
