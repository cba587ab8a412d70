"""A language of the account, which manifests refer to by its code, such as fr or zh-cn, and never manage."""

from __future__ import annotations

from reconciler.core.kind import Kind, Lookup
from reconciler.kinds._collections import LOCALES

KIND = Kind(
    name="locale",
    area="account",
    title="Locale",
    model=None,
    parts=lambda document: (),
    lookup=Lookup("", LOCALES, "locale", "locale", ignores_case=True),
    sources=("developer.zendesk.com/api-reference/ticketing/account-configuration/locales",),
)
