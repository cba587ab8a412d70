"""The demo's second part: two accounts that drifted apart are imported, compared, promoted, and end in step.

It refuses to know how a command is run and shown, and how a person gets into an account.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from reconciler.cli.demo_accounts import APPS, PRODUCTION, SANDBOX
from reconciler.cli.demo_person import Desk, work

_PAGE = "channels/messenger-maison-lune-{}.yaml"


class Walk(Protocol):
    """The demo as it goes on in a folder."""

    folder: Path

    def title(self, text: str) -> None:
        """A heading between steps."""

    def note(self, text: str) -> None:
        """What a person did."""

    def type(self, *words: str, expected: int) -> None:
        """Run a command as a user would, and insist on its exit code."""

    def planned(self, name: str) -> list[dict[str, Any]]:
        """The steps of the plan file that was written last."""


def walk_in_step(walk: Walk, admin_center: Desk) -> None:
    """From two accounts without a manifest to two in step; `admin_center` is production's."""
    accounts = (f"sandbox={SANDBOX}/{APPS[SANDBOX]}", f"production={PRODUCTION}/{APPS[PRODUCTION]}")
    walk.title("Part two: two accounts full of hand-made configuration, and no manifest yet")
    walk.type("init", *(word for each in accounts for word in ("--account", each)), expected=0)
    walk.type("import", "-e", "sandbox", expected=0)
    walk.type("import", "-e", "production", expected=0)
    walk.title("Where do they differ? Out of step: 2")
    walk.type("compare", "sandbox", "production", expected=2)
    walk.title("A person gives one thing one name, and says what belongs in one account alone")
    _sort_out(walk)
    walk.title("Production's files get what the sandbox has; what only a person knows is TODO")
    walk.type("promote", "sandbox", "production", "--yes", expected=0)
    _fill_in(walk)
    walk.title("Plan production, rehearse the plan in a copy of it, and apply; a person has one step left: 18")
    walk.type("plan", "-e", "production", expected=0)
    walk.type("rehearse", "plans/production.json", expected=18)
    walk.type("apply", "plans/production.json", expected=18)
    work(walk.planned("production"), admin_center)
    walk.type("plan", "-e", "production", expected=0)
    walk.type("apply", "plans/production.json", expected=0)
    walk.title("The accounts themselves are in step")
    walk.type("compare", "sandbox", "production", "--live", expected=0)


def _sort_out(walk: Walk) -> None:
    _edit(walk, f"sandbox/{_PAGE.format('essai')}", {"name: messenger-maison-lune-essai": "name: messenger-fr"})
    _edit(walk, f"production/{_PAGE.format('france')}", {"name: messenger-maison-lune-france": "name: messenger-fr"})
    _edit(
        walk,
        f"sandbox/{_PAGE.format('essai')}",
        {'"104857600000009"': "${values.page_id}", "Maison Lune (essai)": "${values.page_name}"},
    )
    _edit(
        walk,
        "sandbox/channels/instagram-maison-lune-essai.yaml",
        {'"17841400000000009"': "${values.business_id}", "Maison Lune (essai)": "${values.page_name}"},
    )
    values = 'values: {page_id: "104857600000009", page_name: Maison Lune (essai), business_id: "17841400000000009"}'
    _edit(walk, "sandbox/environment.yaml", {"policy:": f"{values}\npolicy:"})
    only = "only: [{address: group/boutiques, reason: the sandbox has no shops}]"
    _edit(walk, "production/environment.yaml", {"policy:": f"{only}\npolicy:"})


def _fill_in(walk: Walk) -> None:
    _edit(
        walk,
        "production/environment.yaml",
        {
            "page_id: TODO": 'page_id: "104857600000001"',
            "page_name: TODO": "page_name: Maison Lune France",
            "business_id: TODO": 'business_id: "17841400000000001"',
        },
    )


def _edit(walk: Walk, name: str, replacements: dict[str, str]) -> None:
    """Replace texts in a file below environments/; each must be there."""
    path = walk.folder / "environments" / name
    text = path.read_text("utf-8")
    for old, new in replacements.items():
        if old not in text:
            raise LookupError(f"{name} does not hold {old}")
        text = text.replace(old, new)
        walk.note(f"environments/{name}: {new.removesuffix(chr(10) + 'policy:')}")
    path.write_text(text, "utf-8")
