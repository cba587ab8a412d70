"""A plan asks for no more than it needs: max(1, ceil(n/100)) requests per collection in use."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.example_project import SUBDOMAINS, Project, app_id, example_project

IDENTITY = ("/api/v2/users/me", "/sc/v2/apps/{app}")
TOKENS = ("/oauth/tokens",)
LOOKUPS = ("/api/v2/triggers/definitions",)
PAGE = 100


def _asked(project: Project, environment: str, since: int = 0) -> Counter[str]:
    app = app_id(environment)
    return Counter(each["path"].replace(app, "{app}") for each in project.requests(environment)[since:])


UNPAGED = (
    "/sc/v2/apps/{app}",
    "/api/v2/account/settings",
    "/api/v2/chat/routing_settings/account",
    "/api/v2/business_hours/schedules",
    "/api/v2/capacity/rules",
    "/api/v2/channels/twitter/monitored_twitter_handles",
    "/api/v2/custom_roles",
    "/api/v2/guide/fr/surveys",
    "/api/v2/locales",
    "/api/v2/queues",
    "/api/v2/routing/attributes",
    "/sc/v1.1/apps/{app}/integrations",
    "/sc/v2/apps/{app}/switchboards",
)
PAGED = (
    "/api/v2/automations",
    "/api/v2/brands",
    "/api/v2/dynamic_content/items",
    "/api/v2/group_memberships",
    "/api/v2/groups",
    "/api/v2/macros",
    "/api/v2/trigger_categories",
    "/api/v2/triggers",
    "/api/v2/users",
    "/sc/v2/apps/{app}/integrations",
)
INSIDE = (
    ("/api/v2/business_hours/schedules", "holidays"),
    ("/api/v2/routing/attributes", "values"),
    ("/sc/v2/apps/{app}/switchboards", "switchboardIntegrations"),
)


def _minimum(project: Project, environment: str) -> dict[str, int]:
    """What the collections in use cost at least; the small ones are not paged by the service."""

    def objects(path: str) -> list[dict[str, Any]]:
        return project.objects(environment, path)

    inside = [f"{path}/{each['id']}/{name}" for path, name in INSIDE for each in objects(path)]
    bots = [each["id"] for each in objects("/sc/v2/apps/{app}/integrations") if each["type"] == "custom"]
    inside += [f"/sc/v2/apps/{{app}}/integrations/{each}/webhooks" for each in bots]
    agents = [each["id"] for each in objects("/api/v2/users") if each["role"] == "agent"]
    # A chat role and the skills of an agent are told for one agent at a time.
    inside += [f"/api/v2/users/{each}/entitlements/full" for each in agents]
    inside += [f"/api/v2/routing/agents/{each}/instance_values" for each in agents]
    paged = {path: max(1, math.ceil(len(objects(path)) / PAGE)) for path in PAGED}
    return dict.fromkeys((*UNPAGED, *inside), 1) | paged


def _require_minimum(project: Project, environment: str, since: int) -> None:
    asked = _asked(project, environment, since)
    for path in (*IDENTITY, *TOKENS, *LOOKUPS):
        asked[path] -= 1
        # Identity reads the app too, of which the settings are a collection of their own.
        assert 0 >= asked[path] or path in _minimum(project, environment), path
    assert _minimum(project, environment) == {path: count for path, count in asked.items() if count > 0}


@pytest.mark.parametrize("environment", sorted(SUBDOMAINS))
def test_the_first_plan_makes_the_least_requests(environment: str, tmp_path: Path) -> None:
    with example_project(tmp_path, environment) as project:
        project.expect(0, "plan", "-e", environment)
        _require_minimum(project, environment, 0)


@pytest.mark.parametrize("environment", sorted(SUBDOMAINS))
def test_a_plan_with_nothing_to_do_makes_the_least_requests(environment: str, tmp_path: Path) -> None:
    with example_project(tmp_path, environment) as project:
        project.converge(environment)
        since = len(project.requests(environment))
        project.expect(0, "plan", "-e", environment, "--exit-code")
        _require_minimum(project, environment, since)


def _groups(count: int) -> list[dict[str, Any]]:
    return [
        {"id": 9000 + number, "name": f"Équipe {number}", "default": number == 0, "deleted": False, "is_public": True}
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [100, 101, 250])
def test_more_objects_cost_a_page_per_hundred(count: int, tmp_path: Path) -> None:
    seed = {SUBDOMAINS["sandbox"]: {"/api/v2/groups": _groups(count)}}
    with example_project(tmp_path, "sandbox", seed=seed) as project:
        project.expect(0, "plan", "-e", "sandbox")
        assert math.ceil(count / PAGE) == _minimum(project, "sandbox")["/api/v2/groups"]
        _require_minimum(project, "sandbox", 0)


def test_a_first_apply_reads_little_more_than_its_plan_and_writes_each_step_once(tmp_path: Path) -> None:
    with example_project(tmp_path, "sandbox") as project:
        project.expect(0, "plan", "-e", "sandbox")
        reads = [each for each in project.requests("sandbox") if each["method"] == "GET"]
        since = len(project.requests("sandbox"))
        project.expect(18, "apply", str(project.plan_path("sandbox")))
        again = [each for each in project.requests("sandbox")[since:] if each["method"] == "GET"]
        touched = {"/api/v2/triggers", "/api/v2/trigger_categories", "/api/v2/queues"}
        assert len(again) <= len(reads) + len(touched) + 1
