"""`reconciler demo`: the example, walked through against a local Zendesk, as a newcomer would type it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.cli.demo_accounts import drifted_accounts
from reconciler.cli.demo_in_step import walk_in_step
from reconciler.cli.demo_person import vouched, work
from reconciler.cli.emulate import load_emulator
from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.errors import ReconcilerError
from reconciler.store.open import DEFAULT_PATH

CREDENTIALS = {
    "ZD_SANDBOX_CLIENT_ID": "demo-client",
    "ZD_SANDBOX_CLIENT_SECRET": "demo-client-secret",
    "ZD_SANDBOX_SC_KEY_ID": "app_demo",
    "ZD_SANDBOX_SC_SECRET": "demo-conversations-secret",
    "ZD_PRODUCTION_CLIENT_ID": "demo-client",
    "ZD_PRODUCTION_CLIENT_SECRET": "demo-client-secret",
    "ZD_PRODUCTION_SC_KEY_ID": "app_demo",
    "ZD_PRODUCTION_SC_SECRET": "demo-conversations-secret",
    "FACEBOOK_APP_SECRET": "demo-facebook-secret",
    "MESSENGER_FR_TOKEN": "demo-page-token",
    "LINE_JP_SECRET": "demo-line-secret",
    "LINE_JP_TOKEN": "demo-line-token",
}
"""What the example's secret references resolve to here; a local Zendesk accepts any word but "refused"."""

ENVIRONMENTS = {"sandbox": "maison-lune-sandbox", "production": "maison-lune"}


@shared(examples=("reconciler demo",))
def demo(setting: Setting) -> int:
    """Walk through the example against a local Zendesk.

    Two accounts are served on this machine, a sandbox and a production one; in a second part two that people clicked
    together are brought in step. Each step prints the command that you would type, and its output. It works in .reconciler/demo/, made anew each time, and leaves nothing running.
    """
    example = setting.root / "environments"
    if not example.is_dir():
        raise ReconcilerError(
            "there is no environments/ here to walk through",
            fix="Run it in a checkout of reconciler, or give its place with -C.",
        )
    server = load_emulator()
    folder = setting.root / ".reconciler" / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(example, folder / "environments")
    # A store of its own: the project's may be one that others share.
    (folder / "reconciler.yaml").write_text(f"format: 1\nstore: {{type: sqlite, path: {DEFAULT_PATH}}}\n", "utf-8")
    with server.Emulator(dict.fromkeys(ENVIRONMENTS.values(), 0)) as emulator:
        walk = Walk(setting, folder, emulator)
        walk.run()
    second = folder / "in-step"
    second.mkdir()
    with server.Emulator(dict.fromkeys(ENVIRONMENTS.values(), 0), seed=drifted_accounts()) as emulator:
        walk = Walk(setting, second, emulator, walk.commands)
        walk_in_step(walk, AdminCenter(walk, "production"))
    if setting.is_json:
        setting.console.json("demo", 0, {"folder": str(folder), "commands": walk.commands})
        return 0
    say = setting.console.data
    say("\nThat is all of it. Nothing is running any more.")
    say("The example's plan files as they are at the end, with nothing left to do:")
    for name in ENVIRONMENTS:
        say(f"  {_shown(folder, setting.root)}/plans/{name}.json  and  {name}.md")
    say("A reviewer approves a plan such as plans/sandbox.md, the example's first.")
    say(
        f"The repository of part two is {_shown(second, setting.root)}; docs/guides/in-step.md says what was done there."
    )
    say("Next: README.md says how to point it at an account of your own.")
    return 0


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


@dataclass(slots=True)
class Walk:
    """The steps of the demo; every command runs as a process of its own, exactly as it is shown."""

    setting: Setting
    folder: Path
    emulator: Any
    commands: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> None:
        """All steps; raises ReconcilerError when a command does not end as it should."""
        self.title("Judge the manifests, offline")
        self.type("validate", expected=0)
        for name in ENVIRONMENTS:
            self.environment(name)

    def environment(self, name: str) -> None:
        """One environment, from nothing to drift."""
        self.title(f"{name}: what would change?")
        self.type("plan", "-e", name, expected=0)
        self.title(f"{name}: apply exactly that plan; manual steps stay open: 18")
        self.type("apply", f"plans/{name}.json", expected=18)
        self.title(f"{name}: a person does in Admin Center what the plan says")
        work(self.planned(name), AdminCenter(self, name))
        self.title(f"{name}: the next plan finds it, and what waited for the person is applied")
        self.type("plan", "-e", name, expected=0)
        self.type("apply", f"plans/{name}.json", expected=18)
        self.title(f"{name}: what is left is given to the agents that came, and vouched for")
        self.type("plan", "-e", name, expected=0)
        work(self.planned(name), AdminCenter(self, name))
        self.type("attest", "-e", name, *vouched(self.planned(name)), "--by", "Camille Roy", expected=0)
        self.type("apply", f"plans/{name}.json", expected=0)
        self.title(f"{name}: plan again, nothing to do")
        self.type("plan", "-e", name, "--exit-code", expected=0)
        self.title(f"{name}: somebody edits a trigger and a team in the account")
        self.edit_by_hand(name)
        self.type("drift", "-e", name, expected=3)

    def title(self, text: str) -> None:
        """A heading between steps."""
        if not self.setting.is_json:
            self.setting.console.data(f"\n\n## {text}")

    def type(self, *words: str, expected: int) -> None:
        """Run a command as a user would, show it and its output, and insist on its exit code."""
        shown = f"$ reconciler {' '.join(words)}"
        if not self.setting.is_json:
            self.setting.console.data(f"\n{shown}\n")
        color = ["--color", "always"] if self.setting.console.colour else []
        result = subprocess.run(
            [sys.executable, "-m", "reconciler", *words, *color],
            cwd=self.folder,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        output = result.stdout.decode("utf-8", "replace")
        self.commands.append({"command": shown[2:], "exit_code": result.returncode})
        if not self.setting.is_json:
            self.setting.console.data(output)
            if result.returncode:
                self.setting.console.data(f"(exit code {result.returncode})")
        if result.returncode != expected:
            raise ReconcilerError(
                f"the demo expected exit code {expected} of {shown[2:]}, and got {result.returncode}",
                detail=output[-2000:],
            )

    def _environ(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("RECONCILER_")}
        urls = {f"RECONCILER_{name.upper()}_BASE_URL": self.emulator.url(each) for name, each in ENVIRONMENTS.items()}
        columns = {"COLUMNS": str(self.setting.console.width)}
        package = str(Path(__file__).resolve().parents[2])
        return {**kept, **CREDENTIALS, **urls, **columns, "PYTHONPATH": package, "PYTHONIOENCODING": "utf-8"}

    def planned(self, name: str) -> list[dict[str, Any]]:
        """The steps of the plan file that was written last."""
        path = self.folder / "plans" / f"{name}.json"
        steps: list[dict[str, Any]] = json.loads(path.read_bytes())["plan"]["steps"]
        return steps

    def edit_by_hand(self, name: str) -> None:
        """What a person should not have done: a description and a trigger's action, edited in the account."""
        groups = self.emulator.objects(ENVIRONMENTS[name], "/api/v2/groups")
        team = next(each for each in groups if each["name"] == "Équipe Japon")
        self.person(
            name,
            f"/api/v2/groups/{team['id']}",
            {"description": "Horaires d'été"},
            "description of Équipe Japon edited",
        )
        triggers = self.emulator.objects(ENVIRONMENTS[name], "/api/v2/triggers")
        rule = next(each for each in triggers if "WhatsApp vers" in each["title"])
        actions = [*rule["actions"], {"field": "priority", "value": "urgent"}]
        self.person(
            name, f"/api/v2/triggers/{rule['id']}", {"actions": actions}, "an action added to the trigger for WhatsApp"
        )

    def person(self, name: str, path: str, changed: Mapping[str, Any], what: str) -> None:
        """Let a person change the account."""
        self.emulator.click(ENVIRONMENTS[name], path, dict(changed))
        self.note(f"in the account: {what}")

    def note(self, text: str) -> None:
        """What a person did."""
        if not self.setting.is_json:
            self.setting.console.data(f"  ({text})")

    def app_id(self, name: str) -> str:
        """The app that an environment names."""
        from reconciler.manifest.yaml_reader import parse

        path = self.folder / "environments" / name / "environment.yaml"
        return str(parse(path.read_bytes(), path.name).documents[0]["account"]["app_id"])


@dataclass(frozen=True, slots=True)
class AdminCenter:
    """The account of one environment, as the demo's person has it open."""

    walk: Walk
    name: str

    def look(self, path: str) -> list[dict[str, Any]]:
        """The account's objects under a list path."""
        found: list[dict[str, Any]] = self.walk.emulator.objects(ENVIRONMENTS[self.name], self._full(path))
        return found

    def do(self, path: str, content: Mapping[str, Any], said: str) -> None:
        """Let a person change the account."""
        self.walk.person(self.name, self._full(path), content, said)

    def _full(self, path: str) -> str:
        return path.replace("{app}", self.walk.app_id(self.name))


command = demo
