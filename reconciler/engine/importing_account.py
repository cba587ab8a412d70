"""Opens an account for import and coverage: asks which one it is, and reads whole kinds of it.

It refuses to know what becomes of what was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.core.state import Entry
from reconciler.engine.coverage import Coverage, cover
from reconciler.engine.importing import Imported, Importer, Request
from reconciler.engine.importing_reading import read_kinds, read_lookups
from reconciler.engine.live import Snapshot
from reconciler.engine.planning import require_same_target
from reconciler.engine.session import Session, require_account
from reconciler.manifest.inventory import read_inventory
from reconciler.manifest.references import references_of
from reconciler.store.backend import Backend
from reconciler.store.state_store import StateStore


def import_account(session: Session, backend: Backend, request: Request) -> Imported:
    """Read what was asked for and turn it into manifests; nothing is written anywhere.

    Raises Blocked for another account than environment.yaml names, ServiceError where the service does not answer or a
    listing is not complete.
    """
    entries, snapshot = _read(session, backend, request.kinds)
    importer = Importer(
        session.environment,
        entries,
        snapshot,
        session.world.now().date().isoformat(),
        lambda kinds: read_lookups(session.reader, snapshot, kinds),
        read_inventory(session.world.root, session.environment.name) if request.merges else None,
    )
    return importer.run(request)


def cover_account(session: Session, backend: Backend, kinds: Sequence[str]) -> Coverage:
    """Read these kinds and say what manifests describe of them; raises as `import_account` does."""
    entries, snapshot = _read(session, backend, kinds)
    return cover(session.environment, entries, snapshot, kinds)


def _read(session: Session, backend: Backend, kinds: Sequence[str]) -> tuple[Mapping[str, Entry], Snapshot]:
    state, _ = StateStore(backend, session.environment.name).load()
    require_same_target(state, session.environment)
    require_account(session)
    existing = {each.kind for each in session.environment.resources}
    snapshot = Snapshot()
    read_kinds(session.reader, snapshot, [*kinds, *sorted(existing - set(kinds))])
    # What manifests refer to tells apart live objects of one title.
    referred = {reference.kind for each in session.environment.resources for reference in references_of(each)}
    read_lookups(session.reader, snapshot, sorted(referred))
    return state.resources if state else {}, snapshot
