"""A ticket field, which manifests refer to by its title and never manage."""

from __future__ import annotations

from reconciler.core.kind import Kind, Lookup
from reconciler.kinds._collections import TICKET_FIELDS

KIND = Kind(
    name="ticket_field",
    area="routing",
    title="Ticket field",
    model=None,
    parts=lambda document: (),
    lookup=Lookup("", TICKET_FIELDS, "title", "ticket field"),
    sources=("developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields",),
)
