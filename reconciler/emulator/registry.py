"""Every collection and every route, in the order in which they are tried.

It refuses to know what any of them does.
"""

from __future__ import annotations

from reconciler.emulator import (
    agent_skills,
    agents,
    audit_logs,
    automations,
    capacity_rules,
    chat,
    conversations,
    custom_roles,
    dynamic_content,
    jobs,
    legacy_integrations,
    macros,
    memberships,
    oauth,
    queues,
    routing_attributes,
    schedules,
    support_groups,
    support_people,
    support_settings,
    surveys,
    switchboards,
    trigger_categories,
    trigger_definitions,
    triggers,
    webhooks,
    x_handles,
)
from reconciler.emulator.call import Route
from reconciler.emulator.collection import Collection

# Parents before children: a seed is planted in this order.
COLLECTIONS: list[Collection] = [
    *support_people.COLLECTIONS,
    *support_groups.COLLECTIONS,
    *memberships.COLLECTIONS,
    *agents.COLLECTIONS,
    *jobs.COLLECTIONS,
    *support_settings.COLLECTIONS,
    *trigger_categories.COLLECTIONS,
    *triggers.COLLECTIONS,
    *automations.COLLECTIONS,
    *macros.COLLECTIONS,
    *surveys.COLLECTIONS,
    *custom_roles.COLLECTIONS,
    *queues.COLLECTIONS,
    *routing_attributes.COLLECTIONS,
    *schedules.COLLECTIONS,
    *capacity_rules.COLLECTIONS,
    *dynamic_content.COLLECTIONS,
    *agent_skills.COLLECTIONS,
    *chat.COLLECTIONS,
    *conversations.COLLECTIONS,
    *legacy_integrations.COLLECTIONS,
    *switchboards.COLLECTIONS,
    *webhooks.COLLECTIONS,
    *x_handles.COLLECTIONS,
]
ROUTES: list[Route] = [
    *oauth.ROUTES,
    *agents.ROUTES,
    *support_people.ROUTES,
    *support_groups.ROUTES,
    *memberships.ROUTES,
    *jobs.ROUTES,
    *support_settings.ROUTES,
    *trigger_categories.ROUTES,
    *trigger_definitions.ROUTES,
    *triggers.ROUTES,
    *automations.ROUTES,
    *macros.ROUTES,
    *surveys.ROUTES,
    *custom_roles.ROUTES,
    *queues.ROUTES,
    *routing_attributes.ROUTES,
    *schedules.ROUTES,
    *capacity_rules.ROUTES,
    *dynamic_content.ROUTES,
    *agent_skills.ROUTES,
    *chat.ROUTES,
    *conversations.ROUTES,
    *legacy_integrations.ROUTES,
    *switchboards.ROUTES,
    *webhooks.ROUTES,
    *x_handles.ROUTES,
    *audit_logs.ROUTES,
]


def collection_of(path: str) -> tuple[Collection, dict[str, str], str | None] | None:
    """The collection of a list path or of an object's path, with the variable parts and the object's id."""
    for collection in COLLECTIONS:
        found = collection.parts(path)
        if found is not None:
            return collection, *found
    return None
