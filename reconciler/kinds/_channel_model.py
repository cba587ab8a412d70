"""What channels of every type are described with, and what those of the Conversations API share.

It refuses to know any single type.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from reconciler.core.manual import Alarm, ByPerson
from reconciler.core.part import Hazard
from reconciler.core.service import Collection
from reconciler.kinds._codecs import Pointer
from reconciler.kinds._collections import INTEGRATIONS
from reconciler.kinds._fields import Managed, Observed
from reconciler.kinds._mirrors import DefaultResponder
from reconciler.kinds._model import UNSTATED, AnyReference, External, Id, ManifestModel

MESSAGING = "Admin Center > Channels > Messaging and social > Messaging"

BRAND = ByPerson(
    slug="brand",
    title="assign the channel to its brand",
    admin_center=f"{MESSAGING} > the channel",
    when_unseen="attest",
)

STATUS = Alarm(
    "status",
    {
        "error": ByPerson(
            slug="status",
            title="authorise the channel again",
            admin_center=f"{MESSAGING} > the channel",
            notes=("It is connected, but its credentials or permissions do not work any more.",),
        ),
        "inactive": ByPerson(
            slug="status",
            title="finish connecting the channel",
            admin_center=f"{MESSAGING} > the channel",
            notes=("It was created, and is not in service.",),
        ),
    },
)
"""What an integration's status asks for (Conversations API reference, integration.status)."""


class ChannelModel(ManifestModel):
    """What channels of every type have.

    `collection` lists them, None where no API does; `vendor_type` is the service's word for the type, empty where the
    listing holds nothing else. `made_secret` is the member that holds a secret which the service made. `credentials` are the fields without which the service cannot create one; `admin_center` is
    what a person clicks instead.
    """

    collection: ClassVar[Collection | None] = None
    vendor_type: ClassVar[str] = ""
    credentials: ClassVar[tuple[str, ...]] = ()
    is_created_by_api: ClassVar[bool] = False
    admin_center: ClassVar[str] = ""
    person_needs: ClassVar[tuple[str, ...]] = ()
    article: ClassVar[str] = ""
    alarms: ClassVar[tuple[Alarm, ...]] = ()
    made_secret: ClassVar[str] = ""

    kind: Literal["channel"]


class Integration(ChannelModel):
    """What channels of the Conversations API have."""

    collection = INTEGRATIONS
    is_created_by_api = True
    alarms = (STATUS,)

    display_name: Annotated[str | None, Managed("displayName")] = Field(
        default=UNSTATED, min_length=1, max_length=100, description="The name that admins and agents see."
    )
    brand: Annotated[External | Id, Observed("brandId", Pointer("brand"), by=BRAND)] = Field(
        default=UNSTATED, description="The brand that conversations of the channel belong to."
    )
    default_responder: Annotated[
        AnyReference | None,
        Managed("defaultResponder", DefaultResponder(), writes="defaultResponderId", reads="responder"),
    ] = Field(default=UNSTATED, description="Who answers here first; null means as the switchboard says.")
    show_ai_disclaimer: Annotated[
        bool,
        Managed(
            "showAIDisclaimer",
            service_default=True,
            hazard=Hazard(
                "changes_work", "Customers are no longer told that an AI agent answers them.", values=(False,)
            ),
        ),
    ] = Field(default=UNSTATED, description="Whether customers are told when an AI agent answers.")
