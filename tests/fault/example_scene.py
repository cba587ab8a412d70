"""The example of this repository on a stage of its own: in process, with a virtual clock, and without its people.

It refuses to know what the example holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import yaml

from reconciler.core.plan import PlanFile
from reconciler.core.policy import Binding
from reconciler.emulator.control import state
from reconciler.manifest.loader import LoadedEnvironment, load_environment, require_valid
from tests.end_to_end.account_shape import shape
from tests.end_to_end.example_project import ROOT, SUBDOMAINS, app_id
from tests.fault.simulation import Scene

ENVIRONMENT = "sandbox"
DAY = datetime(2026, 11, 22, 9, tzinfo=UTC)

_BINDING = re.compile(r'([a-z_]+/[a-z0-9-]+(?:#[a-z_]+)?): \{id: "([^"]+)"\}')
_REFERENCE = re.compile(r"env://([A-Z0-9_]+)")


@cache
def _environment() -> LoadedEnvironment:
    return require_valid(load_environment(ROOT, ENVIRONMENT))


@cache
def _variables() -> dict[str, str]:
    texts = [path.read_text("utf-8") for path in (ROOT / "environments" / ENVIRONMENT).rglob("*.yaml")]
    return {name: f"value-of-{name.lower()}" for text in texts for name in _REFERENCE.findall(text)}


def _load(setup: str, bindings: Mapping[str, Binding]) -> LoadedEnvironment:
    return replace(_environment(), bindings={**_environment().bindings, **bindings})


def example_scene() -> Scene:
    """The sandbox's manifests and a new account."""
    return Scene(SUBDOMAINS[ENVIRONMENT], app_id(ENVIRONMENT), (), _load, _variables(), DAY)


def plan(scene: Scene) -> PlanFile:
    """A plan of the example; what it asks for in bindings.yaml is answered as long as only one object could be it."""
    made = scene.plan(ENVIRONMENT)
    lines = {line for step in made.plan.steps for reason in step.blocked for line in _BINDING.findall(reason)}
    if not lines:
        return made
    assert len(lines) == len({address for address, _ in lines}), yaml.safe_dump(sorted(lines))
    scene.bindings.update({address: Binding(live_id=live_id) for address, live_id in lines})
    return scene.plan(ENVIRONMENT)


def account(scene: Scene) -> dict[str, Any]:
    """What the account looks like, without ids."""
    return shape(state(scene.live.account))


@cache
def undisturbed() -> tuple[int, dict[str, Any]]:
    """How many events a full apply of the example has, and what the account looks like afterwards."""
    scene = example_scene()
    saved = plan(scene)
    scene.wire.process.events = 0
    ended = scene.apply(ENVIRONMENT, saved)
    assert ended.report is not None, ended
    assert ended.report.exit_code() in (0, 18), ended
    return scene.wire.process.events, account(scene)
