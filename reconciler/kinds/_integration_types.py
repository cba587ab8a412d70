"""The channel types of the Conversations API, one model each.

Which fields the service takes at creation, takes later, or only shows follows from comparing each type's schema with its
update schema (Conversations API reference, integrations). It refuses to know how channels are found and created.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from reconciler.core.manual import Attested, ManualStep
from reconciler.core.resource import Resource
from reconciler.kinds._channel_model import MESSAGING, Integration
from reconciler.kinds._codecs import Colour, NumberAsText, PhoneNumber, Pointer, PointerList, Record
from reconciler.kinds._fields import Managed, MatchKey, SecretValue
from reconciler.kinds._model import (
    UNSTATED,
    AnyReference,
    Digits,
    HexColour,
    HttpsUrl,
    Secret,
    Shape,
    Text,
)

ADD_CHANNEL = f"{MESSAGING} > Add channel"
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/:\s]+(:[0-9]+)?$")]


class WhatsApp(Integration):
    """WhatsApp: connected through Meta's sign-up by a person, then managed."""

    vendor_type = "whatsapp"
    is_created_by_api = False
    admin_center = f"{ADD_CHANNEL} > WhatsApp"
    person_needs = (
        "be an administrator of the company's Meta Business Manager",
        "make sure that the number can receive a call or text message; delete it in the WhatsApp Business app first",
    )
    article = "https://support.zendesk.com/hc/en-us/articles/20727209645981"
    type: Literal["whatsapp"]
    phone_number: Annotated[E164, MatchKey("phoneNumber", PhoneNumber())] = Field(
        description="The number with + and country code; what the channel is found by."
    )
    hsm_fallback_language: Annotated[str | None, Managed("hsmFallbackLanguage", service_default="en_US")] = Field(
        default=UNSTATED, min_length=2, description="The language of message templates where a customer's is missing."
    )
    account_id: Annotated[str | None, Managed("accountId")] = Field(
        default=UNSTATED, min_length=1, description="The WhatsApp business account's id."
    )
    account_management_access_token: Annotated[
        Secret, SecretValue("accountManagementAccessToken", rotates="in_place")
    ] = Field(default=UNSTATED, description="The token that manages message templates.")


class Messenger(Integration):
    """Facebook Messenger: private messages of a Facebook page."""

    vendor_type = "messenger"
    credentials = ("page_access_token", "app_id", "app_secret")
    admin_center = f"{ADD_CHANNEL} > Facebook Messenger"
    person_needs = (
        "have a Facebook login with admin rights on the page",
        "select all pages, with all permissions set to Yes",
    )
    article = "https://support.zendesk.com/hc/en-us/articles/4408835753370"
    type: Literal["messenger"]
    page_id: Annotated[Digits, MatchKey("pageId", NumberAsText(), is_sent=True)] = Field(
        description="The Facebook page's id; what the channel is found by."
    )
    app_id: Annotated[Digits, Managed("appId", on_update=False)] = Field(
        default=UNSTATED, description="Your own Facebook app's id."
    )
    app_secret: Annotated[Secret, SecretValue("appSecret", rotates="by_hand")] = Field(
        default=UNSTATED, description="Your own Facebook app's secret."
    )
    page_access_token: Annotated[Secret, SecretValue("pageAccessToken", rotates="in_place")] = Field(
        default=UNSTATED, description="The page's access token."
    )


class Instagram(Integration):
    """Instagram Direct: private messages, story replies and story mentions of a business account."""

    vendor_type = "instagram"
    credentials = ("page_access_token", "app_id", "app_secret")
    admin_center = f"{ADD_CHANNEL} > Instagram Direct"
    person_needs = (
        "in the Instagram mobile app, switch on Settings > Messages and story replies > Message controls > Connected tools > "
        "Allow access to messages",
        "have a Facebook login for the Business Manager that owns the linked page",
    )
    article = "https://support.zendesk.com/hc/en-us/articles/4408835013018"
    type: Literal["instagram"]
    business_id: Annotated[Digits, MatchKey("businessId")] = Field(
        default=UNSTATED, description="The Instagram business account's id; what the channel is found by."
    )
    business_username: Annotated[Text, MatchKey("businessUsername")] = Field(
        default=UNSTATED, description="The account's user name; what it is found by where the id is not stated."
    )
    app_id: Annotated[Digits, Managed("appId", on_update=False)] = Field(
        default=UNSTATED, description="Your own Facebook app's id."
    )
    app_secret: Annotated[Secret, SecretValue("appSecret", rotates="by_hand")] = Field(
        default=UNSTATED, description="Your own Facebook app's secret."
    )
    page_access_token: Annotated[Secret, SecretValue("pageAccessToken", rotates="in_place")] = Field(
        default=UNSTATED, description="The access token of the Facebook page that is linked to the account."
    )
    story_replies_enabled: Annotated[bool, Managed("storyRepliesEnabled", service_default=True)] = Field(
        default=UNSTATED, description="Whether replies to stories open conversations."
    )
    story_mentions_enabled: Annotated[bool, Managed("storyMentionsEnabled", service_default=True)] = Field(
        default=UNSTATED, description="Whether mentions in stories open conversations."
    )


class XDirectMessages(Integration):
    """X direct messages: private messages of an X account."""

    vendor_type = "twitter"
    credentials = ("tier", "consumer_key", "consumer_secret", "access_token_key", "access_token_secret")
    admin_center = f"{ADD_CHANNEL} > X Corp"
    person_needs = ("have the X account's login", "in X, allow direct messages from everyone")
    article = "https://support.zendesk.com/hc/en-us/articles/4408883122714"
    type: Literal["x_dm"]
    tier: Annotated[Literal["enterprise"], Managed("tier", on_update=False)] = Field(
        default=UNSTATED, description="The tier of your own X app; only enterprise is accepted."
    )
    consumer_key: Annotated[Secret, SecretValue("consumerKey", rotates="by_hand")] = Field(
        default=UNSTATED, description="The X app's consumer key."
    )
    consumer_secret: Annotated[Secret, SecretValue("consumerSecret", rotates="by_hand")] = Field(
        default=UNSTATED, description="The X app's consumer secret."
    )
    access_token_key: Annotated[Secret, SecretValue("accessTokenKey", rotates="by_hand")] = Field(
        default=UNSTATED, description="The X account's access token."
    )
    access_token_secret: Annotated[Secret, SecretValue("accessTokenSecret", rotates="by_hand")] = Field(
        default=UNSTATED, description="The X account's access token secret."
    )


class Line(Integration):
    """LINE: messages to a LINE official account."""

    vendor_type = "line"
    credentials = ("channel_secret", "channel_access_token")
    admin_center = f"{ADD_CHANNEL} > LINE"
    person_needs = ("have the channel's id, secret and access token from the LINE developers console",)
    article = "https://support.zendesk.com/hc/en-us/articles/4408824569114"
    type: Literal["line"]
    channel_id: Annotated[Digits, MatchKey("channelId", is_sent=True)] = Field(
        description="The LINE channel's id; what the channel is found by."
    )
    channel_secret: Annotated[Secret, SecretValue("channelSecret", rotates="by_hand")] = Field(
        default=UNSTATED, description="The LINE channel's secret."
    )
    channel_access_token: Annotated[Secret, SecretValue("channelAccessToken", rotates="by_hand")] = Field(
        default=UNSTATED, description="The LINE channel's access token."
    )
    service_code: Annotated[Text, Managed("serviceCode", on_update=False)] = Field(
        default=UNSTATED, description="The LINE Switcher service code."
    )
    switcher_secret: Annotated[Secret, SecretValue("switcherSecret", rotates="by_hand")] = Field(
        default=UNSTATED, description="The LINE Switcher secret."
    )
    qr_code_url: Annotated[HttpsUrl, Managed("qrCodeUrl", on_update=False)] = Field(
        default=UNSTATED, description="The address of the account's QR code."
    )


def line_steps(resource: Resource) -> tuple[Attested, ...]:
    """After a LINE channel is created by API its address goes into LINE's console, where webhooks are switched on."""
    if resource.type != "line" or not resource.document.keys() & set(Line.credentials):
        return ()
    channel_id = str(resource.document["channel_id"])
    url = "https://app.smooch.io:443/api/line/webhooks/{app_id}/{live_id}"
    return (
        Attested(
            "webhook",
            ManualStep(
                title="paste the channel's address into LINE",
                admin_center="LINE Developers console > the channel > Messaging API",
                values=(("Channel ID", channel_id), ("Webhook URL", url), ("Use webhook", "on")),
                looks_for="somebody's word in attestations.yaml",
                article=Line.article,
                notes=("Switch auto-reply and greeting messages off, and do not allow group chats.",),
            ),
            {"channel_id": channel_id, "url": url},
            needs_live="",
        ),
    )


class ConversationList(Integration):
    """What web and mobile channels have: the list of a customer's conversations."""

    can_user_see_conversation_list: Annotated[bool, Managed("canUserSeeConversationList")] = Field(
        default=UNSTATED, description="Whether customers see their earlier conversations."
    )
    can_user_create_more_conversations: Annotated[bool, Managed("canUserCreateMoreConversations")] = Field(
        default=UNSTATED, description="Whether customers may open several conversations."
    )


class PrechatField(Shape):
    """One field of the form that is asked before a conversation."""

    type: Literal["email", "select", "text"] = Field(description="What may be entered.")
    name: Annotated[str, StringConstraints(min_length=1, max_length=128)] = Field(
        description="The field's own name; no two of a form share it."
    )
    label: Annotated[str, StringConstraints(min_length=1, max_length=128)] = Field(
        description="What customers read above it."
    )
    placeholder: Annotated[str, StringConstraints(min_length=1, max_length=128)] = Field(
        default=UNSTATED, description="What stands in it until something is entered."
    )


class Prechat(Shape):
    """What is asked before a conversation starts; written as a whole."""

    enabled: Annotated[bool, Managed("prechatCapture.enabled", together="prechatCapture")] = Field(
        default=UNSTATED, description="Whether the form is shown."
    )
    avatar_url: Annotated[HttpsUrl, Managed("prechatCapture.avatarUrl", together="prechatCapture")] = Field(
        default=UNSTATED, description="The picture beside the form."
    )
    enable_email_linking: Annotated[bool, Managed("prechatCapture.enableEmailLinking", together="prechatCapture")] = (
        Field(default=UNSTATED, description="Whether an e-mail address that is given is linked to the customer.")
    )
    fields: Annotated[
        list[PrechatField],
        Managed(
            "prechatCapture.fields",
            Record({"type": "type", "name": "name", "label": "label", "placeholder": "placeholder"}),
            together="prechatCapture",
        ),
    ] = Field(default=UNSTATED, description="The fields of the form, in order.")


class Web(ConversationList):
    """The web widget on a site."""

    vendor_type = "web"
    type: Literal["web"]
    brand_color: Annotated[HexColour, Managed("brandColor", Colour(), service_default="65758e")] = Field(
        default=UNSTATED, description="The colour of the header: 3 or 6 hex digits without #."
    )
    conversation_color: Annotated[HexColour, Managed("conversationColor", Colour(), service_default="0099ff")] = Field(
        default=UNSTATED, description="The colour of the customer's messages."
    )
    action_color: Annotated[HexColour, Managed("actionColor", Colour(), service_default="0099ff")] = Field(
        default=UNSTATED, description="The colour of buttons and links."
    )
    fixed_intro_pane: Annotated[bool, Managed("fixedIntroPane", service_default=False)] = Field(
        default=UNSTATED, description="Whether the introduction stays visible while scrolling."
    )
    display_style: Annotated[Literal["button", "tab"], Managed("displayStyle", service_default="button")] = Field(
        default=UNSTATED, description="How the closed widget looks."
    )
    button_icon_url: Annotated[HttpsUrl | None, Managed("buttonIconUrl")] = Field(
        default=UNSTATED, description="The picture on the button, at least 200 by 200 pixels."
    )
    button_width: Annotated[Digits, Managed("buttonWidth", service_default="58")] = Field(
        default=UNSTATED, description="In pixels."
    )
    button_height: Annotated[Digits, Managed("buttonHeight", service_default="58")] = Field(
        default=UNSTATED, description="In pixels."
    )
    integration_order: Annotated[
        list[AnyReference] | None, Managed("integrationOrder", PointerList(Pointer("channel")))
    ] = Field(default=UNSTATED, description="The other channels that are offered, in this order.")
    business_name: Annotated[Text, Managed("businessName")] = Field(
        default=UNSTATED, description="The name in the header."
    )
    business_icon_url: Annotated[HttpsUrl, Managed("businessIconUrl")] = Field(
        default=UNSTATED, description="The picture in the header, at least 200 by 200 pixels."
    )
    background_image_url: Annotated[HttpsUrl, Managed("backgroundImageUrl")] = Field(
        default=UNSTATED, description="The picture behind the conversation."
    )
    origin_whitelist: Annotated[list[Origin] | None, Managed("originWhitelist")] = Field(
        default=UNSTATED, description="The sites that may show the widget, without a path; null means every site."
    )
    prechat_capture: Prechat = Field(default=UNSTATED, description="What is asked before a conversation starts.")


class Ios(ConversationList):
    """The iOS SDK in an app."""

    vendor_type = "ios"
    type: Literal["ios"]
    certificate: Annotated[Secret, SecretValue("certificate", rotates="in_place")] = Field(
        default=UNSTATED, description="The push certificate (.p12), base64."
    )
    password: Annotated[Secret, SecretValue("password", rotates="in_place")] = Field(
        default=UNSTATED, description="The certificate's password."
    )
    production: Annotated[bool, Managed("production")] = Field(
        default=UNSTATED, description="Whether the certificate is for production pushes."
    )
    auto_update_badge: Annotated[bool, Managed("autoUpdateBadge")] = Field(
        default=UNSTATED, description="Whether the unread count is shown on the app's icon."
    )


class Android(ConversationList):
    """The Android SDK in an app."""

    vendor_type = "android"
    type: Literal["android"]
    project_id: Annotated[Text, Managed("projectId", is_readable=False)] = Field(
        default=UNSTATED, description="project_id of the Firebase key file."
    )
    client_email: Annotated[Text, Managed("clientEmail", is_readable=False)] = Field(
        default=UNSTATED, description="client_email of the Firebase key file."
    )
    private_key: Annotated[Secret, SecretValue("privateKey", rotates="in_place")] = Field(
        default=UNSTATED, description="private_key of the Firebase key file."
    )


class Unity(ConversationList):
    """The Unity SDK in a game."""

    vendor_type = "unity"
    type: Literal["unity"]


class Telegram(Integration):
    """Telegram: messages to a Telegram bot."""

    vendor_type = "telegram"
    credentials = ("token",)
    admin_center = ADD_CHANNEL
    type: Literal["telegram"]
    username: Annotated[Text, MatchKey("username")] = Field(
        default=UNSTATED, description="The bot's user name; what the channel is found by."
    )
    token: Annotated[Secret, SecretValue("token", rotates="by_hand")] = Field(
        default=UNSTATED, description="The bot's token from BotFather."
    )


class Viber(Integration):
    """Viber: messages to a Viber bot."""

    vendor_type = "viber"
    credentials = ("token",)
    admin_center = ADD_CHANNEL
    type: Literal["viber"]
    uri: Annotated[Text, MatchKey("uri")] = Field(
        default=UNSTATED, description="The account's URI; what the channel is found by."
    )
    token: Annotated[Secret, SecretValue("token", rotates="by_hand")] = Field(
        default=UNSTATED, description="The account's authentication token."
    )


class Twilio(Integration):
    """Twilio: text messages to a number of your Twilio account."""

    vendor_type = "twilio"
    credentials = ("account_sid", "auth_token")
    admin_center = ADD_CHANNEL
    type: Literal["twilio"]
    phone_number_sid: Annotated[Text, MatchKey("phoneNumberSid", is_sent=True)] = Field(
        default=UNSTATED, description="The number's id at Twilio; what the channel is found by."
    )
    messaging_service_sid: Annotated[Text, MatchKey("messagingServiceSid", is_sent=True)] = Field(
        default=UNSTATED, description="The messaging service's id at Twilio, instead of a number."
    )
    account_sid: Annotated[Text, Managed("accountSid", on_update=False)] = Field(
        default=UNSTATED, description="The Twilio account's id."
    )
    auth_token: Annotated[Secret, SecretValue("authToken", rotates="by_hand")] = Field(
        default=UNSTATED, description="The Twilio account's token."
    )


class MessageBird(Integration):
    """MessageBird: text messages to a number of your MessageBird account."""

    vendor_type = "messagebird"
    credentials = ("access_key", "signing_key")
    admin_center = ADD_CHANNEL
    type: Literal["messagebird"]
    originator: Annotated[Text, MatchKey("originator", is_sent=True)] = Field(
        description="The number or name at MessageBird; what the channel is found by."
    )
    access_key: Annotated[Secret, SecretValue("accessKey", rotates="by_hand")] = Field(
        default=UNSTATED, description="The MessageBird access key."
    )
    signing_key: Annotated[Secret, SecretValue("signingKey", rotates="by_hand")] = Field(
        default=UNSTATED, description="The MessageBird signing key."
    )


class Mailgun(Integration):
    """Mailgun: e-mail through your Mailgun account."""

    vendor_type = "mailgun"
    credentials = ("api_key", "domain")
    admin_center = ADD_CHANNEL
    type: Literal["mailgun"]
    incoming_address: Annotated[Text, MatchKey("incomingAddress", is_sent=True)] = Field(
        description="The address that receives; what the channel is found by."
    )
    domain: Annotated[Text, Managed("domain", on_update=False)] = Field(
        default=UNSTATED, description="The Mailgun domain."
    )
    api_key: Annotated[Secret, SecretValue("apiKey", rotates="by_hand")] = Field(
        default=UNSTATED, description="The Mailgun API key."
    )
    signing_key: Annotated[Secret, SecretValue("signingKey", rotates="by_hand")] = Field(
        default=UNSTATED, description="The Mailgun signing key."
    )
    from_address: Annotated[str | None, Managed("fromAddress")] = Field(
        default=UNSTATED, min_length=1, description="The address that answers come from."
    )
    hide_unsubscribe_link: Annotated[bool, Managed("hideUnsubscribeLink")] = Field(
        default=UNSTATED, description="Whether the unsubscribe link is left out."
    )


class Apple(Integration):
    """Apple Messages for Business."""

    vendor_type = "apple"
    credentials = ("api_secret", "msp_id")
    admin_center = ADD_CHANNEL
    type: Literal["apple"]
    business_id: Annotated[Text, MatchKey("businessId", is_sent=True)] = Field(
        description="The Apple business id; what the channel is found by."
    )
    msp_id: Annotated[Text, Managed("mspId", on_update=False)] = Field(
        default=UNSTATED, description="The messaging service provider's id at Apple."
    )
    api_secret: Annotated[Secret, SecretValue("apiSecret", rotates="by_hand")] = Field(
        default=UNSTATED, description="The messaging service provider's secret."
    )
    authentication_message_secret: Annotated[Secret, SecretValue("authenticationMessageSecret", rotates="in_place")] = (
        Field(default=UNSTATED, description="The secret for authentication messages, at least 88 characters.")
    )


INTEGRATION_TYPES: tuple[type[Integration], ...] = (
    WhatsApp,
    Messenger,
    Instagram,
    XDirectMessages,
    Line,
    Web,
    Ios,
    Android,
    Unity,
    Telegram,
    Viber,
    Twilio,
    MessageBird,
    Mailgun,
    Apple,
)
