"""The errors a caller can act upon, one class per decision; it refuses to know how they are printed.

    ReconcilerError
    ├── UsageError              wrong words on the command line, unknown environment     exit 64
    ├── InvalidManifests        manifests or environment files do not validate           exit 10
    ├── Blocked                 policy, protection, a limit, or the wrong live account   exit 11
    ├── PlanNotAcceptable       stale, of another environment, or not a whole plan file  exit 12
    ├── LeaseHeld               another apply holds the environment                      exit 13
    ├── SecretUnavailable       a secret reference does not resolve                      exit 16
    ├── StoreError              the store cannot be read or written                      exit 1
    │   ├── StoreDenied         a shared store refuses our credentials                   exit 16
    │   ├── StoreUnreachable    a shared store does not answer: try later                exit 17
    │   ├── VersionMoved        put-if-version lost a race: read again, decide again
    │   └── StoreCorrupt        a document is not what we wrote: never an empty state
    └── ServiceError            an answer, or none, from the service
        ├── AccessDenied        401, an unknown app, a token refused                     exit 16
        ├── ServiceUnavailable  5xx, time-outs, HTML, nobody listens, wrong types        exit 17
        ├── Unreadable          403 or 404 on a listing: that collection is unknown      (blocks its manifests)
        ├── NotFound            404 on one object
        ├── RequestRefused      any other 4xx: the service read the request and said no
        └── OutcomeUnknown      a write left and its answer was lost

Every message has a lower-case summary, then full sentences: what, why, and the fix.
No message holds a secret; whoever raises one has to keep it so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.core.diagnostic import Diagnostic


class ReconcilerError(Exception):
    """Something a person or a pipeline can act upon; `exit_code` is what the command ends with."""

    exit_code = 1

    def __init__(self, summary: str, *, detail: str = "", fix: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.fix = fix

    def __str__(self) -> str:
        return "\n".join(part for part in (self.summary, self.detail, self.fix) if part)


class UsageError(ReconcilerError):
    """The command line asks for something that does not exist."""

    exit_code = 64


class InvalidManifests(ReconcilerError):
    """At least one manifest or environment file has an error; carries every diagnostic of the run."""

    exit_code = 10

    def __init__(self, summary: str, diagnostics: Sequence[Diagnostic], *, fix: str = "") -> None:
        super().__init__(summary, fix=fix)
        self.diagnostics = tuple(diagnostics)


class Blocked(ReconcilerError):
    """A guard said no before anything was written."""

    exit_code = 11


class PlanNotAcceptable(ReconcilerError):
    """The plan file is not one that may run here and now; nothing was written."""

    exit_code = 12


class LeaseHeld(ReconcilerError):
    """Another run holds the lease of this environment."""

    exit_code = 13


class SecretUnavailable(ReconcilerError):
    """A secret reference names nothing that can be read; the message names the reference, never a value."""

    exit_code = 16


class StoreError(ReconcilerError):
    """The store cannot be read or written."""


class StoreDenied(StoreError):
    """A shared store is there, but may not be read or written with these credentials."""

    exit_code = 16


class StoreUnreachable(StoreError):
    """A shared store cannot be reached or does not answer; a put may have happened or not."""

    exit_code = 17


class VersionMoved(StoreError):
    """A put-if-version found another version: somebody else wrote first."""


class StoreCorrupt(StoreError):
    """A stored document is damaged, older, or of another lineage or format; never treated as empty."""


class ServiceError(ReconcilerError):
    """The service answered badly or not at all."""

    exit_code = 17

    def __init__(self, summary: str, *, detail: str = "", fix: str = "", status: int | None = None) -> None:
        super().__init__(summary, detail=detail, fix=fix)
        self.status = status


class AccessDenied(ServiceError):
    """The credentials are refused, or the app is not one they may see."""

    exit_code = 16


class ServiceUnavailable(ServiceError):
    """The service cannot be reached or does not answer as an API; nothing can be concluded from it."""


class Unreadable(ServiceError):
    """A collection cannot be listed (403 or 404): its objects are unknown, never absent."""

    exit_code = 16


class NotFound(ServiceError):
    """The service says that one object does not exist."""


class RequestRefused(ServiceError):
    """The service understood the request and refused it; `detail` holds its own words.

    Refused writes are outcomes of their steps; what ends a command is a refused read, before anything was written.
    """


class OutcomeUnknown(ServiceError):
    """A write was sent and its answer was lost: it may or may not have happened."""

    exit_code = 14
