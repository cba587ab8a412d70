"""Turns the fields of a step into the one request that writes them; pure, with slots where secrets go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.core.codec import MISSING
from reconciler.core.part import Field, Part
from reconciler.core.resource import Json, Resource
from reconciler.core.service import Collection, Request, Slot
from reconciler.engine.additions import Added, with_added
from reconciler.engine.comparing import secret_use, stated_value
from reconciler.engine.live import AccountNames, Live, observe


def create_request(
    resource: Resource,
    part: Part,
    parts: Mapping[str, Part],
    path: str,
    names: AccountNames,
    *,
    deferred: Iterable[str],
    inert: Mapping[str, Json],
) -> Request:
    """The POST that creates a part, with the parts that are made inside it; `deferred` paths are left for a link.

    `inert` gives values in place of the stated ones. Raises Unresolved when a reference has no live id.
    """
    body = dict(part.constants)
    for member, other in part.embeds:
        body[member] = names.live_id({"ref": resource.address, "part": other})
    body.update(_stated_body(resource, part, names, set(deferred), inert))
    for inner in parts.values():
        if inner.is_made_inside(part):
            inside = _stated_body(resource, inner, names, set(deferred), {})
            body[inner.inside_member] = [*body.get(inner.inside_member, ()), inside]
    return Request(part.collection.api, "POST", path, _wrapped(part.collection, body), is_repeatable=False)


def _stated_body(
    resource: Resource, part: Part, names: AccountNames, deferred: set[str], inert: Mapping[str, Json]
) -> dict[str, Json]:
    body: dict[str, Json] = {}
    for each in part.fields:
        is_stated, value = stated_value(resource, each)
        if not is_stated or not each.on_create:
            continue
        if each.is_secret:
            _put(body, each, Slot(each.path, secret_use(value)))
        elif each.path in inert:
            _put(body, each, each.codec.encode(inert[each.path], names))
        elif each.inert is not MISSING:
            _put(body, each, each.codec.encode(each.inert, names))
        elif each.path not in deferred:
            _put(body, each, each.codec.encode(each.codec.desired(value, names), names))
    return body


def update_request(
    part: Part, path: str, live_id: str, values: Mapping[str, Json], live: Live, names: AccountNames
) -> Request:
    """The PATCH or PUT that writes canonical values; what the API replaces together is sent along from `live`."""
    body: dict[str, Json] = {}
    groups = {each.together for each in part.fields if each.path in values and each.together}
    for each in part.fields:
        if each.path in values:
            _put(body, each, _written(each, values[each.path], live, names))
        elif each.together in groups and each.together:
            seen = raw_value(each, live)
            if seen is not MISSING:
                _put(body, each, each.codec.encode(observe(each, live, names), names) if each.is_slice else seen)
    collection = part.collection
    object_path = collection.object_path(path, live_id)
    return Request(
        collection.api,
        collection.update_verb,
        f"{object_path}/{part.aspect}" if part.aspect else object_path,
        {part.aspect: body} if part.aspect else _wrapped(collection, body),
        is_repeatable=True,
    )


def delete_request(part: Part, path: str, live_id: str) -> Request:
    """The DELETE of one object."""
    return Request(part.collection.api, "DELETE", f"{path}/{live_id}", None, is_repeatable=True)


def _wrapped(collection: Collection, body: dict[str, Json]) -> Json:
    return {collection.item: body} if collection.wraps_requests else body


def _written(each: Field, value: Json, live: Live, names: AccountNames) -> Json:
    if isinstance(value, Added):
        seen = raw_value(each, live)
        return with_added(each, value, [] if seen is MISSING else seen, names)
    return value if isinstance(value, Slot) else each.codec.encode(value, names)


def raw_value(each: Field, live: Live) -> Json:
    """A field's value as the service answered it; MISSING where it did not."""
    value: Json = live
    for key in each.api.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return MISSING
        value = value[key]
    return value


def _put(body: dict[str, Json], each: Field, value: Json) -> None:
    target = body
    *above, last = each.written.split(".")
    for key in above:
        target = target.setdefault(key, {})
    target[last] = [*target.get(last, ()), *value] if each.is_slice else value
