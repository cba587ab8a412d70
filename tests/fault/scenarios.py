"""Small setups that the simulation moves an account between, each with what is hard about it.

It refuses to know faults. Every object that a manifest makes carries a text of its own, so that the simulation can
tell whose it is without asking the program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.core.policy import Binding, Policy
from reconciler.core.resource import Resource
from reconciler.manifest.loader import LoadedEnvironment
from tests.fault.account_in_process import LiveAccount, Mark
from tests.unit.engine.situations import environment, resource
from tests.unit.engine.worlds import CREDENTIALS

SUBDOMAIN = "maison-lune"
APP = "5f0e1c2d3b4a5f0e1c2d3b4a"
SECRETS = {
    "ID": "canary-client-id-7f3a",
    "SECRET": "canary-client-secret-91bc",
    "KEY": "canary-key-id-55de",
    "KEY_SECRET": "canary-key-secret-0c4e",
    "APP_SECRET": "canary-app-secret-b8d1",
    "PAGE_TOKEN": "canary-page-token-2e6f",
}

MARKS = (
    Mark("groups", '"name": "Team A"', ("group/team-a", "")),
    Mark("groups", '"name": "Team B"', ("group/team-b", "")),
    Mark("trigger_categories", '"name": "Desk"', ("trigger_category/desk", "")),
    Mark("triggers", "tag-one", ("trigger/one", "")),
    Mark("triggers", "tag-two", ("trigger/two", "")),
    Mark("triggers", "tag-three", ("trigger/three", "")),
    Mark("integrations", '"businessName": "Maison Site"', ("channel/site", "")),
    Mark("integrations", "104857600000099", ("channel/page", "")),
    Mark("integrations", '"displayName": "Bot"', ("responder/bot", "integration")),
    Mark("integration_webhooks", "https://bot.example/zendesk", ("responder/bot", "webhook")),
    Mark("switchboard_integrations", '"name": "bot"', ("responder/bot", "entry")),
)
"""The table of the emulator, what stands in the object's JSON from its creation on, and whose it is."""


def _trigger(name: str, **fields: Any) -> Resource:
    conditions = {"all": [{"field": "update_type", "operator": "is", "value": "Create"}]}
    actions = [{"field": "current_tags", "value": [f"tag-{name}"]}, {"field": "priority", "value": "high"}]
    return resource("trigger", name, **{"title": "Same title", "conditions": conditions, "actions": actions, **fields})


def _rules(*, is_changed: bool = False) -> list[Resource]:
    """Two triggers that share a title, in a category with an order; changed, with a third one between them."""
    order = ["two", "three", "one"] if is_changed else ["one", "two"]
    actions = [
        {"field": "current_tags", "value": ["tag-two"]},
        {"field": "group_id", "value": "team-b"},
        {"field": "priority", "value": "urgent"},
    ]
    return [
        resource("group", "team-a", title="Team A", description="changed" if is_changed else "first"),
        resource("group", "team-b", title="Team B"),
        resource("trigger_category", "desk", title="Desk", order=order, place={"after": {"external": "Notifications"}}),
        _trigger("one", category="desk"),
        _trigger("two", category="desk", **({"actions": actions} if is_changed else {})),
        *([_trigger("three", category="desk", title="Third")] if is_changed else []),
    ]


def _channels(*, is_changed: bool = False) -> list[Resource]:
    """A bot of three parts, a channel without a readable key, one with secrets, and what points at the bot."""
    generation = 2 if is_changed else 1
    events = ["conversation:message", *(["conversation:postback"] if is_changed else [])]
    return [
        resource(
            "responder",
            "bot",
            type="bot",
            display_name="Bot",
            webhook={"target": "https://bot.example/zendesk", "triggers": events},
            next_responder="agents",
            message_history_count=5 if is_changed else 10,
        ),
        resource("responder", "agents", type="builtin", integration_type="zd:agentWorkspace"),
        resource("switchboard", "main", default_responder="agents" if is_changed else "bot"),
        resource(
            "channel",
            "site",
            type="web",
            display_name="New site" if is_changed else "Site",
            business_name="Maison Site",
            default_responder="bot",
        ),
        resource(
            "channel",
            "page",
            type="messenger",
            page_id="104857600000099",
            app_id="1674554616147299",
            app_secret="env://APP_SECRET",
            page_access_token={"from": "env://PAGE_TOKEN", "generation": generation},
            display_name="New page" if is_changed else "Page",
        ),
    ]


def _removed(resources: list[Resource], removals: Mapping[str, str]) -> list[Resource]:
    return [
        resource(each.kind, each.name, removed=removals[each.address]) if each.address in removals else each
        for each in resources
    ]


def _bare_rules() -> list[Resource]:
    kept = [
        resource("trigger_category", "desk", title="Desk") if each.kind == "trigger_category" else each
        for each in _rules(is_changed=True)
    ]
    return _removed(kept, {"trigger/two": "delete", "group/team-b": "delete", "trigger/one": "deactivate"})


TARGETS: dict[str, Callable[[], list[Resource]]] = {
    "nothing": list,
    "rules": _rules,
    "rules, changed": lambda: _rules(is_changed=True),
    "rules, removed": _bare_rules,
    "channels": _channels,
    "channels, changed": lambda: _channels(is_changed=True),
}


@dataclass(frozen=True, slots=True)
class Move:
    """From one setup to another; `deletes` says whether something is to go."""

    start: str
    target: str
    deletes: bool = False


MOVES = (
    Move("nothing", "rules"),
    Move("nothing", "channels"),
    Move("rules", "rules, changed"),
    Move("channels", "channels, changed"),
    Move("rules, changed", "rules, removed", deletes=True),
)


def loaded(target: str, bindings: Mapping[str, Binding] | None = None) -> LoadedEnvironment:
    """A setup as the loader hands it on."""
    made = environment(*TARGETS[target](), bindings=bindings, policy=Policy(max_deletes=9))
    return replace(made, credentials=CREDENTIALS, digests={**made.digests, "manifests": f"sha256:{target}"})


def furnish(account: LiveAccount) -> None:
    """What other people have in the account, some of it easily taken for ours."""
    group = account.person("/api/v2/groups", {"name": "Team C", "description": "theirs"})
    category = account.person("/api/v2/trigger_categories", {"name": "Theirs"})
    conditions = {"all": [{"field": "update_type", "operator": "is", "value": "Create"}], "any": []}
    for title in ("Theirs", "Theirs as well"):
        account.person(
            "/api/v2/triggers",
            {
                "title": title,
                "category_id": category["id"],
                "conditions": conditions,
                "actions": [{"field": "group_id", "value": str(group["id"])}],
                "active": True,
                "position": 1,
            },
        )
    account.person("/sc/v2/apps/{app}/integrations", {"type": "custom", "displayName": "Their bot", "status": "active"})
