"""What a plan follows from; it refuses to know what the plan will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.part import Part
from reconciler.core.resource import Resource
from reconciler.core.state import Entry
from reconciler.engine.identity import Matching
from reconciler.engine.live import AccountNames, Snapshot
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment


@dataclass(frozen=True, slots=True)
class Taken:
    """Why another environment already has what an address states. `subject` and `effect` are what an approval names
    where the vendor does not say that only one account can have it; elsewhere they are empty, and nothing helps."""

    reason: str
    subject: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a plan follows from. `entries` are the memory's, `today` is a day as YYYY-MM-DD.

    `attested` maps the ids of manual steps that somebody vouched for to the digest of what they vouched for.
    `taken_elsewhere` holds, by address, what a manifest states and another environment already has.
    """

    environment: LoadedEnvironment
    entries: Mapping[str, Entry]
    memory: str
    snapshot: Snapshot
    today: str
    attested: Mapping[str, str] = field(default_factory=dict)
    taken_elsewhere: Mapping[str, Sequence[Taken]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """The inputs once moved entries are in their new places and every part has its identity."""

    inputs: Inputs
    resources: Mapping[str, Resource]
    entries: Mapping[str, Entry]
    matching: Matching

    @property
    def environment(self) -> LoadedEnvironment:
        """What the manifests state."""
        return self.inputs.environment

    @property
    def snapshot(self) -> Snapshot:
        """What is live."""
        return self.inputs.snapshot

    @property
    def names(self) -> AccountNames:
        """Which live id each address stands for."""
        return self.matching.names

    def part(self, address: str, name: str) -> Part | None:
        """The part of a resource that has a manifest and stays."""
        resource = self.resources.get(address)
        if resource is None or resource.removed:
            return None
        return next((each for each in find_kind(resource.kind).parts(resource.document) if each.name == name), None)
