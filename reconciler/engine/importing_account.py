"""Opens an account for import: asks which one it is, reads whole kinds of it, and lets the importer see what was read."""

from __future__ import annotations

from reconciler.engine.importing import Imported, Importer, Request
from reconciler.engine.importing_reading import read_kinds, read_lookups
from reconciler.engine.live import Snapshot
from reconciler.engine.planning import require_same_target
from reconciler.engine.session import Session, require_account
from reconciler.store.backend import Backend
from reconciler.store.state_store import StateStore


def import_account(session: Session, backend: Backend, request: Request) -> Imported:
    """Read what was asked for and turn it into manifests; nothing is written anywhere.

    Raises Blocked for another account than environment.yaml names, ServiceError where the service does not answer or a
    listing is not complete.
    """
    state, _ = StateStore(backend, session.environment.name).load()
    require_same_target(state, session.environment)
    require_account(session)
    existing = {each.kind for each in session.environment.resources}
    snapshot = Snapshot()
    read_kinds(session.reader, snapshot, dict.fromkeys([*request.kinds, *sorted(existing)]))
    importer = Importer(
        session.environment,
        state.resources if state else {},
        snapshot,
        session.world.now().date().isoformat(),
        lambda kinds: read_lookups(session.reader, snapshot, kinds),
    )
    return importer.run(request)
