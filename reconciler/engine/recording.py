"""Writes down what a run is about to change and how it ended, for `history` and `undo`, and reads it again.

It refuses to decide anything from it. No document holds a secret: plans, observed values and manifests have none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reconciler.core.errors import StoreCorrupt, StoreError
from reconciler.core.history import OUTCOME_FORMAT, RUN_FORMAT, PastRun
from reconciler.core.plan import PlanFile, Step
from reconciler.core.report import Report
from reconciler.core.resource import Resource
from reconciler.engine.planner import Planned
from reconciler.engine.session import World
from reconciler.manifest.sources import Positions
from reconciler.store.state_store import StateStore


def run_document(
    saved: PlanFile, planned: Planned, steps: Sequence[Step], run_id: str, serial: int, world: World
) -> dict[str, Any]:
    """What a run sets out to do, and what was there before: canonical values, references as addresses."""
    touched = {step.address for step in (*saved.plan.steps, *steps)}
    before: dict[str, dict[str, Any]] = {}
    for (address, part), observed in planned.observed.items():
        if address in touched:
            before.setdefault(address, {})[part] = observed
    return {
        "format": RUN_FORMAT,
        "run": run_id,
        "serial": serial,
        "environment": saved.plan.environment,
        "plan": saved.plan.digest(),
        "who": world.user,
        "host": world.host,
        "started_at": world.stamp(),
        "before": before,
        "steps": [step.as_json() for step in steps],
        "manifests": {
            address: _manifest(resource) for address, resource in planned.resources.items() if address in touched
        },
    }


def _manifest(resource: Resource) -> dict[str, str]:
    """Where a resource stood and what its document said, as JSON text: a store keeps no order of keys."""
    positions = resource.positions
    if not isinstance(positions, Positions):
        return {"file": "", "document": json.dumps(resource.document, ensure_ascii=False)}
    return {"file": positions.file, "document": json.dumps(positions.document, ensure_ascii=False)}


def save_outcome(store: StateStore, report: Report, world: World) -> Report:
    """Store how a run ended; a store that does not take it changes nothing but a warning in the report."""
    document = {
        "format": OUTCOME_FORMAT,
        "run": report.run,
        "finished_at": world.stamp(),
        "exit_code": report.exit_code(),
        "writes": report.writes,
        "outcomes": [outcome.as_json() for outcome in report.outcomes],
    }
    try:
        store.save_outcome(report.run, document)
    except StoreError as error:
        lost = f"how this run ended could not be stored for history: {error.summary}"
        world.notice(lost)
        return replace(report, warnings=(*report.warnings, lost))
    return report


def read_runs(store: StateStore) -> list[PastRun]:
    """Every stored run, the newest first; of those of one moment, the one that found the memory further on."""
    runs = [run for run_id in store.list_runs() if (run := read_run(store, run_id)) is not None]
    return sorted(runs, key=lambda each: (each.started_at, each.serial, each.run), reverse=True)


def read_run(store: StateStore, run_id: str) -> PastRun | None:
    """One run, or None where the store has no document of it; raises StoreCorrupt for one that is not ours."""
    document, outcome = store.load_run(run_id), store.load_outcome(run_id) or {}
    if document is None:
        return None
    if document.get("format") != RUN_FORMAT or outcome.get("format", OUTCOME_FORMAT) != OUTCOME_FORMAT:
        raise StoreCorrupt(
            f'the document of run "{run_id}" has another format',
            detail=f'It is written as "{document.get("format")}"; this version of reconciler reads "{RUN_FORMAT}".',
        )
    return PastRun(
        run=run_id,
        environment=document["environment"],
        plan=document["plan"],
        who=document["who"],
        host=document["host"],
        started_at=document["started_at"],
        serial=document["serial"],
        finished_at=outcome.get("finished_at", ""),
        exit_code=outcome.get("exit_code"),
        writes=outcome.get("writes", 0),
        steps=tuple(document["steps"]),
        outcomes=tuple(outcome.get("outcomes", ())),
        before=document["before"],
        manifests=document["manifests"],
    )
