"""`reconciler init`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import Setting
from reconciler.cli.options import command as shared
from reconciler.core.errors import UsageError

if TYPE_CHECKING:
    from reconciler.manifest.new_project import NewEnvironment

_ACCOUNT = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)=(?P<subdomain>[^/\s]+)/(?P<app_id>[^/\s]+)")
_USUAL = ("sandbox", "production")


@shared(
    examples=(
        "reconciler init --account sandbox=acme-sandbox/65f1c2a9d3b4e7f8a0b1c2d3 --account production=acme/5f0e1c2d3b4a5f0e1c2d3b4a",
        "reconciler -C my-repository init",
    )
)
@click.option(
    "--account",
    "accounts",
    metavar="ENV=SUBDOMAIN/APP_ID",
    multiple=True,
    help="An environment with its account; asked for on a terminal.",
)
@click.option("--store", type=click.Choice(["sqlite", "git"]), default="sqlite", show_default=True, help="The memory.")
def init(setting: Setting, accounts: tuple[str, ...], store: str) -> int:
    """Set up a new repository for your accounts.

    Writes reconciler.yaml, an environment.yaml for each account, the schemas, settings for editors, an ignore file and an
    example of what a pipeline runs. Files that are there already stay as they are. No account is asked anything.
    """
    from reconciler.core.edits import FileChange
    from reconciler.engine.writing_files import write_files
    from reconciler.manifest.new_project import project_files

    environments = [_parsed(each) for each in accounts] or _asked()
    names = [each.name for each in environments]
    if len(set(names)) < len(names):
        raise UsageError("an environment is named twice", detail=f"Given: {', '.join(names)}.")
    root = setting.start
    files = project_files(environments, store)
    kept = [path for path in files if (root / path).exists() or (root / path).is_symlink()]
    new = {path: data for path, data in files.items() if path not in kept}
    write_files(root, [FileChange(path, None, data) for path, data in new.items()])
    if "ci/reconciler.sh" in new:
        (root / "ci/reconciler.sh").chmod(0o755)
    commands = _next_commands(root, environments)
    if setting.is_json:
        setting.console.json("init", 0, {"written": list(new), "kept": kept, "next": commands})
        return 0
    for path in new:
        setting.console.data(f"wrote {path}")
    for path in kept:
        setting.console.data(f"kept  {path}: it is there already")
    ignored = root / ".gitignore"
    if ".gitignore" in kept and b".reconciler" not in ignored.read_bytes():
        setting.console.talk("add .reconciler/ to .gitignore: it holds the memory of applies")
    setting.console.talk("\nNext:")
    for line in commands:
        setting.console.talk(f"  {line}")
    return 0


def _parsed(text: str) -> NewEnvironment:
    from reconciler.manifest.new_project import NewEnvironment

    found = _ACCOUNT.fullmatch(text)
    if found is None:
        raise UsageError(
            f'"{text}" is no environment with its account',
            fix="Write ENV=SUBDOMAIN/APP_ID, such as sandbox=acme-sandbox/65f1c2a9d3b4e7f8a0b1c2d3. The app's id stands in Admin "
            "Center > Apps and integrations > APIs > Conversations API.",
        )
    return NewEnvironment(found["name"], found["subdomain"].removesuffix(".zendesk.com"), found["app_id"])


def _asked() -> list[NewEnvironment]:
    from reconciler.manifest.new_project import NewEnvironment

    if not sys.stdin.isatty():
        raise UsageError(
            "which accounts?",
            detail="There is no terminal to ask on.",
            fix="Say them: --account sandbox=SUBDOMAIN/APP_ID --account production=SUBDOMAIN/APP_ID",
        )
    environments = []
    for name in _USUAL:
        subdomain = click.prompt(f"{name}: subdomain (SUBDOMAIN.zendesk.com)", err=True)
        app_id = click.prompt(f"{name}: Conversations app id", err=True)
        environments.append(NewEnvironment(name, subdomain.removesuffix(".zendesk.com"), app_id))
    return environments


def _next_commands(root: Path, environments: list[NewEnvironment]) -> list[str]:
    """What to type next; the secrets themselves are set where the commands run, never in a file of the repository."""
    first = environments[0]
    variables = [name for each in environments for name in each.variables().values()]
    lines = [f"set {', '.join(variables)}"]
    lines += [f"reconciler doctor -e {each.name}" for each in environments]
    lines += [f"reconciler import -e {each.name}" for each in environments]
    lines += ["reconciler validate", f"reconciler plan -e {first.name}"]
    return lines if root == Path.cwd() else [f"cd {root}", *lines]


command = init
