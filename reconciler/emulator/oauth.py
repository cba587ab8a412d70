"""Access tokens by client credentials, which really run out.

It refuses to know which credentials are right: all are but those with the word `refused`.
"""

from __future__ import annotations

import base64
import binascii

from reconciler.emulator.account import Account
from reconciler.emulator.answers import Answer, Refusal
from reconciler.emulator.call import Call, Route

REFUSED_WORD = "refused"


def _oauth_error(status: int, error: str, description: str) -> Refusal:
    return Refusal(Answer(status, {"error": error, "error_description": description}))


def _issue(call: Call) -> Answer:
    sent = call.body()
    if sent.get("grant_type") != "client_credentials":
        raise _oauth_error(400, "unsupported_grant_type", "The grant type is not supported.")
    client_id, client_secret = sent.get("client_id"), sent.get("client_secret")
    if not (isinstance(client_id, str) and client_id and isinstance(client_secret, str) and client_secret):
        raise _oauth_error(401, "invalid_client", "Client authentication failed.")
    if REFUSED_WORD in client_id or REFUSED_WORD in client_secret:
        raise _oauth_error(401, "invalid_client", "Client authentication failed.")
    lifetime = call.options.token_ttl_seconds
    token = f"emulated-access-token-{call.account.count_up('tokens'):06d}"
    call.account.put("access_tokens", token, {"expires_at": call.account.clock() + lifetime})
    scope = sent.get("scope") if isinstance(sent.get("scope"), str) else "read write"
    # 201, as the Support contract says; RFC 6749 says 200.
    return Answer(201, {"access_token": token, "token_type": "bearer", "expires_in": lifetime, "scope": scope})


def is_accepted(account: Account, authorization: str | None) -> bool:
    """Whether an Authorization header lets a request in: any credential but an empty, a refused or an expired one."""
    scheme, _, credential = (authorization or "").partition(" ")
    credential = credential.strip()
    if scheme.lower() == "basic":
        try:
            credential = base64.b64decode(credential, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return False
        name, _, secret = credential.partition(":")
        return bool(name) and bool(secret) and REFUSED_WORD not in credential
    if scheme.lower() != "bearer" or not credential or REFUSED_WORD in credential:
        return False
    issued = account.get("access_tokens", credential)
    return issued is None or account.clock() < float(issued["expires_at"])


ROUTES: list[Route] = [("POST", "/oauth/tokens", _issue)]
