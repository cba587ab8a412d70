"""Who may write to an environment, one run at a time; it refuses to know the time of day.

Only durations on one's own monotonic clock are compared: a holder counts from before its put was sent, a challenger
from after it first saw the version, so the holder always stops before the challenger takes over.
"""

from __future__ import annotations

import math
import secrets
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from reconciler.core.errors import LeaseHeld, StoreCorrupt, StoreError, UsageError, VersionMoved
from reconciler.core.sealed import seal, unseal
from reconciler.store.state_store import environment_key

if TYPE_CHECKING:
    from reconciler.store.backend import Backend, Stored

LEASE_FORMAT = "reconciler.lease/1"
_POLLS_PER_TTL = 30
_ATTEMPTS = 3


class Clock(Protocol):
    """Time as durations."""

    def monotonic(self) -> float:
        """Seconds from a fixed but unknown moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`, or a little later."""


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """The lease as it is stored; `nonce` is new with every put, `since` is for people and compared with nothing."""

    holder: str
    operation: str
    since: str
    id: str
    token: int
    ttl_milliseconds: int
    nonce: str
    is_free: bool = False

    def dump(self) -> bytes:
        """The record as sealed canonical JSON."""
        return seal({"format": LEASE_FORMAT, **asdict(self)})

    def again(self, *, is_free: bool = False) -> LeaseRecord:
        """The same lease for the next put."""
        return replace(self, nonce=secrets.token_hex(16), is_free=is_free)

    @classmethod
    def parse(cls, stored: Stored) -> LeaseRecord:
        """The record that `dump` wrote. Raises StoreCorrupt."""
        members = unseal(stored.body, what="the lease", fix="Restore the store from a copy.")
        written_as = members.pop("format", None)
        try:
            if written_as != LEASE_FORMAT:
                raise ValueError
            return cls(**members)
        except (TypeError, ValueError):
            raise StoreCorrupt(
                "the lease has another format",
                detail=f'It is written as "{written_as}"; this version of reconciler reads "{LEASE_FORMAT}".',
                fix=f'Use the version of reconciler that reads "{written_as}".',
            ) from None


class Lease:
    """A lease that this run holds; made by `acquire`. Safe to use from several threads."""

    def __init__(
        self, backend: Backend, environment: str, record: LeaseRecord, version: str, renewed_at: float, clock: Clock
    ) -> None:
        self._backend = backend
        self._environment = environment
        self._key = environment_key(environment, "lease")
        self._record = record
        self._version = version
        self._renewed_at = renewed_at
        self._clock = clock
        self._is_released = False
        self._turn = threading.Lock()

    @property
    def id(self) -> str:
        """What `unlock` has to be given."""
        return self._record.id

    @property
    def token(self) -> int:
        """Greater than that of every earlier lease of the environment; goes into the state document."""
        return self._record.token

    def renew_if_needed(self, request_deadline_seconds: float) -> None:
        """Make sure that a request sent now, with this deadline, ends while the lease is still ours.

        Raises LeaseHeld when another run took it or a person unlocked it, StoreError when the store is too slow or
        fails, ValueError when the deadline alone is not under the ttl or the lease was released.
        """
        if request_deadline_seconds >= self._ttl_seconds:
            raise ValueError("a request's deadline must be under the lease's ttl")
        with self._turn:
            if self._is_released:
                raise ValueError("a released lease is never renewed")
            for _ in range(_ATTEMPTS):
                if self._clock.monotonic() + request_deadline_seconds < self._renewed_at + self._ttl_seconds:
                    return
                self._put(is_free=False)
            if self._clock.monotonic() + request_deadline_seconds < self._renewed_at + self._ttl_seconds:
                return
        raise StoreError(
            "the store is too slow to hold a lease",
            detail=f"Renewing it in {self._backend.describe()} took so long that less than "
            f"{request_deadline_seconds:g} s of {self._ttl_seconds:g} s were left, {_ATTEMPTS} times.",
            fix="Run again: nothing was sent without the lease.",
        )

    def release(self) -> None:
        """Leave a free record that keeps the token. A lease that was lost or released has nothing to release."""
        with self._turn:
            if not self._is_released:
                with suppress(LeaseHeld):
                    self._put(is_free=True)
                self._is_released = True

    @property
    def _ttl_seconds(self) -> float:
        return self._record.ttl_milliseconds / 1000

    def _put(self, *, is_free: bool) -> None:
        asked_at = self._clock.monotonic()
        record = self._record.again(is_free=is_free)
        try:
            version = self._backend.put(self._key, record.dump(), if_version=self._version)
        except VersionMoved:
            # An earlier put whose answer was lost is ours as well: only this run writes records with this id.
            stored = self._backend.get(self._key)
            current = LeaseRecord.parse(stored) if stored else None
            if stored is None or current is None or current.is_free or current.id != self._record.id:
                raise _lost(self._environment, current) from None
            try:
                version = self._backend.put(self._key, record.dump(), if_version=stored.version)
            except VersionMoved:
                raise _lost(self._environment, None) from None
        self._version = version
        self._renewed_at = asked_at


def acquire(
    backend: Backend,
    environment: str,
    holder: str,
    operation: str,
    *,
    clock: Clock,
    wait_seconds: float = 0.0,
    token_floor: int = 0,
) -> Lease:
    """Take the lease of `environment`, waiting up to `wait_seconds` for it.

    A free lease is taken at once; a held one only after its version has not changed for its full ttl on this clock,
    so a wait of the ttl or more also takes over from a dead holder. The token is greater than the last one and than
    `token_floor` (the state document's), which guards against a lease record that was lost.
    Raises LeaseHeld with the holder, since when, the id and the command that unlocks it.
    """
    key = environment_key(environment, "lease")
    poll_seconds = backend.lease_ttl_seconds / _POLLS_PER_TTL
    watched_version: str | None = None
    watched_since = 0.0
    give_up_at: float | None = None
    while True:
        asked_at = clock.monotonic()
        stored = backend.get(key)
        answered_at = clock.monotonic()
        current = LeaseRecord.parse(stored) if stored else None
        if give_up_at is None:
            give_up_at = answered_at + wait_seconds
        if stored and stored.version != watched_version:
            watched_version, watched_since = stored.version, answered_at
        if current is None or current.is_free or asked_at >= watched_since + current.ttl_milliseconds / 1000:
            record = LeaseRecord(
                holder=holder,
                operation=operation,
                since=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
                id=secrets.token_hex(8),
                token=max(current.token if current else 0, token_floor) + 1,
                ttl_milliseconds=math.floor(backend.lease_ttl_seconds * 1000),
                nonce=secrets.token_hex(16),
            )
            try:
                version = backend.put(key, record.dump(), if_version=stored.version if stored else None)
            except VersionMoved:
                continue
            return Lease(backend, environment, record, version, answered_at, clock)
        if answered_at >= give_up_at:
            raise _held(environment, current)
        clock.sleep(min(poll_seconds, give_up_at - answered_at))


def current_lease(backend: Backend, environment: str) -> LeaseRecord | None:
    """The lease as it is held now, or None when it is free; whether its holder is alive cannot be seen at once."""
    stored = backend.get(environment_key(environment, "lease"))
    record = LeaseRecord.parse(stored) if stored else None
    return None if record is None or record.is_free else record


def unlock(backend: Backend, environment: str, lease_id: str) -> None:
    """Free the lease with this id, whoever holds it: its holder's next renewal and next put of the state fail.

    Raises UsageError when nobody holds the lease or it has another id.
    """
    key = environment_key(environment, "lease")
    while True:
        stored = backend.get(key)
        current = LeaseRecord.parse(stored) if stored else None
        if stored is None or current is None or current.is_free:
            raise UsageError(f'nobody holds the lease of "{environment}"', fix="There is nothing to unlock.")
        if current.id != lease_id:
            raise UsageError(
                f'the lease of "{environment}" has another id',
                detail=f'{_who(current)} holds it under "{current.id}", not "{lease_id}".',
                fix="Look at who holds it now before unlocking that.",
            )
        try:
            backend.put(key, current.again(is_free=True).dump(), if_version=stored.version)
        except VersionMoved:
            continue
        return


def _who(record: LeaseRecord) -> str:
    return f'"{record.holder}" ({record.operation}, since {record.since})'


def _held(environment: str, record: LeaseRecord) -> LeaseHeld:
    return LeaseHeld(
        f'the lease of "{environment}" is held',
        detail=f'{_who(record)} holds it under the id "{record.id}".',
        fix="Wait until that run has ended, as apply --wait-for-lease SECONDS does. If it is dead, free the lease:\n"
        f"    reconciler unlock -e {environment} {record.id}",
    )


def _lost(environment: str, record: LeaseRecord | None) -> LeaseHeld:
    taker = f"{_who(record)} took it over." if record and not record.is_free else "Another run or a person freed it."
    return LeaseHeld(
        f'the lease of "{environment}" was lost',
        detail=f"{taker} This run stops before its next request.",
        fix="Plan again, and apply when the other run has ended.",
    )
