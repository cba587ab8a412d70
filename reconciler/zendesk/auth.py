"""How a request shows who sends it; it refuses to know what is sent."""

from __future__ import annotations

import base64
import math
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reconciler.core.errors import AccessDenied

if TYPE_CHECKING:
    from reconciler.core.secret import Secret
    from reconciler.zendesk.clock import Clock
    from reconciler.zendesk.credentials import ApiToken, ConversationsKey

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
_EARLY_SECONDS = 60.0


class Auth(Protocol):
    """Credentials at work; safe to use from several threads."""

    def header(self) -> str:
        """The value of `Authorization`."""
        ...

    def renew(self, refused: str) -> bool:
        """Told that the service refused this header: whether another one is worth a try."""
        ...

    def conceal(self, text: str) -> str:
        """`text` with every form of these credentials replaced by `***`."""
        ...


class BasicAuth:
    """A user and a password, sent with every request."""

    def __init__(self, user: str, password: Secret) -> None:
        self._user = user
        self._password = password

    @classmethod
    def of_api_token(cls, token: ApiToken) -> BasicAuth:
        """The vendor's form for API tokens: `{email}/token` as the user."""
        return cls(f"{token.email.reveal()}/token", token.api_token)

    @classmethod
    def of_conversations_key(cls, key: ConversationsKey) -> BasicAuth:
        """Key id and secret, as the Conversations API documents it."""
        return cls(key.key_id.reveal(), key.secret)

    def header(self) -> str:
        """Never changes."""
        return f"Basic {self._encoded()}"

    def renew(self, refused: str) -> bool:
        """There is nothing to renew."""
        return False

    def conceal(self, text: str) -> str:
        """Takes out the user, the password, and both as they were sent."""
        return _without(text, self._encoded(), self._user, self._password.reveal())

    def _encoded(self) -> str:
        pair = f"{self._user}:{self._password.reveal()}"
        # An encoding error would hold the password.
        return base64.b64encode(pair.encode("utf-8", "replace")).decode("ascii")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What the token endpoint gave; `expires_at` is a time of the clock."""

    value: Secret
    expires_at: float = math.inf


class TokenAuth:
    """A bearer token that is fetched when first needed and again shortly before it ends, or once it is refused.

    One object serves Support and Chat, so that they share the token. `fetch` raises AccessDenied or
    ServiceUnavailable; only one thread fetches while the others wait for it. `own` are the client's own secrets.
    """

    def __init__(self, fetch: Callable[[], AccessToken], clock: Clock, own: tuple[Secret, ...]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._own = own
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._refresh_at = math.inf

    def header(self) -> str:
        """The current token, or a new one when the current one is about to end."""
        with self._lock:
            if self._token is None or self._clock.monotonic() >= self._refresh_at:
                self._replace()
            return self._bearer()

    def renew(self, refused: str) -> bool:
        """Fetches another token, unless another thread has done so since `refused` was made."""
        with self._lock:
            if self._token is not None and self._bearer() == refused:
                self._replace()
            return True

    def conceal(self, text: str) -> str:
        """Takes out the token and the client's secrets."""
        token = self._token
        return _without(text, *(secret.reveal() for secret in (*self._own, *([token.value] if token else []))))

    def _replace(self) -> None:
        asked_at = self._clock.monotonic()
        token = self._fetch()
        if not _HEADER_SAFE.fullmatch(token.value.reveal()):
            raise AccessDenied(
                "the token that the service gave cannot be sent",
                detail="It holds characters that no HTTP header can carry.",
                fix="Check the OAuth client in Admin Center.",
            )
        # A twentieth of a short life is kept in hand, a minute of a long one.
        self._refresh_at = token.expires_at - min(_EARLY_SECONDS, (token.expires_at - asked_at) / 20)
        self._token = token

    def _bearer(self) -> str:
        assert self._token is not None
        return f"Bearer {self._token.value.reveal()}"


def _without(text: str, *secrets: str) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***") if secret else text
    return text
