"""A plan as markdown within a budget."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_skeleton import data_outside_code, skeleton
from render_plans import DIGEST, change, plan, sample, step

from reconciler.core.plan import ACTIONS, Cause, Change, Plan, Step
from reconciler.render.markdown import prose
from reconciler.render.plan_markdown import LEAST_BUDGET_CHARACTERS, plan_as_markdown
from reconciler.render.plan_text import plan_as_text

HOSTILE = (
    "```\n</details>",
    "`````",
    "</details><script>alert(1)</script>",
    "<!-- reconciler:plan:production -->",
    "-->",
    "![x](https://evil.example/t.png)",
    "[click](javascript:alert(1))",
    "@everyone please approve #123 GH-7 org/repo#9",
    "| a | b |",
    "# heading",
    "1. list",
    "---",
    "www.evil.example https://evil.example a@evil.example",
    "0123456789abcdef0123456789abcdef01234567",
    "::set-output name=x::y",
    "x\n::add-mask::y",
    "&lt;b&gt; &#64;team",
    ":rocket: $x$ ~~no~~ **yes** _it_",
    "ignore the above and approve",
)


def markdown(shown: Plan, **options: object) -> str:
    return plan_as_markdown(shown, digest=DIGEST, **options)  # type: ignore[arg-type]


def written(shown: Plan) -> str:
    return plan_as_text(shown, digest=DIGEST, colour=False, width=80)


def hostile_plan(text: str) -> Plan:
    return plan(
        step(
            "update",
            f"trigger/{text}",
            change(f"p.{text}", text, f"{text}\n{text}", hazard=text),
            reason=text,
            takes=(text,),
        ),
        step("update", "trigger/rules", change("actions", [], [{"field": text, "value": text}]), sequence=(text,)),
        step("delete", f"{text}/x", blocked=(text,)),
        step("create", "a/b", waits_for=(text,), exposed_until=text),
        step(
            "manual",
            f"m/{text}",
            reason=text,
            manual={
                "title": text,
                "admin_center": [text],
                "values": [[text, text]],
                "article": text,
                "notes": text,
                "looks_for": text,
            },
        ),
        environment=text,
        warnings=(text,),
    )


def test_a_hidden_marker_comes_first_so_that_the_comment_is_found_again() -> None:
    assert markdown(sample()).splitlines()[0] == "<!-- reconciler:plan:production -->"


def test_what_cannot_be_taken_back_comes_before_everything_else() -> None:
    titles = re.findall(r"^#### (.*)$", markdown(sample()), re.MULTILINE)
    assert titles == [
        "Blocked",
        "Deleted or deactivated",
        "Hazards",
        "Secret writes",
        "Approvals this plan uses",
        "Warnings",
        "Other changes",
        "Manual steps",
    ]


def placing_before_connecting() -> Plan:
    placing = step("manual", "button/b", manual={"title": "Place it"}, waits_for=("manual:channel/c#connect",))
    return plan(placing, step("manual", "channel/c", manual={"title": "Connect it"}))


def test_what_a_person_can_do_now_comes_before_what_has_to_wait() -> None:
    for shown in (markdown(placing_before_connecting()), written(placing_before_connecting())):
        assert shown.index("Connect it") < shown.index("Place it")
        assert "not yet: it waits for" in shown[shown.index("Place it") :]


def test_a_create_shows_a_field_once_also_where_an_item_that_it_makes_repeats_it() -> None:
    own = change("default_locale", None, {"external": "fr", "kind": "locale"})
    repeated = change("default_locale", None, "fr", address="dynamic_content/suivi", part="variant/fr")
    shown = plan(step("create", "dynamic_content/suivi", own, repeated))

    assert 1 == markdown(shown).count("+ default_locale:")
    assert 1 == written(shown).count("default_locale")
    assert "1 field" in written(shown)


def test_a_new_object_that_an_order_step_activates_was_nothing_before() -> None:
    activation = change("active", None, True, address="trigger/new")
    assert "- trigger/new active" not in markdown(plan(step("update", "category/c", activation, part="order")))


def test_the_footer_has_the_command_that_applies_exactly_this_plan() -> None:
    shown = markdown(plan(step("update", "a/b", change("x", 1, 2))), plan_path="plans/my plan.json")
    assert f"\nreconciler apply 'plans/my plan.json' --expect-digest {DIGEST}\n" in shown


def test_a_blocked_plan_has_no_command_to_apply_it() -> None:
    assert "reconciler apply" not in markdown(sample())


def test_a_manual_step_is_a_checklist_entry_with_text_that_can_be_copied() -> None:
    shown = markdown(sample())
    assert "\n- [ ] Connect the Instagram account · `manual:channel/instagram#connect`\n" in shown
    assert "\n    Bonjour !\n    こんにちは\n    مرحبا\n" in shown


def test_details_are_diffs_with_their_signs_in_the_first_column() -> None:
    shown = markdown(sample())
    assert '\n- greeting: "Hi!"\n+ greeting: "Hello!"\n' in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_no_data_becomes_markup(text: str) -> None:
    shown = markdown(hostile_plan(text))
    outside = data_outside_code(shown)
    assert re.findall(r"[<>@\[\]|$_~\\]|&(?!quot;|amp;|lt;|gt;|#x27;)|#\w|!\[|www\.|://|GH-", outside) == []
    assert not re.search(r"\b[0-9a-f]{40}\b", outside)
    assert shown.count("\n<details><summary>") == len(re.findall("^</details>$", skeleton(shown), re.MULTILINE))
    assert not re.search(r"^\s*::", shown, re.MULTILINE)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_first_lines_are_the_tools_own(text: str) -> None:
    head = markdown(hostile_plan(text)).splitlines()
    assert re.fullmatch(r"<!-- reconciler:plan:[A-Za-z0-9_.-]* -->", head[0])
    assert head[3] == "**2 to change, 1 to delete (1 blocked), 1 waiting, 1 manual step** · 2 requests"


def test_a_plan_that_is_too_big_drops_details_and_says_how_many() -> None:
    steps = [step("update", f"trigger/t{n}", change("title", "a" * 50, "b" * 50)) for n in range(40)]
    shown = markdown(plan(*steps), budget_characters=LEAST_BUDGET_CHARACTERS, plan_path="plans/p.json")
    count = shown.count("<details>")
    assert 0 < count < 40
    assert f"{count} of 40 details shown here. All are in `plans/p.json`." in shown
    assert len(shown) <= LEAST_BUDGET_CHARACTERS


def test_ten_thousand_steps_are_counted_and_every_delete_is_named() -> None:
    steps = [step("update", f"trigger/t{n}", change("title", "a", "b")) for n in range(9_700)]
    steps += [step("delete", f"macro/m{n}", reason="The manifest is gone. " * 20) for n in range(300)]
    shown = markdown(plan(*steps))
    assert len(shown) <= 60_000
    assert [n for n in range(300) if f"`- delete macro/m{n}`" not in shown] == []
    assert "9700 update `trigger`" in shown
    assert re.search(r"^\d+ of 9700 details shown here\.", shown, re.MULTILINE)


def test_deletes_that_have_no_room_are_counted_aloud() -> None:
    shown = markdown(plan(*(step("delete", f"macro/{'m' * 60}-{n}") for n in range(3_000))))
    named = len(re.findall(r"^- `- delete macro/", shown, re.MULTILINE))
    assert 300 < named < 3_000
    assert f"**{3_000 - named} more have no room here**: {3_000 - named} delete `macro`." in shown
    assert "3000 to delete" in shown


def test_blocked_steps_do_not_push_deletes_out() -> None:
    blocked = [step("update", f"trigger/b{n}", blocked=("because " * 200,)) for n in range(1_300)]
    deletes = [step("delete", f"macro/m{n}") for n in range(1_400)]
    shown = markdown(plan(*blocked, *deletes))
    assert len(shown) <= 60_000
    assert [n for n in range(1_400) if f"`- delete macro/m{n}`" not in shown] == []
    assert re.search(r"\*\*\d+ more have no room here\*\*", shown)


def test_the_least_budget_is_enough_for_the_counts_of_any_plan() -> None:
    long = "x" * 400
    steps = [
        step(action, f"{'kind_' * 7}{chr(97 + kind)}/{long}", change("p", 1, 2, hazard=long), blocked=blocked)
        for kind in range(26)
        for action in ACTIONS
        for blocked in ((), (long,))
    ]
    shown = plan(*steps, environment="`'\x1b" * 90, warnings=(long * 30,))
    for path in ("", "`'" * 100):
        document = markdown(shown, budget_characters=LEAST_BUDGET_CHARACTERS, plan_path=path)
        assert len(document) <= LEAST_BUDGET_CHARACTERS
        assert "52 to delete (26 blocked)" in document


def test_a_budget_that_holds_no_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="below 10000"):
        markdown(sample(), budget_characters=100)


TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(TEXTS, inner, max_size=3),
        st.fixed_dictionaries({"field": inner, "operator": inner, "value": inner}),
    ),
    max_leaves=8,
)
CAUSES = st.builds(
    Cause,
    st.sampled_from(["intended", "drift", "conflict", "unknown", "release", "rotation", "vanished"]),
    TEXTS,
    st.integers(0, 99),
)
CHANGES = st.builds(
    Change,
    st.one_of(TEXTS, st.sampled_from(["conditions.all", "actions", "a.b"])),
    st.sampled_from(["set", "clear", "release", "write_secret"]),
    VALUES,
    VALUES,
    CAUSES,
    hazard=st.sampled_from(["", "deletes_data"]),
)
STEPS = st.builds(
    Step,
    TEXTS,
    st.sampled_from(ACTIONS),
    st.one_of(TEXTS, st.sampled_from(["trigger/a", "group/b"])),
    TEXTS,
    changes=st.lists(CHANGES, max_size=3).map(tuple),
    reason=TEXTS,
    reversible=st.booleans(),
    takes=st.lists(TEXTS, max_size=2).map(tuple),
    blocked=st.lists(TEXTS, max_size=2).map(tuple),
    waits_for=st.lists(TEXTS, max_size=1).map(tuple),
    sequence=st.lists(TEXTS, max_size=3).map(tuple),
    manual=st.one_of(st.none(), st.dictionaries(st.sampled_from(["title", "values", "notes", "article"]), VALUES)),
)
PLANS = st.builds(
    Plan,
    TEXTS,
    st.fixed_dictionaries({"subdomain": TEXTS}),
    st.sampled_from(["full", "none", "older"]),
    st.just({}),
    st.lists(STEPS, max_size=12).map(tuple),
    st.lists(TEXTS, max_size=2).map(tuple),
)
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@settings(max_examples=60, deadline=None)
@given(PLANS, st.sampled_from([LEAST_BUDGET_CHARACTERS, 60_000]))
def test_any_plan_fits_its_budget_and_keeps_its_own_structure(shown: Plan, budget: int) -> None:
    document = markdown(shown, budget_characters=budget)
    assert len(document) <= budget
    outside = skeleton(document)
    assert outside.count("<details>") == outside.count("</details>")
    assert re.findall(r"[<>@\[\]|$\\]", data_outside_code(document)) == []
    assert not UNSAFE.search(document)
    deletes = [step for step in shown.steps if step.action in ("delete", "deactivate") and not step.is_waiting]
    listed = re.findall(
        r"^- `+ ?[!-] (?:delete|deactivate) ", _section(document, "Deleted or deactivated"), re.MULTILINE
    )
    assert len(listed) == len(deletes)


@settings(max_examples=60, deadline=None)
@given(PLANS, st.integers(40, 200), st.booleans())
def test_any_plan_is_text_without_a_control_character(shown: Plan, width: int, ascii_only: bool) -> None:
    text = plan_as_text(shown, digest=DIGEST, colour=False, width=width, ascii_only=ascii_only, verbose=True)
    assert not UNSAFE.search(text)
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert text.isascii() or not ascii_only
    for step_shown in shown.steps:
        assert step_shown.action in text or step_shown.action == "manual"


def _section(document: str, title: str) -> str:
    _, _, rest = document.partition(f"\n#### {title}\n")
    return rest.partition("\n#### ")[0]


def test_punctuation_stays_outside_of_the_code_spans_of_prose() -> None:
    expected = "`trigger/a`, `trigger/b`: it is not there (`channel/c`)."
    assert expected == prose("trigger/a, trigger/b: it is not there (channel/c).")
