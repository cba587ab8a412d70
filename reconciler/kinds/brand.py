"""A brand, which manifests refer to by its name and never manage."""

from __future__ import annotations

from reconciler.core.kind import Kind, Lookup
from reconciler.kinds._collections import BRANDS

KIND = Kind(
    name="brand",
    area="account",
    title="Brand",
    model=None,
    parts=lambda document: (),
    lookup=Lookup("", BRANDS, "name", "brand"),
    sources=("developer.zendesk.com/api-reference/ticketing/account-configuration/brands",),
)
