"""Examines the settings of the account that manifests state and only people set, such as the agent workspace.

It refuses to know any single setting, and everything that is not a setting: plans show that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.checkup import Check, failed
from reconciler.core.codec import MISSING
from reconciler.core.errors import ServiceError
from reconciler.core.part import Part
from reconciler.core.resource import Resource
from reconciler.engine.comparing import Comparison, compare
from reconciler.engine.live import AccountNames, Snapshot
from reconciler.engine.observing import label_of, value_words
from reconciler.engine.session import Session
from reconciler.kinds._registry import find_kind


def examine_by_hand(session: Session) -> Iterator[Check]:
    """A check for each manifest that states such settings: as stated, or what is otherwise and where to set it."""
    stating = [(resource, part) for resource in session.environment.resources for part in _observed_settings(resource)]
    if not stating:
        return
    resources = list({resource.address: resource for resource, _ in stating}.values())
    snapshot = _read(session, resources)
    if isinstance(snapshot, ServiceError):
        yield failed("by hand", snapshot)
        return
    names = AccountNames(snapshot)
    for resource, part in stating:
        objects = snapshot.objects(part.collection.name)
        if objects:
            yield _check(resource, part, compare(resource, part, objects[0], None, names))


def _observed_settings(resource: Resource) -> Iterator[Part]:
    if resource.removed:
        return
    for part in find_kind(resource.kind).parts(resource.document):
        if part.collection.is_settings and any(
            each.by_person and each.is_readable and resource.stated(each.path)[0] for each in part.fields
        ):
            yield part


def _read(session: Session, resources: Sequence[Resource]) -> Snapshot | ServiceError:
    try:
        return session.reader.read(resources, {}, {})
    except ServiceError as error:
        return error


def _check(resource: Resource, part: Part, found: Comparison) -> Check:
    differing = {each.field.path: each for each in found.observations if each.field.is_readable}
    said = []
    places = []
    for each in part.fields:
        if each.path not in found.desired or each.by_person is None or not each.is_readable:
            continue
        wanted = value_words(found.desired[each.path])
        if each.path not in differing:
            said.append(f"{label_of(each.path).lower()}: {wanted}")
            continue
        seen = differing[each.path].seen
        shown = "not shown by the account" if seen is MISSING else value_words(seen)
        said.append(f"{label_of(each.path).lower()}: {shown}, not {wanted}")
        places.append(each.by_person.admin_center)
    text = f"{resource.address}: {'; '.join(said)}"
    if not places:
        return Check("by hand", "ok", text)
    return Check("by hand", "warning", text, f"A person sets it in {' and in '.join(dict.fromkeys(places))}.")
