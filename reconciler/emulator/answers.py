"""What a handler answers, and the vendor's four shapes of an error body.

It refuses to know which rule was broken: whoever raises a refusal says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reconciler.emulator.account import Json


@dataclass(slots=True)
class Answer:
    """A status, a JSON body (None = empty) or a plain text, and headers beyond the content type."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None


class Refusal(Exception):
    """Ends a request with an error answer; whatever the handler changed is undone."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def record_invalid(field_name: str, description: str, *, error: str = "InvalidValue") -> Refusal:
    """The classic 422 of the older Support endpoints (introduction/requests)."""
    details = {field_name: [{"description": description, "error": error}]}
    return Refusal(
        Answer(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})
    )


def record_not_found() -> Refusal:
    """The classic 404."""
    return Refusal(Answer(404, {"error": "RecordNotFound", "description": "Not found"}))


def invalid_request(title: str, message: str, status: int = 400) -> Refusal:
    """The 400 of Support with an error object."""
    return Refusal(Answer(status, {"error": {"title": title, "message": message}}))


def json_api(status: int, code: str, title: str, **more: Any) -> Refusal:
    """The JSON:API shape of the newer Support endpoints (`Errors` in the Support contract)."""
    return Refusal(Answer(status, {"errors": [{"code": code, "title": title, "status": str(status), **more}]}))


def conversations(status: int, code: str, *titles: str) -> Refusal:
    """The Conversations shape; several entries only on a 400."""
    return Refusal(Answer(status, {"errors": [{"code": code, "title": title} for title in titles]}))


def bad_request(*titles: str) -> Refusal:
    """A Conversations 400 with one entry per problem."""
    return conversations(400, "bad_request", *titles)


def visible(document: Json) -> Json:
    """A document without what is the emulator's own."""
    return {key: value for key, value in document.items() if not key.startswith("_")}
