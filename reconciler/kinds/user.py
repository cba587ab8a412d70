"""An agent or administrator, whom manifests refer to by e-mail address and never manage; customers are not looked up."""

from __future__ import annotations

from reconciler.core.kind import Kind, Lookup
from reconciler.kinds._collections import USERS

KIND = Kind(
    name="user",
    area="agent grants",
    title="User",
    model=None,
    parts=lambda document: (),
    lookup=Lookup("", USERS, "email", "agent", ignores_case=True),
    sources=("developer.zendesk.com/api-reference/ticketing/users/users",),
)
