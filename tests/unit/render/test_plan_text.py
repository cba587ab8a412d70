"""A plan as text."""

from __future__ import annotations

import re

import pytest
from render_plans import DIGEST, change, plan, sample, step

from reconciler.core.plan import Plan
from reconciler.core.text import display_width
from reconciler.render.plan_text import plan_as_text


def text(shown: Plan, *, width: int = 80, **options: bool) -> str:
    return plan_as_text(shown, digest=DIGEST, colour=options.pop("colour", False), width=width, **options)


def test_the_headline_counts_what_is_not_zero_and_says_what_is_blocked() -> None:
    shown = plan(
        step("update", "a/x", change("f", 1, 2)),
        step("delete", "a/y", blocked=("protected",)),
        step("manual", "a/z", manual={"title": "t"}),
    )
    assert text(shown).splitlines()[0] == (
        "Plan 3f9a1c2 · PRODUCTION maison-lune · 1 to change, 1 to delete (1 blocked),"
    )
    assert text(shown).splitlines()[1] == "  1 manual step · 1 request"


def test_an_empty_plan_is_one_line() -> None:
    expected = "Plan 3f9a1c2 · PRODUCTION maison-lune · nothing to do: the account is as the manifests say\n"
    assert text(plan(), width=120) == expected


@pytest.mark.parametrize(("memory", "is_said"), [("full", False), ("none", True), ("older", True)])
def test_a_memory_that_is_not_full_is_said(memory: str, is_said: bool) -> None:
    assert ("memory of earlier applies" in text(plan(memory=memory))) == is_said


def test_steps_stand_in_the_order_of_their_danger_and_each_has_its_symbol() -> None:
    heads = re.findall(r"^([!~+=>x?-]) (\w+) +\S+", text(sample()), re.MULTILINE)
    assert [f"{symbol} {action}" for symbol, action in heads] == [
        "! delete",
        "- deactivate",
        "~ update",
        "~ write_secret",
        "~ update",
        "~ update",
        "~ update",
        "~ update",
        "+ create",
        "~ link",
        "= adopt",
        "= adopt",
        "> move",
        "x forget",
        "? create",
    ]


def test_a_blocked_step_of_any_action_comes_before_a_delete() -> None:
    shown = text(plan(step("delete", "a/a"), step("adopt", "z/z", blocked=("two of them are live",))))
    assert shown.index("! adopt") < shown.index("- delete")


def test_addresses_stand_by_their_danger_whatever_the_order_of_the_plan() -> None:
    shown = sample()
    by_address = sorted(shown.steps, key=lambda each: each.address, reverse=True)
    turned = plan(*by_address, warnings=shown.warnings, approvals=shown.approvals)
    hazards = r"HAZARDS\n(?:  .*\n)+"
    assert re.sub(hazards, "", text(turned)) == re.sub(hazards, "", text(shown))


def test_the_steps_of_an_address_stand_in_the_order_in_which_they_run() -> None:
    shown = text(plan(step("adopt", "a/b"), step("update", "a/b", change("greeting", "Hi", "Hello"))))
    assert shown.index("= adopt") < shown.index("~ update")


def test_a_field_shows_both_values_and_the_line_that_causes_it() -> None:
    shown = text(plan(step("update", "channel/eu", change("display_name", "EU", "Europe"))))
    assert '    display_name  "EU" → "Europe"    channels/messenger-eu.yaml:7\n' in shown


def test_drift_is_tagged_and_says_who_wins_unless_the_step_is_blocked() -> None:
    drifted = change("greeting", "Hi", "Hello", kind="drift")
    assert "DRIFT: live was edited after the last apply; the manifest wins" in text(
        plan(step("update", "a/b", drifted)), width=160
    )
    assert "the manifest wins" not in text(
        plan(step("update", "a/b", drifted, blocked=("policy.drift is block",))), width=160
    )


def test_hazards_stand_before_every_step_and_first_in_theirs() -> None:
    shown = text(sample())
    assert shown.index("HAZARDS") < shown.index("! delete")
    assert shown.index("routing_mode  ", shown.index("~ update       routing_settings")) < shown.index(
        "reassignment_seconds"
    )


def test_a_blocked_step_shows_every_reason_and_its_command_on_a_line_of_its_own() -> None:
    lines = [line.strip() for line in text(sample()).splitlines()]
    assert "reconciler explain channel/whatsapp-legacy" in lines


def test_what_a_step_takes_with_it_and_until_when_it_is_exposed_is_said() -> None:
    shown = text(sample())
    assert "takes with it: macro/a\n" in shown
    assert "exposed until link:responder/lune-bot#entry:" in shown


def test_a_resulting_order_is_numbered() -> None:
    flat = " ".join(text(sample()).split())
    assert (
        "order: 1 trigger/route-japan, 2 trigger/route-arabic, 3 trigger/route-france, 4 (unmanaged) Escalate VIP"
        in flat
    )


def test_a_waiting_step_says_what_it_waits_for() -> None:
    assert "    waits for: manual:channel/instagram#connect\n" in text(sample())


def test_a_manual_step_holds_everything_a_person_needs() -> None:
    shown = text(sample())
    manual = shown[shown.index("Manual steps") :]
    for needed in (
        "manual:channel/instagram#connect",
        "Channels > Messaging and social > Messaging > Add channel",
        "@maison.lune",
        "| こんにちは",
        "| مرحبا",
        "an Instagram integration with the business id 1784",
        "https://support.zendesk.com/hc/en-us/articles/4408834757146-Adding-Instagram-Direct-channels",
        "The account needs to be a professional one.",
    ):
        assert needed in manual


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_screen_unless_one_identifier_is(width: int) -> None:
    too_wide = [line for line in text(sample(), width=width).splitlines() if display_width(line) > width]
    allowed = ("https://", "trigger_category/messaging#order", "responder/lune-bot#", "channel/whatsapp-legacy")
    breakable = [line for line in too_wide if " " in line.strip() and not any(name in line for name in allowed)]
    assert breakable == []


def test_an_identifier_is_never_broken() -> None:
    name = "channel/" + "a-very-long-name-" * 12 + "end"
    assert name in text(plan(step("update", name, change("x", 1, 2))), width=60)


def test_long_japanese_text_is_wrapped_between_its_characters() -> None:
    shown = text(plan(step("update", "a/b", change("greeting", None, "お問い合わせありがとうございます。" * 8))))
    assert max(map(display_width, shown.splitlines())) <= 80
    assert "お問い合わせありがとうございます。" * 8 in "".join(line.strip() for line in shown.splitlines())


def test_without_unicode_everything_is_still_said() -> None:
    shown = text(sample(), ascii_only=True)
    assert shown.isascii()
    assert '"EU Messenger" -> "Messenger (EU)"' in shown


def test_colour_only_adds_colour() -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", text(sample(), colour=True)) == text(sample())
    assert "\x1b" in text(sample(), colour=True)


def test_verbose_adds_ids_and_dependencies() -> None:
    shown = plan(step("update", "a/b", live_id="77", depends_on=("create:a/c",)))
    assert "live id: 77" in text(shown, verbose=True)
    assert "depends on: create:a/c" in text(shown, verbose=True)
    assert "77" not in text(shown)


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b]0;owned\x07",
        "a\rb",
        "\u202eevil",
        "zero\u200bwidth",
        "\x9b31m",
        "::set-output name=x::y",
        "##[error]x",
        "##vso[task.setvariable]x",
        "x\n::add-mask::y",
    ],
)
def test_hostile_text_neither_acts_on_a_terminal_nor_on_a_build_service(hostile: str) -> None:
    shown = text(
        plan(
            step(
                "update",
                f"a/{hostile}",
                change("t", hostile, f"{hostile}\n{hostile}"),
                reason=hostile,
                takes=(hostile,),
            ),
            step("delete", "a/c", blocked=(hostile,)),
            step("manual", "a/m", manual={"title": hostile, "values": [[hostile, hostile]], "notes": hostile}),
            environment=hostile,
            warnings=(hostile,),
        )
    )
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", shown)
    assert not re.search(r"^\s*::", shown, re.MULTILINE)
    assert "##[" not in shown
    assert "##vso[" not in shown
