"""The service's own rules that deliver surveys: how they are recognised, and the slices of them that a manifest owns.

Titles are in the language that the account had, so they tell nothing; what a rule does and for which channels tells it
(support.zendesk.com/hc/en-us/articles/4408822875034). It refuses to know any other business rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.core.codec import Names
from reconciler.core.resource import Json
from reconciler.kinds._codecs import Plain
from reconciler.kinds._conditions import VIA_IDS

WEB = "messaging"
"""The web widget and mobile apps, which share one rule."""

_NAMES = {number: name for name, number in VIA_IDS.items()}


def delivers_social(rule: Mapping[str, Json]) -> bool:
    """Whether a trigger, live or as a manifest states it, sends surveys to a social channel."""
    return _sends_in_messaging(rule) and any(each != WEB for each in _channels(rule))


def delivers_web(rule: Mapping[str, Json]) -> bool:
    """Whether a trigger sends surveys to the web widget and mobile apps."""
    return _sends_in_messaging(rule) and WEB in _channels(rule)


def may_deliver_in_messaging(rule: Mapping[str, Json]) -> bool:
    """Whether a trigger's manifest sends surveys and leaves the channels as they are live."""
    return _sends_in_messaging(rule) and "any" not in (rule.get("conditions") or {})


def delivers_email(rule: Mapping[str, Json]) -> bool:
    """Whether an automation marks a survey as offered, as only the one that mails it does."""
    return ("satisfaction_score", "offered") in [(each.get("field"), each.get("value")) for each in _actions(rule)]


def _sends_in_messaging(rule: Mapping[str, Json]) -> bool:
    return "notification_messaging_csat" in [each.get("field") for each in _actions(rule)]


def _actions(rule: Mapping[str, Json]) -> Iterable[Mapping[str, Json]]:
    return rule.get("actions") or ()


def _channels(rule: Mapping[str, Json]) -> set[str]:
    conditions = rule.get("conditions") or {}
    return {name for each in conditions.get("any") or () if _is_channel(each) for name in _named(each)}


def _is_channel(condition: Mapping[str, Json]) -> bool:
    return condition.get("field") == "via_id" and condition.get("operator") in ("is", "includes")


def _named(condition: Mapping[str, Json]) -> list[str]:
    value = condition.get("value")
    return [_NAMES.get(str(each), str(each)) for each in (value if isinstance(value, list) else [value])]


@dataclass(frozen=True, slots=True)
class ChannelSet(Plain):
    """The channels of a rule: the conditions on `via_id` of its `any`, whose order means nothing."""

    def desired(self, value: Json, names: Names) -> Json:
        """The names, sorted."""
        return sorted(set(value))

    def live(self, value: Json, names: Names) -> Json:
        """The names of all conditions on the channel, whichever operator they use."""
        return sorted({name for each in value or () if _is_channel(each) for name in _named(each)})

    def encode(self, value: Json, names: Names) -> Json:
        """One condition for each, as the service makes them itself."""
        return [{"field": "via_id", "operator": "is", "value": VIA_IDS.get(each, each)} for each in value]


@dataclass(frozen=True, slots=True)
class BesidesChannels(Plain):
    """Whatever else stands in the rule's `any`, which is written back as it was read."""

    def live(self, value: Json, names: Names) -> Json:
        """The other conditions."""
        return [each for each in value or () if not _is_channel(each)]
