"""Accounts as they are found in the wild, as seeds of the emulator: what people clicked together over years.

It refuses to know what becomes of them. Shapes are those of recorded replies: undocumented members, nulls, numbers as texts,
titles that repeat or differ in case or unicode form only, inactive rules, references to what was deleted.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

APP = "65f1c2a9d3b4e7f8a0b1c2d3"
SUPPORT = "/api/v2/"
CONVERSATIONS = f"/sc/v2/apps/{APP}/"

TITLES = st.one_of(
    st.sampled_from(
        [
            "Support",
            "support",
            "Équipe",
            "E\u0301quipe",
            "日本チーム",
            "中国",
            "Messagerie : LINE vers l'équipe Japon",
            "🚀",
            "- [x] {y}: #z",
            "no",
            "12:30",
            "${values.x}",
            "a\u200bb",
            "x" * 90,
            "{{dc.titre}}",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip),
)
LONG_TEXTS = st.sampled_from(
    [
        None,
        "",
        "Une phrase.",
        "Bonjour {{ticket.requester.first_name}},\n\nmerci de votre message.\n",
        "une longue phrase qui ne tient pas sur une ligne " * 5,
        "  indented\nthen not",
        '{"ticket": "{{ticket.id}}", "text": "${x}"}',
        "tab\there",
        "trailing \nblank",
    ]
)
EXTRAS = st.fixed_dictionaries({}, optional={"undocumented": st.just({"deep": [1, None]}), "created_at": st.just(None)})
GROUP_IDS = [901, 902, 903, 904]
GONE = ["999999", "8", ""]


def _maybe_text(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values, *map(str, values)])


@st.composite
def conditions(draw: st.DrawFn) -> Any:
    """One condition as the service answers it."""
    made: Any = draw(
        st.sampled_from(
            [
                {"field": "status", "operator": "is", "value": "open"},
                {"field": "status", "operator": "value", "value": "solved"},
                {"field": "update_type", "operator": "is", "value": "Create"},
                {"field": "group_id", "operator": "is", "value": draw(st.sampled_from([*map(str, GROUP_IDS), *GONE]))},
                {"field": "group_id", "operator": "is", "value": draw(_maybe_text(GROUP_IDS))},
                {"field": "group_id", "operator": "changed", "value": draw(st.sampled_from([None, ""]))},
                {"field": "via_id", "operator": "is", "value": draw(_maybe_text([74, 78, 4, 0]))},
                {"field": "via_id", "operator": "includes", "value": ["74", "88", "4"]},
                {
                    "field": "current_tags",
                    "operator": "includes",
                    "value": draw(st.sampled_from(["b a", "a", "", None])),
                },
                {"field": "comment_is_public", "operator": "is", "value": draw(st.sampled_from([True, "true"]))},
                {"field": "custom_fields_360", "operator": "is", "value": None},
                {"field": "custom_fields_361", "operator": "present"},
                {"field": "brand_id", "operator": "is", "value": "360000"},
                {"field": "schedule_id", "operator": "is", "value": 77},
                {"field": "assignee_id", "operator": "is", "value": draw(st.sampled_from(["current_user", "12", 12]))},
            ]
        )
    )
    return made


@st.composite
def actions(draw: st.DrawFn) -> Any:
    """One action as the service answers it; some of them no manifest can say."""
    made: Any = draw(
        st.sampled_from(
            [
                {"field": "status", "value": "solved"},
                {"field": "group_id", "value": draw(_maybe_text(GROUP_IDS))},
                {"field": "group_id", "value": draw(st.sampled_from(GONE))},
                {"field": "current_tags", "value": draw(st.sampled_from(["z a", "", None]))},
                {"field": "notification_user", "value": ["requester_id", "Objet", draw(LONG_TEXTS) or "x"]},
                {"field": "notification_group", "value": [draw(_maybe_text(GROUP_IDS)), "Objet", "texte"]},
                {"field": "notification_webhook", "value": ["01HABC", draw(LONG_TEXTS) or "x"]},
                {"field": "notification_webhook", "value": ["01HABC", [["k", "v"]]]},
                {"field": "notification_target", "value": [360001, "texte"]},
                {"field": "notification_messaging_csat", "value": "requester_id"},
                {"field": "comment_value", "value": ["channel:all", draw(LONG_TEXTS) or "x"]},
                {"field": "set_skills", "value": draw(st.sampled_from(["5f3a-1#1", "gone#2", "text"]))},
                {"field": "priority", "value": None},
                {"field": "set_schedule", "value": "77"},
            ]
        )
    )
    return made


def _clauses() -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            "all": st.lists(conditions(), min_size=1, max_size=3),
            "any": st.one_of(st.none(), st.lists(conditions(), max_size=2)),
        }
    )


@st.composite
def _rules(draw: st.DrawFn, first_id: int, categories: list[str]) -> list[Any]:
    found = []
    for number in range(draw(st.integers(0, 5))):
        title = draw(TITLES)
        rule: dict[str, Any] = {
            "id": first_id + number,
            "title": title,
            "raw_title": title,
            "active": draw(st.booleans()),
            "position": draw(st.sampled_from([0, 1, 1, 2, 9999])),
            "default": draw(st.booleans()),
            "description": draw(LONG_TEXTS),
            "conditions": draw(_clauses()),
            "actions": draw(st.lists(actions(), min_size=draw(st.sampled_from([0, 1, 1, 1])), max_size=3)),
            **draw(EXTRAS),
        }
        if categories:
            rule["category_id"] = draw(st.sampled_from(categories))
        found.append(rule)
    return found


@st.composite
def _integrations(draw: st.DrawFn) -> tuple[list[Any], list[str]]:
    kinds = ["whatsapp", "messenger", "instagram", "twitter", "line", "web", "ios", "android", "unity", "telegram"]
    found: list[Any] = []
    bots: list[str] = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from([*kinds, "slack", "custom", "custom"]), max_size=6))):
        live_id = f"5f0000000000000000000{number:03d}"
        made: dict[str, Any] = {"id": live_id, "type": kind, "status": draw(st.sampled_from(["active", "error"]))}
        made["displayName"] = draw(st.one_of(st.none(), TITLES))
        made |= draw(EXTRAS)
        if kind == "whatsapp":
            made["phoneNumber"] = draw(st.sampled_from(["33755531200", "33755531201", None]))
            made["hsmFallbackLanguage"] = draw(st.sampled_from(["en_US", "fr", None]))
        if kind == "messenger":
            made |= {"pageId": draw(st.sampled_from([104857600000001, "104857600000001", 7.0])), "appId": "12"}
        if kind == "instagram":
            made |= {"businessId": "178", "businessUsername": draw(st.sampled_from(["lune", None]))}
        if kind == "line":
            made["channelId"] = draw(st.sampled_from(["1650000001", None]))
        if kind == "web":
            made |= {"brandColor": draw(st.sampled_from(["65758E", "1F2a44", "fff"])), "originWhitelist": None}
            made["prechatCapture"] = {"enabled": False, "fields": [{"type": "text", "name": "n", "label": "l", "x": 1}]}
            made["integrationOrder"] = draw(st.sampled_from([None, [], [live_id], ["5f0000000000000000000099"]]))
        if kind == "custom":
            bots.append(live_id)
        found.append(made)
    return found, bots


@st.composite
def _schedules(draw: st.DrawFn) -> dict[str, Any]:
    """Schedules in either name of a zone, with hours that touch or pass midnight, and holidays that repeat."""
    hours = st.sampled_from([(1980, 2460), (2460, 2700), (0, 60), (9900, 10080), (1200, 1500), (3420, 3900)])
    path = SUPPORT + "business_hours/schedules"
    schedules = [
        {
            "id": 77 + number,
            "name": draw(TITLES),
            "time_zone": draw(st.sampled_from(["Paris", "Europe/Paris", "Central Time (US & Canada)", "Mars/Phobos"])),
            "intervals": [
                {"start_time": start, "end_time": end} for start, end in sorted(draw(st.sets(hours, max_size=4)))
            ],
        }
        for number in range(draw(st.integers(0, 2)))
    ]
    days = st.sampled_from(["2026-12-25", "2027-01-01"])
    holidays = [
        {"id": 5001 + number, "name": draw(TITLES), "start_date": draw(days), "end_date": "2027-01-01"}
        for number in range(draw(st.integers(0, 3)))
    ]
    return {path: schedules, **({f"{path}/77/holidays": holidays} if schedules else {})}


@st.composite
def _dynamic_content(draw: st.DrawFn) -> list[Any]:
    return [
        {
            "id": 601 + number,
            "name": title,
            "placeholder": f"{{{{dc.{draw(st.sampled_from(['titre', 'autre']))}{number or ''}}}}}",
            "default_locale_id": 16,
            "variants": [
                {
                    "id": 6010 + 10 * number + place,
                    "locale_id": locale,
                    "content": draw(LONG_TEXTS) or "texte",
                    "active": locale == 16 or draw(st.booleans()),
                    "default": locale == 16,
                }
                for place, locale in enumerate(draw(st.sampled_from([[16], [16, 67], [67, 16, 1]])))
            ],
        }
        for number, title in enumerate(draw(st.lists(TITLES, max_size=2, unique_by=str.casefold)))
    ]


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, Any]:
    """The seed of one account."""
    seed: dict[str, Any] = {}
    groups = [
        {
            "id": live_id,
            "name": draw(TITLES),
            "description": draw(LONG_TEXTS),
            "is_public": draw(st.booleans()),
            "default": live_id == GROUP_IDS[0],
            "deleted": live_id != GROUP_IDS[0] and draw(st.sampled_from([False, False, True])),
            **draw(EXTRAS),
        }
        for live_id in GROUP_IDS
    ]
    seed[SUPPORT + "groups"] = groups
    categories = [{"id": str(71 + n), "name": draw(TITLES), "position": n} for n in range(draw(st.integers(1, 3)))]
    seed[SUPPORT + "trigger_categories"] = categories
    seed[SUPPORT + "triggers"] = draw(_rules(101, [str(each["id"]) for each in categories]))
    seed[SUPPORT + "automations"] = [
        {**rule, "conditions": {**rule["conditions"], "all": [*rule["conditions"]["all"], *_AUTOMATION]}}
        for rule in draw(_rules(201, []))
    ]
    seed[SUPPORT + "macros"] = [
        {**rule, "restriction": draw(st.sampled_from([None, {"type": "Group", "id": 902, "ids": [902, 903]}]))}
        for rule in draw(_rules(301, []))
    ]
    seed[SUPPORT + "queues"] = [
        {
            "id": f"01HQ{number}",
            "name": draw(TITLES),
            "description": draw(LONG_TEXTS),
            "priority": draw(st.sampled_from([0, 1, 2])),
            "order": draw(st.sampled_from([1, 2])),
            "definition": draw(_clauses()),
            "primary_groups": {"count": 1, "groups": [{"id": draw(st.sampled_from(GROUP_IDS)), "name": "x"}]},
            "secondary_groups": {"count": 0, "groups": []},
        }
        for number in range(draw(st.integers(0, 3)))
    ]
    seed[SUPPORT + "routing/attributes"] = [{"id": "5f3a", "name": draw(TITLES)}]
    seed[SUPPORT + "routing/attributes/5f3a/values"] = [
        {"id": f"5f3a-{number}", "name": title, "conditions": {"all": [], "any": []}}
        for number, title in enumerate(draw(st.lists(TITLES, max_size=3, unique=True)))
    ]
    seed |= draw(_schedules())
    emails = st.sampled_from(["Aiko@acme.example", "aiko@acme.example", "b@acme.example", "no address", None])
    users = [
        {
            "id": 401 + number,
            "name": f"Agent {number}",
            "email": draw(emails),
            "role": draw(st.sampled_from(["agent", "agent", "admin"])),
            "custom_role_id": draw(st.sampled_from([None, 801, 999])),
        }
        for number in range(draw(st.integers(0, 4)))
    ]
    seed[SUPPORT + "users"] = users
    seed[SUPPORT + "group_memberships"] = [
        {"id": 4000 + number, "user_id": user, "group_id": group}
        for number, (user, group) in enumerate(
            sorted(draw(st.sets(st.tuples(st.sampled_from([401, 402, 403]), st.sampled_from(GROUP_IDS)), max_size=5)))
        )
    ]
    seed[SUPPORT + "dynamic_content/items"] = draw(_dynamic_content())
    seed[SUPPORT + "capacity/rules"] = [
        {"id": f"01HC{number}", "name": draw(TITLES), "description": draw(LONG_TEXTS), "capacities": {"x": 1}}
        for number in range(draw(st.integers(0, 2)))
    ]
    seed[SUPPORT + "custom_roles"] = [
        {
            "id": 801 + number,
            "name": draw(st.sampled_from(["Conseil", "conseil", "Agent", "日本"])),
            "description": draw(LONG_TEXTS),
            "configuration": {
                "ticket_access": draw(st.sampled_from(["all", "brand-new-right"])),
                "manage_skills": None,
            },
        }
        for number in range(draw(st.integers(0, 2)))
    ]
    seed[SUPPORT + "channels/twitter/monitored_twitter_handles"] = [
        {"id": 71, "screen_name": "Lune", "brand_id": 360, "allow_reply": draw(st.booleans()), "can_reply": True}
    ]
    integrations, bots = draw(_integrations())
    seed[CONVERSATIONS + "integrations"] = integrations
    entered = draw(st.lists(st.sampled_from(bots), max_size=2, unique=True)) if bots else []
    entries = [
        {"id": "6a01", "name": "zd-agents", "integrationType": "zd:agentWorkspace", "integrationId": "6b01"},
        {"id": "6a02", "name": "partner", "integrationType": draw(st.sampled_from(["ada", "zd:agentWorkspace"]))},
    ]
    for number, bot in enumerate(entered):
        name = draw(st.sampled_from(["lune-bot", "Lune_Bot", "b"])) + str(number)
        entries.append({"id": f"6a1{number}", "name": name, "integrationId": bot, "integrationType": "custom"})
        seed[CONVERSATIONS + f"integrations/{bot}/webhooks"] = [
            {"id": f"6c{number}{n}", "target": f"https://bot.example/{n}", "triggers": ["conversation:message"]}
            for n in range(draw(st.integers(0, 2)))
        ]
    for entry in entries:
        entry["nextSwitchboardIntegrationId"] = draw(st.sampled_from([None, "6a01", "6a02"]))  # type: ignore[assignment]
        entry["messageHistoryCount"] = draw(st.sampled_from([None, 10]))  # type: ignore[assignment]
    default = draw(st.sampled_from([each["id"] for each in entries]))
    seed[CONVERSATIONS + "switchboards"] = [
        {"id": "6d01", "enabled": draw(st.booleans()), "defaultSwitchboardIntegrationId": default}
    ]
    seed[CONVERSATIONS + "switchboards/6d01/switchboardIntegrations"] = entries
    return seed


_AUTOMATION = (
    {"field": "PENDING", "operator": "greater_than", "value": "48"},
    {"field": "status", "operator": "is", "value": "pending"},
)
