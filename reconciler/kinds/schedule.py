"""A schedule, which manifests refer to by its name and do not manage yet."""

from __future__ import annotations

from reconciler.core.kind import Kind, Lookup
from reconciler.kinds._collections import SCHEDULES

KIND = Kind(
    name="schedule",
    area="routing",
    title="Schedule",
    model=None,
    parts=lambda document: (),
    lookup=Lookup("", SCHEDULES, "name", "schedule"),
    sources=("developer.zendesk.com/api-reference/ticketing/ticket-management/schedules",),
)
