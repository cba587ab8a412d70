"""Says of each kind which live objects manifests describe; a pure function over a snapshot.

It refuses to know what the manifests state about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.resource import Json, Resource
from reconciler.core.state import Entry
from reconciler.engine.importing_discovery import Stray, claims_of, discover, gather
from reconciler.engine.importing_reading import all_parts, is_shown, why_unreadable
from reconciler.engine.live import Snapshot
from reconciler.engine.matching import match
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment


@dataclass(frozen=True, slots=True)
class Covered:
    """One thing, live or stated: its address and live id where it has them, and what people call it."""

    address: str = ""
    live_id: str = ""
    title: str = ""

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        return {"address": self.address, "id": self.live_id, "title": self.title}


@dataclass(slots=True)
class KindCoverage:
    """What is described of one kind. `absent` has a manifest and is not live, or cannot be told from others.

    `unreadable` says why the account does not show all of it, `is_shown` is false where no API shows any of it.
    """

    kind: str
    managed: list[Covered] = field(default_factory=list)
    watch_only: list[Covered] = field(default_factory=list)
    unmanaged: list[Covered] = field(default_factory=list)
    absent: list[Covered] = field(default_factory=list)
    unreadable: str = ""
    is_shown: bool = True

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        lists = {name: getattr(self, name) for name in ("managed", "watch_only", "unmanaged", "absent")}
        return {
            "kind": self.kind,
            **{name: [each.as_json() for each in listed] for name, listed in lists.items()},
            "unreadable": self.unreadable,
            "is_shown": self.is_shown,
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """All kinds, and the live objects that no kind describes."""

    kinds: tuple[KindCoverage, ...]
    strays: tuple[Stray, ...]


def cover(
    environment: LoadedEnvironment, entries: Mapping[str, Entry], snapshot: Snapshot, kinds: Sequence[str]
) -> Coverage:
    """What is managed, watched, unmanaged and unreadable of each kind."""
    matching = match(environment.resources, entries, environment.bindings, snapshot)
    discovery = discover(snapshot, kinds, claims_of(environment.resources, matching))
    covered = {
        kind: KindCoverage(kind, unreadable=why_unreadable(snapshot, kind), is_shown=is_shown(kind)) for kind in kinds
    }
    for resource in environment.resources:
        if resource.removed or resource.kind not in covered:
            continue
        parts = find_kind(resource.kind).parts(resource.document)
        live = [each for part in parts if (each := matching.identity(resource.address, part.name).live_id)]
        entry = Covered(resource.address, live[0] if live else "", _stated_title(resource))
        kind = covered[resource.kind]
        if not live and any(all_parts(find_kind(resource.kind))):
            kind.absent.append(entry)
        elif resource.lifecycle.watch_only:
            kind.watch_only.append(entry)
        else:
            kind.managed.append(entry)
    for found in discovery.found:
        covered[found.kind].unmanaged.append(Covered(live_id=found.live_id, title=found.title))
    for name, kind in covered.items():
        gathered, _ = gather(find_kind(name), matching.names, environment.resources)
        kind.unmanaged += [Covered(title=f"{each.title}: {each.live_id}") for each in gathered]
    return Coverage(tuple(covered.values()), tuple(discovery.strays))


def _stated_title(resource: Resource) -> str:
    stated = (resource.stated(path) for path in ("title", "display_name"))
    return next((str(value) for is_stated, value in stated if is_stated and value), "")
