"""The other manifests of an environment, as the rules of a kind look at them; it refuses to judge them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.core.resource import Json, Resource


class Neighbours:
    """The resources of one environment that are to stay, by address and by kind."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_address: dict[str, Resource] = {}
        self._by_kind: dict[str, list[Resource]] = {}
        for resource in resources:
            if not resource.removed:
                self._by_address.setdefault(resource.address, resource)
                self._by_kind.setdefault(resource.kind, []).append(resource)

    def every(self) -> Iterable[Resource]:
        """All of them."""
        return self._by_address.values()

    def named(self, kind: str, reference: Json) -> Resource | None:
        """The manifest that a reference names; None for anything but a manifest's name, and where there is none."""
        return self._by_address.get(f"{kind}/{reference}") if isinstance(reference, str) else None

    def of_kind(self, kind: str) -> Sequence[Resource]:
        """All manifests of a kind."""
        return self._by_kind.get(kind, ())
