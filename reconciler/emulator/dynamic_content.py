"""Dynamic content: items with their variants embedded, placeholders made once, one default variant that always is active.

It refuses to replace a placeholder in any text. Source: the Support contract's dynamic-content operations and the
vendor's pages on items and on item variants.
"""

from __future__ import annotations

import json
import re
from typing import Any

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, record_invalid
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection, is_text
from reconciler.emulator.paging import support_page

_LIST = "/api/v2/dynamic_content/items"
_USERS = ("triggers", "automations", "macros")


def _admit(account: Account, item: Json, parts: dict[str, str]) -> Json:
    """An item that came from a seed or a person: its variants go to where variants are kept."""
    variants: Any = item.get("variants", ())
    for variant in variants:
        VARIANTS.add(account, variant, {"item": str(item["id"])})
    kept = {name: value for name, value in item.items() if name != "variants"}
    default = next((each["locale_id"] for each in variants if each.get("default")), None)
    placeholder = "{{dc." + re.sub(r"[^a-z0-9]+", "_", str(item.get("name", "")).lower()).strip("_") + "}}"
    return {"default_locale_id": default, "outdated": False, "placeholder": placeholder, **kept}


def _admit_variant(account: Account, variant: Json, parts: dict[str, str]) -> Json:
    owner = parts.get("item", variant.get("_item", ""))
    return {"content": "", "active": True, "default": False, "outdated": False, **variant, "_item": owner}


def _show(account: Account, item: Json) -> Json:
    shown = {name: value for name, value in item.items() if not name.startswith("_")}
    return {**shown, "variants": [VARIANTS.show(account, each) for each in _variants_of(account, item["id"])]}


ITEMS = Collection(_LIST, "dynamic_content_items", "items", "item", show=_show, admit=_admit)
VARIANTS = Collection(
    f"{_LIST}/{{item}}/variants",
    "dynamic_content_variants",
    "variants",
    "variant",
    modes="cursor",
    admit=_admit_variant,
)
COLLECTIONS = [ITEMS, VARIANTS]


def _variants_of(account: Account, item: Any) -> list[Json]:
    return [each for each in account.all(VARIANTS.table) if each["_item"] == str(item)]


def _refuse_name(call: Call, name: Any, own_id: Any = None) -> None:
    if not is_text(name):
        raise record_invalid("name", "Name: cannot be blank", error="BlankValue")
    others = [each for each in call.account.all(ITEMS.table) if each["id"] != own_id]
    if any(each["name"].lower() == name.lower() for each in others):
        raise record_invalid("name", f"Name: {name} has already been taken", error="DuplicateValue")


def _judge_variant(call: Call, variant: Json, siblings: list[Json]) -> None:
    if not is_text(variant.get("content")):
        raise record_invalid("content", "Content: cannot be blank", error="BlankValue")
    locale_id = variant.get("locale_id")
    if not isinstance(locale_id, int) or call.account.get("locales", locale_id) is None:
        raise record_invalid("locale_id", "Locale: is not a locale of the account")
    if any(each["locale_id"] == locale_id for each in siblings):
        raise record_invalid("locale_id", "Locale: has a variant already", error="DuplicateValue")
    if variant.get("default") and variant.get("active") is False:
        raise record_invalid("active", "Active: the default variant cannot be inactive")


def _create(call: Call) -> Answer:
    sent = call.member("item")
    _refuse_name(call, sent.get("name"))
    variants: Any = sent.get("variants")
    if not isinstance(variants, list) or not variants or not all(isinstance(each, dict) for each in variants):
        raise record_invalid("variants", "Variants: at least one is needed", error="BlankValue")
    default = sent.get("default_locale_id")
    complete = [{**each, "default": each.get("locale_id") == default} for each in variants]
    if not any(each["default"] for each in complete):
        raise record_invalid("default_locale_id", "Default locale: has no variant")
    for index, variant in enumerate(complete):
        _judge_variant(call, variant, complete[:index])
    item = ITEMS.add(call.account, {"name": sent["name"], "default_locale_id": default})
    taken = [each["placeholder"] for each in call.account.all(ITEMS.table) if each["id"] != item["id"]]
    if item["placeholder"] in taken:
        item = {**item, "placeholder": item["placeholder"].replace("}}", f"_{len(taken)}}}}}")}
        call.account.put(ITEMS.table, item["id"], item)
    for variant in complete:
        VARIANTS.add(call.account, variant, {"item": str(item["id"])})
    return ITEMS.answer(call.account, item, 201)


def _update(call: Call) -> Answer:
    """The only attribute that changes is the name; the placeholder stays."""
    old = ITEMS.find(call.account, call.parts["id"])
    name = call.member("item").get("name", old["name"])
    _refuse_name(call, name, old["id"])
    changed = {**old, "name": name, "updated_at": call.account.now()}
    return ITEMS.answer(call.account, call.account.put(ITEMS.table, old["id"], changed))


def _delete(call: Call) -> Answer:
    """Its variants go with it; refused while a rule or macro names the placeholder."""
    item = ITEMS.find(call.account, call.parts["id"])
    for table in _USERS:
        for rule in call.account.all(table):
            if item["placeholder"] in json.dumps(rule["actions"], ensure_ascii=False):
                raise record_invalid("base", f"The item is in use by {rule['title']}")
    for variant in _variants_of(call.account, item["id"]):
        call.account.remove(VARIANTS.table, variant["id"])
    call.account.remove(ITEMS.table, item["id"])
    return Answer(204)


def _show_many(call: Call) -> Answer:
    wanted = (call.query("identifiers") or "").split(",")
    found = [each for each in call.account.all(ITEMS.table) if each["placeholder"][5:-2] in wanted]
    return Answer(body=support_page(call, "items", [ITEMS.show(call.account, each) for each in found]))


def _list_variants(call: Call) -> Answer:
    item = ITEMS.find(call.account, call.parts["item"])
    shown = [VARIANTS.show(call.account, each) for each in _variants_of(call.account, item["id"])]
    return Answer(body=support_page(call, "variants", shown, modes="cursor"))


def _variant(call: Call) -> Json:
    variant = VARIANTS.find(call.account, call.parts["id"])
    if variant["_item"] != call.parts["item"]:
        raise VARIANTS.missing()
    return variant


def _make_default(call: Call, variant: Json) -> None:
    """The item has one default: this one from now on."""
    for other in _variants_of(call.account, variant["_item"]):
        if other["id"] != variant["id"] and other["default"]:
            call.account.put(VARIANTS.table, other["id"], {**other, "default": False})
    item = ITEMS.find(call.account, variant["_item"])
    call.account.put(ITEMS.table, item["id"], {**item, "default_locale_id": variant["locale_id"]})


def _added(call: Call, sent: Json) -> Json:
    item = ITEMS.find(call.account, call.parts["item"])
    new: Json = {name: sent[name] for name in ("content", "locale_id", "active", "default") if name in sent}
    _judge_variant(call, new, _variants_of(call.account, item["id"]))
    variant = VARIANTS.add(call.account, new, {"item": str(item["id"])})
    if variant["default"]:
        _make_default(call, variant)
    return variant


def _changed(call: Call, old: Json, sent: Json) -> Json:
    changes: Json = {name: sent[name] for name in ("content", "locale_id", "active", "default") if name in sent}
    changed = {**old, **changes, "updated_at": call.account.now()}
    siblings = [each for each in _variants_of(call.account, old["_item"]) if each["id"] != old["id"]]
    if old["default"] and not (changed["default"] and changed["active"]):
        raise record_invalid("default", "The default variant stays so and active until another one is made the default")
    _judge_variant(call, changed, siblings)
    call.account.put(VARIANTS.table, old["id"], changed)
    if changed["default"]:
        _make_default(call, changed)
    return changed


def _create_variant(call: Call) -> Answer:
    return VARIANTS.answer(call.account, _added(call, call.member("variant")), 201)


def _update_variant(call: Call) -> Answer:
    return VARIANTS.answer(call.account, _changed(call, _variant(call), call.member("variant")))


def _sent_variants(call: Call) -> list[Json]:
    sent: Any = call.body().get("variants")
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        raise record_invalid("variants", "Variants: is not a list of objects")
    return sent


def _create_variants(call: Call) -> Answer:
    made = [VARIANTS.show(call.account, _added(call, each)) for each in _sent_variants(call)]
    return Answer(201, {"variants": made})


def _update_variants(call: Call) -> Answer:
    shown = []
    for each in _sent_variants(call):
        old = VARIANTS.find(call.account, str(each.get("id")))
        shown.append(VARIANTS.show(call.account, _changed(call, old, each)))
    return Answer(body={"variants": shown})


def _delete_variant(call: Call) -> Answer:
    variant = _variant(call)
    if variant["default"]:
        raise record_invalid("base", "The default variant cannot be deleted")
    call.account.remove(VARIANTS.table, variant["id"])
    return Answer(204)


ROUTES: list[Route] = [
    ("GET", f"{_LIST}/show_many", _show_many),
    *ITEMS.reading_routes(),
    ("POST", _LIST, _create),
    ("PUT", f"{_LIST}/{{id}}", _update),
    ("DELETE", f"{_LIST}/{{id}}", _delete),
    ("GET", VARIANTS.path, _list_variants),
    ("POST", VARIANTS.path, _create_variant),
    ("POST", f"{VARIANTS.path}/create_many", _create_variants),
    ("PUT", f"{VARIANTS.path}/update_many", _update_variants),
    ("GET", f"{VARIANTS.path}/{{id}}", lambda call: VARIANTS.answer(call.account, _variant(call))),
    ("PUT", f"{VARIANTS.path}/{{id}}", _update_variant),
    ("DELETE", f"{VARIANTS.path}/{{id}}", _delete_variant),
]
