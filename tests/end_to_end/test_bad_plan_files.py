"""A plan file that is not whole, not ours or not for here and now is refused before anything is asked or written."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.canonical import canonical_json
from reconciler.emulator.server import Emulator
from tests.spoilt_project import SUBDOMAIN, Project, Ran

SEED = 20260731


@pytest.fixture
def planned(project: Project, account: Emulator) -> Project:
    """A project with a plan file."""
    assert 0 == project.run("plan", "-e", "sandbox").code
    return project


@pytest.fixture
def quiet(account: Emulator, planned: Project) -> Callable[[], bool]:
    """Whether the account was asked nothing since the plan was made."""
    before = len(account.account(SUBDOMAIN).requests)
    return lambda: before == len(account.account(SUBDOMAIN).requests)


def plan_path(project: Project) -> Path:
    return project.root / "plans" / "sandbox.json"


def refused(project: Project, data: bytes, command: str = "apply") -> Ran:
    plan_path(project).write_bytes(data)
    before = project.files()
    told = project.run(command, "plans/sandbox.json")
    assert (12, "") == (told.code, told.out), told.text
    assert 1 == told.err.count("error: ")
    assert "reconciler plan -e" in told.err
    assert "Traceback" not in told.err
    assert before == project.files()
    return told


def test_a_plan_cut_anywhere_is_refused(planned: Project, quiet: Callable[[], bool]) -> None:
    data = plan_path(planned).read_bytes()
    for length in [*range(0, len(data), len(data) // 25), 1, len(data) - 2, len(data) - 1]:
        refused(planned, data[:length])
    assert quiet()


def test_a_plan_with_one_byte_changed_is_refused(planned: Project, quiet: Callable[[], bool]) -> None:
    data = plan_path(planned).read_bytes()
    places = random.Random(SEED).sample(range(len(data)), 60)
    for place in [0, *places, len(data) - 1]:
        for bit in (1, 0x20):
            changed = bytearray(data)
            changed[place] ^= bit
            refused(planned, bytes(changed), "show" if place % 2 else "apply")
    assert quiet()


def _pretty(data: bytes) -> bytes:
    return json.dumps(json.loads(data), indent=2).encode()


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "a newline at the end": lambda data: data + b"\n",
    "no newline at the end": lambda data: data[:-1],
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "indentation": _pretty,
    "a key that stands twice": lambda data: data.replace(b'{"digest":', b'{"digest":"sha256:0","digest":', 1),
    "another format": lambda data: data.replace(b"reconciler.plan/1", b"reconciler.plan/2"),
    "a list": lambda data: b"[]\n",
    "an empty object": lambda data: b"{}\n",
    "a text": lambda data: b'"plan"\n',
    "very deep brackets": lambda data: b"[" * 100_000 + b"]" * 100_000,
    "a very long number": lambda data: b'{"plan":' + b"9" * 10_000 + b"}\n",
    "bytes that are no text": lambda data: b"\xff\xfe" + data,
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_plan_file_that_is_not_as_it_was_written_is_refused(
    planned: Project, quiet: Callable[[], bool], name: str
) -> None:
    refused(planned, SPOILT[name](plan_path(planned).read_bytes()))
    assert quiet()


def test_a_refused_plan_is_json_when_json_was_asked_for(planned: Project) -> None:
    plan_path(planned).write_bytes(b"{}\n")

    told = planned.run("apply", "plans/sandbox.json", "--format", "json")

    assert (12, "") == (told.code, told.err)
    assert ("reconciler.apply/1", 12, None) == tuple(told.json()[each] for each in ("format", "exit_code", "result"))


def _sealed(body: dict[str, Any]) -> bytes:
    """The file with the hashes that anybody can compute."""

    def sha256(value: Any) -> str:
        return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()

    body["digest"] = sha256(body["plan"])
    body["seal"] = sha256({name: value for name, value in body.items() if name != "seal"})
    return canonical_json(body) + b"\n"


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _set(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = copy.deepcopy(body)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def test_a_plan_of_a_wrong_shape_is_refused_although_its_hashes_hold(
    planned: Project, quiet: Callable[[], bool]
) -> None:
    body = json.loads(plan_path(planned).read_bytes())
    for path in (
        ("plan", "environment"),
        ("plan", "target"),
        ("plan", "digests"),
        ("plan", "steps"),
        ("plan", "steps", 0),
        ("plan", "steps", 0, "action"),
        ("plan", "steps", 0, "depends_on"),
        ("plan", "steps", 0, "changes"),
        ("plan", "summary"),
        ("envelope",),
    ):
        for value in (None, 7, ["x"], {"x": 1}):
            if not (path[-1] == "depends_on" and value == ["x"]):
                refused(planned, _sealed(_set(body, path, value)))
    assert quiet()


def test_no_forged_plan_ends_in_an_unexpected_error(planned: Project) -> None:
    body = json.loads(plan_path(planned).read_bytes())
    chance = random.Random(SEED)
    paths = [path for path in _paths(body) if path[0] in ("plan", "envelope")]
    for path in chance.sample(paths, 60):
        value = chance.choice((None, 5, "zz", [], {}, ["x"], {"x": 1}, True))
        plan_path(planned).write_bytes(_sealed(_set(body, path, value)))
        told = planned.run("show", "plans/sandbox.json")
        assert told.code in (0, 12), (SEED, path, value, told.err)


# -- whole plans that are not for here and now ------------------------------------------------------------------

OTHER: dict[str, tuple[Callable[[Project], object], list[str], str]] = {
    "for another environment": (lambda project: None, ["-e", "production"], 'for the environment "sandbox"'),
    "with another digest": (lambda project: None, ["--expect-digest", "sha256:00"], "not the expected one"),
    "with an empty digest, as an unset variable gives": (
        lambda project: None,
        ["--expect-digest", ""],
        "not the expected one",
    ),
    "from before the manifests changed": (
        lambda project: project.replace("equipes/equipe-france.yaml", "Équipe France", "Autre équipe"),
        [],
        "the manifests changed since the plan was made",
    ),
    "from before the policy changed": (
        lambda project: project.replace("environment.yaml", "max_deletes: 20", "max_deletes: 21"),
        [],
        "the policy in environment.yaml changed",
    ),
    "for another account": (
        lambda project: project.replace("environment.yaml", SUBDOMAIN, "maison-lune-autre"),
        [],
        'the plan is for the account "maison-lune-sandbox"',
    ),
    "for another app": (
        lambda project: project.replace("environment.yaml", "65f1c2a9d3b4e7f8a0b1c2d3", "0" * 24),
        [],
        "app 65f1c2a9d3b4e7f8a0b1c2d3",
    ),
}


@pytest.mark.parametrize("name", OTHER)
def test_a_whole_plan_that_is_not_for_here_and_now_is_refused(
    planned: Project, quiet: Callable[[], bool], name: str
) -> None:
    change, arguments, words = OTHER[name]
    change(planned)
    before = planned.files()

    told = planned.run("apply", "plans/sandbox.json", *arguments)

    assert (12, "") == (told.code, told.out)
    assert 1 == told.err.count("error: ")
    assert words in told.err
    assert before == planned.files()
    assert quiet()


def test_a_plan_that_is_too_old_is_refused(
    planned: Project, quiet: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_TODAY", "2099-01-01")

    told = planned.run("apply", "plans/sandbox.json")

    assert (12, "") == (told.code, told.out)
    assert "hours old, the limit is 168 (policy.max_plan_age_hours)" in told.err
    assert quiet()


def test_a_plan_path_counts_from_where_the_command_was_told_to_start(planned: Project) -> None:
    assert 0 == planned.run("show", "plans/sandbox.json").code
