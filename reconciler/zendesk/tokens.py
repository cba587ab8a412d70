"""The OAuth token endpoint; it refuses to know when a token is needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reconciler.core.errors import AccessDenied, NotFound, OutcomeUnknown, RequestRefused, ServiceUnavailable
from reconciler.core.secret import Secret
from reconciler.zendesk.auth import AccessToken
from reconciler.zendesk.transport import TOKEN_PATH

if TYPE_CHECKING:
    from reconciler.core.errors import ServiceError
    from reconciler.zendesk.client import Api
    from reconciler.zendesk.clock import Clock
    from reconciler.zendesk.credentials import OAuthClient


class TokenEndpoint:
    """Trades an OAuth client's credentials for tokens; with `read_only` for tokens that can only read."""

    def __init__(self, origin: Api, client: OAuthClient, clock: Clock, *, read_only: bool) -> None:
        self._origin = origin
        self._client = client
        self._clock = clock
        self._scope = "read" if read_only else "read write"

    def fetch(self) -> AccessToken:
        """A new token (grant type `client_credentials`); raises AccessDenied when the client is refused."""
        asked_at = self._clock.monotonic()
        body = {
            "grant_type": "client_credentials",
            "client_id": self._client.client_id,
            "client_secret": self._client.client_secret,
            "scope": self._scope,
        }
        failure: ServiceError
        try:
            answer = self._origin.send("POST", TOKEN_PATH, body, repeatable=False, use="tokens")
        except (RequestRefused, NotFound) as error:
            failure = AccessDenied(
                "the OAuth client is refused",
                detail=error.detail,
                fix="Check client_id and client_secret of this environment.",
                status=error.status,
            )
        except OutcomeUnknown as error:
            # A token that was made and never arrived changes nothing in the account.
            failure = ServiceUnavailable(
                "no token could be fetched",
                detail=f"POST {TOKEN_PATH}: {error.summary.rpartition(' is unknown: ')[2]}.",
                fix="Check account.subdomain in environment.yaml, or run it again later.",
                status=error.status,
            )
        else:
            value = answer.body.get("access_token") if isinstance(answer.body, dict) else None
            lifetime = answer.body.get("expires_in") if isinstance(answer.body, dict) else None
            if isinstance(value, str) and value:
                known = isinstance(lifetime, (int, float)) and not isinstance(lifetime, bool) and lifetime > 0
                return AccessToken(Secret(value), asked_at + float(lifetime or 0) if known else math.inf)
            failure = ServiceUnavailable(
                "the token endpoint gave no token",
                detail=f"The answer to POST {TOKEN_PATH} is not one of Zendesk's.",
                fix="Check account.subdomain in environment.yaml, or run it again later.",
            )
        raise failure
