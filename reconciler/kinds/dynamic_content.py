"""Dynamic content: one text in several languages, which rules and macros name by its placeholder.

A text written as `{{dc.bienvenue}}` stands for the manifest `bienvenue`; each account gets the placeholder that it made
for the item. It refuses to know where a text is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from reconciler.core import part as words
from reconciler.core.codec import MISSING, Names
from reconciler.core.diagnostic import Path
from reconciler.core.kind import Kind, Lookup, Problem
from reconciler.core.neighbours import Neighbours
from reconciler.core.part import Children, Part
from reconciler.core.resource import Json, Reference, Resource, external
from reconciler.kinds._codecs import Boolean, Plain
from reconciler.kinds._collections import DYNAMIC_CONTENT, DYNAMIC_CONTENT_VARIANTS
from reconciler.kinds._fields import Managed, fields_of
from reconciler.kinds._model import UNSTATED, LanguageCode, ManifestModel, Shape, Text
from reconciler.kinds._placeholders import placeholders_in


@dataclass(frozen=True, slots=True)
class LocaleCode(Plain):
    """A language of the account: its code in manifests, its id on the wire."""

    def desired(self, value: Json, names: Names) -> Json:
        """The reference to the locale."""
        return names.canonical(external("locale", value))

    def live(self, value: Json, names: Names) -> Json:
        """The reference to the locale with that id."""
        return None if value is None else names.reference("locale", "", str(value))

    def encode(self, value: Json, names: Names) -> Json:
        """The locale's id, a number."""
        return int(names.live_id(value))

    def manifest(self, value: Json, names: Names) -> Json:
        """The code."""
        return value["external"] if isinstance(value, Mapping) and "external" in value else MISSING

    def references(self, value: Json, path: Path) -> Iterator[Reference]:
        """The locale, which nobody manages."""
        yield Reference(path, "locale", "", {"external": value})


@dataclass(frozen=True, slots=True)
class IsDefault(Plain):
    """Whether a variant is its item's default, said by the code of the item's default locale."""

    code: str

    def live(self, value: Json, names: Names) -> Json:
        """The variant's code when it is the default, otherwise null."""
        return self.code if value else None

    def encode(self, value: Json, names: Names) -> Json:
        """Whether it is."""
        return value == self.code


class Variant(Shape):
    """The text in one language."""

    locale: Annotated[LanguageCode, Managed("locale_id", LocaleCode(), is_key=True)] = Field(
        description="The language's code, such as fr or zh-cn; the account has to have it."
    )
    content: Annotated[Text, Managed("content")] = Field(description="The text.")
    active: Annotated[bool, Managed("active", Boolean(), service_default=True)] = Field(
        default=UNSTATED, description="Whether it is used; the default one always is."
    )


class DynamicContent(ManifestModel):
    """A text in several languages."""

    kind: Literal["dynamic_content"]
    title: Annotated[Text, Managed("name", is_key=True)] = Field(description="The name that admins see.")
    default_locale: Annotated[
        LanguageCode, Managed("default_locale_id", LocaleCode(), on_update=False, is_initial=True)
    ] = Field(description="The language that is used where there is none for the customer's; one of those in locales.")
    locales: list[Variant] = Field(min_length=1, description="The text, language by language.")


_VARIANTS = Children("variant", "locales", DYNAMIC_CONTENT_VARIANTS, fields_of(Variant), created_in="variants")


def _parts(document: Mapping[str, Json]) -> tuple[Part, ...]:
    own = Part("", DYNAMIC_CONTENT, fields_of(DynamicContent), takes=((DYNAMIC_CONTENT_VARIANTS.name, ""),))
    default = document.get("default_locale", "")
    # An item's default never changes by itself: the variant that becomes the default is told so.
    is_default = words.Field("default_locale", "default", IsDefault(default))
    variants = (
        replace(part, fields=(*part.fields, is_default)) if part.name == f"variant/{default}" else part
        for part in _VARIANTS.parts(document)
    )
    return (own, *variants)


def _expanded(document: Mapping[str, Json]) -> dict[str, Json]:
    return {**document, "locales": {item["locale"]: item for item in document["locales"]}}


def _sound_locales(document: Mapping[str, Json]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, each in enumerate(document["locales"]):
        path = ("locales", index)
        if each["locale"].lower() in seen:
            yield Problem(
                "dynamic_content/locale-twice",
                (*path, "locale"),
                f'the language "{each["locale"]}" is listed twice',
                "An item has one text for each language.",
                "Remove one of them.",
            )
        seen.add(each["locale"].lower())
        if each["locale"] == document["default_locale"] and each.get("active") is False:
            yield Problem(
                "dynamic_content/default-inactive",
                (*path, "active"),
                "the default language cannot be inactive",
                "The service uses it for every customer whose language has no text.",
                "Remove active, or make another language the default.",
            )
    if document["default_locale"] not in [each["locale"] for each in document["locales"]]:
        yield Problem(
            "dynamic_content/no-default",
            ("default_locale",),
            f'there is no text in the default language "{document["default_locale"]}"',
            fix="Add it to locales, or make one of those the default.",
        )


def _used_texts(neighbours: Neighbours) -> set[str]:
    """The names that placeholders hold anywhere in an environment."""
    return {name for each in neighbours.every() for _, name in placeholders_in(each.document, ())}


def _wanted_languages(neighbours: Neighbours) -> dict[str, str]:
    """Each language that the account is said to have or some text is in, and the address that says so."""
    wanted: dict[str, str] = {}
    for each in (*neighbours.of_kind("account"), *neighbours.of_kind("dynamic_content")):
        for code in each.document.get("locales", ()):
            wanted.setdefault(code.lower(), each.address)
    return wanted


def _translated(resource: Resource, neighbours: Neighbours) -> Iterator[Problem]:
    """Warns of languages in which others have a text, or which the account is said to have, and this one, which some
    manifest uses, has none."""
    if resource.name not in neighbours.once(_used_texts):
        return
    own = {code.lower() for code in resource.document["locales"]}
    missing = {code: source for code, source in neighbours.once(_wanted_languages).items() if code not in own}
    if missing:
        yield Problem(
            "dynamic_content/untranslated",
            ("locales",),
            f"there is no text in {', '.join(sorted(missing))}",
            f"{' and '.join(sorted(set(missing.values())))} has it. Customers get the default language instead.",
            "Add it to locales.",
            "warning",
        )


KIND = Kind(
    name="dynamic_content",
    area="responders",
    title="Dynamic content",
    model=DynamicContent,
    parts=_parts,
    children=(_VARIANTS,),
    expand=_expanded,
    lookup=Lookup("", DYNAMIC_CONTENT, "name", "dynamic content item"),
    rules=(_sound_locales,),
    relations=(_translated,),
    limits=(
        "The account's placeholder is made of the first name and never changes; renaming leaves it as it is.",
        "The service refuses to delete an item that a rule or macro still names.",
        "A text has to be in a language that the account has.",
    ),
    cannot=(
        "Be used in the automatic replies of social channels: placeholders are not replaced there.",
        "Promise that a placeholder is replaced anywhere but in rules and macros: in other texts it is sent as it is.",
    ),
    sources=(
        "developer.zendesk.com/api-reference/ticketing/ticket-management/dynamic_content",
        "the Support OpenAPI file, DynamicContentObject and DynamicContentVariantObject",
    ),
    example="""\
kind: dynamic_content
name: bienvenue
title: Bienvenue
default_locale: fr
locales:
  - {locale: fr, content: "Bonjour, nous vous répondons très vite."}
  - {locale: ja, content: お問い合わせありがとうございます。}
""",
)
