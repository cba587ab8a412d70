"""A ticket form, which manifests refer to by its name and never manage."""

from __future__ import annotations

from reconciler.core.kind import Kind, Lookup
from reconciler.kinds._collections import TICKET_FORMS

KIND = Kind(
    name="ticket_form",
    area="routing",
    title="Ticket form",
    model=None,
    parts=lambda document: (),
    lookup=Lookup("", TICKET_FORMS, "name", "ticket form"),
    sources=("developer.zendesk.com/api-reference/ticketing/business-rules/triggers",),
)
