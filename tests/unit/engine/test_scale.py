"""Planning looks at each live object a fixed number of times, however many there are."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.state import Entry
from tests.unit.engine.situations import account, entry_for, environment, group, planned, resource


class CountedLive(dict[str, Any]):
    """A live object that counts how often it is looked at."""

    looks = 0

    def get(self, key: str, default: Any = None) -> Any:
        CountedLive.looks += 1
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        CountedLive.looks += 1
        return super().__getitem__(key)


def looks_for_each(count: int, *, is_remembered: bool, description: str) -> float:
    CountedLive.looks = 0
    manifests = [resource("group", f"g{number}", title=f"G{number}", description="mine") for number in range(count)]
    live = [CountedLive(group(str(number), f"G{number}", description=description)) for number in range(count)]
    entries: dict[str, Entry] | None = None
    if is_remembered:
        entries = {
            each.address: entry_for(each, {"": str(number)}, {"": {"title": f"G{number}", "description": "mine"}})
            for number, each in enumerate(manifests)
        }
    planned(environment(*manifests), account(groups=live), entries)
    return CountedLive.looks / count


@pytest.mark.parametrize("is_remembered", [True, False])
@pytest.mark.parametrize("description", ["mine", "theirs"])
def test_twice_as_many_objects_are_not_looked_at_more_often_each(is_remembered: bool, description: str) -> None:
    few, many = (looks_for_each(count, is_remembered=is_remembered, description=description) for count in (100, 200))
    assert many == few
