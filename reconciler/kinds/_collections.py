"""The listings that more than one kind touches; paths are relative to their API's root.

Sources: the Conversations OpenAPI file 17.12.1 and the Support OpenAPI file, see docs/reference.
"""

from __future__ import annotations

from reconciler.core.service import Collection

INTEGRATIONS = Collection(
    name="integrations",
    api="conversations",
    path="/v2/apps/{app_id}/integrations",
    items="integrations",
    item="integration",
    paging="conversations",
    update_verb="PATCH",
    wraps_requests=False,
)

LEGACY_INTEGRATIONS = Collection(
    name="legacy_integrations",
    api="conversations",
    path="/v1.1/apps/{app_id}/integrations",
    items="integrations",
    item="integration",
    # Paged by limit and offset; an account with a second page is refused as a whole, never read in part.
    paging="none",
    update_verb="PUT",
    wraps_requests=False,
    query=(("types", "wechat"), ("limit", "100")),
    id_member="_id",
    is_optional=True,
)

INTEGRATION_WEBHOOKS = Collection(
    name="integration_webhooks",
    api="conversations",
    path="/v2/apps/{app_id}/integrations/{parent}/webhooks",
    items="webhooks",
    item="webhook",
    paging="none",
    update_verb="PATCH",
    wraps_requests=False,
    parent="integrations",
    is_read_when_ours=True,
)

SWITCHBOARDS = Collection(
    name="switchboards",
    api="conversations",
    path="/v2/apps/{app_id}/switchboards",
    items="switchboards",
    item="switchboard",
    paging="none",
    update_verb="PATCH",
    wraps_requests=False,
    has_item_read=False,
)

SWITCHBOARD_INTEGRATIONS = Collection(
    name="switchboard_integrations",
    api="conversations",
    path="/v2/apps/{app_id}/switchboards/{parent}/switchboardIntegrations",
    items="switchboardIntegrations",
    item="switchboardIntegration",
    paging="none",
    update_verb="PATCH",
    wraps_requests=False,
    parent="switchboards",
    has_item_read=False,
)

GROUPS = Collection(
    name="groups",
    api="support",
    path="/groups",
    items="groups",
    item="group",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
    query=(("exclude_deleted", "true"),),
    deleted_flag="deleted",
    audited_as=("group",),
)

TRIGGER_CATEGORIES = Collection(
    name="trigger_categories",
    api="support",
    path="/trigger_categories",
    items="trigger_categories",
    item="trigger_category",
    paging="cursor",
    update_verb="PATCH",
    wraps_requests=True,
)

TRIGGERS = Collection(
    name="triggers",
    api="support",
    path="/triggers",
    items="triggers",
    item="trigger",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
    audited_as=("trigger", "rule"),
)

AUTOMATIONS = Collection(
    name="automations",
    api="support",
    path="/automations",
    items="automations",
    item="automation",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
    audited_as=("rule", "automation"),
)

MACROS = Collection(
    name="macros",
    api="support",
    path="/macros",
    items="macros",
    item="macro",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
    # Without it an admin's listing holds the personal macros of agents too
    # (developer.zendesk.com/api-reference/ticketing/business-rules/macros).
    query=(("access", "shared"),),
    audited_as=("macro", "rule"),
)

CUSTOM_ROLES = Collection(
    name="custom_roles",
    api="support",
    path="/custom_roles",
    items="custom_roles",
    item="custom_role",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
    audited_as=("permission_set",),
)

QUEUES = Collection(
    name="queues",
    api="support",
    path="/queues",
    items="queues",
    item="queue",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
)

SKILL_ATTRIBUTES = Collection(
    name="skill_attributes",
    api="support",
    path="/routing/attributes",
    items="attributes",
    item="attribute",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
)

SKILL_VALUES = Collection(
    name="skill_values",
    api="support",
    path="/routing/attributes/{parent}/values",
    items="attribute_values",
    item="attribute_value",
    paging="none",
    update_verb="PATCH",
    wraps_requests=True,
    parent="skill_attributes",
    is_read_when_ours=True,
)

BRANDS = Collection(
    name="brands",
    api="support",
    path="/brands",
    items="brands",
    item="brand",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
    audited_as=("brand",),
)

SCHEDULES = Collection(
    name="schedules",
    api="support",
    path="/business_hours/schedules",
    items="schedules",
    item="schedule",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
    audited_as=("zendesk/business_hours/workweek",),
)

DYNAMIC_CONTENT = Collection(
    name="dynamic_content_items",
    api="support",
    path="/dynamic_content/items",
    items="items",
    item="item",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
)

DYNAMIC_CONTENT_VARIANTS = Collection(
    name="dynamic_content_variants",
    api="support",
    path="/dynamic_content/items/{parent}/variants",
    items="variants",
    item="variant",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
    parent="dynamic_content_items",
    embedded="variants",
)

CAPACITY_RULES = Collection(
    name="capacity_rules",
    api="support",
    path="/capacity/rules",
    items="data",
    item="data",
    paging="bare",
    update_verb="PUT",
    # UNCONFIRMED: the vendor's page names reading and updating, and leaves the bodies out
    # (developer.zendesk.com/api-reference/agent-availability/introduction).
    wraps_requests=False,
)

HOLIDAYS = Collection(
    name="holidays",
    api="support",
    path="/business_hours/schedules/{parent}/holidays",
    items="holidays",
    item="holiday",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
    parent="schedules",
    is_read_when_ours=True,
)

TICKET_FORMS = Collection(
    name="ticket_forms",
    api="support",
    path="/ticket_forms",
    items="ticket_forms",
    item="ticket_form",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
)

WEBHOOKS = Collection(
    name="webhooks",
    api="support",
    path="/webhooks",
    items="webhooks",
    item="webhook",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
)

USERS = Collection(
    name="users",
    api="support",
    path="/users",
    items="users",
    item="user",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
    # Without it the listing holds every customer too (developer.zendesk.com/api-reference/ticketing/users/users).
    query=(("role[]", "agent"), ("role[]", "admin")),
    audited_as=("user",),
)

GROUP_MEMBERSHIPS = Collection(
    name="group_memberships",
    api="support",
    path="/group_memberships",
    items="group_memberships",
    item="group_membership",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
)

ENTITLEMENTS = Collection(
    name="entitlements",
    api="support",
    path="/users/{parent}/entitlements/full",
    items="entitlements",
    item="entitlements",
    paging="object",
    update_verb="PUT",
    wraps_requests=True,
    parent="users",
    is_settings=True,
)

AGENT_SKILLS = Collection(
    name="agent_skills",
    api="support",
    path="/routing/agents/{parent}/instance_values",
    items="attribute_values",
    item="attribute_value",
    paging="none",
    update_verb="PUT",
    wraps_requests=False,
    parent="users",
    has_item_read=False,
)

LOCALES = Collection(
    name="locales",
    api="support",
    path="/locales",
    items="locales",
    item="locale",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
)

ORGANIZATIONS = Collection(
    name="organizations",
    api="support",
    path="/organizations",
    items="organizations",
    item="organization",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
)

TICKET_FIELDS = Collection(
    name="ticket_fields",
    api="support",
    path="/ticket_fields",
    items="ticket_fields",
    item="ticket_field",
    paging="cursor",
    update_verb="PUT",
    wraps_requests=True,
)

X_HANDLES = Collection(
    name="x_handles",
    api="support",
    path="/channels/twitter/monitored_twitter_handles",
    items="monitored_twitter_handles",
    item="monitored_twitter_handle",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
)

SURVEYS = Collection(
    name="surveys",
    api="support",
    # The parent is a locale's code: labels come in the locale that is asked for
    # (developer.zendesk.com/api-reference/ticketing/ticket-management/csat_surveys).
    path="/guide/{parent}/surveys",
    items="surveys",
    item="survey",
    paging="none",
    update_verb="PUT",
    wraps_requests=True,
    has_item_read=False,
)

APP = Collection(
    name="app",
    api="conversations",
    path="/v2/apps/{app_id}",
    items="app",
    item="app",
    paging="object",
    update_verb="PATCH",
    wraps_requests=False,
    is_settings=True,
)

ACCOUNT_SETTINGS = Collection(
    name="account_settings",
    api="support",
    path="/account/settings",
    items="settings",
    item="settings",
    paging="object",
    update_verb="PUT",
    wraps_requests=True,
    is_settings=True,
)

CHAT_ROUTING = Collection(
    name="chat_routing_settings",
    api="chat",
    path="/routing_settings/account",
    items="data",
    item="data",
    paging="object",
    update_verb="PATCH",
    wraps_requests=False,
    is_settings=True,
)

BY_NAME = {
    each.name: each
    for each in (
        INTEGRATIONS,
        LEGACY_INTEGRATIONS,
        INTEGRATION_WEBHOOKS,
        SWITCHBOARDS,
        SWITCHBOARD_INTEGRATIONS,
        GROUPS,
        TRIGGER_CATEGORIES,
        TRIGGERS,
        AUTOMATIONS,
        MACROS,
        CUSTOM_ROLES,
        QUEUES,
        SKILL_ATTRIBUTES,
        SKILL_VALUES,
        BRANDS,
        SCHEDULES,
        HOLIDAYS,
        CAPACITY_RULES,
        DYNAMIC_CONTENT,
        DYNAMIC_CONTENT_VARIANTS,
        TICKET_FORMS,
        WEBHOOKS,
        SURVEYS,
        USERS,
        GROUP_MEMBERSHIPS,
        ENTITLEMENTS,
        AGENT_SKILLS,
        LOCALES,
        ORGANIZATIONS,
        TICKET_FIELDS,
        X_HANDLES,
        APP,
        ACCOUNT_SETTINGS,
        CHAT_ROUTING,
    )
}
"""Every collection by its name."""
