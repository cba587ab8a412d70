"""Conditions and actions of business rules: the vendor's field names and operators, our names for ids.

They have no identity: an array is one field, a sequence that is written whole. Which fields hold ids, and which
words the service understands by itself, is from the triggers page (developer.zendesk.com/api-reference/ticketing/
business-rules/triggers) and from definitions recorded from real accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from reconciler.core.codec import Names
from reconciler.core.diagnostic import Path
from reconciler.core.resource import Json, Reference
from reconciler.kinds._codecs import Plain, canonical_reference, stated_reference
from reconciler.kinds._model import UNSTATED, External, Id, Shape, Text
from reconciler.kinds._placeholders import desired_texts, encoded_texts, live_texts, stated_texts
from reconciler.kinds._skills import SKILL_FIELDS, SkillUse, SkillUses

VIA_IDS: Mapping[str, str] = {
    "whatsapp": "74",
    "messenger": "78",
    "instagram": "86",
    "line": "72",
    "wechat": "73",
    "x_dm": "88",
    "messaging": "75",
    "chat": "29",
    "x": "30",
    "x_like": "23",
    "facebook_post": "38",
    "telegram": "79",
    "viber": "81",
    "twilio": "80",
    "messagebird": "77",
    "mailgun": "76",
    "apple": "83",
    "conversations_api": "87",
}
"""The channel a ticket came from, by the name a channel has here; values from definitions
recorded from real accounts."""

_VIA_NAMES = {number: name for name, number in VIA_IDS.items()}
_SKILL_USES = SkillUses()

VIA_FIELDS = frozenset({"via_id", "current_via_id"})
TAG_FIELDS = frozenset({"current_tags", "set_tags", "remove_tags"})

REFERENCE_FIELDS: Mapping[str, str] = {
    "group_id": "group",
    "brand_id": "brand",
    "ticket_form_id": "ticket_form",
    "schedule_id": "schedule",
    "within_schedule": "schedule",
    "set_schedule": "schedule",
    "assignee_id": "user",
    "requester_id": "user",
    "follower": "user",
    "organization_id": "organization",
}
"""Fields whose value is the id of an object of the kind."""

FIRST_ITEM_REFERENCES: Mapping[str, str] = {
    "notification_group": "group",
    "notification_webhook": "webhook",
    "notification_user": "user",
}
"""Actions whose value is a list that starts with the id of an object of the kind."""

SYSTEM_WORDS = frozenset(
    {
        "",
        "current_user",
        "all_agents",
        "requester_id",
        "assignee_id",
        "requester_and_ccs",
        "agent",
        "end_user",
        "__NULL__",
        "current_groups",
        "group_id",
    }
)
"""Values that the service understands by itself."""

VALUELESS_OPERATORS = frozenset({"changed", "not_changed", "present", "not_present"})
"""Operators that compare with nothing."""

STATUS_TIME_FIELDS = frozenset({"NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED"})
"""Hours since the ticket got the status."""

TIME_FIELDS = STATUS_TIME_FIELDS | {
    "assigned_at",
    "updated_at",
    "requester_updated_at",
    "assignee_updated_at",
    "due_date",
    "until_due_date",
}
"""Hours since or until something happened: in automations alone, and there only under `all`."""

Value = str | bool | External | Id | list[str | External | Id] | None


class Condition(Shape):
    """One condition: a field, how it is compared, and with what."""

    field: Text = Field(description="The vendor's field, such as via_id, group_id, status, current_tags.")
    operator: Text = Field(description="The vendor's operator, such as is, is_not, includes, changed.")
    value: Value = Field(default=UNSTATED, description="What it is compared with; a name where the vendor wants an id.")


class Action(Shape):
    """One action: a field and the value it gets."""

    field: Text = Field(description="The vendor's field, such as group_id, priority, current_tags.")
    value: Value | SkillUse = Field(
        default=UNSTATED, description="The value it gets; a name where the vendor wants an id."
    )


Conditions = Annotated[list[Condition], Field(max_length=200)]
Actions = Annotated[list[Action], Field(max_length=200)]


def plain_rules(items: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """Conditions or actions as manifests state them, in the one spelling that two manifests can be compared by."""
    return [_shaped(item, _plain_value(item["field"], item.get("value"))) for item in items]


def referenced_kind(field: str) -> str:
    """The kind that a field's value refers to, or an empty string."""
    return REFERENCE_FIELDS.get(field) or FIRST_ITEM_REFERENCES.get(field, "")


@dataclass(frozen=True, slots=True)
class Rules(Plain):
    """An array of conditions or actions. The canonical form keeps the vendor's fields and operators, has
    references for ids, channel names for via ids, and tags and lists of channels sorted. `called` is the service's name
    for what manifests call `field`."""

    called: str = "field"

    def desired(self, value: Json, names: Names) -> Json:
        """Canonical items in order."""
        return [
            _shaped(item, desired_texts(self._desired_value(item["field"], item.get("value"), names), names))
            for item in value
        ]

    def live(self, value: Json, names: Names) -> Json:
        """Canonical items in order; null, numbers and missing members as the service mixes them."""
        items = [{**item, "field": item[self.called]} for item in value or ()]
        return [
            _shaped(item, live_texts(self._live_value(item["field"], item.get("value"), names), names))
            for item in items
        ]

    def encode(self, value: Json, names: Names) -> Json:
        """Items as the service wants them."""
        shaped = [_shaped(item, encoded_texts(self._encode_item(item, names), names)) for item in value]
        return [{self.called if key == "field" else key: inner for key, inner in item.items()} for item in shaped]

    def manifest(self, value: Json, names: Names) -> Json:
        """Items as manifests state them: what compares with nothing has no value."""
        return [
            {
                key: stated_texts(_stated_value(inner, names))
                for key, inner in item.items()
                if key != "value" or inner is not None
            }
            for item in value
        ]

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The references that stand in values."""
        for index, item in enumerate(value):
            field, inner = item.get("field", ""), item.get("value")
            where = (*path, index, "value")
            if field in SKILL_FIELDS:
                yield from _SKILL_USES.references(inner, where)
            elif field in REFERENCE_FIELDS:
                for position, each in enumerate(inner) if isinstance(inner, list) else ((None, inner),):
                    if _is_reference(each):
                        yield Reference(
                            where if position is None else (*where, position), REFERENCE_FIELDS[field], "", each
                        )
            elif field in FIRST_ITEM_REFERENCES and isinstance(inner, list) and inner and _is_reference(inner[0]):
                yield Reference((*where, 0), FIRST_ITEM_REFERENCES[field], "", inner[0])

    def _desired_value(self, field: str, value: Json, names: Names) -> Json:
        if isinstance(value, list):
            if field in TAG_FIELDS:
                return sorted(set(value))
            if field in VIA_FIELDS:
                return sorted({_VIA_NAMES.get(str(item), str(item)) for item in value})
            if field in FIRST_ITEM_REFERENCES:
                return [self._desired_reference(field, value[0], names), *value[1:]] if value else value
            return [self._desired_value(field, item, names) for item in value]
        if field in TAG_FIELDS:
            return _tags(value)
        if field in SKILL_FIELDS:
            return _SKILL_USES.desired(value, names)
        if field in VIA_FIELDS:
            return _VIA_NAMES.get(str(value), value)
        if field in REFERENCE_FIELDS and _is_reference(value):
            return self._desired_reference(field, value, names)
        return _scalar(value)

    def _desired_reference(self, field: str, value: Json, names: Names) -> Json:
        return canonical_reference(value, referenced_kind(field), "", names) if _is_reference(value) else value

    def _live_value(self, field: str, value: Json, names: Names) -> Json:
        if isinstance(value, list):
            if field in TAG_FIELDS:
                return sorted({str(item) for item in value})
            if field in VIA_FIELDS:
                return sorted({_VIA_NAMES.get(str(item), str(item)) for item in value})
            if field in FIRST_ITEM_REFERENCES:
                return [self._live_reference(field, value[0], names), *map(_scalar, value[1:])] if value else value
            return [self._live_value(field, item, names) for item in value]
        if field in TAG_FIELDS:
            return _tags(value)
        if field in SKILL_FIELDS:
            return _SKILL_USES.live(value, names)
        if field in VIA_FIELDS:
            return _VIA_NAMES.get(str(value), _scalar(value))
        if field in REFERENCE_FIELDS:
            return self._live_reference(field, value, names)
        return _scalar(value)

    def _live_reference(self, field: str, value: Json, names: Names) -> Json:
        text = _scalar(value)
        if not isinstance(text, str) or text in SYSTEM_WORDS:
            return text
        # Webhooks have ids of letters and digits (Support OpenAPI file, Webhook.id); those of all others are numbers.
        if not text.isdigit() and referenced_kind(field) != "webhook":
            return text
        return names.reference(referenced_kind(field), "", text)

    def _encode_item(self, item: Mapping[str, Json], names: Names) -> Json:
        """The item's value; an empty one is the system word "" but where the operator takes no value."""
        if item.get("value") is None and item.get("operator") not in VALUELESS_OPERATORS:
            return ""
        return self._encode_value(item["field"], item.get("value"), names)

    def _encode_value(self, field: str, value: Json, names: Names) -> Json:
        if isinstance(value, list):
            if field in TAG_FIELDS:
                return " ".join(value)
            return [self._encode_value(field, item, names) for item in value]
        if field in SKILL_FIELDS:
            return _SKILL_USES.encode(value, names)
        if isinstance(value, Mapping):
            return names.live_id(value)
        if field in VIA_FIELDS and isinstance(value, str):
            return VIA_IDS.get(value, value)
        return value


def _stated_value(value: Json, names: Names) -> Json:
    if isinstance(value, list):
        return [_stated_value(item, names) for item in value]
    if isinstance(value, Mapping) and "skill" in value:
        return _SKILL_USES.manifest(value, names)
    return stated_reference(value) if isinstance(value, Mapping) and value.keys() & {"ref", "external", "id"} else value


def _is_reference(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, str) and value not in SYSTEM_WORDS)


def _tags(value: Json) -> Json:
    return sorted(set(str(value).split())) if value else []


def _scalar(value: Json) -> Json:
    """Booleans and what is nested stay; numbers are text; a missing value is null whether it is said as null or ""."""
    if isinstance(value, bool | list | dict) or value is None:
        return value
    return str(value) or None


def _plain_value(field: str, value: Json) -> Json:
    if field in TAG_FIELDS:
        return sorted(set(map(str, value))) if isinstance(value, list) else _tags(value)
    if field in VIA_FIELDS:
        values = value if isinstance(value, list) else [value]
        names = sorted({_VIA_NAMES.get(str(item), str(item)) for item in values})
        return names if isinstance(value, list) else names[0]
    return value


def _shaped(item: Mapping[str, Json], value: Json) -> dict[str, Json]:
    shaped = {"field": item["field"]}
    if item.get("operator") is not None:
        shaped["operator"] = item["operator"]
    return {**shaped, "value": value}
