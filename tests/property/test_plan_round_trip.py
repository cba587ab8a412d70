"""Plans of any content survive their file: what is read is what was written, to the byte, and renders without failing."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.plan import ACTIONS, Cause, Change, Plan, PlanFile, Step, effects, read_plan_file
from reconciler.render.plan_markdown import plan_as_markdown
from reconciler.render.plan_text import plan_as_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
CHANGES = st.builds(
    Change,
    path=TEXT,
    op=st.sampled_from(["set", "clear", "release"]),
    before=VALUES,
    after=VALUES,
    cause=st.builds(Cause, st.sampled_from(["intended", "drift", "conflict", "unknown", "release"]), TEXT),
    address=st.sampled_from(["", "trigger/other"]),
    hazard=st.sampled_from(["", "irreversible: never back", "changes_work: other work"]),
)
STEPS = st.builds(
    Step,
    id=TEXT,
    action=st.sampled_from(sorted(set(ACTIONS) - {"manual"})),
    address=st.sampled_from(["group/a", "trigger/b", "skill/c"]),
    part=st.sampled_from(["", "entry", "value/x"]),
    live_id=TEXT,
    depends_on=TEXTS,
    observed=st.sampled_from([{}, {"absent": True}, {"after": "create:group/a"}]),
    changes=st.lists(CHANGES, max_size=3).map(tuple),
    reason=TEXT,
    reversible=st.booleans(),
    takes=TEXTS,
    blocked=TEXTS,
    waits_for=TEXTS,
    sequence=TEXTS,
)
PLANS = st.builds(
    Plan,
    environment=TEXT,
    target=st.just({"subdomain": "a", "app_id": "b"}),
    memory=st.sampled_from(["full", "none", "older"]),
    digests=st.just({"manifests": "m", "schemas": "s", "policy": "p"}),
    steps=st.lists(STEPS, max_size=4).map(tuple),
    warnings=TEXTS,
)


@settings(max_examples=60, deadline=None)
@given(PLANS, st.dictionaries(TEXT, VALUES, max_size=3))
def test_what_is_read_is_what_was_written_and_has_the_same_effects(plan: Plan, envelope: dict[str, Any]) -> None:
    written = PlanFile(plan, envelope).encode()

    read = read_plan_file(written)

    assert written == read.encode()
    assert plan.digest() == read.plan.digest()
    assert plan.as_json() == read.plan.as_json()
    assert [[effect for effect, _ in effects(step)] for step in plan.steps] == [
        [effect for effect, _ in effects(step)] for step in read.plan.steps
    ]


@settings(max_examples=40, deadline=None)
@given(PLANS)
def test_whatever_stands_in_a_plan_can_be_shown_and_no_control_character_gets_out(plan: Plan) -> None:
    shown = [
        plan_as_text(plan, digest=plan.digest(), width=80, colour=False),
        plan_as_markdown(plan, digest=plan.digest()),
    ]

    for text in shown:
        assert {each for each in text if each < " " or "\x7f" <= each < "\xa0"} <= {"\n"}
