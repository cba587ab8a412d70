"""What a person does for agents and a read verifies: that they are there, and their role in chat.

It refuses to know what is written by API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.assignment import Shown
from reconciler.core.kind import Attested, ManualStep, Names
from reconciler.core.resource import Json, Resource
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
        for each in named(resource, "agents", names) if not names.unreadable("users") else ():
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


def _has(entitlements: Sequence[Mapping[str, Json]], wanted: str) -> bool:
    chat = entitlements[0].get("chat") if entitlements else None
    if not isinstance(chat, Mapping) or chat.get("is_active") is not True:
        return False
    return chat.get("name") in ({wanted, "admin"} if wanted == "agent" else {wanted})
