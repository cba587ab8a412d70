"""What agents are given: memberships of groups, a role; and what is taken from them when a manifest says so.

It refuses to know manifests beyond the lists they state. Owner and administrators are never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.assignment import Assigned, Given, Item
from reconciler.core.codec import Names, Unresolved
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Request
from reconciler.kinds._codecs import Pointer, PointerSet
from reconciler.kinds._people import Named, ambiguous, named, person_key, stated_people

GROUP_SET = PointerSet(Pointer("group"))
ROLE = Pointer("custom_role")

LARGEST_BATCH = 100
"""So many memberships, or users, one job takes
(developer.zendesk.com/api-reference/ticketing/groups/group_memberships and .../users/users)."""


@dataclass(frozen=True, slots=True)
class Memberships:
    """Groups that agents are added to."""

    collections: tuple[str, ...] = ("users", "group_memberships")
    largest_batch: int = LARGEST_BATCH
    is_remembered: bool = True

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """None."""
        return iter(())

    def observe(self, resource: Resource, resources: Sequence[Resource], names: Names) -> Assigned:
        """Of each agent, the stated groups that they are in."""
        groups = GROUP_SET.desired(resource.document["groups"], names)
        members = _members(names)

        def held(user: Named) -> list[Json]:
            return [each for each in groups if (user.live_id, id_of(each, names)) in members]

        def lacking(user: Named, before: list[Json]) -> list[Item]:
            return [{"user": user.live_id, "group": each} for each in groups if each not in before]

        return assigned_to_agents(resource, names, "groups", groups, held, lacking) if groups else Assigned()

    def request(self, items: Sequence[Item], names: Names) -> Request:
        """A job that makes up to 100 memberships."""
        made = [{"user_id": int(str(each["user"])), "group_id": int(names.live_id(each["group"]))} for each in items]
        return Request(
            "support",
            "POST",
            "/group_memberships/create_many",
            {"group_memberships": made},
            is_repeatable=False,
            touches=(("group_memberships", ""),),
            is_job=True,
        )


@dataclass(frozen=True, slots=True)
class Roles:
    """The custom role that agents have."""

    collections: tuple[str, ...] = ("users",)
    largest_batch: int = LARGEST_BATCH
    is_remembered: bool = True

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """None."""
        return iter(())

    def observe(self, resource: Resource, resources: Sequence[Resource], names: Names) -> Assigned:
        """Of each agent, the role that they have."""
        role = ROLE.desired(resource.document["custom_role"], names)

        def held(user: Named) -> Json:
            return ROLE.live(user.users[0].get("custom_role_id"), names)

        def lacking(user: Named, before: Json) -> list[Item]:
            return [{"user": user.live_id, "role": role}] if before != role else []

        return assigned_to_agents(resource, names, "custom_role", role, held, lacking)

    def request(self, items: Sequence[Item], names: Names) -> Request:
        """A job that changes up to 100 users. The role's kind is left out: everybody here is an agent already, and
        somebody who became an administrator a moment ago must not be made an agent again."""
        users = [{"id": int(str(each["user"])), "custom_role_id": int(names.live_id(each["role"]))} for each in items]
        return Request(
            "support",
            "PUT",
            "/users/update_many",
            {"users": users},
            is_repeatable=True,
            touches=(("users", ""),),
            is_job=True,
        )


@dataclass(frozen=True, slots=True)
class Revocations:
    """Groups that people are taken out of: those in `absent`, and everybody else where membership is exclusive."""

    collections: tuple[str, ...] = ("users", "group_memberships")
    largest_batch: int = LARGEST_BATCH
    is_remembered: bool = False

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """None."""
        return iter(())

    def observe(self, resource: Resource, resources: Sequence[Resource], names: Names) -> Assigned:
        """Whoever is in one of the groups and must not be."""
        groups = GROUP_SET.desired(resource.document.get("groups"), names) or []
        members = _members(names)
        given: dict[str, Given] = {}
        blocked, warnings = [], []
        leaving = [(each, "absent", groups) for each in named(resource, "absent", names)]
        if resource.document.get("membership") == "exclusive":
            leaving += [(each, "membership", [group]) for group in groups for each in _others(group, resources, names)]
        for user, source, its_groups in leaving:
            if len(user.users) > 1:
                blocked.append(ambiguous(user))
            for group in its_groups if user.live_id else ():
                membership = members.get((user.live_id, id_of(group, names)), "")
                if membership and user.is_left_alone:
                    warnings.append(_left_alone(resource, user, f"taken out of {_shown(group)}"))
                    continue
                path = f"absent[{user.key}].groups[{_shown(group)}]"
                given.setdefault(path, _revoked(path, user, source, group, membership))
        return Assigned(tuple(given.values()), frozenset(given), tuple(blocked), tuple(warnings))

    def request(self, items: Sequence[Item], names: Names) -> Request:
        """A job that deletes up to 100 memberships."""
        return Request(
            "support",
            "DELETE",
            "/group_memberships/destroy_many",
            None,
            is_repeatable=True,
            touches=(("group_memberships", ""),),
            is_job=True,
            query=(("ids", ",".join(str(each["membership"]) for each in items)),),
        )


def _revoked(path: str, user: Named, source: str, group: Json, membership: str) -> Given:
    return Given(
        path,
        before=[group] if membership else [],
        after=[],
        holder=user.key,
        live_id=user.live_id,
        source=source,
        items=({"membership": membership},) if membership else (),
        # developer.zendesk.com/api-reference/ticketing/groups/group_memberships: deleting one unassigns tickets.
        hazard=f"irreversible: All working tickets of {user.key} in {_shown(group)} are unassigned.",
        takes_away=True,
    )


def _others(group: Json, resources: Sequence[Resource], names: Names) -> Iterator[Named]:
    """The members of a group whom no grant gives it."""
    listed = {
        key
        for each in resources
        if group in (GROUP_SET.desired(each.document.get("groups"), names) or [])
        for key in stated_people(each.document, "agents")
    }
    users = {str(each["id"]): each for each in names.objects("users")}
    group_id = id_of(group, names)
    for user_id, of_group in sorted(_members(names)):
        if not group_id or of_group != group_id:
            continue
        user = users.get(user_id, {"id": user_id})
        key = person_key(str(user.get("email") or f"user {user_id}"))
        if key not in listed:
            yield Named(key, (user,))


def assigned_to_agents(
    resource: Resource,
    names: Names,
    member: str,
    after: Json,
    held: Callable[[Named], Json],
    lacking: Callable[[Named, Json], list[Item]],
) -> Assigned:
    """What every agent of a grant is given of one member of the manifest."""
    given, stated = [], []
    blocked, warnings = [], []
    for user in named(resource, "agents", names):
        path = f"agents[{user.key}].{member}"
        stated.append(path)
        if len(user.users) > 1:
            blocked.append(ambiguous(user))
        if not user.live_id:
            continue
        before = held(user)
        if user.is_left_alone:
            if before != after:
                warnings.append(_left_alone(resource, user, f"given {member.replace('_', ' ')}"))
            continue
        given.append(Given(path, before, after, user.key, user.live_id, member, tuple(lacking(user, before))))
    return Assigned(tuple(given), frozenset(stated), tuple(blocked), tuple(warnings))


def _left_alone(resource: Resource, user: Named, what: str) -> str:
    return (
        f"{resource.address}: {user.key} is the owner or an administrator, whom reconciler never changes, and is not "
        f"{what}. Take the address out of the list, or do it in Admin Center."
    )


def _members(names: Names) -> dict[tuple[str, str], str]:
    """The id of every membership by user and group."""
    return {
        (str(each.get("user_id")), str(each.get("group_id"))): str(each["id"])
        for each in names.objects("group_memberships")
    }


def id_of(reference: Mapping[str, Json], names: Names) -> str:
    """The live id behind a reference, or an empty string."""
    try:
        return names.live_id(reference)
    except Unresolved:
        return ""


def _shown(group: Mapping[str, Json]) -> str:
    return str(group.get("ref") or group.get("external") or group.get("id"))
