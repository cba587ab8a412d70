"""The person of the demo: does in a local account what the manual steps of a plan ask for, and nothing else.

It refuses to know manifests: a plan's instructions have to be enough, as they are for a real person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

Step = Mapping[str, Any]


class Desk(Protocol):
    """Admin Center as a person has it open: what is in the account, and clicks that change it.

    Paths are list paths, with an id behind them for one object; `{app}` stands for the app's id.
    """

    def look(self, path: str) -> list[dict[str, Any]]:
        """The account's objects under a list path."""

    def do(self, path: str, content: Mapping[str, Any], said: str) -> None:
        """Change or add an object, and say so."""


def work(steps: Iterable[Step], desk: Desk) -> None:
    """Do the open manual steps of a plan that a read verifies, those that wait for others apart.

    Raises LookupError for a step that this person has not learned.
    """
    for step in steps:
        manual = step.get("manual")
        if manual and not manual.get("digest") and not manual.get("attest") and not step["waits_for"]:
            hand = _hand(step)
            if hand is not None:
                hand(desk, {str(name): str(value) for name, value in manual["values"]}, step)


def vouched(steps: Iterable[Step]) -> list[str]:
    """The ids of the open steps that need somebody's word."""
    return [str(step["id"]) for step in steps if step.get("manual") and step["manual"].get("digest")]


Entered = Mapping[str, str]
Hand = Callable[[Desk, Entered, Step], None]


def _hand(step: Step) -> Hand | None:
    subject, _, slug = str(step["id"]).removeprefix("manual:").partition("#")
    kind = subject.partition("/")[0]
    for its_kind, its_slug, hand in _HANDS:
        if (its_kind, its_slug) == (kind, slug):
            return hand
    if kind == "channel" and slug == "connect":
        return next((hand for label, hand in _CONNECTING if label in _labels(step)), _connect_x)
    if slug.startswith("email-signature"):
        return _sign_mails
    # What comes after a creation is done once the plan shows the address that it needs.
    if slug == "webhook":
        return None
    raise LookupError(f"nobody here knows how to do {step['id']}")


def _labels(step: Step) -> set[str]:
    return {str(name) for name, _ in step["manual"]["values"]}


def _brand_id(desk: Desk, name: str) -> Any:
    return next(each["id"] for each in desk.look("/api/v2/brands") if each["name"] == name)


def _switch_workspace_on(desk: Desk, entered: Entered, step: Step) -> None:
    desk.do("/api/v2/account/settings", {"agents": {"agent_workspace": True}}, "agent workspace switched on")


def _enable_languages(desk: Desk, entered: Entered, step: Step) -> None:
    codes = [each.strip() for each in entered["Locales"].split(",")]
    known = {str(each["locale"]).lower() for each in desk.look("/api/v2/locales")}
    for code in codes:
        if code.lower() not in known:
            desk.do("/api/v2/locales", {"locale": code, "name": code}, f"language {code} added")
    ids = [each["id"] for each in desk.look("/api/v2/locales") if str(each["locale"]).lower() in map(str.lower, codes)]
    desk.do("/api/v2/account/settings", {"localization": {"locale_ids": ids}}, f"languages enabled: {', '.join(codes)}")


def _add_language(desk: Desk, entered: Entered, step: Step) -> None:
    code = entered["Name"]
    if code.lower() not in {str(each["locale"]).lower() for each in desk.look("/api/v2/locales")}:
        desk.do("/api/v2/locales", {"locale": code, "name": code}, f"language {code} added")


def _hire(desk: Desk, entered: Entered, step: Step) -> None:
    address = entered["E-mail"]
    name = address.partition("@")[0].replace(".", " ").title()
    desk.do("/api/v2/users", {"name": name, "email": address, "role": "agent"}, f"agent {address} created")


def _give_chat_role(desk: Desk, entered: Entered, step: Step) -> None:
    role = entered["Chat role"].lower()
    for address in [value for name, value in step["manual"]["values"] if name == "Agent"]:
        found = [each for each in desk.look("/api/v2/users") if each.get("email") == address]
        path = f"/api/v2/users/{found[0]['id']}/entitlements/full"
        desk.do(path, {"chat": {"name": role, "is_active": True}}, f"{address} has the chat role {role}")


def _make_capacity_rule(desk: Desk, entered: Entered, step: Step) -> None:
    rule = {"name": entered["Name"], "description": entered.get("Description", "")}
    desk.do("/api/v2/capacity/rules", rule, f"capacity rule {entered['Name']} created")


def _activate_survey(desk: Desk, entered: Entered, step: Step) -> None:
    desk.do("/api/v2/guide/fr/surveys", {"state": "enabled"}, "satisfaction survey activated")


def _design_survey(desk: Desk, entered: Entered, step: Step) -> None:
    found = desk.look("/api/v2/guide/fr/surveys")[0]
    question = {
        "type": f"rating_scale_{entered['Shown as']}",
        "headline": {"type": "static", "value": entered["Headline"]},
        "options": [{"rating": number + 1} for number in range(int(entered["Scale"]))],
    }
    desk.do(f"/api/v2/guide/fr/surveys/{found['id']}", {"questions": [question]}, "satisfaction survey designed")


def _connect_whatsapp(desk: Desk, entered: Entered, step: Step) -> None:
    number = entered["Phone number"]
    channel = {"type": "whatsapp", "displayName": "WhatsApp", "phoneNumber": number.lstrip("+")}
    brand = {"brandId": str(_brand_id(desk, entered["Brand"]))} if "Brand" in entered else {}
    desk.do("/sc/v2/apps/{app}/integrations", {**channel, **brand}, f"WhatsApp number {number} connected")


def _connect_instagram(desk: Desk, entered: Entered, step: Step) -> None:
    channel = {"type": "instagram", "displayName": "Instagram", "businessId": entered["Business id"]}
    handle = {"businessUsername": "maisonlune"}
    desk.do("/sc/v2/apps/{app}/integrations", {**channel, **handle}, "Instagram account @maisonlune connected")


def _connect_wechat(desk: Desk, entered: Entered, step: Step) -> None:
    channel = {"type": "wechat", "appId": entered["App id"], "displayName": "WeChat"}
    desk.do("/sc/v1.1/apps/{app}/integrations", channel, f"WeChat account {entered['App id']} connected")


def _authorise_handle(desk: Desk, entered: Entered, step: Step) -> None:
    handle = {"screen_name": entered["Handle"], "brand_id": _brand_id(desk, entered["Brand"]), "can_reply": True}
    desk.do("/api/v2/channels/twitter/monitored_twitter_handles", handle, f"X handle {entered['Handle']} authorised")


def _connect_x(desk: Desk, entered: Entered, step: Step) -> None:
    desk.do("/sc/v2/apps/{app}/integrations", {"type": "twitter", "displayName": "X"}, "X direct messages connected")


def _sign_mails(desk: Desk, entered: Entered, step: Step) -> None:
    links = " ".join(f'<a href="{value}">{name}</a>' for name, value in entered.items() if value.startswith("https:"))
    path = f"/api/v2/brands/{_brand_id(desk, entered['Brand'])}"
    desk.do(path, {"signature_template": f"{{{{agent.signature}}}} {links}"}, "buttons placed in the e-mail signature")


_HANDS: tuple[tuple[str, str, Hand], ...] = (
    ("account", "agent-workspace", _switch_workspace_on),
    ("account", "locales", _enable_languages),
    ("locale", "exists", _add_language),
    ("user", "exists", _hire),
    ("agent_grant", "chat-role", _give_chat_role),
    ("capacity_rule", "connect", _make_capacity_rule),
    ("survey", "connect", _activate_survey),
    ("survey", "content", _design_survey),
)
"""Who does what, by kind and the ending of the step's id."""

_CONNECTING: tuple[tuple[str, Hand], ...] = (
    ("Phone number", _connect_whatsapp),
    ("Business id", _connect_instagram),
    ("App id", _connect_wechat),
    ("Handle", _authorise_handle),
)
"""How a channel is connected, by a value that only its type has."""
