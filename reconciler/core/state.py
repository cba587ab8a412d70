"""What is ours and what was last agreed, per environment; it refuses to know what exists: live is always read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from reconciler.core.errors import LeaseHeld, StoreCorrupt
from reconciler.core.sealed import seal, unseal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.core.canonical import Json

STATE_FORMAT = "reconciler.state/1"
IntentStatus = Literal["announced", "sent", "resent"]
"""`announced`: stored, perhaps sent. `sent`: its answer was lost. `resent`: looked for twice, not found, sent again."""

_RESTORE = (
    "Restore the store from a copy. Deleting it is safe but forgets what is ours: the next plan proposes adoptions."
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Target:
    """The live account that the state speaks about; `app_id` is empty where the account has no app."""

    subdomain: str
    app_id: str

    def __post_init__(self) -> None:
        _require_text(self.subdomain, "subdomain")
        _require_text(self.app_id, "app_id", may_be_empty=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is ours behind one address.

    `live` maps a part to its live id; `key` is the natural key; `applied` maps part, then field, to the last applied
    managed value that is no secret; `generations` maps a secret field to the generation last written. `protect` and
    `on_remove` outlive the manifest; `retired` says how the address ended (`deactivate`, `keep`), None while it lives;
    `created` is true when we made the objects and false when we adopted them.
    """

    live: Mapping[str, str]
    key: Mapping[str, Json] | None = None
    applied: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    generations: Mapping[str, int] = field(default_factory=dict)
    protect: bool = False
    on_remove: str | None = None
    retired: str | None = None
    created: bool = False

    def __post_init__(self) -> None:
        for part, live_id in _freeze(self, "live").items():
            _require_text(part, "part", may_be_empty=True)
            _require_text(live_id, "live id")
        if self.key is not None:
            _freeze(self, "key")
        for values in _freeze(self, "applied").values():
            _require_object(values, "applied")
        for generation in _freeze(self, "generations").values():
            _require_count(generation, "generation")
        for name in ("protect", "created"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be true or false")
        for name in ("on_remove", "retired"):
            if getattr(self, name) is not None:
                _require_text(getattr(self, name), name)


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that cannot be repeated, stored before it is sent.

    `body` is the request's body without secrets, `known_ids` the sorted live ids of `collection` from a complete
    listing before it: a candidate for a lost answer is an id that is not among them.
    """

    id: str
    address: str
    part: str
    collection: str
    body: Mapping[str, Json]
    known_ids: tuple[str, ...]
    run: str
    status: IntentStatus = "announced"

    def __post_init__(self) -> None:
        for name in ("id", "address", "collection", "run"):
            _require_text(getattr(self, name), name)
        _require_text(self.part, "part", may_be_empty=True)
        _freeze(self, "body")
        for live_id in self.known_ids:
            _require_text(live_id, "known id")
        object.__setattr__(self, "known_ids", tuple(sorted(set(self.known_ids))))
        if self.status not in get_args(IntentStatus):
            raise ValueError("status must be one of " + ", ".join(get_args(IntentStatus)))


@dataclass(frozen=True, slots=True)
class State:
    """The state document of one environment. Construction raises ValueError for what could not be read back.

    `serial` grows by one with every put and `run` names its writer, so no two bodies are ever equal.
    """

    environment: str
    target: Target
    lineage: str
    serial: int
    lease_token: int
    run: str
    resources: Mapping[str, Entry] = field(default_factory=dict)
    intents: tuple[Intent, ...] = ()

    def __post_init__(self) -> None:
        for name in ("environment", "run"):
            _require_text(getattr(self, name), name)
        if not isinstance(self.lineage, str) or not _UUID.fullmatch(self.lineage):
            raise ValueError("lineage must be a lower-case UUID")
        _require_count(self.serial, "serial")
        _require_count(self.lease_token, "lease_token")
        for address in _freeze(self, "resources"):
            _require_text(address, "address")
        ids = [intent.id for intent in self.intents]
        if len(set(ids)) != len(ids):
            raise ValueError("two intents have one id")

    def with_entry(self, address: str, entry: Entry) -> State:
        """This state with `entry` at `address`, new or in the place of an older one."""
        return replace(self, resources={**self.resources, address: entry})

    def without(self, address: str) -> State:
        """This state without `address`; an address that is not there is no error."""
        return replace(self, resources={name: entry for name, entry in self.resources.items() if name != address})

    def with_intents(self, intents: Iterable[Intent]) -> State:
        """This state with exactly these open intents."""
        return replace(self, intents=tuple(intents))

    def advanced(self, run: str, token: int) -> State:
        """This state as `run` puts it next, under the lease `token`: the serial grows by one.

        Raises LeaseHeld when the state was already written under a newer token.
        """
        if token < self.lease_token:
            raise LeaseHeld(
                f'the lease of "{self.environment}" was lost',
                detail=f"The state was written under lease token {self.lease_token}, this run holds {token}.",
                fix="Plan again, and apply when the other run has ended.",
            )
        return replace(self, run=run, lease_token=token, serial=self.serial + 1)


def dump_state(state: State) -> bytes:
    """The state as sealed canonical JSON. Raises ValueError where a value is a float or an integer beyond 2**53."""
    return seal(
        {
            "format": STATE_FORMAT,
            "environment": state.environment,
            "target": {"subdomain": state.target.subdomain, "app_id": state.target.app_id},
            "lineage": state.lineage,
            "serial": state.serial,
            "lease_token": state.lease_token,
            "run": state.run,
            "resources": {address: _members(entry) for address, entry in state.resources.items()},
            "intents": [_members(intent) for intent in state.intents],
        }
    )


def parse_state(body: bytes) -> State:
    """The state that `dump_state` wrote.

    Raises StoreCorrupt for anything else: bytes that were cut, altered or added, a newer format, members that this
    format does not have. It never answers with an empty state.
    """
    members = unseal(body, what="the state document", fix=_RESTORE)
    written_as = members.pop("format", None)
    if written_as != STATE_FORMAT:
        raise StoreCorrupt(
            "the state document has another format",
            detail=f'It is written as "{written_as}"; this version of reconciler reads "{STATE_FORMAT}".',
            fix=f'Use the version of reconciler that reads "{written_as}".',
        )
    try:
        state = State(
            **{
                **members,
                "target": Target(**members["target"]),
                "resources": {address: Entry(**entry) for address, entry in members["resources"].items()},
                "intents": tuple(Intent(**intent) for intent in members["intents"]),
            }
        )
        is_understood = dump_state(state) == body
    except (AttributeError, KeyError, TypeError, ValueError):
        is_understood = False
    # What we would not write ourselves we did not understand: a default filled in, an order lost.
    if not is_understood:
        raise StoreCorrupt(
            "the state document has members that its format does not have, or lacks some",
            detail=f'Its bytes are whole, but they are not "{STATE_FORMAT}".',
            fix=_RESTORE,
        )
    return state


def _members(value: Entry | Intent) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _freeze(value: Entry | Intent | State, name: str) -> Mapping[str, Any]:
    members = _require_object(getattr(value, name), name)
    object.__setattr__(value, name, MappingProxyType(dict(members)))
    return members


def _require_object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict | MappingProxyType):
        raise ValueError(f"{name} must be an object")
    return value


def _require_text(value: object, name: str, *, may_be_empty: bool = False) -> None:
    if not isinstance(value, str) or not (value or may_be_empty):
        raise ValueError(f"{name} must be text")


def _require_count(value: object, name: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be a whole number, not negative")
