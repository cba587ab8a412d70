"""Waits for a job of the service to end, and reads what it says about each of its items.

It refuses to know what the job does. A job that says it is completed may have failed items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.errors import AccessDenied, ServiceError
from reconciler.core.resource import Json
from reconciler.engine.run import JOB_DEADLINE_SECONDS, REQUEST_DEADLINE_SECONDS, Run

_PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Before each look at the job; the last pause goes on."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One item that a job could not do: its place in the request (-1: not told), its live id, the service's words."""

    index: int
    live_id: str
    words: str


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job ended. `problem` says why its outcome is not known, or why it failed as a whole."""

    failures: tuple[Failure, ...] = ()
    problem: str = ""
    is_unfinished: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether everything was done, as far as the job says."""
        return not self.failures and not self.problem


def await_job(run: Run, answer: Json) -> JobEnd:
    """Look at the job that an answer names until it ended; bounded by the deadline of jobs and by an interruption.

    The shape of a job and of its results: developer.zendesk.com/api-reference/ticketing/ticket-management/job_statuses.
    """
    job = _job(answer)
    if job is None:
        return JobEnd(problem="the answer names no job", is_unfinished=True)
    job_id = str(job.get("id"))
    deadline = run.clock.monotonic() + JOB_DEADLINE_SECONDS
    looks = 0
    while job.get("status") not in ("completed", "failed"):
        pause = _PAUSES_SECONDS[min(looks, len(_PAUSES_SECONDS) - 1)]
        if run.is_interrupted() or run.clock.monotonic() + pause > deadline:
            return JobEnd(problem=f"the job {job_id} has not ended yet", is_unfinished=True)
        if pause:
            run.clock.sleep(pause)
        looks += 1
        run.lease.renew_if_needed(REQUEST_DEADLINE_SECONDS)
        try:
            seen = _job(run.account.api("support").get(f"/job_statuses/{job_id}"))
        except AccessDenied:
            raise
        except ServiceError as error:
            return JobEnd(problem=f"the job {job_id} cannot be looked at: {error.summary}", is_unfinished=True)
        if seen is None:
            return JobEnd(problem=f"the job {job_id} cannot be looked at", is_unfinished=True)
        job = seen
    failures = tuple(_failures(job.get("results")))
    if job["status"] == "failed":
        return JobEnd(failures, f"the job {job_id} failed: {job.get('message') or 'it does not say why'}")
    return JobEnd(failures)


def _job(answer: Json) -> Mapping[str, Json] | None:
    job = answer.get("job_status") if isinstance(answer, Mapping) else None
    return job if isinstance(job, Mapping) and job.get("id") else None


def _failures(results: Json) -> list[Failure]:
    if isinstance(results, Mapping):
        return [] if results.get("success", True) else [Failure(-1, "", "the job says that it was no success")]
    found = []
    for each in results if isinstance(results, list) else ():
        if isinstance(each, Mapping) and (each.get("success") is False or each.get("error")):
            words = ": ".join(str(each[name]) for name in ("error", "details") if each.get(name))
            index = each.get("index")
            place = index if isinstance(index, int) else -1
            found.append(Failure(place, str(each.get("id") or ""), words or "no reason given"))
    return found
