"""The simulation in its quick form, and that it can see what it looks for. `make fault` plays the full number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.engine.claims import Claims
from reconciler.engine.memory import Memory
from tests.fault.extent import amount
from tests.fault.history import History, Violation, Weather, in_process, play

SHARDS = amount(4, 40)
HISTORIES = amount(40, 10_000)
LOST_POSTS = amount(20, 1_000)

RecordProperty = Callable[[str, object], None]


def _story(seed: int, weather: Weather = "any") -> tuple[list[str], list[str], list[str]]:
    history = History(seed, weather)
    with in_process():
        history.play()
    return history.story, history.people.acts, history.scene.wire.log


def _play_all(seeds: range, weather: Weather, record_property: RecordProperty) -> None:
    played = [play(seed, weather) for seed in seeds]
    record_property("tried", len(played))
    for name in ("applies", "kills", "faults"):
        record_property(name, sum(getattr(each, name) for each in played))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_r3_no_seeded_history_of_faults_breaks_an_invariant(shard: int, record_property: RecordProperty) -> None:
    _play_all(range(shard, HISTORIES, SHARDS), "any", record_property)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_r2_a2_no_lost_answer_to_a_post_makes_a_duplicate(shard: int, record_property: RecordProperty) -> None:
    _play_all(range(shard, LOST_POSTS, SHARDS), "lost posts", record_property)


@pytest.mark.parametrize("weather", ["any", "lost posts"])
def test_r3_a_seed_replays_to_the_same_requests_and_the_same_words(weather: Weather) -> None:
    for seed in (3, 23, 36):
        assert _story(seed, weather) == _story(seed, weather)


def _forget_intents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "keep_intent", lambda self, intent: self.intents.update({intent.id: intent}))
    monkeypatch.setattr(Memory, "put", lambda self: None)


def _send_again_without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.zendesk.sending.is_repeatable", lambda method, says_caller: True)


def _take_unreadable_for_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_open(self: Claims, resource: Any, part: Any) -> bool:
        known = self.matching.identities.get((resource.address, part.name))
        return known is None or bool(known.was and not known.live_id and not known.undecided)

    monkeypatch.setattr(Claims, "is_open", is_open)


def _tell_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.core.secret.Secret.__str__", lambda self: self.reveal())
    monkeypatch.setattr("reconciler.engine.creation._without_secrets", lambda body: _told(body))


def _told(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _told(value) for key, value in body.items()}
    return body if isinstance(body, str | int | list | bool | None) else "canary-page-token-2e6f"


@pytest.mark.parametrize(
    ("spoil", "seeds", "words"),
    [
        (_forget_intents, range(100), "I[16]"),
        (_send_again_without_looking, range(100), "I[16]"),
        (_take_unreadable_for_absent, range(700, 720), "A4"),
        (_tell_secrets, range(50), "I5"),
    ],
)
def test_r3_the_simulation_sees_a_program_that_breaks_its_promises(
    spoil: Callable[[pytest.MonkeyPatch], None], seeds: range, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(0)
    spoil(monkeypatch)

    def play_all() -> None:
        for seed in seeds:
            play(seed)

    with pytest.raises(Violation, match=rf"seed \d+, .*{words}"):
        play_all()
