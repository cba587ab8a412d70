"""Every golden case: plan, apply, nothing left to do, and the same plan again writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.plan import difference_code
from reconciler.core.plan import Plan
from reconciler.emulator.server import Emulator
from reconciler.kinds._registry import find_kind, manifest_kinds
from reconciler.render.plan_words import short
from tests.golden.case import Case, Round, read_case
from tests.golden.extent import missing, shown_by
from tests.golden.play import APP_ID, SUBDOMAIN, Applied, Stage, secret_value, sent
from tests.golden.words import plan_lines, step_line

FOLDER = Path(__file__).parent
CASES = sorted(FOLDER.glob("*/*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_plan_is_the_expected_one_and_applying_it_leaves_nothing_to_do(path: Path, tmp_path: Path) -> None:
    case = read_case(path)
    try:
        _play(case, tmp_path)
    except AssertionError as error:
        if case.fault:
            pytest.xfail(case.fault)
        error.add_note(f"{path.parent.name}/{path.name}: {case.reason}")
        raise
    assert not case.fault, "the fault is mended; the case no longer needs the member"


def _play(case: Case, root: Path) -> None:
    seed = {each.replace("{app}", APP_ID): content for each, content in case.live.items()}
    with Emulator({SUBDOMAIN: 0}, seed={SUBDOMAIN: seed}, lacks=case.lacks) as emulator:
        stage = Stage(root, emulator)
        for earlier in case.before:
            stage.set(earlier)
            done = stage.apply(stage.plan(), earlier.options)
            assert done.exit_code in (0, 18), f"an earlier apply failed: {done.refusal or done.report}"
        changes = [_play_round(stage, played) for played in case.rounds]
        secrets = [secret_value(name) for name in stage.environ]
    assert (not any(changes)) == bool(case.no_op), (
        "a case in which nothing happens says why in no_op, and no other does"
    )
    told = [secret for secret in secrets if any(secret in text for text in stage.shown)]
    assert [] == told, "a secret was shown or stored"


def _play_round(stage: Stage, played: Round) -> bool:
    """Whether the round changed anything."""
    stage.set(played)
    sent_before = len(stage.exchanges)
    saved = stage.plan()
    assert saved.plan.digest() == stage.plan().plan.digest(), "the same situation gives the same plan"
    _compare_plan(stage, saved.plan, played)
    assert [] == [each for each in stage.exchanges[sent_before:] if each.method != "GET" and "oauth" not in each.path]

    applied = stage.apply(saved, played.options)

    labels = stage.labels()
    _same(list(played.requests), [sent(each, labels) for each in applied.writes], "requests")
    _compare_exit_codes(saved.plan, applied, played)
    if applied.report is not None:
        reported = {outcome.step for outcome in applied.report.outcomes}
        assert {step.id for step in saved.plan.steps} <= reported, "the report names every step"
    _compare_afterwards(stage.plan().plan, played)
    again = stage.apply(saved, played.options)
    assert [] == again.writes, "the same plan again writes nothing"
    return any(step.is_change and not step.blocked for step in saved.plan.steps)


def _compare_plan(stage: Stage, plan: Plan, played: Round) -> None:
    _same(list(played.plan), plan_lines(plan), "plan")
    blocked = {step.id: step.blocked for step in plan.steps if step.blocked}
    assert sorted(played.blocked) == sorted(blocked), f"blocked steps are explained in the case: {blocked}"
    for step_id, fragments in played.blocked.items():
        _has(fragments, " ".join(blocked[step_id]))
    sequences = {step.id: list(step.sequence) for step in plan.steps if step.sequence}
    unseen = {step_id for step_id, sequence in played.sequence.items() if sequence is None}
    assert dict(played.sequence) == {**sequences, **dict.fromkeys(unseen)}
    manual = {step.id: step for step in plan.steps if step.action == "manual"}
    for step_id, fragments in played.manual.items():
        _has(fragments, yaml.safe_dump(manual[step_id].manual, allow_unicode=True, width=1000))
    reasons = {step.id: step.reason for step in plan.steps}
    for step_id, fragments in played.reasons.items():
        _has(fragments, reasons[step_id])
    assert len(played.warnings) == len(plan.warnings), plan.warnings
    for fragment, warning in zip(played.warnings, plan.warnings, strict=True):
        _has(fragment, warning)
    if played.text:
        assert played.text.splitlines() == stage.text(plan).replace(short(plan.digest()), "DIGEST").splitlines()


def _compare_exit_codes(plan: Plan, applied: Applied, played: Round) -> None:
    codes = {"plan": 11 if plan.is_blocked else difference_code(plan), "apply": applied.exit_code}
    changed = any(step.is_change for step in plan.steps)
    left = any(step.is_waiting or step.action == "manual" for step in plan.steps)
    default = {"plan": 2 if changed else 0, "apply": 18 if left else 0}
    if plan.is_blocked:
        default = {"plan": 11, "apply": 11}
    expected = {**default, **played.exit}
    assert expected == codes, applied.refusal or (applied.report and applied.report.as_json())


def _compare_afterwards(plan: Plan, played: Round) -> None:
    if played.after is not None:
        _same(list(played.after), plan_lines(plan), "plan afterwards")
        return
    left = [step_line(step) for step in plan.steps if step.is_change and not step.blocked]
    expected = [line for line in played.plan if "| blocked" not in line] if plan.is_blocked else []
    _same([line for line in expected if line in left], left, "plan afterwards")


def _same(expected: Sequence[Any], actual: Sequence[Any], what: str) -> None:
    if expected != actual:
        shown = yaml.safe_dump({what: list(actual)}, allow_unicode=True, sort_keys=False, width=1000)
        wanted = yaml.safe_dump({what: list(expected)}, allow_unicode=True, sort_keys=False, width=1000)
        raise AssertionError(f"expected:\n{wanted}\nactual:\n{shown}")


def _has(fragments: str | Iterable[str], text: str) -> None:
    for fragment in [fragments] if isinstance(fragments, str) else fragments:
        assert fragment in text


def kinds_without_cases(kinds: Iterable[str], folder: Path) -> list[str]:
    """The kinds that no case in the folder is about."""
    return [kind for kind in kinds if not list((folder / kind).glob("*.yaml"))]


def test_every_kind_has_golden_cases() -> None:
    assert [] == kinds_without_cases(manifest_kinds(), FOLDER)


def test_a_kind_without_golden_cases_is_noticed() -> None:
    assert ["newcomer"] == kinds_without_cases(["group", "newcomer"], FOLDER)


@pytest.mark.parametrize("kind", manifest_kinds())
def test_the_cases_of_a_kind_show_everything_that_can_happen_to_it(kind: str) -> None:
    cases = [read_case(path) for path in sorted((FOLDER / kind).glob("*.yaml"))]

    assert [] == missing(find_kind(kind), shown_by(kind, cases))


def test_what_the_cases_of_a_kind_do_not_show_is_named() -> None:
    case = read_case(FOLDER / "group" / "001-create.yaml")

    assert [
        "nothing to do", "removal", "adopt", "update of description", "update of title", "update of is_public",
        "clear", "release",
    ] == missing(find_kind("group"), shown_by("group", [case]))  # fmt: skip


def test_every_folder_of_cases_is_a_kind() -> None:
    assert [] == sorted({path.parent.name for path in CASES} - set(manifest_kinds()))


def test_a_case_with_an_unknown_member_is_refused(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("reason: it exists\nplan: []\nrequest: []\n", "utf-8")

    with pytest.raises(ValueError, match="no case has the member request"):
        read_case(tmp_path / "case.yaml")


def test_a_case_without_a_reason_is_refused(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("plan: []\n", "utf-8")

    with pytest.raises(ValueError, match="says why it exists"):
        read_case(tmp_path / "case.yaml")
