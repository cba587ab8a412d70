"""What a person gives us to be let in; it refuses to know how it is sent.

Every member is a `Secret`, identifiers too: the environment file takes them from references as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.core.secret import Secret


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A confidential OAuth client that gets its own tokens (grant type `client_credentials`)."""

    client_id: Secret
    client_secret: Secret


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A legacy API token; the vendor ends them on 2027-04-30 (OAuth migration guide)."""

    email: Secret
    api_token: Secret


@dataclass(frozen=True, slots=True)
class ConversationsKey:
    """An app-scoped key of the Conversations API, made in Admin Center."""

    key_id: Secret
    secret: Secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything one environment needs: `support` opens the Support and the Chat API."""

    support: OAuthClient | ApiToken
    conversations: ConversationsKey
