"""Examines whether an environment could be planned and applied: credentials, account, rights, clock, store.

It refuses to write anything, and to stop at the first thing that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from reconciler.core.checkup import Check, failed, skipped
from reconciler.core.errors import (
    AccessDenied,
    NotFound,
    ReconcilerError,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
)
from reconciler.core.service import Collection
from reconciler.core.state import State
from reconciler.engine.comparing import secret_use
from reconciler.engine.entry_parts import parts_of_entry
from reconciler.engine.examining_by_hand import examine_by_hand
from reconciler.engine.examining_memory import examine_memory, examine_store
from reconciler.engine.reader import needed_collections
from reconciler.engine.session import Session, World, open_session, resolve_secret
from reconciler.kinds._registry import find_kind
from reconciler.manifest.loader import Loaded, LoadedEnvironment
from reconciler.store.backend import Backend
from reconciler.zendesk.account import OPTIONAL_REFUSALS, Account
from reconciler.zendesk.paging import PageChain

LARGEST_SKEW_SECONDS = 60
_API_NAMES = {"support": "Support", "conversations": "Conversations", "chat": "Chat"}
_CREDENTIAL_FIELDS = ("client_id", "client_secret", "api_token", "key_id", "secret")

_Answer = TypeVar("_Answer")


def examine(loaded: Loaded, settings: LoadedEnvironment | None, backend: Backend, world: World) -> list[Check]:
    """Every check of an environment. `settings` is what environment.yaml alone says, None when it is not valid.

    Raises nothing that a check could find; only UsageError for an address that must not be used.
    """
    environment = loaded.environment or settings
    checks = [_manifests(loaded)]
    memory, state = examine_memory(environment, backend)
    if environment is None:
        unknown = "environment.yaml is not valid, so no account is known"
        checks.extend(skipped(unknown, "credentials", "support", "conversations", "collections", "clock"))
    else:
        credentials = _credentials(environment, world)
        checks.append(credentials)
        if loaded.environment is not None:
            checks.extend(_secrets(loaded.environment, world))
        if credentials.verdict == "failed":
            checks.extend(skipped("not asked without credentials", "support", "conversations", "collections", "clock"))
        else:
            checks.extend(_service(environment, state, world))
    return [*checks, *examine_store(environment, backend), *memory]


# -- files and secrets --------------------------------------------------------------------------------------------


def _manifests(loaded: Loaded) -> Check:
    errors = [each for each in loaded.diagnostics if each.severity == "error"]
    if [each.rule for each in errors] == ["environment/empty"]:
        # How a new repository is, which is examined before anything is imported.
        return Check("manifests", "warning", "there are none yet", "Write one, or let reconciler import write them.")
    if loaded.environment is None:
        first = f"{errors[0].position}: {errors[0].summary}"
        count = f"{len(errors)} problems, the first: " if len(errors) > 1 else ""
        return Check("manifests", "failed", f"{count}{first}", "Run reconciler validate to see all of it.", 10)
    found = f"{len(loaded.environment.resources)} resources in {loaded.files} files are valid"
    warnings = len(loaded.diagnostics)
    if warnings:
        said = f"{found}, with {warnings} warning{'s' if warnings > 1 else ''}"
        return Check("manifests", "warning", said, "Run reconciler validate to see them.")
    return Check("manifests", "ok", found)


def _credentials(environment: LoadedEnvironment, world: World) -> Check:
    references = [
        str(members[name])
        for members in (environment.credentials["support"], environment.credentials["conversations"])
        for name in _CREDENTIAL_FIELDS
        if name in members
    ]
    missing = list(_unresolved(references, world))
    if missing:
        return Check("credentials", "failed", "\n".join(missing), "Set what is missing where this command runs.", 16)
    return Check("credentials", "ok", f"{', '.join(references)} resolve")


def _secrets(environment: LoadedEnvironment, world: World) -> Iterator[Check]:
    """The secrets of manifests; only an apply that writes one needs it, so a missing one is no failure."""
    references: list[str] = []
    for resource in environment.resources:
        for part in () if resource.removed else find_kind(resource.kind).parts(resource.document):
            for each in part.fields:
                is_stated, value = resource.stated(each.path)
                if each.is_secret and is_stated:
                    references.append(secret_use(value).reference)
    if not references:
        return
    distinct = list(dict.fromkeys(references))
    missing = list(_unresolved(distinct, world))
    if missing:
        fix = "An apply needs them when it writes them; a plan does not."
        yield Check("secrets", "warning", "\n".join(missing), fix)
    else:
        yield Check("secrets", "ok", f"{', '.join(distinct)} resolve")


def _unresolved(references: list[str], world: World) -> Iterator[str]:
    for reference in references:
        try:
            resolve_secret(reference, world)
        except ReconcilerError as error:
            yield f"{error.summary} ({reference})"


# -- the account --------------------------------------------------------------------------------------------------


def _service(environment: LoadedEnvironment, state: State | None, world: World) -> Iterator[Check]:
    session = open_session(environment, world, read_only=True)
    try:
        account = session.account
        signed_in = _attempt(account.signed_in)
        app_name = _attempt(account.app_name)
        yield from _support(environment, signed_in)
        yield _conversations(environment, app_name)
        closed = {
            name: "it refuses the credentials" if _is_refusal(result) else "it does not answer"
            # Chat takes the same token as Support.
            for name, result in (("support", signed_in), ("chat", signed_in), ("conversations", app_name))
            if isinstance(result, ServiceError)
        }
        yield from _collections(session, state, closed)
        if "support" not in closed:
            yield from examine_by_hand(session)
        yield _clock(account)
    finally:
        session.close()


def _attempt(ask: Callable[[], _Answer]) -> _Answer | ServiceError:
    try:
        return ask()
    except ServiceError as error:
        return error


def _support(environment: LoadedEnvironment, signed_in: object) -> Iterator[Check]:
    if isinstance(signed_in, ServiceError):
        yield failed("support", signed_in, code=16 if _is_refusal(signed_in) else 17)
        yield from skipped("the Support API did not say", "account", "rights")
        return
    kind = "API token" if "api_token" in environment.credentials["support"] else "OAuth client"
    yield Check("support", "ok", f"the {kind} is accepted")
    yield _account(environment.subdomain, signed_in.subdomain)  # type: ignore[attr-defined]
    yield rights_check(signed_in.email or signed_in.name, signed_in.role)  # type: ignore[attr-defined]


def _is_refusal(error: ServiceError) -> bool:
    """Whether the service read the request and said no, so that the credentials or the plan are what is wrong."""
    return isinstance(error, (AccessDenied, NotFound, RequestRefused))


def _account(wanted: str, subdomain: str) -> Check:
    if subdomain == wanted:
        return Check("account", "ok", f'it is "{subdomain}", as environment.yaml says')
    return Check(
        "account",
        "failed",
        f'it is "{subdomain}", environment.yaml names "{wanted}"',
        "Check account.subdomain in environment.yaml and where the credentials come from.",
        11,
    )


def rights_check(user: str, role: str) -> Check:
    """Whether the user behind the credentials may do what an apply does, by its role."""
    if role == "admin":
        return Check("rights", "ok", f"{user} is an admin")
    return Check(
        "rights",
        "warning",
        f'{user} has the role "{role}"',
        "Groups, triggers and their categories need an admin. Make the credentials an admin's.",
    )


def _conversations(environment: LoadedEnvironment, app_name: str | ServiceError) -> Check:
    if isinstance(app_name, ServiceError):
        return failed("conversations", app_name)
    called = f' "{app_name}"' if app_name else ""
    return Check("conversations", "ok", f"the key is accepted and shows the app{called} ({environment.app_id})")


def _clock(account: Account) -> Check:
    return clock_check(account.clock_skew_seconds)


def clock_check(skew_seconds: float | None) -> Check:
    """Whether this machine's clock is close enough to the service's; ages of plans and ends of approvals need that."""
    if skew_seconds is None:
        return Check("clock", "skipped", "the service gave no date to compare with")
    # The date has whole seconds and travels for a while: two seconds are no difference.
    seconds = round(abs(skew_seconds))
    if seconds <= 2:
        return Check("clock", "ok", "this machine's clock agrees with the service's")
    found = f"this machine's clock is {seconds} s {'ahead of' if skew_seconds > 0 else 'behind'} the service's"
    if seconds <= LARGEST_SKEW_SECONDS:
        return Check("clock", "ok", found)
    fix = "Set this machine's clock: the age of plans and the end of approvals are judged by it."
    return Check("clock", "warning", f"{found} (limit {LARGEST_SKEW_SECONDS} s)", fix)


def _collections(session: Session, state: State | None, closed: dict[str, str]) -> Iterator[Check]:
    """One page with one object of each collection that the environment's kinds need."""
    listed: list[str] = []
    first_ids: dict[str, str] = {}
    entries = state.resources if state else {}
    failures: list[Check] = []
    unasked: dict[str, list[str]] = {}
    for each in needed_collections(session.environment.resources, entries):
        parent = _parent_id(each, state, first_ids)
        if each.api in closed:
            unasked.setdefault(each.api, []).append(each.name)
        elif not each.parent or parent:
            result = _attempt(lambda each=each, parent=parent: _first_id(session, each, parent))  # type: ignore[misc]
            if isinstance(result, ServiceError):
                failures.append(_unlisted(each, result))
            else:
                listed.append(each.name)
                first_ids[each.name] = result
    if listed:
        yield Check("collections", "ok", f"{', '.join(listed)} can be listed")
    for api, names in unasked.items():
        yield Check(
            "collections", "skipped", f"{', '.join(names)}: the {_API_NAMES[api]} API was not asked, {closed[api]}"
        )
    yield from failures
    if not (listed or unasked or failures):
        yield Check("collections", "skipped", "no manifest says which ones are needed")


def _first_id(session: Session, collection: Collection, parent: str) -> str:
    """The id of some object of the collection, empty when it has none; raises ServiceError."""
    chain = PageChain(collection.items, collection.paging, 1)
    query = {**dict(collection.query), **chain.params()}
    body = session.account.api(collection.api).get(session.reader.path(collection, parent), query)
    objects = body.get(collection.items) if isinstance(body, dict) else None
    if collection.is_settings and isinstance(objects, dict):
        return str(collection.identified(objects)["id"])
    if not isinstance(objects, list):
        raise ServiceUnavailable(f'the answer to a listing of {collection.name} has no "{collection.items}"')
    return str(objects[0]["id"]) if objects and isinstance(objects[0], dict) and "id" in objects[0] else ""


def _parent_id(collection: Collection, state: State | None, first_ids: dict[str, str]) -> str:
    """A live object inside which the collection can be listed: one of ours, else the first of a switchboard's kind.

    Only custom integrations have webhooks, so just any integration will not do (Conversations API reference, webhooks).
    """
    for address, entry in (state.resources if state else {}).items():
        for part in parts_of_entry(address, entry):
            if part.collection == collection and part.parent in entry.live:
                return entry.live[part.parent]
    return "" if collection.parent == "integrations" else first_ids.get(collection.parent, "")


def _unlisted(collection: Collection, error: ServiceError) -> Check:
    if collection.is_optional and error.status in OPTIONAL_REFUSALS:
        finding = f"{collection.name}: this account does not list it"
        return Check("collections", "warning", finding, "What would be in it is connected by a person and vouched for.")
    if not _is_refusal(error):
        return failed("collections", error)
    fix = "Check that the account's plan has this feature and that the credentials may read it."
    return failed("collections", error, fix, 16)
