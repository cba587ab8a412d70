"""The law of rehearsals: whatever an account holds, its copy holds the same, and a plan ends there as it ends live."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from reconciler.emulator.server import Emulator
from tests.property.live_accounts import APP, accounts
from tests.repositories import SUBDOMAIN, new_repository


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(accounts())
def test_a_copy_holds_what_the_account_holds_and_ends_a_plan_alike(seed: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, Emulator({SUBDOMAIN: 0}, seed={SUBDOMAIN: seed}) as emulator:
        repository = new_repository(Path(folder), emulator.url(SUBDOMAIN), APP)
        assert repository.run("import", "-e", "sandbox").code == 0
        repository.plan()

        rehearsed = repository.run("rehearse", "plans/sandbox.json", "--format", "json")

        assert repository.writes() == []
        applied = repository.run("apply", "plans/sandbox.json", "--format", "json")
        assert rehearsed.code == applied.code, rehearsed.err
        assert rehearsed.result()["not_held"] == []
        assert rehearsed.result()["left_for_the_next_plan"] == []
        assert [(each["step"], each["result"]) for each in applied.result()["outcomes"]] == [
            (each["step"], each["result"]) for each in rehearsed.result()["outcomes"]
        ]
