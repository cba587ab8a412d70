"""The public channels of X and Facebook: posts that mention an account, posts on a page.

Both are connected in Admin Center alone; X accounts can be read, Facebook pages cannot. Private messages of either are
channels of the Conversations API, which this module refuses to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.core.codec import Names
from reconciler.core.manual import Attested, ByPerson, ManualStep
from reconciler.core.resource import Json, Resource
from reconciler.kinds._channel_model import ChannelModel
from reconciler.kinds._codecs import Plain, Pointer
from reconciler.kinds._collections import X_HANDLES
from reconciler.kinds._fields import Managed, MatchKey, Observed
from reconciler.kinds._model import UNSTATED, Digits, External, Id, Text

X_ACCOUNTS = "Admin Center > Channels > Messaging and social > X Corp accounts"
FACEBOOK_PAGES = "Admin Center > Channels > Messaging and social > Facebook"

_HANDLE_BRAND = ByPerson(
    slug="brand", title="assign the handle to its brand", admin_center=f"{X_ACCOUNTS} > the handle"
)
_REPLIES = ByPerson(
    slug="replies",
    title="set who may answer from the handle",
    admin_center=f"{X_ACCOUNTS} > the handle",
    notes=("Where X took the permission back, authorise the handle again.",),
)


@dataclass(frozen=True, slots=True)
class Handle(Plain):
    """An X account's name, compared without regard to case and to its leading `@`."""

    def desired(self, value: Json, names: Names) -> Json:
        """Lower case, with `@`."""
        return f"@{str(value).lstrip('@').lower()}"

    def live(self, value: Json, names: Names) -> Json:
        """Lower case, with `@`."""
        return self.desired(value, names)


class XHandle(ChannelModel):
    """X mentions: public posts that mention an X account become tickets."""

    collection = X_HANDLES
    admin_center = f"{X_ACCOUNTS} > Add account"
    person_needs = (
        "have the X account's login",
        "leave out direct messages where a channel of type x_dm takes them",
    )
    article = "https://support.zendesk.com/hc/en-us/articles/4408883122714"
    type: Literal["x_handle"]
    handle: Annotated[Text, MatchKey("screen_name", Handle())] = Field(
        description="The account's name, with or without @; what the handle is found by."
    )
    brand: Annotated[External | Id, Observed("brand_id", Pointer("brand"), by=_HANDLE_BRAND)] = Field(
        default=UNSTATED, description="The brand that its tickets belong to."
    )
    allow_reply: Annotated[bool, Observed("allow_reply", by=_REPLIES)] = Field(
        default=UNSTATED, description="Whether agents are allowed to answer from it."
    )
    can_reply: Annotated[bool, Observed("can_reply", by=_REPLIES)] = Field(
        default=UNSTATED, description="Whether answering from it works, which needs the permission of X."
    )


class FacebookPage(ChannelModel):
    """Facebook page: public posts on a page become tickets."""

    admin_center = f"{FACEBOOK_PAGES} > Add page"
    person_needs = ("be an administrator of both the account and the page",)
    article = "https://support.zendesk.com/hc/en-us/articles/4408819897242"
    type: Literal["facebook_page"]
    page_id: Digits = Field(description="The Facebook page's id.")
    page_name: Text = Field(default=UNSTATED, description="The page's name, for the person who connects it.")
    brand: Annotated[External | Id, Managed("", Pointer("brand"), part="noted")] = Field(
        default=UNSTATED, description="The brand that its tickets belong to."
    )


def facebook_steps(resource: Resource) -> tuple[Attested, ...]:
    """Connecting a Facebook page, which no API shows (the Support OpenAPI file has no path for pages)."""
    document = resource.document
    content = {name: document[name] for name in ("page_id", "brand") if name in document}
    values = [("Page id", document["page_id"])]
    values += [("Page", document["page_name"])] if "page_name" in document else []
    values += [("Brand", str(next(iter(document["brand"].values()))))] if "brand" in document else []
    return (
        Attested(
            "connect",
            ManualStep(
                title="connect the Facebook page",
                admin_center=FacebookPage.admin_center,
                values=tuple(values),
                looks_for="somebody's word in attestations.yaml",
                article=FacebookPage.article,
                notes=(
                    *(f"Before you start: {need}." for need in FacebookPage.person_needs),
                    "Leave private messages out where a Messenger channel takes them.",
                ),
            ),
            content,
        ),
    )


PUBLIC_TYPES: tuple[type[Any], ...] = (XHandle, FacebookPage)
