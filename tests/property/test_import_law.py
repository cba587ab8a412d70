"""The law of import: whatever an account holds, its manifests are valid and the first plan of them changes nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from reconciler.emulator.server import Emulator
from tests.property.live_accounts import APP, accounts
from tests.repositories import SUBDOMAIN, new_repository


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(accounts())
def test_after_import_the_first_plan_only_adopts_and_asks_and_the_second_does_nothing(seed: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, Emulator({SUBDOMAIN: 0}, seed={SUBDOMAIN: seed}) as emulator:
        repository = new_repository(Path(folder), emulator.url(SUBDOMAIN), APP)
        imported = repository.run("import", "-e", "sandbox", "--format", "json")
        assert imported.code == 0, imported.err
        validated = repository.run("validate")
        assert validated.code == 0, validated.out
        steps = repository.plan()
        changing = [step["id"] for step in steps if step["action"] not in ("adopt", "manual") or step["blocked"]]
        assert changing == []
        applied = repository.run("apply", "-e", "sandbox", "--auto-approve", "--format", "json")
        assert applied.code in (0, 18), applied.err
        assert [step["id"] for step in repository.plan() if step["action"] != "manual"] == []
        assert repository.writes() == []
        everything_is_accounted_for(imported.result(), seed)
        again = repository.run("import", "-e", "sandbox", "--format", "json")
        assert again.result()["written"] == []


GIVEN = ("/users", "/group_memberships")
"""What grants are about: nobody has a manifest of their own."""


def everything_is_accounted_for(imported: Any, seed: dict[str, Any]) -> None:
    """Every seeded object became a manifest, a part of one, or stands in the list of those that did not."""
    named = {live_id for each in imported["written"] for live_id in each["ids"]}
    named |= {live_id for each in imported["not_described"] for live_id in each["ids"]}
    surplus = " ".join(imported["warnings"])
    seeded = [
        str(each["id"])
        for path, listed in seed.items()
        for each in listed
        if not path.endswith(GIVEN) and not each.get("deleted") and str(each["id"]) not in surplus
    ]
    assert [live_id for live_id in seeded if live_id not in named] == []
