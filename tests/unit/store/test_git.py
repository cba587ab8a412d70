from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.store.git import GitBackend
from tests.unit.store.conformance import BackendConformance, Opener


class TestGit(BackendConformance):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Opener:
        subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "memory.git")], check=True)
        (tmp_path / "project").mkdir()
        return GitBackend, (tmp_path / "project", "../memory.git")
