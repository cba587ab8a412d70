"""An organization of customers, which manifests refer to by its name and never manage."""

from __future__ import annotations

from reconciler.core.kind import Kind, Lookup
from reconciler.kinds._collections import ORGANIZATIONS

KIND = Kind(
    name="organization",
    area="agent grants",
    title="Organization",
    model=None,
    parts=lambda document: (),
    lookup=Lookup("", ORGANIZATIONS, "name", "organization"),
    sources=("developer.zendesk.com/api-reference/ticketing/organizations/organizations",),
)
