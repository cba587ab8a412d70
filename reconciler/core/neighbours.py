"""The other manifests of an environment, as the rules of a kind look at them; it refuses to judge them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from reconciler.core.resource import Json, Resource

T = TypeVar("T")


class Neighbours:
    """The resources of one environment that are to stay, by address and by kind."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_address: dict[str, Resource] = {}
        self._by_kind: dict[str, list[Resource]] = {}
        self._known: dict[Callable[..., Any], Any] = {}
        for resource in resources:
            if not resource.removed:
                self._by_address.setdefault(resource.address, resource)
                self._by_kind.setdefault(resource.kind, []).append(resource)

    def once(self, find: Callable[[Neighbours], T]) -> T:
        """What `find` says of all of them, found on first use: a rule that judges every manifest asks for it each time."""
        if find not in self._known:
            self._known[find] = find(self)
        known: T = self._known[find]
        return known

    def every(self) -> Iterable[Resource]:
        """All of them."""
        return self._by_address.values()

    def named(self, kind: str, reference: Json) -> Resource | None:
        """The manifest that a reference names; None for anything but a manifest's name, and where there is none."""
        return self._by_address.get(f"{kind}/{reference}") if isinstance(reference, str) else None

    def of_kind(self, kind: str) -> Sequence[Resource]:
        """All manifests of a kind."""
        return self._by_kind.get(kind, ())
