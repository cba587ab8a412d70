"""The account itself: agent workspace and messaging on, its languages, and which sandbox belongs to which production.

Nothing here is written: turning on the agent workspace changes every agent's work, so a person does it, and the plan says
what is still to be done before anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from reconciler.core.codec import MISSING, Names
from reconciler.core.kind import Kind
from reconciler.core.manual import ByPerson
from reconciler.core.part import Part
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Boolean, Plain
from reconciler.kinds._collections import ACCOUNT_SETTINGS
from reconciler.kinds._fields import Observed, fields_of
from reconciler.kinds._model import UNSTATED, LanguageCode, ManifestModel

Subdomain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]

_WORKSPACE = ByPerson(
    slug="agent-workspace",
    title="set the agent workspace",
    admin_center="Admin Center > Workspaces > Agent workspace",
    notes=("It changes every agent's work: tell them before.",),
)
_MESSAGING = ByPerson(
    slug="messaging",
    title="set messaging",
    admin_center="Admin Center > Channels > Messaging and social > Messaging",
    when_unseen="attest",
)
_LOCALES = ByPerson(
    slug="locales",
    title="set the account's languages",
    admin_center="Admin Center > Account > Appearance > Localization",
)
_SANDBOX = ByPerson(
    slug="sandbox",
    title="see that this account is the sandbox of the other one",
    admin_center="Admin Center of the production account > Account > Sandbox",
    when_unseen="attest",
)


@dataclass(frozen=True, slots=True)
class LocaleSet(Plain):
    """The languages of the account: codes in manifests, ids in its settings; their order means nothing."""

    def desired(self, value: Json, names: Names) -> Json:
        """Codes in lower case, sorted."""
        return sorted({code.lower() for code in value})

    def live(self, value: Json, names: Names) -> Json:
        """Codes in lower case, sorted; MISSING where the listing of locales lacks one."""
        codes = {str(each["id"]): str(each.get("locale", "")).lower() for each in names.objects("locales")}
        found = [codes.get(str(locale_id), "") for locale_id in value or ()]
        return sorted(set(found)) if all(found) else MISSING


class Account(ManifestModel):
    """The account."""

    kind: Literal["account"]
    agent_workspace: Annotated[bool, Observed("agents.agent_workspace", Boolean(), by=_WORKSPACE)] = Field(
        default=UNSTATED, description="Whether agents work in the agent workspace, which messaging needs."
    )
    messaging: Annotated[bool, Observed("", by=_MESSAGING, is_readable=False)] = Field(
        default=UNSTATED, description="Whether messaging is switched on."
    )
    locales: Annotated[
        list[LanguageCode], Observed("localization.locale_ids", LocaleSet(), by=_LOCALES, reads="locale")
    ] = Field(default=UNSTATED, description="All languages of the account, by code; their order means nothing.")
    sandbox_of: Annotated[Subdomain | None, Observed("", by=_SANDBOX, is_readable=False)] = Field(
        default=UNSTATED, description="The subdomain of the production account; null in production itself."
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", ACCOUNT_SETTINGS, fields_of(Account), creates=False, is_singleton=True),)


KIND = Kind(
    name="account",
    area="account",
    title="Account",
    model=Account,
    parts=_parts,
    on_remove="keep",
    limits=("An account has one manifest of this kind.",),
    cannot=(
        "Show whether messaging is switched on: somebody vouches for it.",
        "Say which sandbox belongs to which production account: somebody vouches for it.",
    ),
    sources=("developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings",),
    example="""\
kind: account
name: account
agent_workspace: true
locales: [fr, ja, zh-cn]
sandbox_of: maison-lune
""",
)
