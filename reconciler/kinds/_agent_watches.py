"""What a person does for agents and a read verifies: that they are there, their role in chat, their capacity rule.

It refuses to know what is written by API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.assignment import Shown
from reconciler.core.codec import Names, Unresolved
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.resource import Json, Resource
from reconciler.kinds._codecs import Pointer
from reconciler.kinds._people import named


@dataclass(frozen=True, slots=True)
class AgentsThere:
    """Whether everybody whom a grant names is an agent of the account."""

    collections: tuple[str, ...] = ("users",)

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """None."""
        return iter(())

    def undone(self, resource: Resource, names: Names) -> Iterator[Shown]:
        """A step for each address that nobody has, the same one for all grants."""
        for each in named(resource, "agents", names):
            if each.users:
                continue
            manual = ManualStep(
                title=f'create the agent "{each.key}", or correct the address',
                admin_center="Admin Center > People > Team > Team members",
                values=(("E-mail", each.key),),
                looks_for=f'an agent with the address "{each.key}"',
                notes=(
                    "An agent takes a paid seat, so it is never created by reconciler. Plan again when it is there.",
                ),
            )
            yield Shown(
                Attested("exists", manual, {"agent": each.key}),
                f"{resource.address} names an agent who is not in the account; the others get what it gives",
                address=f"user/{each.key}",
            )


@dataclass(frozen=True, slots=True)
class ChatRole:
    """Whether everybody whom a grant names has its role in chat.

    Entitlements can be read and not written: developer.zendesk.com/api-reference/ticketing/users/users.
    """

    collections: tuple[str, ...] = ("users",)

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """The entitlements of each agent."""
        return (("entitlements", each.live_id) for each in named(resource, "agents", names) if each.live_id)

    def undone(self, resource: Resource, names: Names) -> Iterator[Shown]:
        """One step that names everybody who lacks it."""
        wanted = str(resource.document["chat_role"])
        lacking, hidden = [], []
        for each in named(resource, "agents", names):
            if not each.live_id:
                continue
            if names.unreadable("entitlements", each.live_id):
                hidden.append(each.key)
            elif not _has(names.objects("entitlements", each.live_id), wanted):
                lacking.append(each.key)
        if not lacking and not hidden:
            return
        values = [("Agent", each) for each in (*lacking, *hidden)]
        notes = (f"Whether these have it could not be read: {', '.join(hidden)}.",) if hidden else ()
        manual = ManualStep(
            title=f"give the chat role {wanted} to {len(values)} agent{'s' if len(values) != 1 else ''}",
            admin_center="Admin Center > People > Team > Team members > the agent > Roles and access > Chat",
            values=(*values, ("Chat access", "On"), ("Chat role", wanted.capitalize())),
            looks_for="the role in each agent's entitlements" if lacking else "somebody's word in attestations.yaml",
            article="https://support.zendesk.com/hc/en-us/articles/6073485578010",
            notes=notes,
        )
        yield Shown(
            Attested("chat-role", manual, {"agents": [*lacking, *hidden], "chat_role": wanted}),
            "the account shows who lacks it, and only a person can set it"
            if lacking
            else "the account does not show whether it is done",
            is_hidden=not lacking,
        )


RULE = Pointer("capacity_rule")


@dataclass(frozen=True, slots=True)
class CapacityRuleGiven:
    """Whether everybody whom a grant names has its capacity rule.

    Assigning one by API is UNCONFIRMED. A rule shows a subset of its agents
    (developer.zendesk.com/api-reference/agent-availability/introduction), so who is among them has it, and of the others
    nothing is known.
    """

    collections: tuple[str, ...] = ("users",)

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """None."""
        return iter(())

    def undone(self, resource: Resource, names: Names) -> Iterator[Shown]:
        """One step that names everybody who is not seen to have it."""
        agents = [each for each in named(resource, "agents", names) if each.live_id]
        rule = RULE.desired(resource.document["capacity_rule"], names)
        seen = _assignees(rule, names)
        unseen = [each.key for each in agents if each.live_id not in seen]
        if not unseen:
            return
        shown = str(rule.get("ref") or rule.get("external") or rule.get("id"))
        manual = ManualStep(
            title=f"give the capacity rule to {len(unseen)} agent{'s' if len(unseen) != 1 else ''}",
            admin_center="Admin Center > Objects and rules > Omnichannel routing > Capacity rules > the rule > Agents",
            values=(("Capacity rule", shown), *(("Agent", each) for each in unseen)),
            looks_for="the agents among those that the rule shows, or somebody's word in attestations.yaml",
            notes=("The service shows only some of the agents of a rule.",),
        )
        yield Shown(
            Attested("capacity-rule", manual, {"agents": [each.key for each in agents], "capacity_rule": shown}),
            "the account does not show that they have it, and only a person can set it",
            is_hidden=True,
        )


def _assignees(rule: Mapping[str, Json], names: Names) -> set[str]:
    """The ids of the agents whom a rule shows, in whatever form it lists them."""
    try:
        live_id = names.live_id(rule)
    except Unresolved:
        return set()
    found = next((each for each in names.objects("capacity_rules") if str(each.get("id")) == live_id), {})
    return set(_ids_in(found.get("assignees")))


def _ids_in(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        own = next((str(value[name]) for name in ("agent_id", "user_id", "id") if value.get(name)), "")
        if own:
            yield own
            return
        for inner in value.values():
            yield from _ids_in(inner) if isinstance(inner, list | Mapping) else ()
    elif isinstance(value, list):
        for inner in value:
            yield from _ids_in(inner) if isinstance(inner, list | Mapping) else [str(inner)]


def _has(entitlements: Sequence[Mapping[str, Json]], wanted: str) -> bool:
    chat = entitlements[0].get("chat") if entitlements else None
    if not isinstance(chat, Mapping) or chat.get("is_active") is not True:
        return False
    return chat.get("name") in ({wanted, "admin"} if wanted == "agent" else {wanted})
