"""What the README shows is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.emulator.server import Emulator

ROOT = Path(__file__).resolve().parents[2]


def block(marker: str) -> str:
    found = re.search(rf"<!-- {marker} -->\n```\w+\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_plan_in_the_readme_is_what_its_manifest_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "environments" / "sandbox"
    folder.mkdir(parents=True)
    example = (ROOT / "environments" / "sandbox" / "environment.yaml").read_text()
    (folder / "environment.yaml").write_text(example[: example.index("values:")])
    (folder / "line.yaml").write_text(block("a first manifest"))
    monkeypatch.setenv("COLUMNS", "90")
    for name in ("CLIENT_ID", "CLIENT_SECRET", "SC_KEY_ID", "SC_SECRET"):
        monkeypatch.setenv(f"ZD_SANDBOX_{name}", "anything-else")
    with Emulator({"maison-lune-sandbox": 0}) as emulator:
        monkeypatch.setenv("RECONCILER_SANDBOX_BASE_URL", emulator.url("maison-lune-sandbox"))
        code = run(["plan", "-e", "sandbox", "-C", str(tmp_path)])

    assert code == 0
    assert block("its plan") == capsys.readouterr().out


def test_every_path_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text())
    assert links
    assert [] == [link for link in links if not link.startswith("http") and not (ROOT / link).exists()]
