"""Fetches a secret that the service made for one of our objects, such as the one a bot's webhook is called with.

It refuses to keep it, and to put it anywhere: whoever asks gets a Secret that the redactor knows.
"""

from __future__ import annotations

from reconciler.core.diagnostic import did_you_mean
from reconciler.core.errors import Blocked, ServiceUnavailable, UsageError
from reconciler.core.part import Part
from reconciler.core.resource import Resource
from reconciler.core.secret import Secret
from reconciler.core.state import State
from reconciler.engine.matching import match
from reconciler.engine.session import Session, require_account
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import LoadedEnvironment


def fetch_made_secret(session: Session, state: State | None, address: str) -> Secret:
    """The secret of the live object at an address; only read requests are sent.

    Raises UsageError where the address has no such secret, Blocked where the live object is not there or not certain,
    ServiceError where it cannot be read.
    """
    resource, part = _part_with_secret(session.environment, address)
    require_account(session)
    entries = {address: state.resources[address]} if state is not None and address in state.resources else {}
    bindings = session.environment.bindings
    snapshot = session.reader.read([resource], entries, bindings)
    identity = match([resource], entries, bindings, snapshot).identity(address, part.name)
    found = snapshot.find(part.collection.name, identity.live_id) if identity.live_id else None
    if found is None:
        raise Blocked(
            f"{address} has no secret yet",
            detail=identity.undecided or identity.unknown or "The object is not in the account.",
            fix=f"See what is to be done first: reconciler plan -e {session.environment.name}",
        )
    parent, _ = found
    live = session.reader.read_object(part.collection, parent, identity.live_id)
    value = live.get(part.made_secret) if live is not None else None
    if not isinstance(value, str) or not value:
        raise ServiceUnavailable(f"the answer of the account does not hold the secret of {address}")
    secret = Secret(value)
    session.world.redactor.learn(secret)
    return secret


def _part_with_secret(environment: LoadedEnvironment, address: str) -> tuple[Resource, Part]:
    having = {
        resource.address: (resource, part)
        for resource in environment.resources
        if not resource.removed
        for part in find_kind(resource.kind).parts(resource.document)
        if part.made_secret
    }
    if address not in having:
        raise UsageError(
            f'the service makes no secret for "{address}"',
            detail=f"It makes one for {', '.join(having)}." if having else "It makes none for any of these manifests.",
            fix=did_you_mean(address, having),
        )
    return having[address]
