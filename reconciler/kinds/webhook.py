"""A webhook of the Support side, which manifests refer to by its name and never manage."""

from __future__ import annotations

from reconciler.core.kind import Kind, Lookup
from reconciler.kinds._collections import WEBHOOKS

KIND = Kind(
    name="webhook",
    area="routing",
    title="Webhook",
    model=None,
    parts=lambda document: (),
    lookup=Lookup("", WEBHOOKS, "name", "webhook"),
    sources=(
        "developer.zendesk.com/api-reference/ticketing/business-rules/triggers, and definitions recorded from real accounts",
    ),
)
