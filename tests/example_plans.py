"""Writes `plans/`: what a reviewer sees of the example before its first apply. Run by `make plans`.

An unseeded emulator, an empty state, a fixed date and a fixed host make the same plans everywhere; it refuses to know what is in them.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from tests.end_to_end.example_project import ROOT, SUBDOMAINS, example_project


def make_example_plans(folder: Path) -> dict[str, Path]:
    """The program's own plan of every environment of the example, made in `folder`: file name to file."""
    made: dict[str, Path] = {}
    with mock.patch("socket.gethostname", return_value="example"), example_project(folder) as project:
        for environment in SUBDOMAINS:
            project.expect(0, "plan", "-e", environment)
            path = project.plan_path(environment)
            for each in (path, path.with_suffix(".md")):
                made[each.name] = each
    return made


def main() -> None:
    """Replace the committed plans."""
    with TemporaryDirectory() as folder:
        made = make_example_plans(Path(folder))
        (ROOT / "plans").mkdir(exist_ok=True)
        for name, path in made.items():
            shutil.copyfile(path, ROOT / "plans" / name)
            sys.stdout.write(f"plans/{name}\n")


if __name__ == "__main__":
    main()
