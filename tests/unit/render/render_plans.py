"""Plans built by hand for the render tests; they refuse to be like any real account."""

from __future__ import annotations

from typing import Any

from reconciler.core.plan import Cause, Change, Plan, Step

DIGEST = "sha256:3f9a1c2" + "0" * 57


def change(path: str, before: Any, after: Any, *, op: str = "set", kind: str = "intended", **members: Any) -> Change:
    """A change that a manifest line causes."""
    where = members.pop("where", ("channels/messenger-eu.yaml", 7))
    return Change(path, op, before, after, Cause(kind, *where), **members)


def step(action: str, address: str, *changes: Change, part: str = "", **members: Any) -> Step:
    """A step with the id that the planner would give it."""
    name = f"{action}:{address}" + (f"#{part}" if part else "")
    return Step(name, action, address, part, changes=changes, **members)


def plan(*steps: Step, memory: str = "full", environment: str = "production", **members: Any) -> Plan:
    """A plan of these steps."""
    return Plan(environment, {"subdomain": "maison-lune", "app_id": "5f0c"}, memory, {}, steps, **members)


def sample() -> Plan:
    """One step of every sort."""
    return plan(
        step(
            "delete",
            "channel/whatsapp-legacy",
            reversible=False,
            blocked=(
                "protect is set in the state that the last apply wrote. Set lifecycle.protect to false in a plan "
                "of its own and apply it, then remove the manifest.\n  reconciler explain channel/whatsapp-legacy",
            ),
        ),
        step(
            "update",
            "channel/messenger-eu",
            change("display_name", "EU Messenger", "Messenger (EU)"),
            change("brand", {"external": "Lune", "kind": "brand"}, {"ref": "brand/maison-lune", "part": ""}),
        ),
        step(
            "write_secret",
            "channel/messenger-eu",
            change(
                "page_token", None, {"from": "env://MESSENGER_EU", "generation": 2}, op="write_secret", kind="rotation"
            ),
        ),
        step(
            "update",
            "routing_settings/main",
            change("routing_mode", "omnichannel", "chat", hazard="changes_work", where=("routing/main.yaml", 3)),
            change("reassignment_seconds", 30, 60, where=("routing/main.yaml", 9)),
        ),
        step(
            "update",
            "responder/after-hours",
            change("greeting", "Hi!", "Hello!", kind="drift", where=("responders/after-hours.yaml", 4)),
            change("farewell", "Bye", None, op="clear", kind="conflict", where=("responders/after-hours.yaml", 5)),
            change("tone", "formal", None, op="release", kind="release", where=("", 0)),
        ),
        step(
            "update",
            "trigger/route-japan",
            change(
                "conditions.all",
                [
                    {"field": "via_id", "operator": "is", "value": "whatsapp"},
                    {"field": "status", "operator": "less_than", "value": "solved"},
                    {"field": "brand_id", "operator": "is", "value": {"ref": "brand/lune", "part": ""}},
                ],
                [
                    {"field": "brand_id", "operator": "is", "value": {"ref": "brand/lune", "part": ""}},
                    {"field": "via_id", "operator": "is", "value": "whatsapp"},
                    {"field": "locale_id", "operator": "is", "value": "日本語"},
                ],
                where=("routing/triggers/route-japan.yaml", 12),
            ),
            change(
                "actions",
                [
                    {"field": "group_id", "value": {"ref": "group/equipe-france", "part": ""}},
                    {"field": "comment_value", "value": "Bonjour,\nnous revenons vers vous.\nMaison Lune"},
                ],
                [
                    {"field": "group_id", "value": {"ref": "group/equipe-japon", "part": ""}},
                    {"field": "comment_value", "value": "こんにちは、\nnous revenons vers vous.\nMaison Lune"},
                ],
                where=("routing/triggers/route-japan.yaml", 18),
            ),
        ),
        step(
            "update",
            "trigger_category/messaging",
            change("order", ["a"], ["b"], where=("routing/categories/messaging.yaml", 4)),
            change("active", False, True, address="trigger/route-arabic", where=("routing/arabic.yaml", 2)),
            part="order",
            sequence=(
                "trigger/route-japan",
                "trigger/route-arabic",
                "trigger/route-france",
                "(unmanaged) Escalate VIP",
            ),
        ),
        step(
            "create",
            "responder/lune-bot",
            change("display_name", None, "Lune", where=("responders/lune-bot.yaml", 3)),
            change(
                "default_group", None, {"ref": "group/equipe-japon", "part": ""}, where=("responders/lune-bot.yaml", 5)
            ),
            part="integration",
            exposed_until="link:responder/lune-bot#entry",
        ),
        step("link", "responder/lune-bot", change("webhook.triggers", ["x"], ["message", "postback"]), part="entry"),
        step(
            "deactivate",
            "trigger/old",
            reason="The manifest is gone, and on_remove was deactivate.",
            takes=("macro/a",),
        ),
        step("adopt", "group/equipe-japon", live_id="7"),
        step("adopt", "group/equipe-arabe", live_id="8"),
        step("move", "queue/vip", reason="moved from queue/very-important"),
        step("forget", "skill/gone"),
        step("create", "channel/instagram", waits_for=("manual:channel/instagram#connect",)),
        step(
            "manual",
            "channel/instagram",
            part="connect",
            reason="Only a person can sign in to the vendor.",
            manual={
                "title": "Connect the Instagram account",
                "admin_center": ["Channels", "Messaging and social", "Messaging", "Add channel"],
                "values": [
                    ["Account", "@maison.lune"],
                    ["Brand", "Maison Lune"],
                    ["Greeting", "Bonjour !\nこんにちは\nمرحبا"],
                ],
                "looks_for": "an Instagram integration with the business id 1784",
                "article": "https://support.zendesk.com/hc/en-us/articles/4408834757146-Adding-Instagram-Direct-channels",
                "notes": "The account needs to be a professional one.",
            },
        ),
        warnings=("channel/messenger-eu has a name that looks like channel/messenger-еu.",),
        approvals=(
            {
                "step": "update:routing_settings/main",
                "effect": "e",
                "by": "Aiko",
                "reason": "ok",
                "until": "2026-12-01",
            },
        ),
    )
