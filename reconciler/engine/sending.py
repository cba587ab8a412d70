"""Sends one write of a run: secrets go in at the last moment, and the lease outlives the request.

It refuses to know what the write is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.core.part import Part
from reconciler.core.resource import Json
from reconciler.core.secret import Secret
from reconciler.core.service import Collection, Request, Slot
from reconciler.engine.live import Live
from reconciler.engine.run import REQUEST_DEADLINE_SECONDS, Applied, Run


def send(run: Run, result: Applied, request: Request, before_attempt: Callable[[], object] | None) -> Json:
    """The body of the answer to one counted write; `before_attempt` runs before every attempt, and may refuse it."""
    api = run.account.api(request.api)

    def before() -> None:
        if before_attempt is not None:
            before_attempt()
        # After the reading, which may take as long as a request: the lease must outlive the write itself.
        run.lease.renew_if_needed(REQUEST_DEADLINE_SECONDS)

    body = _revealed(request.body, run.secrets)
    answer = api.send(
        request.method,  # type: ignore[arg-type]
        request.path,
        body,
        repeatable=request.is_repeatable,
        before_attempt=before,
        query=dict(request.query),
    )
    result.writes += 1
    return answer.body


def answered_object(answer: Json, collection: Collection) -> Live | None:
    """The object that an answer holds, with an id, or None."""
    value = answer.get(collection.item) if isinstance(answer, dict) else None
    return collection.identified(value) if isinstance(value, dict) else None


def answered_part(answer: Json, part: Part, live_id: str) -> Live | None:
    """The object that the answer to a write of a part holds, or of an aspect the members of it that it tells."""
    if not part.aspect:
        return answered_object(answer, part.collection)
    value = answer.get(part.aspect) if isinstance(answer, dict) else None
    return {**value, "id": live_id} if isinstance(value, dict) else None


def _revealed(body: Json, secrets: Mapping[str, Secret]) -> Any:
    if isinstance(body, Slot):
        return secrets[body.use.reference]
    if isinstance(body, dict):
        return {key: _revealed(value, secrets) for key, value in body.items()}
    return [_revealed(value, secrets) for value in body] if isinstance(body, list) else body
