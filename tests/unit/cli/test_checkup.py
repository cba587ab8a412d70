"""The judgements of an examination that need no account."""

from __future__ import annotations

import pytest

from reconciler.core.checkup import Check, worst_exit_code
from reconciler.engine.examining import clock_check, rights_check
from reconciler.render.checkup_text import checkup_as_text
from reconciler.render.screen import Screen


@pytest.mark.parametrize(
    ("skew_seconds", "verdict", "words"),
    [
        (None, "skipped", "the service gave no date to compare with"),
        (0.7, "ok", "this machine's clock agrees with the service's"),
        (-1.9, "ok", "this machine's clock agrees with the service's"),
        (41.2, "ok", "this machine's clock is 41 s ahead of the service's"),
        (60.4, "ok", "this machine's clock is 60 s ahead of the service's"),
        (61.0, "warning", "this machine's clock is 61 s ahead of the service's (limit 60 s)"),
        (-3600.0, "warning", "this machine's clock is 3600 s behind the service's (limit 60 s)"),
    ],
)
def test_a_clock_may_be_a_minute_off(skew_seconds: float | None, verdict: str, words: str) -> None:
    found = clock_check(skew_seconds)
    assert (verdict, words) == (found.verdict, found.finding)


@pytest.mark.parametrize(("role", "verdict"), [("admin", "ok"), ("agent", "warning"), ("end-user", "warning")])
def test_only_an_admin_has_all_rights(role: str, verdict: str) -> None:
    assert verdict == rights_check("ada@maison.example", role).verdict


@pytest.mark.parametrize(
    ("codes", "worst"), [([], 0), ([10, 11], 10), ([11, 17, 16], 16), ([17, 10], 17), ([16, 1], 1), ([14], 1)]
)
def test_the_worst_failure_wins(codes: list[int], worst: int) -> None:
    assert worst == worst_exit_code([Check("x", "failed", "f", "", code) for code in codes])


def test_warnings_and_skipped_checks_do_not_count() -> None:
    assert 0 == worst_exit_code([Check("x", "warning", "f", "", 11), Check("y", "skipped", "f")])


def test_a_failure_stands_out_without_colour_and_the_conclusion_counts() -> None:
    checks = [
        Check("store", "ok", "fine"),
        Check("support", "failed", "refused", "Check it.", 16),
        Check("lease", "warning", "held", "Free it:\n  reconciler unlock -e sandbox 1"),
        Check("rights", "skipped", "not asked"),
    ]
    text = checkup_as_text("sandbox", checks, Screen(colour=False, width=80, ascii_only=False))
    expected = """\
ok       store    fine
FAILED   support  refused
                  → Check it.
warning  lease    held
                  → Free it:
                      reconciler unlock -e sandbox 1
skipped  rights   not asked

sandbox: 1 failed, 1 to look at, 1 not made of 4 checks
"""
    assert expected == text
