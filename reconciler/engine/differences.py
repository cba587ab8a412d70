"""Says in words where two structured values differ, for messages; it refuses to decide whether they do."""

from __future__ import annotations

from reconciler.core.resource import Json

_MOST = 5


def describe_difference(expected: Json, seen: Json) -> str:
    """Where `seen` differs from `expected`: `[2].value is "x", not "y"; …`, at most a few places.

    Both are canonical values, which hold no secrets. DeepDiff finds the places; it is imported only here, since it is
    needed only when something went wrong.
    """
    if not isinstance(expected, dict | list) or not isinstance(seen, dict | list):
        return f"it is {_shown(seen)}, not {_shown(expected)}"
    from deepdiff import DeepDiff

    tree = DeepDiff(expected, seen, view="tree", verbose_level=2)
    found = []
    for report, levels in sorted(tree.items()):
        for level in levels:
            where = _path(level.path(output_format="list"))
            if report.endswith("_removed"):
                found.append(f"{where} is missing ({_shown(level.t1)})")
            elif report.endswith("_added"):
                found.append(f"{where} is there besides ({_shown(level.t2)})")
            else:
                found.append(f"{where} is {_shown(level.t2)}, not {_shown(level.t1)}")
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return "; ".join(sorted(found)[:_MOST]) + more


def _path(keys: list[str | int]) -> str:
    text = ""
    for key in keys:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text or "it"


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return f'"{value if len(value) <= 80 else value[:77] + "…"}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(map(_shown, value)) + "]" if isinstance(value, list) else str(value)
