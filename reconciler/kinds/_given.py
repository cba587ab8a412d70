"""What agents have and no grant gives them, as the grants that a person would write; nothing is changed here.

Agents who have the same role and the same groups share a grant. It refuses to know names and files of manifests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from reconciler.core.assignment import Gathered, GatheredGrants
from reconciler.core.canonical import canonical_json
from reconciler.core.codec import Names
from reconciler.core.resource import Json, Resource
from reconciler.kinds._codecs import stated_reference
from reconciler.kinds._grants import GROUP_SET, ROLE
from reconciler.kinds._people import person_key, stated_people

EMAIL = r"^[^@\s,;<>\[\]]+@[^@\s,;<>\[\]]+$"
"""The form of the addresses that manifests take."""


def gather_grants(names: Names, grants: Sequence[Resource]) -> GatheredGrants:
    """The grants of all agents, without what `grants` give already; administrators and the owner have none."""
    given = _given_already(names, grants)
    members: dict[str, list[str]] = {}
    for each in names.objects("group_memberships"):
        members.setdefault(str(each.get("user_id")), []).append(str(each.get("group_id")))
    addresses: dict[str, list[Mapping[str, Json]]] = {}
    for user in names.objects("users"):
        if user.get("role") != "admin" and user.get("active") is not False:
            addresses.setdefault(person_key(str(user.get("email") or "")), []).append(user)
    teams: dict[bytes, tuple[Json, Json, list[str]]] = {}
    notes: list[str] = []
    for key, users in sorted(addresses.items()):
        if len(users) > 1 or not re.match(EMAIL, key):
            ids = ", ".join(str(user["id"]) for user in users)
            notes.append(f'users {ids} cannot be named: "{key}" is no address of one agent alone.')
            continue
        role, groups = _lacking(names, users[0], members.get(str(users[0]["id"]), ()), given.get(key, []))
        if role or groups:
            teams.setdefault(canonical_json([role, groups]), (role, groups, []))[2].append(key)
    gathered = tuple(
        Gathered(_title(names, role, groups), tuple(agents), _document(role, groups, agents))
        for role, groups, agents in teams.values()
    )
    if gathered:
        notes.append(
            "which skills agents have costs one read for each of them and is not imported: state skills yourself."
        )
    return GatheredGrants(gathered, tuple(notes))


def _given_already(names: Names, grants: Iterable[Resource]) -> dict[str, list[Json]]:
    """What manifests give, by address: references to groups, and to roles under `role`."""
    found: dict[str, list[Json]] = {}
    for grant in grants:
        groups = GROUP_SET.desired(grant.document.get("groups"), names) or []
        role = ROLE.desired(grant.document.get("custom_role"), names)
        for key in stated_people(grant.document, "agents"):
            found.setdefault(key, []).extend([*groups, *([{"role": role}] if role else [])])
    return found


def _lacking(
    names: Names, user: Mapping[str, Json], groups: Iterable[str], given: Sequence[Json]
) -> tuple[Json, list[Json]]:
    role = ROLE.live(user.get("custom_role_id"), names)
    listed = [each for each in GROUP_SET.live(list(groups), names) if each not in given]
    has_role = any("role" in each for each in given)
    return (None if has_role else role), listed


def _document(role: Json, groups: Sequence[Json], agents: Sequence[str]) -> dict[str, Json]:
    document: dict[str, Json] = {"agents": list(agents)}
    if role:
        document["custom_role"] = stated_reference(role)
    if groups:
        document["groups"] = [stated_reference(each) for each in groups]
    return document


def _title(names: Names, role: Json, groups: Sequence[Json]) -> str:
    """The names of the groups, or of the role where there are none."""
    titles = {
        str(live["id"]): str(live.get("name")) for kind in ("groups", "custom_roles") for live in names.objects(kind)
    }
    shown = []
    for each in groups or [role]:
        live_id = each.get("id") or names.live_id(each)
        shown.append(titles.get(str(live_id), ""))
    return " ".join(filter(None, shown))
