"""Whether a survey asks what a manifest states: its content is edited by a person and shown by a read.

It refuses to know how the survey is delivered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.assignment import Shown
from reconciler.core.codec import MISSING, Names
from reconciler.core.manual import Attested, ManualStep
from reconciler.core.resource import Json, Resource

DEFAULT_LOCALE = "en-us"

STYLES: Mapping[str, str] = {
    "rating_scale_numeric": "numeric",
    "rating_scale_emoji": "emoji",
    "rating_scale_custom_text": "text",
}
"""How the scale is shown, by the type of its question (developer.zendesk.com/api-reference/ticketing/ticket-management/
csat_surveys)."""

_LABELS = (("scale", "Scale"), ("style", "Shown as"), ("headline", "Headline"))


@dataclass(frozen=True, slots=True)
class SurveyContent:
    """The scale, its style and the headline of the account's survey."""

    collections: tuple[str, ...] = ()

    def inside(self, resource: Resource, names: Names) -> Iterator[tuple[str, str]]:
        """The surveys in the manifest's locale."""
        yield "surveys", _locale(resource)

    def undone(self, resource: Resource, names: Names) -> Iterator[Shown]:
        """One step while no enabled survey has the content; somebody's word counts where a reply does not tell it."""
        content = resource.document["content"]
        stated = {path: content[path] for path, _ in _LABELS if path in content}
        listed = names.objects("surveys", _locale(resource))
        surveys = [_content(each) for each in listed if each.get("state") == "enabled"]
        if any(all(each[path] == value for path, value in stated.items()) for each in surveys):
            return
        fitting = [each for each in surveys if all(each[path] in (value, MISSING) for path, value in stated.items())]
        is_hidden = bool(fitting) or bool(names.unreadable("surveys", _locale(resource)))
        yield Shown(
            Attested("content", _manual(resource, stated, is_hidden), stated),
            "the account does not show whether it is done" if is_hidden else _difference(stated, surveys),
            is_hidden=is_hidden,
        )


def _locale(resource: Resource) -> str:
    return str(resource.document["content"].get("locale", DEFAULT_LOCALE)).lower()


def _content(survey: Mapping[str, Json]) -> dict[str, Json]:
    """What a survey's rating question asks; MISSING where the reply does not tell."""
    questions = survey.get("questions")
    rated = [each for each in questions or () if isinstance(each, Mapping) and each.get("type") in STYLES]
    if not rated:
        return dict.fromkeys(("scale", "style", "headline"), MISSING)
    question = rated[0]
    options = question.get("options")
    return {
        "scale": len(options) if isinstance(options, list) else MISSING,
        "style": STYLES[str(question["type"])],
        "headline": _text(question.get("headline", MISSING)),
    }


def _text(label: Json) -> Json:
    """A label is a text, or an object that holds it as `value`."""
    return label.get("value", MISSING) if isinstance(label, Mapping) else label


def _difference(stated: Mapping[str, Json], surveys: Sequence[Mapping[str, Json]]) -> str:
    if not surveys:
        return "the account shows no enabled survey"
    seen = surveys[0]
    told = [f"{path} is {seen[path]}" for path, value in stated.items() if seen[path] not in (value, MISSING)]
    return f"the account shows other content: {', '.join(told)}"


def _manual(resource: Resource, stated: Mapping[str, Json], is_hidden: bool) -> ManualStep:
    return ManualStep(
        title="set the survey's content",
        admin_center="Admin Center > Business rules > Customer satisfaction",
        values=tuple((label, str(stated[path])) for path, label in _LABELS if path in stated),
        looks_for="somebody's word in attestations.yaml"
        if is_hidden
        else f"an enabled survey with this content, in the locale {_locale(resource)}",
        article="https://support.zendesk.com/hc/en-us/articles/7689997846554",
    )
