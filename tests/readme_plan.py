"""Writes the plan that the README shows below its manifest. Run by `make plans`."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path
from unittest import mock

from reconciler.cli.main import run
from reconciler.emulator.server import Emulator

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def block(marker: str) -> str:
    """The content of the fenced block behind a marker in the README."""
    found = re.search(rf"<!-- {marker} -->\n```\w+\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def make_readme_plan(root: Path) -> str:
    """What `plan` prints for the README's manifest in a new account, 90 columns wide."""
    folder = root / "environments" / "sandbox"
    folder.mkdir(parents=True)
    example = (ROOT / "environments" / "sandbox" / "environment.yaml").read_text("utf-8")
    (folder / "environment.yaml").write_text(example[: example.index("values:")], "utf-8")
    (folder / "line.yaml").write_text(block("a first manifest"), "utf-8")
    names = ("CLIENT_ID", "CLIENT_SECRET", "SC_KEY_ID", "SC_SECRET")
    printed = io.StringIO()
    with Emulator({"maison-lune-sandbox": 0}) as emulator:
        environ = {
            "COLUMNS": "90",
            "NO_COLOR": "1",
            "RECONCILER_SANDBOX_BASE_URL": emulator.url("maison-lune-sandbox"),
            **{f"ZD_SANDBOX_{name}": "anything-else" for name in names},
        }
        with mock.patch.dict(os.environ, environ), contextlib.redirect_stdout(printed):
            assert 0 == run(["plan", "-q", "-e", "sandbox", "-C", str(root)])
    return printed.getvalue()


def main() -> None:
    """Put the plan into the README."""
    with tempfile.TemporaryDirectory() as root:
        plan = make_readme_plan(Path(root))
    text = README.read_text("utf-8")
    README.write_text(text.replace(f"```text\n{block('its plan')}```", f"```text\n{plan}```"), "utf-8")


if __name__ == "__main__":
    main()
