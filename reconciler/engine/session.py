"""One environment's account, open for the length of a command, and the world that it is opened in.

It refuses to know the command line, and what is done with the account: everything that it needs of the world (clock,
environment variables, today's date, a run's id) is given to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.core.errors import Blocked, SecretUnavailable
from reconciler.core.secret import Secret
from reconciler.engine.reader import Reader
from reconciler.engine.run import FRESHNESS_SECONDS, REQUEST_DEADLINE_SECONDS, SETTLE_SECONDS
from reconciler.manifest.loader import LoadedEnvironment
from reconciler.secrets.redactor import Redactor
from reconciler.secrets.references import parse_reference, resolve
from reconciler.zendesk.account import Account
from reconciler.zendesk.clock import Clock
from reconciler.zendesk.credentials import ApiToken, ConversationsKey, Credentials, OAuthClient

STAMP_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(slots=True)
class World:
    """What a session takes from outside: never read from anywhere else, so that tests can give it all."""

    root: Path
    environ: Mapping[str, str]
    clock: Clock
    now: Callable[[], datetime]
    new_run_id: Callable[[], str]
    new_lineage: Callable[[], str]
    host: str
    notice: Callable[[str], None]
    redactor: Redactor
    version: str
    transport: Any = None
    user: str = ""
    base_url: str | None = None
    insecure_base_url: bool = False
    is_interrupted: Callable[[], bool] = lambda: False
    freshness_seconds: float = FRESHNESS_SECONDS
    settle_seconds: float = SETTLE_SECONDS
    stand_in: Secret | None = None
    """What a rehearsal takes for every secret, of which it resolves none."""

    def stamp(self) -> str:
        """This moment as it stands in plan files and run documents: UTC, to the second."""
        return self.now().astimezone(UTC).strftime(STAMP_FORMAT)


@dataclass(slots=True)
class Session:
    """An environment with its account open; close it when done."""

    world: World
    environment: LoadedEnvironment
    account: Account
    reader: Reader

    def close(self) -> None:
        """Close all connections."""
        self.account.close()


def open_session(environment: LoadedEnvironment, world: World, *, read_only: bool) -> Session:
    """Resolve the environment's credentials and open its account; sends nothing yet."""
    credentials = _credentials(environment, world)
    account = Account.connect(
        environment.subdomain,
        environment.app_id,
        credentials,
        read_only=read_only,
        base_url=world.base_url,
        insecure_base_url=world.insecure_base_url,
        transport=world.transport,
        clock=world.clock,
        notice=world.notice,
        redact=world.redactor.redact,
        request_deadline_seconds=REQUEST_DEADLINE_SECONDS,
    )
    return Session(world, environment, account, Reader(account, environment.app_id, world.clock))


def _credentials(environment: LoadedEnvironment, world: World) -> Credentials:
    support, conversations = environment.credentials["support"], environment.credentials["conversations"]
    found: dict[str, Secret] = {}
    missing: list[SecretUnavailable] = []
    for name, reference in {**support, **conversations}.items():
        if name == "email":
            continue
        try:
            found[name] = resolve_secret(reference, world)
        except SecretUnavailable as error:
            missing.append(error)
    if len(missing) == 1:
        raise missing[0]
    if missing:
        raise SecretUnavailable(
            f'{len(missing)} credentials of "{environment.name}" are not available',
            detail="\n".join(error.summary for error in missing),
            fix="Set them where this command runs, for example in the pipeline's secret settings.",
        )
    key = ConversationsKey(found["key_id"], found["secret"])
    if "api_token" in support:
        return Credentials(ApiToken(Secret(support["email"]), found["api_token"]), key)
    return Credentials(OAuthClient(found["client_id"], found["client_secret"]), key)


def resolve_secret(reference: str, world: World) -> Secret:
    """The secret behind a reference, known to the redactor from then on, or what stands in for it."""
    if world.stand_in is not None:
        return world.stand_in
    secret = resolve(parse_reference(reference), root=world.root, environ=world.environ)
    world.redactor.learn(secret)
    return secret


def require_account(session: Session) -> None:
    """Ask the service which account it is; Blocked when it is not the one that environment.yaml names."""
    identity = session.account.identity()
    wanted = session.environment.subdomain
    if identity.subdomain != wanted:
        raise Blocked(
            f'the account is "{identity.subdomain}", environment.yaml names "{wanted}"',
            detail="The credentials or the address belong to another account; nothing was compared and nothing written.",
            fix="Check account.subdomain in environment.yaml and where the credentials come from.",
        )
