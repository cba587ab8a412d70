"""What a reviewer should know although nothing is wrong; pure functions over manifests and a snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.diagnostic import did_you_mean
from reconciler.core.resource import Resource
from reconciler.engine.live import Snapshot
from reconciler.kinds._conditions import VIA_FIELDS, VIA_IDS
from reconciler.manifest.loader import LoadedEnvironment


def plan_warnings(environment: LoadedEnvironment, snapshot: Snapshot) -> list[str]:
    """The warnings of the manifests, and of what the account does not know yet."""
    found = [f"{each.position}: {each.summary}" for each in environment.warnings]
    if snapshot.via_ids is not None:
        missing: dict[str, list[str]] = {}
        for resource in environment.resources:
            for name in _via_names(resource):
                if VIA_IDS.get(name, name) not in snapshot.via_ids:
                    missing.setdefault(name, []).append(resource.address)
        for name, addresses in sorted(missing.items()):
            if name not in VIA_IDS and not name.isdecimal():
                hint = did_you_mean(name, VIA_IDS) or "reconciler explain trigger.conditions lists what there is."
                found.append(
                    f"{', '.join(sorted(set(addresses)))}: neither the account nor reconciler knows a channel {name}, so "
                    f"the rule cannot fire. {hint}"
                )
                continue
            found.append(
                f"{', '.join(sorted(set(addresses)))}: the account does not list the channel {name} yet, so the rule cannot "
                f"fire. It will once a channel of that type is connected{_channel_step(name, environment)}."
            )
    return found


def _via_names(resource: Resource) -> Iterator[str]:
    conditions = resource.document.get("conditions", {})
    if resource.removed or not isinstance(conditions, dict):
        return
    for group in ("all", "any"):
        for condition in conditions.get(group, ()):
            if condition.get("field") in VIA_FIELDS:
                value = condition.get("value")
                yield from (str(each) for each in (value if isinstance(value, list) else [value]))


def _channel_step(name: str, environment: LoadedEnvironment) -> str:
    kinds = {"messaging": ("web", "ios", "android", "unity")}.get(name, (name,))
    addresses = [each.address for each in environment.resources if each.kind == "channel" and each.type in kinds]
    return f" ({', '.join(addresses)})" if addresses else ""
