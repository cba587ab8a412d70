"""Capacity rules: text ids, an unpaged list under `data`, read and changed but never made through the API.

It refuses to know how capacities are counted. Source: developer.zendesk.com/api-reference/agent-availability/introduction;
which bodies the service takes is not documented, here they have no envelope.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, Json
from reconciler.emulator.answers import Answer, record_invalid
from reconciler.emulator.call import Call, Route
from reconciler.emulator.collection import Collection, is_text

_LIST = "/api/v2/capacity/rules"


def _admit(account: Account, rule: Json, parts: dict[str, str]) -> Json:
    defaults: Json = {"name": "", "description": "", "default": False, "capacities": {}, "assignees": {}}
    return {**defaults, **rule}


RULES = Collection(_LIST, "capacity_rules", "data", "data", modes="none", id_type="ulid", admit=_admit)
COLLECTIONS = [RULES]


def _update(call: Call) -> Answer:
    old = RULES.find(call.account, call.parts["id"])
    sent = call.body()
    changes: Json = {name: sent[name] for name in ("name", "description") if name in sent}
    if not is_text(changes.get("name", old["name"])):
        raise record_invalid("name", "Name: cannot be blank", error="BlankValue")
    changed = {**old, **changes, "last_updated_at": call.account.now()}
    return RULES.answer(call.account, call.account.put(RULES.table, old["id"], changed))


ROUTES: list[Route] = [*RULES.reading_routes(), ("PUT", f"{_LIST}/{{id}}", _update)]
