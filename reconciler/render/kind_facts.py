"""What can be said about a kind, gathered from its own description: its model, its parts, its fields.

It refuses to know any single kind, and how the facts are printed.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter

from reconciler.core.codec import MISSING
from reconciler.core.kind import Kind
from reconciler.core.manual import ManualStep
from reconciler.core.part import Field, Part
from reconciler.core.resource import Json, Resource
from reconciler.kinds._conditions import FIRST_ITEM_REFERENCES, REFERENCE_FIELDS, VIA_FIELDS, VIA_IDS, Rules
from reconciler.kinds._model import ManifestModel
from reconciler.kinds._registry import documentation, find_kind, kind_names
from reconciler.kinds._skills import SKILL_FIELDS
from reconciler.render.shape_words import Schema, nested, resolved, sample, type_words

ATTESTED = "attested: a person sets it up and vouches for it, since no API shows it"
GIVEN = "managed: what it states is given to live objects that are not its own"
OBSERVED = "observed: a person sets it, and a read shows whether it is done; never written"
SETTINGS = "found and managed; never created by API"
SHARED_KEYS = frozenset(ManifestModel.model_fields)
"""Keys that manifests of every kind have."""

_OWN_NAME = "sample"
_API_NAMES = {"support": "Support", "conversations": "Conversations", "chat": "Chat"}


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One field of a manifest. `path` is dotted, a list of mappings is marked with `[]`."""

    path: str
    form: str
    is_required: bool
    description: str = ""
    part: str = ""
    refers_to: str = ""
    is_key: bool = False
    is_secret: bool = False
    notes: tuple[str, ...] = ()
    hazard: str = ""
    default: str = ""
    mode: str = ""
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One live object behind a manifest: its name (empty for the only one) and where the API lists it."""

    name: str
    listing: str


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """One type of a kind; a kind without types has one whose name is empty."""

    name: str
    summary: str
    mode: str
    found_by: str
    parts: tuple[PartFacts, ...]
    fields: tuple[FieldFacts, ...]
    manual: ManualStep | None = None


@dataclass(frozen=True, slots=True)
class KindFacts:
    """Everything that `explain` and the reference say about a kind.

    `shared` are the fields that all of its types have in the same way, but for the types in `shared_but_for`.
    """

    name: str
    area: str
    title: str
    purpose: tuple[str, ...]
    referred_to: str
    on_remove: str
    types: tuple[TypeFacts, ...]
    limits: tuple[str, ...]
    cannot: tuple[str, ...]
    sources: tuple[str, ...]
    example: str
    shared: tuple[FieldFacts, ...] = field(default=())
    shared_but_for: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The first sentence of its purpose."""
        return self.purpose[0].split(". ")[0].rstrip(".") + "." if self.purpose else ""

    def as_json(self) -> dict[str, Json]:
        """As plain values."""
        return asdict(self)


def all_kinds() -> list[KindFacts]:
    """The facts of every kind, by area and name."""
    return sorted((kind_facts(name) for name in kind_names()), key=lambda each: (each.area, each.name))


def kind_facts(name: str) -> KindFacts:
    """The facts of one kind; KeyError when there is none of that name."""
    kind = find_kind(name)
    types = tuple(_types(kind))
    shared, but_for = _shared(types)
    paragraphs = [_for_users(" ".join(each.split())) for each in documentation(name).split("\n\n")]
    return KindFacts(
        name=kind.name,
        area=kind.area,
        title=kind.title,
        purpose=tuple(filter(None, paragraphs)),
        referred_to=_referred_to(kind),
        on_remove=_on_remove(kind, types) if kind.model is not None else "",
        types=types,
        limits=kind.limits,
        cannot=kind.cannot,
        sources=kind.sources,
        example=kind.example,
        shared=shared,
        shared_but_for=but_for,
    )


def _for_users(paragraph: str) -> str:
    """Without the sentence about what the module refuses to know, which is for its readers alone."""
    return re.sub(r"\s*It refuses to know [^.]*\.(?=\s|$)", "", paragraph).strip()


def _shared(types: tuple[TypeFacts, ...]) -> tuple[tuple[FieldFacts, ...], tuple[str, ...]]:
    """The fields that more than half of the types have in the same way, and the types that lack one of them."""
    if len(types) < 2:
        return (), ()
    every = dict.fromkeys(field for each in types for field in each.fields)
    common = tuple(each for each in every if sum(each in other.fields for other in types) > len(types) / 2)
    return common, tuple(each.name for each in types if not set(common) <= set(each.fields))


def _types(kind: Kind) -> Iterator[TypeFacts]:
    for model in _models(kind.model):
        schema = TypeAdapter(model).json_schema(by_alias=True)
        definitions = schema.get("$defs", {})
        type_name = str(schema["properties"]["type"]["const"]) if "type" in schema["properties"] else ""
        bare: dict[str, Json] = {"kind": kind.name, "name": _OWN_NAME}
        if type_name:
            bare["type"] = type_name
        optional = [key for key in schema["properties"] if key not in ("kind", "name", "type")]
        parts = _every_part(kind, bare, optional)
        fields = {(each.path, part.name): each for part in parts for each in part.fields}
        fields = {(each.path, ""): each for each in kind.noted} | fields
        fields |= {(f"{of.path}.{each.path}", f"{of.label}/…"): each for of in kind.children for each in of.fields}
        is_made_bare = all(part.creates or not part.is_object for part in kind.parts(bare))
        makers = [] if is_made_bare else _makers(kind, bare, optional)
        yield TypeFacts(
            name=type_name,
            summary=" ".join((model.__doc__ or "").split()),
            mode=kind.mode or _given(kind, parts) or _type_mode(kind, parts, is_made_bare, makers),
            found_by=_found_by(kind, parts),
            parts=(
                *(_part_facts(part) for part in parts if part.is_object and not part.aspect),
                *(_part_facts(each.part("…")) for each in kind.children),
            ),
            fields=tuple(_field_facts(kind, schema, definitions, fields, "", "")),
            manual=None if is_made_bare and parts else _manual(kind, bare),
        )


def _models(model: Any) -> list[type[BaseModel]]:
    if model is None:
        return []
    union = typing.get_args(model)[0] if typing.get_origin(model) is typing.Annotated else model
    return list(typing.get_args(union)) or [union]


def _every_part(kind: Kind, bare: Mapping[str, Json], optional: list[str]) -> list[Part]:
    """The parts that some document of the type has, with every field that one of them has there."""
    found: dict[str, Part] = {}
    for document in (bare, *({**bare, key: "sample"} for key in optional)):
        for part in kind.parts(document):
            known = found.get(part.name)
            if known is None or len(part.fields) > len(known.fields):
                found[part.name] = part
    return list(found.values())


def _makers(kind: Kind, bare: Mapping[str, Json], optional: list[str]) -> list[str]:
    """The fields whose statement turns finding into creating."""
    stated = {key: kind.parts({**bare, key: "sample"}) for key in optional}
    return [key for key, parts in stated.items() if parts and all(part.creates for part in parts)]


def _given(kind: Kind, parts: list[Part]) -> str:
    """The mode of a kind that gives to objects that are not its own, or an empty text."""
    return GIVEN if parts and not any(part.is_object or part.arrangement for part in parts) else ""


def _type_mode(kind: Kind, parts: list[Part], is_made_bare: bool, makers: list[str]) -> str:
    fields = [each for part in parts for each in part.fields]
    if kind.attests and not parts:
        return ATTESTED
    if any(each.by_person for each in fields) and all(each.by_person or _is_only_matched(each) for each in fields):
        return OBSERVED
    return _mode(kind, parts, is_made_bare, makers)


def _is_only_matched(each: Field) -> bool:
    return each.is_key and not each.on_create and not each.on_update


def _field_mode(each: Field) -> str:
    if each.by_person is None:
        return ""
    if not each.is_readable:
        return "attested"
    return "observed or attested" if each.by_person.when_unseen == "attest" else "observed"


def _person_mode(kind: Kind, path: str) -> str:
    """The mode of a field that no part has, or of one inside it."""
    return next((mode for above, mode in kind.by_person.items() if f"{path}.".startswith(f"{above}.")), "")


def _mode(kind: Kind, parts: list[Part], is_made_bare: bool, makers: list[str]) -> str:
    if parts and all(part.collection.is_settings for part in parts if part.is_object):
        return SETTINGS
    if is_made_bare:
        return "managed: created and changed by API"
    if makers:
        return f"connected by a person and then managed, or created by API when {_listed(makers)} stated"
    if kind.manual is not None:
        return "set up by a person, then found and managed; never created by API"
    return SETTINGS


def _found_by(kind: Kind, parts: list[Part]) -> str:
    ways: list[str] = []
    recognised: list[str] = []
    for part in parts:
        if not part.is_object or not part.is_found_by_itself:
            continue
        keys = [each.path for each in part.key_fields() if each.is_readable]
        place = f"its {part.name}: " if part.name else ""
        if keys:
            shared = ", and by the other stated fields where several share it" if kind.matches_by_title else ""
            ways.append(f"{place}{' or '.join(keys)}{shared}")
        elif part.recognises is not None:
            recognised.append(part.name)
        elif part.is_singleton:
            ways.append(f"{place}being the only one of the account")
        else:
            ways.append(f"{place}the memory or a line in bindings.yaml alone, since it has no readable key")
    if recognised:
        ways.append(f"what it does, where exactly one rule delivers to {' or '.join(recognised)}")
    for children in kind.children:
        keys = [each.path for each in children.fields if each.is_key]
        ways.append(f"each of its {children.path}: {' and '.join(keys)}, among those of the same object")
    return "; ".join(ways)


def _part_facts(part: Part) -> PartFacts:
    return PartFacts(part.name, f"{_API_NAMES[part.collection.api]} {part.collection.path}")


def _field_facts(
    kind: Kind,
    schema: Schema,
    definitions: Mapping[str, Schema],
    fields: Mapping[tuple[str, str], Field],
    above: str,
    shown_above: str,
) -> Iterator[FieldFacts]:
    for key, inner in schema["properties"].items():
        path, shown = f"{above}{key}", f"{shown_above}{key}"
        if not above and key == "kind":
            continue
        part, managed = next(((part, each) for (known, part), each in fields.items() if known == path), ("", None))
        members = nested(inner, definitions)
        description = inner.get("description") or resolved(inner, definitions).get("description", "")
        if shown == "type":
            description = f"Which type of {kind.title.lower()} it is."
        yield FieldFacts(
            path=shown,
            form=type_words(inner, definitions),
            is_required=key in schema.get("required", ()),
            description=description,
            part=part,
            refers_to=_refers_to(managed, sample(inner, definitions)) if managed else "",
            is_key=bool(managed and managed.is_key),
            is_secret=bool(managed and managed.is_secret),
            notes=tuple(_notes(kind, managed)) if managed else (),
            hazard=_hazard(managed) if managed else "",
            default=_default(managed) if managed else "",
            mode=(_field_mode(managed) if managed else "") or _person_mode(kind, shown),
            is_shared=not above and key in SHARED_KEYS and managed is None,
        )
        if members is not None and not (not above and key in SHARED_KEYS):
            suffix, mapping = members
            yield from _field_facts(kind, mapping, definitions, fields, f"{path}.", f"{shown}{suffix}.")


def _notes(kind: Kind, each: Field) -> Iterator[str]:
    if each.rotates == "in_place":
        yield "Secret, never read back. A higher generation writes it again."
    elif each.rotates == "by_hand":
        yield "Secret, never read back. The service cannot change it: a higher generation is a manual step."
    elif each.by_person is not None:
        yield f"Set by a person in {each.by_person.admin_center}; never written."
        if each.is_readable:
            yield "A read shows whether it is done."
        if each.by_person.when_unseen == "attest":
            yield "Somebody vouches for it where no read shows it." if each.is_readable else "Somebody vouches for it."
    elif _is_only_matched(each):
        yield "Matched and verified, never sent."
    elif each.is_initial:
        yield "Sent with the creation; a later change is written to the item that it names."
    elif each.on_create and not each.on_update:
        yield "Fixed once the object exists: another value blocks the plan, it is never a re-creation."
    if not each.on_create and each.on_update:
        yield "Not sent with the creation: set by the step that follows it."
    if not each.is_readable and not each.is_secret:
        yield "The service never shows it, so a change in the account is not seen."
    if each.inert is not MISSING:
        yield f"A new object starts with {_shown(each.inert)} and gets the real value when all that it needs exists."
    requirement = kind.secret_requirements.get(each.path)
    if requirement is not None:
        yield f"When it is resolved: {requirement('')}."
    if isinstance(each.codec, Rules):
        ids = {**REFERENCE_FIELDS, **FIRST_ITEM_REFERENCES}
        yield f"Values that are ids are names here: {', '.join(f'{name} ({kind})' for name, kind in ids.items())}."
        yield f"{' and '.join(sorted(VIA_FIELDS))} take {', '.join(VIA_IDS)}."
        yield f"{', '.join(sorted(SKILL_FIELDS))} take {{skill: attribute/value, priority: 1}}."


def _refers_to(each: Field, value: Json) -> str:
    found = []
    for reference in each.codec.references(value, ()):
        types = f" of type {' or '.join(reference.types)}" if reference.types else ""
        found.append(f"{reference.kind}{types}")
    return " or ".join(dict.fromkeys(found))


def _default(each: Field) -> str:
    if each.default is MISSING:
        return ""
    return "the manifest's name" if each.default == _OWN_NAME else _shown(each.default)


def _hazard(each: Field) -> str:
    if each.hazard is None:
        return ""
    level = {
        "irreversible": "cannot be undone and needs an approval",
        "deletes_data": "deletes data and needs an approval",
        "changes_work": "changes every agent's work",
        "changes_billing": "changes plan or billing",
    }[each.hazard.level]
    values = each.hazard.values
    when = f" when {' or '.join(_shown(value) for value in values)}" if values is not None else ""
    return f"Hazard{when}: {each.hazard.text} This {level}."


def _manual(kind: Kind, bare: Mapping[str, Json]) -> ManualStep | None:
    if kind.manual is None:
        return None
    if all(part.collection.is_settings for part in kind.parts(bare)):
        return None
    return kind.manual(Resource(kind.name, "sample", dict(bare)))


def _referred_to(kind: Kind) -> str:
    if kind.lookup is None:
        return ""
    if kind.lookup.member == "id":
        return "by its manifest's name"
    article = "an" if kind.lookup.label[0] in "aeiou" else "a"
    external = f'{{external: "…"}} with {article} {kind.lookup.label}\'s {kind.lookup.member}'
    if kind.model is None:
        return f"as {external}"
    if kind.lookup.is_qualified:
        item = next(each.path for each in kind.children if each.label == kind.lookup.part)
        return (
            f"by its manifest's name, a slash, and the key of one of its {item}; a live one without a manifest as "
            f'{{external: "…"}} with both live {kind.lookup.member}s and a slash between them'
        )
    return f"by its manifest's name; a live one without a manifest as {external}"


def _on_remove(kind: Kind, types: Sequence[TypeFacts]) -> str:
    words = {
        "delete": "the live object is deleted, if the memory says that it is ours",
        "keep": "the live object stays, and is no longer managed",
        "block": "the plan is blocked until lifecycle.on_remove or a tombstone (removed:) says what shall happen",
    }
    if any(each.mode == GIVEN for each in types):
        return "nothing is taken away; what it gave is no longer looked at"
    vouches = kind.attests is not None or kind.attests_beside is not None
    if vouches and all(not each.parts for each in types):
        return "nobody is asked about it any more; what a person set stays"
    if kind.on_remove == "deactivate" and kind.deactivates is not None:
        path, value = kind.deactivates
        return f"the live object stays with {path}: {_shown(value)}"
    vanished = "; one that vanished from the account is not created again" if kind.keeps_when_vanished else ""
    return words[kind.on_remove] + vanished


def _listed(words: list[str]) -> str:
    return f"{words[0]} is" if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]} are"


def _shown(value: Json) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"[{', '.join(_shown(each) for each in value)}]" if isinstance(value, list) else str(value)
