"""A copy of the example as a person has it on disk: changed file by file, run command by command, and looked through.

It refuses to know what a command should say.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.cli.main import run

EXAMPLE = Path(__file__).parents[1]
SUBDOMAIN = "maison-lune-sandbox"

SECRETS = {
    "ZD_SANDBOX_CLIENT_ID": "canary-client-id-8461",
    "ZD_SANDBOX_CLIENT_SECRET": "canary-client-secret-7315",
    "ZD_SANDBOX_SC_KEY_ID": "canary-key-id-2254",
    "ZD_SANDBOX_SC_SECRET": "canary-conversations-secret-9402",
    "FACEBOOK_APP_SECRET": "canary-app-secret-5527",
    "MESSENGER_FR_TOKEN": "canary-page-token-6138",
}
"""The example's secrets of the sandbox, each a text that stands nowhere else."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line came to."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything that a person saw."""
        return self.out + self.err

    def json(self) -> Any:
        """What stdout holds, as JSON."""
        return json.loads(self.out)


class Project:
    """A folder with the example's manifests; `read_output` gives what was printed since it was asked last."""

    def __init__(self, root: Path, read_output: Callable[[], tuple[str, str]]) -> None:
        self.root = root
        self._read_output = read_output
        shutil.copytree(EXAMPLE / "environments", root / "environments")
        shutil.copy(EXAMPLE / "reconciler.yaml", root / "reconciler.yaml")

    def path(self, name: str, environment: str = "sandbox") -> Path:
        """A file of an environment."""
        return self.root / "environments" / environment / name

    def write(self, name: str, content: str | bytes, environment: str = "sandbox") -> Path:
        """Write a file of an environment."""
        path = self.path(name, environment)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def replace(self, name: str, old: str, new: str, environment: str = "sandbox") -> None:
        """Change the one place of a file that reads `old`."""
        path = self.path(name, environment)
        text = path.read_text("utf-8")
        assert 1 == text.count(old), f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), "utf-8")

    def run(self, *arguments: str) -> Ran:
        """Run one command line in this folder."""
        self._read_output()
        code = run(["-C", str(self.root), *arguments])
        return Ran(code, *self._read_output())

    def files(self) -> Mapping[str, bytes]:
        """Every file below the root, by its relative path."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }


class SkippingClock:
    """A clock whose waits take no time and count as if they had."""

    def __init__(self) -> None:
        self._skipped_seconds = 0.0

    def monotonic(self) -> float:
        """Seconds since some moment, waits included."""
        return time.monotonic() + self._skipped_seconds

    def sleep(self, seconds: float) -> None:
        """Be there at once."""
        self._skipped_seconds += seconds
