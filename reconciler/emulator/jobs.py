"""Background jobs: begun by bulk requests, looked at until they end, each with a result for every item.

It refuses to know what any job does: a bulk endpoint hands over the results.
Sources: developer.zendesk.com/api-reference/ticketing/ticket-management/job_statuses and the Support contract.
"""

from __future__ import annotations

from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, Refusal, visible
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection

MOST_JOBS = 30
"""So many may wait or run at a time (introduction/rate-limits, "Job limit")."""
LARGEST_BATCH = 100


def _admit(account: Account, document: Json, parts: dict[str, str]) -> Json:
    return {"job_type": "Bulk", "message": None, "progress": None, "results": None, "total": None, **document}


def _show(account: Account, job: Json) -> Json:
    """A job without its time stamps, which the service does not show."""
    return {name: value for name, value in visible(job).items() if name not in ("created_at", "updated_at")}


JOBS = Collection(
    "/api/v2/job_statuses", "job_statuses", "job_statuses", "job_status", modes="cursor", show=_show, admit=_admit
)
COLLECTIONS = [JOBS]


def begin_job(call: Call, job_type: str, results: list[Json]) -> Answer:
    """The answer to a bulk request: a job that waits; its work is done, and shows once the job has been looked at."""
    running = [job for job in call.account.all(JOBS.table) if job["status"] in ("queued", "working")]
    if len(running) >= MOST_JOBS:
        description = "Too many jobs are currently queued or running. Try again later."
        raise Refusal(Answer(429, {"error": "TooManyJobs", "description": description}, {"Retry-After": "1"}))
    number = call.account.count_up("jobs")
    job = JOBS.add(
        call.account,
        {
            "id": f"V3-{call.account.new_ulid().lower()}{number:06x}",
            "job_type": job_type,
            "status": "queued",
            "total": len(results),
            "progress": 0,
            "_results": results,
            "_looks": call.options.job_looks,
        },
    )
    return JOBS.answer(call.account, job)


def _show_job(call: Call) -> Answer:
    job = JOBS.find(call.account, call.parts["id"])
    if job["status"] in ("queued", "working"):
        job = _advanced(call.account, job)
        call.account.put(JOBS.table, job["id"], job)
    return JOBS.answer(call.account, job)


def _advanced(account: Account, job: Json) -> Json:
    if job["_looks"] > 0:
        return {**job, "status": "working", "_looks": job["_looks"] - 1}
    message = f"Completed at {account.now()}"
    return {**job, "status": "completed", "progress": job["total"], "results": job["_results"], "message": message}


def made(live_id: Any, index: int) -> Json:
    """The result of an item that made an object."""
    return {"id": live_id, "index": index}


def succeeded(action: str, live_id: Any) -> Json:
    """The result of an item that changed an object."""
    return {"id": live_id, "action": action, "success": True, "status": "Updated" if action == "update" else "Deleted"}


def failed(action: str, live_id: Any, error: str, details: str) -> Json:
    """The result of an item that could not be done."""
    return {"id": live_id, "action": action, "success": False, "error": error, "details": details}


ROUTES: list[Route] = [
    ("GET", JOBS.path, JOBS.lister()),
    ("GET", JOBS.path + "/{id}", _show_job),
]
