"""A copy of an account in this process, served by the emulator without a socket; it refuses to know plans."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.errors import ReconcilerError
from reconciler.emulator.account import Account
from reconciler.emulator.answers import Answer
from reconciler.emulator.call import Options
from reconciler.emulator.dispatch import Dispatcher
from reconciler.emulator.loading import load
from reconciler.engine.copying import AccountCopy
from reconciler.engine.rehearsing import Sent
from reconciler.zendesk.answering import AnsweringTransport
from reconciler.zendesk.clock import Clock, SystemClock
from reconciler.zendesk.transport import TOKEN_PATH


class UnwaitedClock(SystemClock):
    """This machine's clock, whose waits take no time and count as if they had."""

    def __init__(self) -> None:
        self._skipped_seconds = 0.0

    def monotonic(self) -> float:
        """Seconds that only grow, waits included."""
        return super().monotonic() + self._skipped_seconds

    def sleep(self, seconds: float) -> None:
        """Be there at once."""
        self._skipped_seconds += seconds

    def wall_seconds(self) -> float:
        """Seconds since the epoch, waits included."""
        return time.time() + self._skipped_seconds


class EmulatedCopy:
    """What an account held when it was read, to be written without harm; what it does not show is closed here too."""

    def __init__(self, subdomain: str, copied: AccountCopy) -> None:
        clock = UnwaitedClock()
        account = Account(subdomain, clock=clock.wall_seconds)
        self.clock: Clock = clock
        self.transport: Any = AnsweringTransport(self._answer)
        self.not_held: Sequence[str] = load(account, copied.content)
        self._dispatcher = Dispatcher(account, Options())
        self._closed = tuple(copied.closed)
        self._sent: list[Sent] = []

    def writes(self) -> list[Sent]:
        """The requests that were no reads, in the order in which they came."""
        return list(self._sent)

    def _answer(
        self, method: str, path: str, query: str, authorization: str | None, body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        if any(path == each or path.startswith(f"{each}/") for each in self._closed):
            answer = Answer(403, {"error": "Forbidden", "description": "The account does not show this."})
        else:
            try:
                answer = self._dispatcher.answer(method, path, query, authorization, body)
            except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
                raise ReconcilerError(
                    f"the copy of the account cannot answer {method} {path}",
                    detail=f"An object in the account has a form that it does not know ({type(error).__name__}).",
                    fix="The account itself was only read. Please report it with the command that you ran.",
                ) from None
        if method != "GET" and path != TOKEN_PATH:
            self._sent.append(Sent(method, path, answer.status))
        return answer.status, *_encoded(answer)


def _encoded(answer: Answer) -> tuple[dict[str, str], bytes]:
    content: Any = answer.text
    if content is not None:
        return {**answer.headers, "content-type": "text/plain"}, str(content).encode()
    if answer.body is None:
        return answer.headers, b""
    return {**answer.headers, "content-type": "application/json"}, json.dumps(answer.body).encode()
