"""A report as text and markdown, and where live differs."""

from __future__ import annotations

import re

import pytest
from markdown_skeleton import data_outside_code, skeleton
from render_plans import DIGEST, change, plan, sample, step

from reconciler.core.plan import Plan
from reconciler.core.report import Outcome, Report
from reconciler.render.drift_text import fields_as_text
from reconciler.render.report_text import report_as_markdown, report_as_text


def outcome(result: str, action: str, address: str, **members: object) -> Outcome:
    return Outcome(f"{action}:{address}", action, address, "", result, **members)  # type: ignore[arg-type]


def report(*outcomes: Outcome, **members: object) -> Report:
    return Report("r-7", "production", DIGEST, "full", outcomes, {"GET": 12, "POST": 3}, **members)  # type: ignore[arg-type]


def text(shown: Report, of: Plan | None = None) -> str:
    return report_as_text(shown, of, colour=False, width=100)


APPLIED = outcome("applied", "update", "a/applied")
ALREADY = outcome("already", "adopt", "a/already")
FAILED = outcome(
    "failed", "create", "a/failed", detail="422: the name is taken.", commands=("reconciler plan -e production",)
)
SKIPPED = outcome("skipped", "link", "a/skipped")
UNKNOWN = outcome("unknown", "create", "a/unknown")
UNPLANNED = outcome("unplanned", "update", "a/unplanned")
DIVERGED = outcome("diverged", "update", "a/diverged")
WAITING = outcome("waiting", "create", "a/waiting")
MANUAL = outcome("manual", "manual", "a/manual", manual={"title": "Connect the page", "values": [["Page", "Lune"]]})


def test_every_step_is_named_with_its_outcome_and_the_worst_stands_first() -> None:
    shown = text(report(APPLIED, ALREADY, SKIPPED, FAILED, UNKNOWN, UNPLANNED, DIVERGED, WAITING, MANUAL))
    places = [
        shown.index(f"a/{name}")
        for name in ("unknown", "failed", "diverged", "skipped", "unplanned", "applied", "already", "waiting", "manual")
    ]
    assert places == sorted(places)
    assert "1 unknown, 1 failed, 1 diverged, 1 skipped, 1 unplanned" in shown
    assert "requests: 12 GET, 3 POST" in shown


def test_a_step_of_the_plan_that_the_report_lacks_is_said_to_be_missing() -> None:
    shown = text(report(), plan(step("update", "a/lost")))
    assert re.search(r"^  no outcome +update +a/lost$", shown, re.MULTILINE)
    assert shown.endswith("The account was not changed: 1 step of this plan did not happen.\n")


def test_what_stopped_the_run_is_told_with_its_reason_and_its_fix() -> None:
    failure = "the store is away\nIt does not answer, [x](http://e.example).\nFree the lease:\n    reconciler unlock x"
    shown = text(report(APPLIED, failure=failure))
    assert (
        "\nWhat stopped the run\n  the store is away\n  It does not answer, [x](http://e.example).\n  Free the lease:\n"
        "      reconciler unlock x\n"
    ) in shown
    markdown = report_as_markdown(report(APPLIED, failure=failure), None)
    assert "#### What stopped the run\n\n- the store is away\n" in markdown
    assert "answer, `[x](http://e.example`)." in markdown


def test_commands_stand_indented_on_lines_of_their_own() -> None:
    assert re.search(r"^ {4,}reconciler plan -e production$", text(report(FAILED)), re.MULTILINE)


@pytest.mark.parametrize(
    ("outcomes", "members", "expected"),
    [
        ((APPLIED, ALREADY), {}, "Everything in this plan is done and verified."),
        ((APPLIED, FAILED, SKIPPED), {}, "The account is partly as planned: 2 steps of this plan did not happen."),
        ((ALREADY, FAILED), {}, "The account was not changed: 1 step of this plan did not happen."),
        ((APPLIED, FAILED, UNKNOWN), {}, "How the account was left is not fully known: the answer to 1 step was lost."),
        (
            (APPLIED,),
            {"failure": "the disk is full"},
            "What is listed as applied was written, but the run did not come to its end.",
        ),
        ((APPLIED, DIVERGED), {}, "Everything was written, but 1 step read back different."),
        (
            (APPLIED, SKIPPED),
            {"was_interrupted": True},
            "The run was interrupted. What is listed as applied was written, the rest was not.",
        ),
        (
            (APPLIED, WAITING, MANUAL),
            {},
            "Everything that needs no person is done; left for people: 1 manual step and 1 waiting step.",
        ),
        (
            (ALREADY, UNPLANNED),
            {},
            "Everything in this plan is done and verified. 1 step is not in this plan: plan again.",
        ),
        ((UNPLANNED,), {}, "Nothing of this plan was left to do. 1 step is not in this plan: plan again."),
    ],
)
def test_the_last_sentence_tells_the_truth(
    outcomes: tuple[Outcome, ...], members: dict[str, bool], expected: str
) -> None:
    shown = report(*outcomes, **members)
    assert " ".join(text(shown).split()).endswith(expected)
    assert expected in report_as_markdown(shown, None)


def test_a_manual_step_is_shown_with_what_to_enter_taken_from_the_plan_if_need_be() -> None:
    of = sample()
    left = Outcome("manual:channel/instagram#connect", "manual", "channel/instagram", "connect", "manual")
    assert "@maison.lune" in text(report(left), of)
    assert "`@maison.lune`" in report_as_markdown(report(left), of)


def test_what_a_person_cannot_do_yet_is_last_and_says_so() -> None:
    later = step("manual", "button/b", manual={"title": "Place it"}, waits_for=("manual:channel/c#connect",))
    now = step("manual", "channel/c", manual={"title": "Connect it"})
    shown = report(*(Outcome(each.id, "manual", each.address, "", "manual") for each in (later, now)))
    for rendered in (text(shown, plan(later, now)), report_as_markdown(shown, plan(later, now))):
        assert rendered.index("Connect it") < rendered.index("Place it") < rendered.index("not yet: it waits for")


@pytest.mark.parametrize("hostile", ["```", "</details><b>", "@all #1", "\x1b[31m\u202e", "![x](y)", "::add-mask::x"])
def test_hostile_text_in_a_report_stays_text(hostile: str) -> None:
    shown = report(
        outcome("failed", "update", hostile, detail=hostile, live_id=hostile, commands=(hostile,)), warnings=(hostile,)
    )
    markdown = report_as_markdown(shown, None)
    assert re.findall(r"[<>@\[\]]|#\w", data_outside_code(markdown)) == []
    assert skeleton(markdown)
    for rendered in (text(shown), markdown):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", rendered)
        assert not re.search(r"^\s*::", rendered, re.MULTILINE)


def test_drift_says_what_live_was_and_is() -> None:
    drifted = step("update", "a/b", change("greeting", "Hi", "Hello", kind="drift"), change("other", 1, 2))
    shown = fields_as_text([drifted], colour=False, width=100)
    assert 'greeting  live was "Hello" now "Hi"' in shown
    assert "other" not in shown


def test_without_drift_there_is_nothing_to_say() -> None:
    assert fields_as_text([step("update", "a/b", change("x", 1, 2))], colour=False, width=80) == ""


def test_drift_names_what_is_gone_from_the_account() -> None:
    gone = step(
        "create", "group/a", change("title", None, "A", kind="vanished"), reason="the object 7 that was ours is gone"
    )
    expected = "group/a\n    VANISHED: the object 7 that was ours is gone\n"
    assert expected == fields_as_text([gone], colour=False, width=80)
