"""What the README shows is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

from tests.readme_plan import README, ROOT, block, make_readme_plan


def test_the_plan_in_the_readme_is_what_its_manifest_makes(tmp_path: Path) -> None:
    assert block("its plan") == make_readme_plan(tmp_path)


def test_every_path_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text("utf-8"))

    assert links
    assert [] == [link for link in links if not link.startswith("http") and not (ROOT / link).exists()]
