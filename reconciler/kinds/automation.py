"""An automation: once an hour, changes the tickets for which enough time has passed, or writes to their requesters.

The service replaces conditions and actions together, so the ones a manifest does not state are sent along from
the read just before the write; its own rules about conditions are checked before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.kind import Kind, Lookup, Problem, Twins
from reconciler.core.part import Part
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Boolean
from reconciler.kinds._collections import AUTOMATIONS
from reconciler.kinds._conditions import (
    STATUS_TIME_FIELDS,
    TAG_FIELDS,
    TIME_FIELDS,
    Actions,
    Conditions,
    Rules,
    plain_rules,
)
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, ManifestModel, Shape, Text
from reconciler.kinds._placeholders import known_placeholders

REQUIRED_FIELDS = ("status", "type", "group_id", "assignee_id", "requester_id", "custom_status_id")
"""Conditions of which `all` needs one (Support OpenAPI file, CreateAutomation; custom_status_id is from
prior art)."""

_STATUS_FIELDS = frozenset({"status", "custom_status_id"})
_TESTING_AN_HOUR = frozenset({"is", "is_business_hours"})


class AutomationConditions(Shape):
    """Which tickets it changes: all of `all`, and one of `any` where there are some."""

    all: Annotated[Conditions, Managed("conditions.all", Rules(), together="rule")] = Field(
        min_length=1,
        description=f"Conditions that must all hold; at least one of them is about time, in hours, as text: "
        f"{', '.join(sorted(TIME_FIELDS))}. Operators of time: is, less_than, greater_than, each also with "
        "_business_hours behind it.",
    )
    any: Annotated[Conditions, Managed("conditions.any", Rules(), together="rule")] = Field(
        default=UNSTATED, description="Conditions of which one must hold; none of them is about time."
    )


class Automation(ManifestModel):
    """An automation."""

    kind: Literal["automation"]
    title: Annotated[Text, Managed("raw_title", writes="title", is_key=True)] = Field(
        description="The title that admins see."
    )
    active: Annotated[bool, Managed("active", Boolean(), default=True)] = Field(
        default=UNSTATED, description="Whether it runs; true where it is not stated."
    )
    conditions: AutomationConditions = Field(description="Which tickets it changes.")
    actions: Annotated[Actions, Managed("actions", Rules(), together="rule")] = Field(
        min_length=1, description="What it does to them."
    )


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    return (Part("", AUTOMATIONS, fields_of(Automation)),)


def _time_and_state(document: Mapping[str, Json]) -> Iterator[Problem]:
    conditions = document["conditions"]
    fields = {each["field"] for each in conditions["all"]}
    if not fields & TIME_FIELDS:
        yield Problem(
            "automation/no-time-condition",
            ("conditions", "all"),
            "an automation needs a condition about time under all",
            "It runs once an hour, and the service refuses one that does not say how much time must have passed.",
            f"Add a condition on one of: {', '.join(sorted(TIME_FIELDS))}.",
        )
    if not fields & set(REQUIRED_FIELDS):
        yield Problem(
            "automation/no-state-condition",
            ("conditions", "all"),
            f"an automation needs a condition on one of {', '.join(REQUIRED_FIELDS)} under all",
            "The service refuses one without it.",
            "Add one, for instance {field: status, operator: less_than, value: closed}.",
        )
    for index, each in enumerate(conditions.get("any", ())):
        if each["field"] in TIME_FIELDS:
            yield Problem(
                "automation/time-under-any",
                ("conditions", "any", index, "field"),
                f'"{each["field"]}" is a condition about time, which stands only under all',
                "The service offers conditions about time under all alone.",
                "Move it to all.",
            )


def _ends(document: Mapping[str, Json]) -> Iterator[Problem]:
    """A warning where the same ticket clearly is changed again and again: nothing is true once, nothing undoes a
    condition. Whatever might be either is let pass, because the service knows more about its fields than this."""
    conditions = document["conditions"]["all"]
    times = [each for each in conditions if each["field"] in TIME_FIELDS]
    if not times or any(each["operator"] in _TESTING_AN_HOUR for each in times):
        return
    if any(_undoes(action["field"], condition) for action in document["actions"] for condition in conditions):
        return
    yield Problem(
        "automation/never-ends",
        ("actions",),
        "nothing that it does ends its own conditions",
        "Every hour it would do the same to the same tickets, which the service may refuse: a condition must be true only "
        "once, or an action must undo one.",
        "Let an action change what a condition asks for, such as a tag, or compare the time with is.",
        severity="warning",
    )


def _undoes(action: str, condition: Mapping[str, Json]) -> bool:
    field = condition["field"]
    if field in STATUS_TIME_FIELDS | _STATUS_FIELDS:
        return action in _STATUS_FIELDS
    if field in TIME_FIELDS:
        # Hours since an update or an assignment start anew when the ticket is changed.
        return field == "updated_at" or action == "assignee_id"
    if field in TAG_FIELDS:
        return action in TAG_FIELDS
    return bool(action == field)


def _conditions(document: Mapping[str, Json]) -> Json:
    """The conditions of an active automation; an inactive one disturbs nobody."""
    if document.get("active", True) is not True:
        return None
    halves: Mapping[str, Sequence[Mapping[str, Json]]] = document["conditions"]
    return [plain_rules(halves.get(half) or ()) for half in ("all", "any")]


KIND = Kind(
    name="automation",
    area="responders",
    title="Automation",
    model=Automation,
    parts=_parts,
    lookup=Lookup("", AUTOMATIONS, "title", "automation"),
    on_remove="deactivate",
    deactivates=("active", False),
    relations=(known_placeholders,),
    rules=(_time_and_state, _ends),
    twins=Twins(
        _conditions,
        "automation/twin",
        ("conditions",),
        "two active automations have the same conditions",
        "The service refuses the second one.",
        "Put the actions of both into one, or add a condition that tells them apart.",
        fields=("conditions.all", "conditions.any"),
    ),
    matches_by_title=True,
    limits=(
        "Titles are not unique: where several live automations share one, they are paired by their stated fields.",
        "The service may refuse to change or delete the automations that it made itself.",
        "Conditions are compared with those of other manifests, not with those of live automations that nobody manages: "
        "the service judges those.",
        "Automations run once an hour, so a time is kept to the hour.",
    ),
    cannot=(
        "Say in which order automations run: their positions are not managed.",
        "Tell for certain whether an action ends its own condition: a clear case is a warning, the service has the last word.",
    ),
    sources=(
        "developer.zendesk.com/api-reference/ticketing/business-rules/automations",
        "the Support OpenAPI file, CreateAutomation and UpdateAutomation",
    ),
    example="""\
kind: automation
name: relance-en-attente
title: "Messagerie : relancer un client silencieux"
conditions:
  all:
    - {field: PENDING, operator: greater_than, value: "48"}
    - {field: group_id, operator: is, value: equipe-france}
    - {field: current_tags, operator: not_includes, value: [relance]}
actions:
  - {field: current_tags, value: [relance]}
  - field: notification_user
    value: [requester_id, Votre demande, "Avez-vous besoin de nous ?"]
""",
)
